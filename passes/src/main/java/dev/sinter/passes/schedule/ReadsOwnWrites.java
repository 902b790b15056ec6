package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Stmt;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Tells whether statements load from a buffer that they store to. If they do not, running them twice for one element does no harm.
final class ReadsOwnWrites {
    private final Set<Buffer> loaded = new HashSet<>();
    private final Set<Buffer> stored = new HashSet<>();

    private ReadsOwnWrites() { }

    /// Whether some buffer is both loaded from and stored to.
    static boolean in(List<Stmt> statements) {
        var walk = new ReadsOwnWrites();
        walk.statements(statements);
        return walk.stored.stream().anyMatch(walk.loaded::contains);
    }

    private void statements(List<Stmt> statements) {
        for (Stmt s : statements) {
            switch (s) {
                case Stmt.Let(_, var value) -> expression(value);
                case Stmt.Assign(_, var value) -> expression(value);
                case Stmt.Store(var to, var index, var value, var mask) -> {
                    stored.add(to);
                    expression(index);
                    expression(value);
                    if (mask != null) {
                        expression(mask);
                    }
                }
                case Stmt.For loop -> statements(loop.body());
                case Stmt.If(var condition, var then, var otherwise) -> {
                    expression(condition);
                    statements(then);
                    statements(otherwise);
                }
                case Stmt.While(var head, var condition, var body) -> {
                    statements(head);
                    expression(condition);
                    statements(body);
                }
                case Stmt.Launch _, Stmt.Barrier _ -> { }
            }
        }
    }

    private void expression(Expr e) {
        switch (e) {
            case Expr.Const _, Expr.Var _ -> { }
            case Expr.Apply(_, var arguments) -> arguments.forEach(this::expression);
            case Expr.Cast(_, var x) -> expression(x);
            case Expr.Bitcast(_, var x) -> expression(x);
            case Expr.Load(var buffer, var index, _, _, _, var mask, _) -> {
                loaded.add(buffer);
                expression(index);
                if (mask != null) {
                    expression(mask);
                }
            }
            case Expr.Splat(var x, _) -> expression(x);
            case Expr.Ramp(var base, _, _) -> expression(base);
            case Expr.FirstLanes(var count, _) -> expression(count);
            case Expr.Halve(_, var x) -> expression(x);
        }
    }
}
