package dev.sinter.ir.loop.math;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Stmt;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// Puts the value of a name that is used once in the place of the name: steps of a chain, such as Horner's scheme, become one expression.
/// That halves the statements of an expansion, and the code of backends that keep every name in a local variable.
final class Chains {
    private final Map<Expr.Var, Integer> uses = new IdentityHashMap<>();
    private final Map<Expr.Var, Expr> values = new IdentityHashMap<>();

    private Chains() { }

    /// Moves steps to another block. They define fixed names by expressions of fixed names; other statements stay as they are, and so
    /// do the names that occur in them.
    static void move(List<Stmt> steps, Expr result, Block into) {
        var chains = new Chains();
        chains.countTwice(result);
        for (Stmt step : steps) {
            if (step instanceof Stmt.Let(var name, var value) && !name.isMutable()) {
                chains.count(value, 1);
            } else {
                chains.countTwice(step);
            }
        }
        for (Stmt step : steps) {
            if (!(step instanceof Stmt.Let(var name, var value)) || name.isMutable()) {
                into.add(step);
            } else if (chains.uses.getOrDefault(name, 0) == 1) {
                chains.values.put(name, chains.replaced(value));
            } else {
                into.add(new Stmt.Let(name, chains.replaced(value)));
            }
        }
    }

    private void countTwice(Expr expression) {
        count(expression, 2);
    }

    private void countTwice(Stmt statement) {
        switch (statement) {
            case Stmt.Let(_, var value) -> countTwice(value);
            case Stmt.Assign(_, var value) -> countTwice(value);
            case Stmt.For loop -> {
                countTwice(loop.from());
                countTwice(loop.to());
                loop.body().forEach(this::countTwice);
            }
            case Stmt.If _, Stmt.While _, Stmt.Store _, Stmt.Launch _, Stmt.Barrier _ ->
                    throw new IllegalArgumentException("no expansion has such a statement: " + statement);
        }
    }

    private void count(Expr expression, int times) {
        switch (expression) {
            case Expr.Var name -> uses.merge(name, times, Integer::sum);
            case Expr.Const _ -> { }
            case Expr.Apply(_, var arguments) -> arguments.forEach(a -> count(a, times));
            case Expr.Cast(_, var x) -> count(x, times);
            case Expr.Bitcast(_, var x) -> count(x, times);
            case Expr.Splat(var x, _) -> count(x, times);
            case Expr.Load _, Expr.Ramp _, Expr.FirstLanes _, Expr.Halve _ ->
                    throw new IllegalArgumentException("no expansion has such an expression: " + expression);
        }
    }

    private Expr replaced(Expr expression) {
        return switch (expression) {
            case Expr.Var name -> values.getOrDefault(name, name);
            case Expr.Apply(var fn, var arguments) -> new Expr.Apply(fn, arguments.stream().map(this::replaced).toList());
            case Expr.Cast(var type, var x) -> new Expr.Cast(type, replaced(x));
            case Expr.Bitcast(var type, var x) -> new Expr.Bitcast(type, replaced(x));
            case Expr.Splat(var x, var lanes) -> new Expr.Splat(replaced(x), lanes);
            case Expr.Const _, Expr.Load _, Expr.Ramp _, Expr.FirstLanes _, Expr.Halve _ -> expression;
        };
    }
}
