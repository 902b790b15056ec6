package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// Lets copies of the same statements, each for other elements, advance together: the first statement of every copy, then the second of every copy.
///
/// The copies of a long chain of dependent operations do not depend on each other, so a processor that looks a hundred operations ahead always finds
/// some that are ready. One copy after the other would be the same work at a fraction of the speed.
public final class Abreast {
    private Abreast() { }

    /// The copies' statements in turn. What stands in the same place of two copies must not depend on each other's later statements.
    ///
    /// Loops of the copies become one, in which they advance together.
    ///
    /// @param copies of equally many statements
    public static List<Stmt> of(List<List<Stmt>> copies) {
        var steps = copies.stream().map(Abreast::steps).toList();
        var out = new ArrayList<Stmt>();
        for (int k = 0; k < steps.getFirst().size(); k++) {
            int step = k;
            if (steps.getFirst().get(k) instanceof Stmt.For loop) {
                var bodies = steps.stream().map(copy -> (Stmt.For) copy.get(step))
                        .map(l -> l == loop ? l.body() : new Rewriter().with(l.i(), loop.i()).copy(l.body())).toList();
                out.add(new Stmt.For(loop.i(), loop.from(), loop.to(), loop.step(), loop.binding(), of(bodies)));
                continue;
            }
            for (var copy : steps) {
                out.add(copy.get(k));
            }
        }
        return out;
    }

    /// The statements with one operation each, so that the copies advance by single operations. Conditions stay where they are used.
    private static List<Stmt> steps(List<Stmt> statements) {
        var out = new Block();
        for (Stmt s : statements) {
            out.add(switch (s) {
                case Stmt.Let(var name, var value) -> new Stmt.Let(name, operands(value, out));
                case Stmt.Assign(var name, var value) -> new Stmt.Assign(name, operands(value, out));
                case Stmt.Store(var to, var index, var value, var mask) -> new Stmt.Store(to, index, step(value, out), mask);
                default -> s;
            });
        }
        return out.statements();
    }

    private static Expr operands(Expr e, Block into) {
        return switch (e) {
            case Expr.Apply(var fn, var arguments) when e.lanes() > 1 -> new Expr.Apply(fn, arguments.stream().map(a -> step(a, into)).toList());
            case Expr.Bitcast(var type, var x) when e.lanes() > 1 -> new Expr.Bitcast(type, operands(x, into));
            case Expr.Cast(var type, var x) when e.lanes() > 1 -> new Expr.Cast(type, step(x, into));
            default -> e;
        };
    }

    private static Expr step(Expr e, Block into) {
        Expr whole = operands(e, into);
        return whole.lanes() > 1 && whole.type() != ElementType.BOOL && (whole instanceof Expr.Apply || whole instanceof Expr.Cast) ? into.let("s", whole) : whole;
    }

    /// Whether copies can advance together: they branch nowhere, and their loops have known ends.
    public static boolean allows(List<Stmt> statements) {
        return statements.stream().allMatch(s -> s instanceof Stmt.Let || s instanceof Stmt.Store || s instanceof Stmt.Assign
                || s instanceof Stmt.For(_, Expr.Const _, Expr.Const _, _, Stmt.Binding binding, var body) && binding == Stmt.Binding.SERIAL && allows(body));
    }

    /// Whether there is a loop among statements.
    static boolean hasLoops(List<Stmt> statements) {
        return statements.stream().anyMatch(s -> s instanceof Stmt.For);
    }

    /// The operations of statements without branches; those of a loop are counted once.
    static int length(List<Stmt> statements) {
        int sum = 0;
        for (Stmt s : statements) {
            sum += switch (s) {
                case Stmt.Let(_, var value) -> length(value);
                case Stmt.Assign(_, var value) -> length(value);
                case Stmt.Store(_, _, var value, _) -> 1 + length(value);
                case Stmt.For loop -> length(loop.body());
                default -> 0;
            };
        }
        return sum;
    }

    /// The operations of the longest chain in which each needs the one before, in statements without branches.
    static int depth(List<Stmt> statements) {
        var depths = new IdentityHashMap<Expr.Var, Integer>();
        int most = 1;
        for (Stmt s : statements) {
            int depth = switch (s) {
                case Stmt.Let(_, var value) -> depth(value, depths);
                case Stmt.Assign(_, var value) -> depth(value, depths);
                case Stmt.Store(_, _, var value, _) -> 1 + depth(value, depths);
                default -> 0;
            };
            if (s instanceof Stmt.Let(var name, _)) {
                depths.put(name, depth);
            }
            most = Math.max(most, depth);
        }
        return most;
    }

    private static int depth(Expr e, Map<Expr.Var, Integer> depths) {
        return switch (e) {
            case Expr.Var name -> depths.getOrDefault(name, 0);
            case Expr.Apply(_, var arguments) -> 1 + arguments.stream().mapToInt(a -> depth(a, depths)).max().orElse(0);
            case Expr.Cast(_, var x) -> 1 + depth(x, depths);
            case Expr.Bitcast(_, var x) -> depth(x, depths);
            case Expr.Load _ -> 1;
            default -> 0;
        };
    }

    private static int length(Expr e) {
        return switch (e) {
            case Expr.Apply(_, var arguments) -> 1 + arguments.stream().mapToInt(Abreast::length).sum();
            case Expr.Cast(_, var x) -> 1 + length(x);
            case Expr.Bitcast(_, var x) -> length(x);
            case Expr.Load _ -> 1;
            default -> 0;
        };
    }
}
