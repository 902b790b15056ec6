package dev.sinter.passes.lower;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import dev.sinter.passes.schedule.Affine;
import dev.sinter.passes.schedule.Indices;
import dev.sinter.passes.schedule.Rewriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a loop's body asks that is the same in all its steps: whether elements lie within a tensor or in what pads it.
///
/// @param ahead      the conditions and positions, to be computed before the loop
/// @param body       the rest of the body. What a condition forbids to load is not loaded: the first elements of the buffer are, and give way to zeros afterwards, so
///                   that no load needs a mask
/// @param conditions the names of conditions on which the body depends
/// @param answered   the body if all conditions hold
record Questions(List<Stmt> ahead, List<Stmt> body, List<Expr> conditions, List<Stmt> answered) {
    /// The questions of a body without loops.
    ///
    /// @param i       the loop's variable
    /// @param indices knows it; learns the names of the body
    static Questions of(List<Stmt> statements, Expr.Var i, Indices indices) {
        indices.learn(statements);
        var ahead = new ArrayList<Stmt>();
        var body = new ArrayList<Stmt>();
        Set<Expr.Var> inside = Collections.newSetFromMap(new IdentityHashMap<>());
        Map<Expr.Var, Expr> conditions = new IdentityHashMap<>();
        inside.add(i);
        for (Stmt s : statements) {
            if (s instanceof Stmt.Let(var name, var value) && (name.type() == ElementType.BOOL || name.type() == ElementType.I64) && !name.isMutable() && isInvariant(value, inside)) {
                ahead.add(s);
                if (name.type() == ElementType.BOOL) {
                    conditions.put(name, value);
                }
            } else {
                body.add(s);
                if (s instanceof Stmt.Let(var name, _)) {
                    inside.add(name);
                }
            }
        }
        var answering = new Answering(conditions);
        var answered = answering.copy(body);
        var moving = new Moving(conditions, i, indices, ahead);
        return new Questions(ahead, moving.all(body), List.copyOf(answering.asked), answered);
    }

    private static boolean isInvariant(Expr e, Set<Expr.Var> inside) {
        return switch (e) {
            case Expr.Const _ -> true;
            case Expr.Var name -> !inside.contains(name);
            case Expr.Apply(_, var arguments) -> arguments.stream().allMatch(a -> isInvariant(a, inside));
            default -> false;
        };
    }

    /// Takes the conditions for true.
    private static final class Answering extends Rewriter {
        private final Map<Expr.Var, Expr> conditions;
        private final List<Expr> asked = new ArrayList<>();

        Answering(Map<Expr.Var, Expr> conditions) {
            this.conditions = conditions;
        }

        private boolean holds(Expr e) {
            boolean holds = e instanceof Expr.Var name && conditions.containsKey(name);
            if (holds && asked.stream().noneMatch(a -> a == e)) {
                asked.add(e);
            }
            return holds;
        }

        @Override
        public Expr copy(Expr e) {
            return switch (e) {
                case Expr.Load load when load.mask() != null && holds(load.mask()) -> super.copy(new Expr.Load(load.buffer(), load.index(), load.lanes(), load.stride(), load.times(), null));
                case Expr.Apply(var fn, var arguments) when fn == Fn.SELECT && holds(arguments.getFirst()) -> copy(arguments.get(1));
                default -> super.copy(e);
            };
        }
    }

    /// Loads what must not be loaded from elsewhere.
    private static final class Moving extends Rewriter {
        private final Map<Expr.Var, Expr> conditions;
        private final Expr.Var i;
        private final Indices indices;
        private final List<Stmt> ahead;
        /// For each name that is 0 where some conditions do not hold, these conditions.
        private final Map<Expr.Var, Set<Expr>> zero = new IdentityHashMap<>();

        Moving(Map<Expr.Var, Expr> conditions, Expr.Var i, Indices indices, List<Stmt> ahead) {
            this.conditions = conditions;
            this.i = i;
            this.indices = indices;
            this.ahead = ahead;
        }

        List<Stmt> all(List<Stmt> body) {
            for (Stmt s : body) {
                if (s instanceof Stmt.Let(var name, Expr.Load load) && isMoved(load)) {
                    var parts = new HashSet<Expr>();
                    parts(load.mask(), parts);
                    zero.put(name, parts);
                } else if (s instanceof Stmt.Let(var name, var value) && isZeroAnyway(value)) {
                    zero.put(name, zero.get(((Expr.Apply) value).arguments().get(1)));
                }
            }
            return copy(body);
        }

        private void parts(Expr condition, Set<Expr> into) {
            into.add(condition);
            if (condition instanceof Expr.Var name && conditions.get(name) instanceof Expr.Apply(var fn, var arguments) && fn == Fn.AND) {
                arguments.forEach(a -> parts(a, into));
            }
        }

        private boolean isMoved(Expr.Load load) {
            return load.mask() instanceof Expr.Var name && conditions.containsKey(name)
                    && indices.of(load.index()).filter(a -> a.isLinearIn(i) && a.coefficient(i).isConstant()).isPresent();
        }

        /// Whether a choice of 0 where a condition does not hold makes no difference.
        private boolean isZeroAnyway(Expr e) {
            return e instanceof Expr.Apply(var fn, var arguments) && fn == Fn.SELECT && arguments.get(1) instanceof Expr.Var name && zero.containsKey(name)
                    && zero.get(name).contains(arguments.getFirst()) && arguments.get(2) instanceof Expr.Const(_, long bits, _) && bits == 0;
        }

        @Override
        public Expr copy(Expr e) {
            if (isZeroAnyway(e)) {
                return super.copy(((Expr.Apply) e).arguments().get(1));
            }
            if (e instanceof Expr.Load load && load.mask() != null && isMoved(load)) {
                Affine index = indices.of(load.index()).orElseThrow();
                var base = Expr.Var.index("there");
                ahead.add(new Stmt.Let(base, Expr.apply(Fn.SELECT, load.mask(), indices.expression(index.without(i)), Expr.index(0))));
                Expr moved = Expr.plus(base, Expr.times(i, indices.dim(index.coefficient(i))));
                return super.copy(Expr.apply(Fn.SELECT, load.mask(), Expr.load(load.buffer(), moved), new Expr.Const(load.type(), 0, 1)));
            }
            return super.copy(e);
        }
    }
}
