package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// Cuts elementwise loops where the answer to a question about their variable changes, so that no step asks it: whether an element lies within a tensor or in
/// what pads it, or in which part of a concatenation. The inside of a padded image becomes a loop of plain copies between short loops of zeros.
///
/// ```text
/// for h: for w: y[h, w] = 1 <= h < 9 and 1 <= w < 9 ? x[h - 1, w - 1] : 0
///
/// for h: if 1 <= h < 9 then { y[h, 0] = 0;  for w in 1 … 9: y[h, w] = x[h - 1, w - 1];  y[h, 9] = 0 }
///        else for w: y[h, w] = 0
/// ```
///
/// A question that is the same in all steps of a loop is asked before it. Loops that accumulate stay as they are, and so do the outermost ones, which are split among the team.
final class SplitLoops {
    /// Statements of a loop, all copies together, above which it is left alone.
    private static final int LARGEST = 200;

    private final Indices indices;

    private SplitLoops(Indices indices) {
        this.indices = indices;
    }

    /// The statements of a kernel with loops cut.
    ///
    /// @param indices has learned the statements; learns the new ones
    static List<Stmt> split(List<Stmt> statements, Indices indices) {
        var splitter = new SplitLoops(indices);
        var out = new ArrayList<Stmt>();
        for (Stmt s : statements) {
            out.add(s instanceof Stmt.For loop ? with(loop, splitter.statements(loop.body())) : s);
        }
        return out;
    }

    private static Stmt.For with(Stmt.For loop, List<Stmt> body) {
        return new Stmt.For(loop.i(), loop.from(), loop.to(), loop.step(), loop.binding(), body);
    }

    private List<Stmt> statements(List<Stmt> statements) {
        var out = new ArrayList<Stmt>();
        for (Stmt s : statements) {
            switch (s) {
                case Stmt.For loop -> out.addAll(loop(loop));
                case Stmt.If(var condition, var then, var otherwise) -> out.add(new Stmt.If(condition, statements(then), statements(otherwise)));
                default -> out.add(s);
            }
        }
        return out;
    }

    private List<Stmt> loop(Stmt.For loop) {
        boolean counted = loop.step() == 1 && loop.from() instanceof Expr.Const(_, long zero, _) && zero == 0;
        if (!counted || !isElementwise(loop.body())) {
            return List.of(with(loop, statements(loop.body())));
        }
        int size = size(loop.body());
        var question = 2 * size > LARGEST ? null : outside(loop);
        if (question != null) {
            return List.of(new Stmt.If(question.asked(), loop(answered(loop, question.name(), 1)), loop(answered(loop, question.name(), 0))));
        }
        Dim extent = indices.extent(loop.i()).orElse(null);
        var cuts = extent == null ? List.<Dim>of() : cuts(loop, extent);
        if (cuts.isEmpty() || (cuts.size() + 1) * size > LARGEST) {
            return List.of(with(loop, statements(loop.body())));
        }
        var out = new ArrayList<Stmt>();
        Dim from = Dim.ZERO;
        for (int k = 0; k <= cuts.size(); k++) {
            Dim to = k == cuts.size() ? extent : cuts.get(k);
            out.addAll(piece(loop, from, to));
            from = to;
        }
        return out;
    }

    /// The steps from `from` up to `to`, counted from 0.
    private List<Stmt> piece(Stmt.For loop, Dim from, Dim to) {
        Dim length = to.minus(from);
        var answering = new Answering(loop.i(), from, to);
        if (length.is(1)) {
            var once = answering.with(loop.i(), indices.dim(from)).copy(loop.body());
            indices.learn(once);
            return statements(once);
        }
        var i = Expr.Var.index(loop.i().name());
        indices.range(i, length);
        var body = answering.with(loop.i(), Expr.plus(i, indices.dim(from))).copy(loop.body());
        indices.learn(body);
        return List.of(new Stmt.For(i, Expr.index(0), indices.dim(length), 1, loop.binding(), statements(body)));
    }

    private static boolean isElementwise(List<Stmt> body) {
        return body.stream().allMatch(s -> s instanceof Stmt.Store || s instanceof Stmt.Let(var name, _) && !name.isMutable() && name.lanes() == 1
                || s instanceof Stmt.For loop && loop.binding() != Stmt.Binding.UNROLLED && isElementwise(loop.body()));
    }

    private static int size(List<Stmt> body) {
        return body.stream().mapToInt(s -> s instanceof Stmt.For loop ? 1 + size(loop.body()) : 1).sum();
    }

    /// A question that a loop asks under a name, in words of what is known before the loop.
    private record Question(Expr.Var name, Expr asked) { }

    /// The first question whose answer is the same in all steps of a loop; null if there is none.
    private Question outside(Stmt.For loop) {
        Set<Expr.Var> inside = Collections.newSetFromMap(new IdentityHashMap<>());
        inside.add(loop.i());
        var lets = new IdentityHashMap<Expr.Var, Expr>();
        lets(loop.body(), inside, lets);
        return outside(loop.body(), inside, lets);
    }

    private Question outside(List<Stmt> body, Set<Expr.Var> inside, IdentityHashMap<Expr.Var, Expr> lets) {
        for (Stmt s : body) {
            Question found = null;
            if (s instanceof Stmt.Let(var name, var value) && name.type() == ElementType.BOOL) {
                Expr asked = asked(value, inside, lets);
                found = asked == null || asked instanceof Expr.Const ? null : new Question(name, asked);
            } else if (s instanceof Stmt.For loop) {
                found = outside(loop.body(), inside, lets);
            }
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static void lets(List<Stmt> body, Set<Expr.Var> inside, IdentityHashMap<Expr.Var, Expr> lets) {
        for (Stmt s : body) {
            if (s instanceof Stmt.Let(var name, var value)) {
                inside.add(name);
                lets.put(name, value);
            } else if (s instanceof Stmt.For loop) {
                inside.add(loop.i());
                lets(loop.body(), inside, lets);
            }
        }
    }

    /// A condition without names from inside; null if it depends on them.
    private Expr asked(Expr condition, Set<Expr.Var> inside, IdentityHashMap<Expr.Var, Expr> lets) {
        return switch (condition) {
            case Expr.Const c -> c;
            case Expr.Var name when !inside.contains(name) -> name;
            case Expr.Var name -> lets.containsKey(name) ? asked(lets.get(name), inside, lets) : null;
            case Expr.Apply(var fn, var arguments) when (fn == Fn.AND || fn == Fn.OR || fn == Fn.NOT) && condition.type() == ElementType.BOOL -> {
                var parts = new ArrayList<Expr>();
                for (Expr a : arguments) {
                    Expr part = asked(a, inside, lets);
                    if (part == null) {
                        yield null;
                    }
                    parts.add(part);
                }
                yield new Expr.Apply(fn, parts);
            }
            case Expr.Apply(var fn, var _) when fn == Fn.LT || fn == Fn.LE -> {
                Affine difference = difference(condition);
                yield difference == null || difference.isConstant() || difference.names().anyMatch(inside::contains) ? null
                        : Expr.apply(fn, Expr.index(0), indices.expression(difference));
            }
            default -> null;
        };
    }

    /// `b - a` of a comparison `a < b` or `a <= b` of indices; null if it is none.
    private Affine difference(Expr comparison) {
        if (!(comparison instanceof Expr.Apply(var fn, var arguments)) || fn != Fn.LT && fn != Fn.LE || arguments.getFirst().type() != ElementType.I64 || comparison.lanes() != 1) {
            return null;
        }
        Affine a = indices.of(arguments.get(0)).orElse(null);
        Affine b = indices.of(arguments.get(1)).orElse(null);
        return a == null || b == null ? null : b.plus(a.times(Dim.constant(-1)));
    }

    /// A loop with the answer to a question.
    private Stmt.For answered(Stmt.For loop, Expr.Var question, long answer) {
        var i = Expr.Var.index(loop.i().name());
        indices.extent(loop.i()).ifPresent(e -> indices.range(i, e));
        var answering = new Answering(null, null, null) {
            @Override
            protected boolean isDropped(Stmt.Let let) {
                if (let.name() == question) {
                    with(question, new Expr.Const(ElementType.BOOL, answer, 1));
                    return true;
                }
                return super.isDropped(let);
            }
        };
        var body = answering.with(loop.i(), i).copy(loop.body());
        indices.learn(body);
        return new Stmt.For(i, loop.from(), loop.to(), loop.step(), loop.binding(), body);
    }

    /// A comparison that holds below a place, or from there on.
    private record Turn(Dim place, boolean below) { }

    /// Where the answer to a comparison changes as a variable grows; null if it depends on more than that.
    private Turn turn(Expr comparison, Expr.Var i) {
        Affine difference = difference(comparison);
        if (difference == null || !difference.isLinearIn(i) || !difference.without(i).isConstant()) {
            return null;
        }
        Dim rest = difference.constant();
        boolean strict = ((Expr.Apply) comparison).fn() == Fn.LT;
        return difference.coefficient(i).is(-1) ? new Turn(strict ? rest : rest.plus(1), true)             // 0 < rest - i
                : difference.coefficient(i).is(1) ? new Turn((strict ? Dim.ONE : Dim.ZERO).minus(rest), false)   // 0 < rest + i
                : null;
    }

    /// The places within a loop at which an answer changes, in order. One whose order among them is not known is left out.
    private List<Dim> cuts(Stmt.For loop, Dim extent) {
        var cuts = new ArrayList<Dim>();
        cuts(loop.body(), loop.i(), extent, cuts);
        return cuts;
    }

    private void cuts(List<Stmt> body, Expr.Var i, Dim extent, List<Dim> cuts) {
        for (Stmt s : body) {
            switch (s) {
                case Stmt.Let(_, var value) -> cuts(value, i, extent, cuts);
                case Stmt.Store(_, _, var value, _) -> cuts(value, i, extent, cuts);
                case Stmt.For loop -> cuts(loop.body(), i, extent, cuts);
                default -> { }
            }
        }
    }

    private void cuts(Expr e, Expr.Var i, Dim extent, List<Dim> cuts) {
        if (!(e instanceof Expr.Apply(_, var arguments))) {
            return;
        }
        arguments.forEach(a -> cuts(a, i, extent, cuts));
        Turn turn = turn(e, i);
        if (turn == null || !isBelow(Dim.ZERO, turn.place()) || !isBelow(turn.place(), extent) || cuts.contains(turn.place())) {
            return;
        }
        int k = 0;
        while (k < cuts.size() && isBelow(cuts.get(k), turn.place())) {
            k++;
        }
        if (k == cuts.size() || isBelow(turn.place(), cuts.get(k))) {
            cuts.add(k, turn.place());
        }
    }

    private static boolean isBelow(Dim a, Dim b) {
        return b.minus(a).minus(Dim.ONE).isKnownNonNegative();
    }

    /// Copies statements for a range of a variable, with what is known there.
    private class Answering extends Rewriter {
        private final Expr.Var i;
        private final Dim from;
        private final Dim to;

        /// @param i null if nothing is known of a variable
        Answering(Expr.Var i, Dim from, Dim to) {
            this.i = i;
            this.from = from;
            this.to = to;
        }

        @Override
        protected boolean isDropped(Stmt.Let let) {
            if (let.name().isMutable() || !(copy(let.value()) instanceof Expr.Const known)) {
                return false;
            }
            with(let.name(), known);
            return true;
        }

        @Override
        public Expr copy(Expr e) {
            Turn turn = i == null ? null : turn(e, i);
            if (turn != null && (isBelow(turn.place(), from) || turn.place().equals(from))) {
                return bool(!turn.below());
            }
            if (turn != null && (isBelow(to, turn.place()) || turn.place().equals(to))) {
                return bool(turn.below());
            }
            return switch (super.copy(e)) {
                case Expr.Apply(var fn, var x) when fn == Fn.NOT && x.getFirst() instanceof Expr.Const(var type, long bits, _) && type == ElementType.BOOL -> bool(bits == 0);
                case Expr.Apply(var fn, var x) when fn == Fn.AND && isBool(x, 0) -> bool(false);
                case Expr.Apply(var fn, var x) when fn == Fn.OR && isBool(x, 1) -> bool(true);
                case Expr.Apply(var fn, var x) when (fn == Fn.AND || fn == Fn.OR) && isBool(x, fn == Fn.AND ? 1 : 0) -> x.get(0) instanceof Expr.Const ? x.get(1) : x.get(0);
                case Expr.Apply(var fn, var x) when fn == Fn.SELECT && x.getFirst() instanceof Expr.Const(_, long bits, _) -> x.get(bits != 0 ? 1 : 2);
                case Expr.Load load when load.mask() instanceof Expr.Const(_, long bits, _) ->
                        bits != 0 ? new Expr.Load(load.buffer(), load.index(), load.lanes(), load.stride(), load.times(), null) : new Expr.Const(load.type(), 0, load.lanes());
                case Expr copied -> copied;
            };
        }

        private static Expr bool(boolean value) {
            return new Expr.Const(ElementType.BOOL, value ? 1 : 0, 1);
        }

        /// Whether an operand is this bool.
        private static boolean isBool(List<Expr> operands, long value) {
            return operands.stream().anyMatch(x -> x instanceof Expr.Const(var type, long bits, _) && type == ElementType.BOOL && bits == value);
        }
    }
}
