package dev.sinter.codegen.jvm;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Stmt;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// What a list of statements mentions: the names that it uses without declaring them, those of them that it assigns, and the buffers.
/// All in order of first mention, so that generated code is reproducible.
final class Mentions {
    private final Set<Expr.Var> free = new LinkedHashSet<>();
    private final Set<Expr.Var> assigned = new LinkedHashSet<>();
    private final Set<Buffer> buffers = new LinkedHashSet<>();
    private final Set<Expr.Var> declared = new HashSet<>();

    private Mentions() {
    }

    /// The mentions of `statements`. What a launched kernel mentions is its own affair.
    static Mentions of(List<Stmt> statements) {
        var mentions = new Mentions();
        mentions.all(statements);
        mentions.free.removeAll(mentions.declared);
        mentions.assigned.removeAll(mentions.declared);
        return mentions;
    }

    /// The names used and not declared.
    Set<Expr.Var> free() {
        return free;
    }

    /// The names assigned and not declared.
    Set<Expr.Var> assigned() {
        return assigned;
    }

    /// The buffers read or written.
    Set<Buffer> buffers() {
        return buffers;
    }

    private void all(List<Stmt> statements) {
        statements.forEach(this::statement);
    }

    private void statement(Stmt statement) {
        switch (statement) {
            case Stmt.Let(var name, var value) -> {
                expression(value);
                declared.add(name);
            }
            case Stmt.Assign(var name, var value) -> {
                expression(value);
                free.add(name);
                assigned.add(name);
            }
            case Stmt.Store(var to, var index, var value, var mask) -> {
                buffers.add(to);
                expression(index);
                expression(value);
                optional(mask);
            }
            case Stmt.For(var i, var from, var to, _, _, var body) -> {
                expression(from);
                expression(to);
                declared.add(i);
                all(body);
            }
            case Stmt.If(var condition, var then, var otherwise) -> {
                expression(condition);
                all(then);
                all(otherwise);
            }
            case Stmt.While(var head, var condition, var body) -> {
                all(head);
                expression(condition);
                all(body);
            }
            case Stmt.Launch(_, var arguments) -> arguments.forEach(this::expression);
            case Stmt.Barrier() -> { }
        }
    }

    private void optional(Expr e) {
        if (e != null) {
            expression(e);
        }
    }

    private void expression(Expr e) {
        switch (e) {
            case Expr.Const _ -> { }
            case Expr.Var v -> free.add(v);
            case Expr.Apply(_, var arguments) -> arguments.forEach(this::expression);
            case Expr.Cast(_, var x) -> expression(x);
            case Expr.Bitcast(_, var x) -> expression(x);
            case Expr.Load(var buffer, var index, _, _, _, var mask, _) -> {
                buffers.add(buffer);
                expression(index);
                optional(mask);
            }
            case Expr.Splat(var x, _) -> expression(x);
            case Expr.Ramp(var base, _, _) -> expression(base);
            case Expr.FirstLanes(var count, _) -> expression(count);
            case Expr.Halve(_, var x) -> expression(x);
        }
    }
}
