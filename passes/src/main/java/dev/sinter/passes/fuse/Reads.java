package dev.sinter.passes.fuse;

import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Pointwise;
import dev.sinter.ir.graph.Reduce;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.passes.schedule.Affine;
import dev.sinter.passes.schedule.Axis;
import dev.sinter.passes.schedule.Indices;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// What one element of a value needs: found by evaluating it with names for indices, and noting what is read.
///
/// @param axes     the axes of the evaluation: those of the value, of a reduction's operand
/// @param accesses which element of which value is read, each once
/// @param cost     the arithmetic of one element, where an addition counts 1
public record Reads(List<Axis> axes, List<Access> accesses, double cost) {
    /// An element that is read. Indices are normal forms where they are affine.
    ///
    /// @param guarded whether it is read under a condition
    public record Access(Value value, List<Object> index, boolean guarded) {
        /// Whether every index is affine.
        public boolean isAffine() {
            return index.stream().allMatch(i -> i instanceof Affine);
        }

        /// Whether the element's position in row-major memory is linear in names: quotients and remainders by which an index was split have come together again.
        public boolean isLinear() {
            Affine offset = Affine.ZERO;
            for (int k = 0; k < index.size(); k++) {
                if (!(index.get(k) instanceof Affine i)) {
                    return false;
                }
                offset = offset.times(value.dim(k)).plus(i);
            }
            return offset.isLinear();
        }
    }

    /// What an element of `value` needs, looking through pointwise values for which `stops` does not hold. `value` itself is looked into in any case;
    /// a reduction stands for its operand.
    ///
    /// @param indices without names yet: the axes are declared there
    public static Reads of(Value value, Indices indices, Predicate<Value> stops) {
        Value over = value.op() instanceof Reduce reduce ? reduce.x() : value;
        var axes = new ArrayList<Axis>();
        for (Dim d : over.shape()) {
            var axis = Axis.of("d" + axes.size(), d);
            indices.range(axis.name(), d);
            axes.add(axis);
        }
        var trial = new Trial(indices, stops);
        List<Expr> index = axes.stream().map(a -> (Expr) a.name()).toList();
        if (value.op() instanceof Reduce) {
            trial.read(over, index);
        } else if (value.op() instanceof Pointwise op) {
            trial.count(op.at(trial, index));
        } else if (!(value.op() instanceof Dot)) {
            throw new IllegalArgumentException("'" + value + "' has no elements of its own");
        }
        boolean linear = trial.accesses.stream().allMatch(Access::isLinear);
        return new Reads(axes, List.copyOf(trial.accesses), trial.cost + (linear ? 0 : trial.divisions));
    }

    /// Whether an access is at the index of the evaluation itself.
    public boolean isInPlace(Access access) {
        if (access.index().size() != axes.size()) {
            return false;
        }
        for (int k = 0; k < axes.size(); k++) {
            if (!isAxis(access.index().get(k), axes.get(k))) {
                return false;
            }
        }
        return true;
    }

    /// Whether an index is an axis' name; an axis of extent 1 is also the index 0.
    static boolean isAxis(Object index, Axis axis) {
        return index instanceof Affine a && (a.constant().is(0) && a.terms().size() == 1 && a.coefficient(axis.name()).is(1)
                || axis.extent().is(1) && a.isConstant() && a.constant().is(0));
    }

    /// What the function costs, relative to an addition.
    private static double cost(Fn fn, ElementType type) {
        if (fn.isPrimitive()) {
            return fn == Fn.DIV || fn == Fn.SQRT || fn == Fn.REM ? (type.isFloat() ? 4 : 8) : 1;
        }
        return fn == Fn.THREEFRY ? 80 : 25;
    }

    private static final class Trial implements Pointwise.Point {
        private final Indices indices;
        private final Predicate<Value> stops;
        private final List<Access> accesses = new ArrayList<>();
        private final Set<Access> seen = new HashSet<>();
        private final Map<Value, Map<List<Object>, Expr>> known = new IdentityHashMap<>();
        private double cost;
        private double divisions;
        private int guards;

        Trial(Indices indices, Predicate<Value> stops) {
            this.indices = indices;
            this.stops = stops;
        }

        @Override
        public Expr read(Value operand, List<Expr> index) {
            var key = new ArrayList<Object>();
            for (Expr e : index) {
                key.add(indices.of(e).map(Object.class::cast).orElse(e));
            }
            return known.computeIfAbsent(operand, v -> new java.util.HashMap<>()).computeIfAbsent(key, k -> element(operand, index, k));
        }

        private Expr element(Value operand, List<Expr> index, List<Object> key) {
            if (!stops.test(operand) && operand.op() instanceof Pointwise op) {
                Expr e = op.at(this, index);
                count(e);
                return e instanceof Expr.Const ? e : Expr.Var.fixed("e", e.type(), 1);
            }
            var access = new Access(operand, key, guards > 0);
            if (seen.add(access)) {
                accesses.add(access);
            }
            return Expr.Var.fixed("x", operand.element(), 1);
        }

        /// Adds up the arithmetic; of scalar i64s only what is not index arithmetic.
        void count(Expr e) {
            switch (e) {
                case Expr.Apply(var fn, var arguments) -> {
                    if (indices.of(e).isEmpty()) {
                        cost += cost(fn, e.type());
                    } else if (fn == Fn.DIV || fn == Fn.REM) {
                        divisions += cost(fn, e.type());
                    }
                    arguments.forEach(this::count);
                }
                case Expr.Cast(_, var x) -> {
                    cost++;
                    count(x);
                }
                case Expr.Bitcast(_, var x) -> count(x);
                default -> { }
            }
        }

        @Override
        public Expr guard(Expr condition, Supplier<Expr> inside, Expr otherwise) {
            count(condition);
            guards++;
            Expr e = inside.get();
            guards--;
            return Expr.apply(Fn.SELECT, condition, e, otherwise);
        }

        @Override
        public Expr dim(Dim dim) {
            return indices.dim(dim);
        }

        @Override
        public Expr let(String hint, Expr value) {
            if (value instanceof Expr.Var || value instanceof Expr.Const) {
                return value;
            }
            count(value);
            var name = Expr.Var.fixed(hint, value.type(), 1);
            indices.define(name, value);
            return name;
        }
    }
}
