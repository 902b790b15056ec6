package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.loop.math.MathLibrary;
import dev.sinter.ir.type.ElementType;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// How wide the elements are that the math library computes with: some functions of f32 are computed in f64.
final class MathWidth {
    private record Function(Fn fn, ElementType type) { }

    private static final Map<Function, Integer> KNOWN = new ConcurrentHashMap<>();

    private MathWidth() { }

    /// The bytes of the widest element in the steps of a function.
    static int of(Fn fn, ElementType type) {
        return KNOWN.computeIfAbsent(new Function(fn, type), f -> {
            var steps = new Block();
            MathLibrary.expand(fn, Collections.nCopies(fn.arity(), Expr.Var.fixed("x", type, 2)), steps);
            return steps.statements().stream().mapToInt(s -> s instanceof Stmt.Let(var name, _) && name.lanes() > 1 ? name.type().bytes() : 1)
                    .max().orElse(type.bytes());
        });
    }
}
