package dev.sinter.codegen.jvm;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Stmt;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.Type;

/// One static method to be generated: a kernel, the program around the kernels, or a piece of either that was moved out so that both
/// stay small enough for the JIT. A method takes the call's tables and what else it needs as its parameters: scalars, and masks as their bits.
/// Vectors of numbers come through memory, see [Spill].
///
/// @param name       the method's name
/// @param parameters the names it is given, in order
/// @param body       the statements
/// @param result     the mutable scalar of its caller that it changes and therefore returns, one of the parameters; null for none
/// @param buffers    stand-ins for buffers that differ from call to call, and the parameters that say which of the call's table they are
record Method(String name, List<Expr.Var> parameters, List<Stmt> body, Expr.Var result, Map<Buffer, Expr.Var> buffers) {
    /// The parameters that every method has: dims, buffers, team, member.
    static final String TABLES = "[J[" + Memory.SEGMENT_DESCRIPTOR + "Ldev/sinter/runtime/Team;I";
    /// The first local behind those.
    static final int FIRST_PARAMETER = 4;
    /// The most argument words that the JVM allows, less those of the tables.
    static final int MOST_ARGUMENT_WORDS = 255 - FIRST_PARAMETER;

    /// A method whose buffers are always the same.
    Method(String name, List<Expr.Var> parameters, List<Stmt> body, Expr.Var result) {
        this(name, parameters, body, result, Map.of());
    }

    /// Copies the lists.
    Method {
        parameters = List.copyOf(parameters);
        body = List.copyOf(body);
    }

    /// The method's descriptor.
    String descriptor() {
        var text = new StringBuilder("(").append(TABLES);
        parameters.forEach(p -> text.append(typeOf(p).getDescriptor()));
        return text.append(')').append(result == null ? "V" : typeOf(result).getDescriptor()).toString();
    }

    /// What a name is passed as: a scalar, or the bits of a mask.
    private static Type typeOf(Expr.Var name) {
        return name.lanes() == 1 ? Instructions.typeOf(name.type()) : Type.LONG_TYPE;
    }

    /// The argument words that a name takes.
    static int words(Expr.Var name) {
        return typeOf(name).getSize();
    }
}
