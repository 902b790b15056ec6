package dev.sinter.codegen.jvm;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Stmt;
import java.util.List;

/// How much statements do for vectors, by an estimate: statements on vectors, each as often as it is carried out and for as many parts as its vector has. Loops
/// whose steps are not known count once, of branches the longer one counts.
final class VectorWork {
    private VectorWork() { }

    /// The work of statements on a machine with vectors of `vectorBits` bits; 0 where it has none.
    static long of(List<Stmt> statements, int vectorBits) {
        return statements.stream().mapToLong(s -> of(s, vectorBits)).sum();
    }

    private static long of(Stmt statement, int vectorBits) {
        return switch (statement) {
            case Stmt.Let(_, var value) -> of(value, vectorBits);
            case Stmt.Assign(_, var value) -> of(value, vectorBits);
            case Stmt.Store(_, _, var value, _) -> of(value, vectorBits);
            case Stmt.For(_, var from, var to, long step, _, var body) -> steps(from, to, step) * of(body, vectorBits);
            case Stmt.If(_, var then, var otherwise) -> Math.max(of(then, vectorBits), of(otherwise, vectorBits));
            case Stmt.While(var head, _, var body) -> of(head, vectorBits) + of(body, vectorBits);
            case Stmt.Launch _, Stmt.Barrier _ -> 0;
        };
    }

    private static long of(Expr value, int vectorBits) {
        return value.lanes() == 1 || vectorBits == 0 ? 0 : Math.max(1, value.lanes() * value.type().bytes() * 8L / vectorBits);
    }

    private static long steps(Expr from, Expr to, long step) {
        return from instanceof Expr.Const(_, long first, _) && to instanceof Expr.Const(_, long end, _) ? Math.max(0, Math.ceilDiv(end - first, step)) : 1;
    }

    /// How many instructions on vectors statements are in the code, each once.
    static int instructions(List<Stmt> statements, int vectorBits) {
        return statements.stream().mapToInt(s -> instructions(s, vectorBits)).sum();
    }

    private static int instructions(Stmt statement, int vectorBits) {
        return switch (statement) {
            case Stmt.Let(_, var value) -> instructions(value, vectorBits);
            case Stmt.Assign(_, var value) -> instructions(value, vectorBits);
            case Stmt.Store(_, _, var value, _) -> (int) of(value, vectorBits) + instructions(value, vectorBits);
            case Stmt.For loop -> instructions(loop.body(), vectorBits);
            case Stmt.If(_, var then, var otherwise) -> instructions(then, vectorBits) + instructions(otherwise, vectorBits);
            case Stmt.While(var head, _, var body) -> instructions(head, vectorBits) + instructions(body, vectorBits);
            case Stmt.Launch _, Stmt.Barrier _ -> 0;
        };
    }

    private static int instructions(Expr value, int vectorBits) {
        return value instanceof Expr.Var ? 0 : (int) of(value, vectorBits) + switch (value) {
            case Expr.Apply(_, var arguments) -> arguments.stream().mapToInt(a -> instructions(a, vectorBits)).sum();
            case Expr.Cast(_, var x) -> instructions(x, vectorBits);
            case Expr.Bitcast(_, var x) -> instructions(x, vectorBits);
            case Expr.Halve(_, var x) -> (int) of(x, vectorBits) + instructions(x, vectorBits);
            case Expr.Const _, Expr.Var _, Expr.Load _, Expr.Splat _, Expr.Ramp _, Expr.FirstLanes _ -> 0;
        };
    }
}
