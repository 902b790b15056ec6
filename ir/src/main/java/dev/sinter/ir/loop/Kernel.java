package dev.sinter.ir.loop;

import java.util.List;

/// A loop nest that is compiled to one function: it sees its parameters, the program's dims and buffers,
/// [LoopProgram#MEMBER] and [LoopProgram#MEMBERS], and nothing else. Compares by identity.
///
/// @param name       unique within the program; a Java identifier
/// @param parameters scalar names bound at the launch (the step of an enclosing time loop)
/// @param body       the statements
/// @param origin     what it computes, for people: `tanh(add(dot, bias))`
public record Kernel(String name, List<Expr.Var> parameters, List<Stmt> body, String origin) {
    /// Copies the lists.
    public Kernel {
        parameters = List.copyOf(parameters);
        body = List.copyOf(body);
    }

    @Override
    public boolean equals(Object that) {
        return this == that;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
