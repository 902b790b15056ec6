package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;

/// One axis of an iteration: a scalar i64 name that runs from 0 up to `extent`.
public record Axis(Expr.Var name, Dim extent) {
    /// A new axis.
    public static Axis of(String hint, Dim extent) {
        return new Axis(Expr.Var.index(hint), extent);
    }

    @Override
    public String toString() {
        return name + "<" + extent;
    }
}
