package dev.sinter.ir.loop.math;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// Replaces the functions that are not primitive by the library's code, wherever they stand, so that a backend need not know them.
///
/// The steps of a function come right before the statement in whose expressions it stood (for the condition of a `While`, at the end of the
/// head); nothing else moves. A kernel that is launched twice stays one kernel. Scalars and vectors are both fine, so the pass may
/// run before or after loops become vectors; the results have the same bits.
public final class ExpandMath {
    private final Map<Kernel, Kernel> kernels = new IdentityHashMap<>();

    private ExpandMath() { }

    /// The program without functions that are not primitive.
    public static LoopProgram run(LoopProgram program) {
        return new LoopProgram(program.name(), program.dims(), program.buffers(), program.offsets(), program.arena(),
                new ExpandMath().statements(program.body()));
    }

    /// The statements without functions that are not primitive.
    public static List<Stmt> run(List<Stmt> statements) {
        return new ExpandMath().statements(statements);
    }

    private List<Stmt> statements(List<Stmt> statements) {
        var into = new Block();
        statements.forEach(s -> statement(s, into));
        return into.statements();
    }

    private void statement(Stmt statement, Block into) {
        into.add(switch (statement) {
            case Stmt.Let(var name, var value) -> new Stmt.Let(name, expression(value, into));
            case Stmt.Assign(var name, var value) -> new Stmt.Assign(name, expression(value, into));
            case Stmt.Store(var to, var index, var value, var mask) ->
                    new Stmt.Store(to, expression(index, into), expression(value, into), mask == null ? null : expression(mask, into));
            case Stmt.For loop -> new Stmt.For(loop.i(), expression(loop.from(), into), expression(loop.to(), into), loop.step(), loop.binding(),
                    statements(loop.body()));
            case Stmt.If(var condition, var then, var otherwise) -> new Stmt.If(expression(condition, into), statements(then), statements(otherwise));
            case Stmt.While(var head, var condition, var body) -> {
                var newHead = new Block();
                head.forEach(s -> statement(s, newHead));
                Expr newCondition = expression(condition, newHead);
                yield new Stmt.While(newHead.statements(), newCondition, statements(body));
            }
            case Stmt.Launch(var kernel, var arguments) -> new Stmt.Launch(kernel(kernel), arguments.stream().map(a -> expression(a, into)).toList());
            case Stmt.Barrier barrier -> barrier;
        });
    }

    private Kernel kernel(Kernel kernel) {
        return kernels.computeIfAbsent(kernel, k -> new Kernel(k.name(), k.parameters(), statements(k.body()), k.origin()));
    }

    private Expr expression(Expr expression, Block into) {
        return switch (expression) {
            case Expr.Const c -> c;
            case Expr.Var name -> name;
            case Expr.Apply(var fn, var arguments) -> {
                List<Expr> expanded = arguments.stream().map(a -> expression(a, into)).toList();
                yield fn.isPrimitive() ? new Expr.Apply(fn, expanded) : MathLibrary.expand(fn, expanded, into);
            }
            case Expr.Cast(var type, var x) -> new Expr.Cast(type, expression(x, into));
            case Expr.Bitcast(var type, var x) -> new Expr.Bitcast(type, expression(x, into));
            case Expr.Load(var buffer, var index, var lanes, var stride, var times, var mask, var ahead) ->
                    new Expr.Load(buffer, expression(index, into), lanes, stride, times, mask == null ? null : expression(mask, into), ahead);
            case Expr.Splat(var x, var lanes) -> new Expr.Splat(expression(x, into), lanes);
            case Expr.Ramp(var base, var stride, var lanes) -> new Expr.Ramp(expression(base, into), stride, lanes);
            case Expr.FirstLanes(var count, var lanes) -> new Expr.FirstLanes(expression(count, into), lanes);
            case Expr.Halve(var fn, var x) -> new Expr.Halve(fn, expression(x, into));
        };
    }
}
