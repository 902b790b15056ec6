package dev.sinter.codegen.jvm;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import java.util.List;
import java.util.Map;
import org.objectweb.asm.Type;

/// One static method to be generated: a kernel, the program around the kernels, or a piece of either that was moved out so that both
/// stay small enough for the JIT. A method takes the call's tables and what else it needs as its parameters.
///
/// @param name       the method's name
/// @param parameters the names it is given, in order
/// @param body       the statements
/// @param result     the mutable name of its caller that it changes and therefore returns, one of the parameters; null for none
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

    /// The method's descriptor for a machine with vectors of `vectorBits` bits.
    String descriptor(int vectorBits) {
        var text = new StringBuilder("(").append(TABLES);
        parameters.forEach(p -> text.append(descriptor(p, vectorBits)));
        return text.append(')').append(result == null ? "V" : descriptor(result, vectorBits)).toString();
    }

    /// The descriptors of the values that a name is passed as: a scalar, the bits of a mask, or the parts of a vector.
    private static String descriptor(Expr.Var name, int vectorBits) {
        if (name.lanes() == 1) {
            return Instructions.typeOf(name.type()).getDescriptor();
        }
        if (name.type() == ElementType.BOOL) {
            return "J";
        }
        Split split = Split.of(name.type(), name.lanes(), vectorBits);
        return split.descriptor().repeat(split.count());
    }

    /// The argument words that a name takes; for a vector, the number of its parts, which are boxed.
    static int words(Expr.Var name, int vectorBits) {
        int words = 0;
        for (Type type : Type.getArgumentTypes("(" + descriptor(name, vectorBits) + ")V")) {
            words += type.getSize();
        }
        return words;
    }
}
