package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Turns scalar statements that are elementwise in a loop variable `i` into statements for several consecutive values of `i`, one per lane.
///
/// What does not depend on `i` stays scalar and is splat where a vector needs it. Indices are understood as [Affine]: an element whose index moves by
/// one is a contiguous load, by another positive constant a strided one. Comparisons of indices become masks of first lanes, so positions are vectors
/// only where their values are needed.
public final class Vectoriser {
    /// The statements cannot be written with vectors.
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refused(String why) {
            super(why, null, false, false);
        }
    }

    /// Up to this stride, the lanes of a load are picked from whole vectors; beyond, each is fetched by itself.
    private static final int PICKED = 4;
    /// Vectors have at least so many lanes: where they have two, HotSpot has no masks on x86-64, and keeps in memory whatever meets one.
    public static final int FEWEST = 4;
    /// So many operations on vectors pay for fetching the lanes of a vector one by one.
    private static final int WORTH_A_GATHER = 4;
    /// The operations of a function that is no primitive.
    private static final int OF_A_FUNCTION = 25;

    private final Indices indices;
    private final Expr.Var i;
    private final Expr base;
    private final int lanes;
    private final Expr mask;
    private final Map<Expr.Var, Expr> names = new IdentityHashMap<>();
    private int widest = 1;
    private int gathers;
    private int operations;

    private Vectoriser(Indices indices, Expr.Var i, Expr base, int lanes, Expr mask) {
        this.indices = indices;
        this.i = i;
        this.base = base;
        this.lanes = lanes;
        this.mask = mask;
    }

    /// Statements for the lanes `base … base + lanes - 1`, and what the names of the original statements became.
    ///
    /// @param widest the bytes of the widest element that is held in a vector
    /// @param pays   whether the operations on vectors are worth fetching lanes that lie far apart
    public record Result(List<Stmt> statements, Map<Expr.Var, Expr> names, int lanes, int widest, boolean pays) {
        /// What a name of the original statements became, as a vector.
        public Expr vector(Expr name) {
            Expr e = name instanceof Expr.Var v ? names.getOrDefault(v, v) : name;
            return splat(e, lanes);
        }
    }

    /// The statements for lanes, or empty if they cannot be written with vectors.
    ///
    /// @param indices has learned the statements
    /// @param base    the first lane's `i`
    /// @param mask    which lanes exist; null for all
    /// @param given   what some names from outside stand for (an accumulator's vector)
    public static Optional<Result> lanes(Indices indices, List<Stmt> statements, Expr.Var i, Expr base, int lanes, Expr mask, Map<Expr.Var, Expr> given) {
        var vectoriser = new Vectoriser(indices, i, base, lanes, mask);
        vectoriser.names.putAll(given);
        try {
            var out = new ArrayList<Stmt>();
            vectoriser.statements(statements, out);
            return Optional.of(new Result(out, vectoriser.names, lanes, vectoriser.widest, vectoriser.operations >= WORTH_A_GATHER * vectoriser.gathers));
        } catch (Refused _) {
            return Optional.empty();
        }
    }

    /// The most lanes with which the statements can be written on a machine: 1 if they cannot, or if most of the work would be to fetch lanes that lie far apart.
    public static int lanesFor(Indices indices, List<Stmt> statements, Expr.Var i, Machine machine, Map<Expr.Var, ElementType> accumulators) {
        for (int lanes = machine.lanes(ElementType.F32); lanes >= FEWEST; lanes /= 2) {
            var given = new IdentityHashMap<Expr.Var, Expr>();
            int width = lanes;
            accumulators.forEach((name, type) -> given.put(name, Expr.Var.fixed(name.name(), type, width)));
            var result = lanes(indices, statements, i, i, lanes, null, given);
            if (result.isEmpty() || !result.get().pays()) {
                return 1;
            }
            int bytes = accumulators.values().stream().mapToInt(ElementType::bytes).reduce(result.get().widest(), Math::max);
            if (lanes * bytes * 8 <= machine.vectorBits()) {
                return lanes;
            }
        }
        return 1;
    }

    private void statements(List<Stmt> statements, List<Stmt> out) {
        for (Stmt s : statements) {
            statement(s, out);
        }
    }

    private void statement(Stmt statement, List<Stmt> out) {
        switch (statement) {
            case Stmt.Let(var name, var value) -> {
                Expr translated = name.isMutable() ? splat(expression(value), lanes) : expression(value);
                if (translated.lanes() > 1) {
                    note(translated.type());
                }
                var fresh = name.isMutable() ? Expr.Var.mutable(name.name(), name.type(), lanes)
                        : Expr.Var.fixed(name.name(), name.type(), translated.lanes());
                if (fresh.lanes() == 1) {
                    indices.define(fresh, translated);
                }
                names.put(name, fresh);
                out.add(new Stmt.Let(fresh, translated));
            }
            case Stmt.Assign(var name, var value) -> {
                if (!(names.get(name) instanceof Expr.Var inside)) {
                    throw new Refused(name + " is changed by every iteration");
                }
                out.add(new Stmt.Assign(inside, splat(expression(value), lanes)));
            }
            case Stmt.Store store -> out.add(store(store));
            case Stmt.For loop -> {
                Expr from = uniform(loop.from());
                Expr to = uniform(loop.to());
                var fresh = Expr.Var.index(loop.i().name());
                indices.extent(loop.i()).ifPresent(e -> indices.range(fresh, e));
                names.put(loop.i(), fresh);
                var body = new ArrayList<Stmt>();
                statements(loop.body(), body);
                out.add(new Stmt.For(fresh, from, to, loop.step(), loop.binding() == Stmt.Binding.PARALLEL ? Stmt.Binding.SERIAL : loop.binding(), body));
            }
            case Stmt.If(var condition, var then, var otherwise) -> {
                Expr c = uniform(condition);
                var yes = new ArrayList<Stmt>();
                var no = new ArrayList<Stmt>();
                statements(then, yes);
                statements(otherwise, no);
                out.add(new Stmt.If(c, yes, no));
            }
            case Stmt.While _ -> throw new Refused("a loop with a computed end");
            case Stmt.Launch _, Stmt.Barrier _ -> throw new IllegalArgumentException("not within a kernel");
        }
    }

    private Stmt store(Stmt.Store store) {
        Affine index = affine(store.index());
        if (index == null || !index.isLinearIn(i) || !index.coefficient(i).is(1)) {
            throw new Refused("elements of " + store.to() + " are not stored side by side");
        }
        Expr guard = store.mask() == null ? mask : splat(expression(store.mask()), lanes);
        if (store.mask() != null && mask != null) {
            guard = Expr.apply(Fn.AND, guard, mask);
        }
        Expr value = splat(expression(store.value()), lanes);
        note(value.type());
        return new Stmt.Store(store.to(), first(index), value, guard);
    }

    /// The scalar that an expression is in every lane.
    private Expr uniform(Expr e) {
        Expr translated = expression(e);
        if (translated.lanes() > 1) {
            throw new Refused("lanes go different ways");
        }
        return translated;
    }

    private Expr expression(Expr e) {
        if (e.lanes() > 1) {
            throw new Refused("vectors already");
        }
        if (e.type() == ElementType.I64 && !(e instanceof Expr.Const)) {
            Affine a = affine(e);
            if (a != null && a.mentions(i) && a.isLinearIn(i) && a.coefficient(i).isConstant()) {
                note(ElementType.I64);
                return new Expr.Ramp(first(a), a.coefficient(i).value(), lanes);
            }
        }
        return switch (e) {
            case Expr.Const c -> c;
            case Expr.Var name -> names.getOrDefault(name, name);
            case Expr.Apply(var fn, var arguments) -> apply(fn, arguments);
            case Expr.Cast(var type, var x) -> {
                Expr y = expression(x);
                yield new Expr.Cast(noted(type, y), y);
            }
            case Expr.Bitcast(var type, var x) -> new Expr.Bitcast(type, expression(x));
            case Expr.Load load -> load(load);
            case Expr.Splat _, Expr.Ramp _, Expr.FirstLanes _, Expr.Halve _ -> throw new Refused("vectors already");
        };
    }

    private Expr apply(Fn fn, List<Expr> arguments) {
        if (fn == Fn.LT || fn == Fn.LE) {
            Expr order = positions(fn, arguments.get(0), arguments.get(1));
            if (order != null) {
                return order;
            }
        }
        var translated = new ArrayList<Expr>();
        int width = 1;
        for (Expr a : arguments) {
            Expr t = expression(a);
            translated.add(t);
            width = Math.max(width, t.lanes());
        }
        if (width > 1) {
            translated.replaceAll(a -> splat(a, lanes));
            ElementType type = translated.getLast().type();
            if ((fn == Fn.DIV || fn == Fn.REM) && type == ElementType.I64) {
                throw new Refused("positions are divided");
            }
            note(type);
            operations += fn.isPrimitive() ? 1 : OF_A_FUNCTION;
            if (!fn.isPrimitive()) {
                widest = Math.max(widest, MathWidth.of(fn, type));
            }
        }
        return new Expr.Apply(fn, translated);
    }

    /// A comparison of positions as a mask of the first lanes, or null if it is none.
    private Expr positions(Fn fn, Expr a, Expr b) {
        Affine left = affine(a);
        Affine right = affine(b);
        if (left == null || right == null) {
            return null;
        }
        Affine difference = right.plus(left.times(Dim.constant(-1)));     // a < b  <=>  0 < difference
        if (!difference.isLinearIn(i)) {
            return null;
        }
        Dim slope = difference.coefficient(i);
        Expr start = first(difference);
        if (slope.is(-1)) {                                               // start - lane > 0  <=>  lane < start
            return new Expr.FirstLanes(fn == Fn.LT ? start : Expr.plus(start, Expr.index(1)), lanes);
        }
        if (slope.is(1)) {                                                // start + lane > 0  <=>  not lane < 1 - start
            Expr count = Expr.apply(Fn.SUB, Expr.index(fn == Fn.LT ? 1 : 0), start);
            return Expr.apply(Fn.NOT, new Expr.FirstLanes(count, lanes));
        }
        return null;
    }

    private Expr load(Expr.Load load) {
        Affine index = affine(load.index());
        if (index == null) {
            Expr at = expression(load.index());
            if (at.lanes() > 1) {
                throw new Refused("elements of " + load.buffer() + " are chosen by computed positions");
            }
            return scalarLoad(load.buffer(), at, load.mask());
        }
        if (!index.mentions(i)) {
            return scalarLoad(load.buffer(), first(index), load.mask());
        }
        int times = times(index);
        Dim stride = times > 1 ? Dim.ONE : index.coefficient(i);
        if (times == 1 && !index.isLinearIn(i) || !stride.isConstant() || stride.value() < 1 || stride.value() > Integer.MAX_VALUE) {
            throw new Refused("elements of " + load.buffer() + " are not side by side");
        }
        Expr guard = load.mask() == null ? mask : splat(expression(load.mask()), lanes);
        if (load.mask() != null && mask != null) {
            guard = Expr.apply(Fn.AND, guard, mask);
        }
        note(load.type());
        gathers += stride.value() > PICKED ? 1 : 0;
        return new Expr.Load(load.buffer(), first(index), lanes, (int) stride.value(), times, guard);
    }

    /// In how many neighbouring lanes each element stands: `i / 2` is the same twice, where vectors begin at even places. They do if `i` ends at one, since they begin at
    /// multiples of their lanes or end with the last element.
    private int times(Affine index) {
        Affine some = index.of(a -> Affine.of(a).mentions(i));
        if (some.terms().size() != 1 || !(some.terms().keySet().iterator().next() instanceof Affine.Quotient(var x, var by)) || !some.terms().containsValue(Dim.ONE)) {
            return 1;
        }
        boolean even = by.isConstant() && lanes % by.value() == 0 && by.value() < lanes && x.isLinearIn(i) && x.coefficient(i).is(1) && x.without(i).isConstant()
                && x.constant().isConstant() && x.constant().value() % by.value() == 0
                && indices.extent(i).filter(e -> e.isConstant() && e.value() % by.value() == 0).isPresent();
        return even ? (int) by.value() : 1;
    }

    private Expr scalarLoad(Buffer buffer, Expr index, Expr guard) {
        if (guard == null) {
            return Expr.load(buffer, index);
        }
        Expr g = expression(guard);
        if (g.lanes() == 1) {
            return new Expr.Load(buffer, index, 1, 1, g);
        }
        Expr any = new Expr.Halve(Fn.OR, g);
        Expr loaded = splat(new Expr.Load(buffer, index, 1, 1, any), lanes);
        note(buffer.type());
        Expr zero = splat(new Expr.Const(buffer.type(), 0, 1), lanes);
        return Expr.apply(Fn.SELECT, g, loaded, zero);
    }

    /// The normal form, unless a name in it differs from lane to lane.
    private Affine affine(Expr e) {
        return indices.of(e).filter(a -> a.names().noneMatch(n -> names.containsKey(n) && names.get(n).lanes() > 1)).orElse(null);
    }

    /// An index at the first lane. Names stand for what they were translated to; scalar ones for themselves.
    private Expr first(Affine index) {
        var rewriter = new Rewriter().with(i, base);
        names.forEach((name, by) -> {
            if (by.lanes() == 1) {
                rewriter.with(name, by);
            }
        });
        return rewriter.copy(indices.expression(index));
    }

    private void note(ElementType type) {
        widest = Math.max(widest, type.bytes());
    }

    private ElementType noted(ElementType type, Expr x) {
        if (x.lanes() > 1) {
            note(type);
        }
        return type;
    }

    /// `e` in every lane; a constant is a constant vector.
    static Expr splat(Expr e, int lanes) {
        return e.lanes() == lanes ? e : e instanceof Expr.Const(var type, long bits, _) ? new Expr.Const(type, bits, lanes) : new Expr.Splat(e, lanes);
    }
}
