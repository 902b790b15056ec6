package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Gives equal values one name: a fixed name whose value an earlier visible one has is replaced by that. Loads are equal if nothing in the kernel stores to their
/// buffer. Values are compared one level deep, since what is below has names.
final class CommonNames {
    private final Set<Buffer> stored = new HashSet<>();
    private final Rewriter names = new Rewriter();

    private CommonNames() { }

    /// The statements of a kernel without second names for one value.
    static List<Stmt> share(List<Stmt> statements) {
        var common = new CommonNames();
        common.note(statements);
        return common.statements(statements, Map.of());
    }

    private void note(List<Stmt> statements) {
        for (Stmt s : statements) {
            switch (s) {
                case Stmt.Store store -> stored.add(store.to());
                case Stmt.For loop -> note(loop.body());
                case Stmt.If(_, var then, var otherwise) -> {
                    note(then);
                    note(otherwise);
                }
                case Stmt.While(var head, _, var body) -> {
                    note(head);
                    note(body);
                }
                default -> { }
            }
        }
    }

    private List<Stmt> statements(List<Stmt> statements, Map<Expr, Expr.Var> visible) {
        var known = new HashMap<>(visible);
        var out = new ArrayList<Stmt>();
        for (Stmt s : statements) {
            switch (s) {
                case Stmt.Let(var name, var value) -> {
                    Expr copied = names.copy(value);
                    if (name.isMutable() || !isConstant(copied)) {
                        out.add(new Stmt.Let(name, copied));
                        continue;
                    }
                    Expr.Var same = copied instanceof Expr.Var other ? other : known.putIfAbsent(copied, name);
                    if (same != null) {
                        names.with(name, same);
                    } else {
                        out.add(new Stmt.Let(name, copied));
                    }
                }
                case Stmt.Assign(var name, var value) -> out.add(new Stmt.Assign(name, names.copy(value)));
                case Stmt.Store(var to, var index, var value, var mask) ->
                        out.add(new Stmt.Store(to, names.copy(index), names.copy(value), mask == null ? null : names.copy(mask)));
                case Stmt.For loop -> out.add(new Stmt.For(loop.i(), names.copy(loop.from()), names.copy(loop.to()), loop.step(), loop.binding(),
                        statements(loop.body(), known)));
                case Stmt.If(var condition, var then, var otherwise) ->
                        out.add(new Stmt.If(names.copy(condition), statements(then, known), statements(otherwise, known)));
                case Stmt.While(var head, var condition, var body) -> {
                    var first = statements(head, known);
                    out.add(new Stmt.While(first, names.copy(condition), statements(body, known)));
                }
                case Stmt.Launch _, Stmt.Barrier _ -> out.add(s);
            }
        }
        return out;
    }

    /// Whether an expression has the same value wherever its names are visible.
    private boolean isConstant(Expr e) {
        return switch (e) {
            case Expr.Const _ -> true;
            case Expr.Var name -> !name.isMutable();
            case Expr.Apply(_, var arguments) -> arguments.stream().allMatch(this::isConstant);
            case Expr.Cast(_, var x) -> isConstant(x);
            case Expr.Bitcast(_, var x) -> isConstant(x);
            case Expr.Load(var buffer, var index, _, _, _, var mask, _) -> !stored.contains(buffer) && isConstant(index) && (mask == null || isConstant(mask));
            case Expr.Splat(var x, _) -> isConstant(x);
            case Expr.Ramp(var base, _, _) -> isConstant(base);
            case Expr.FirstLanes(var count, _) -> isConstant(count);
            case Expr.Halve(_, var x) -> isConstant(x);
        };
    }
}
