package dev.sinter.passes.lower;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Constant;
import dev.sinter.ir.graph.Pointwise;
import dev.sinter.ir.graph.Unary;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.passes.ranges.Range;
import dev.sinter.passes.schedule.Affine;
import dev.sinter.passes.schedule.Indices;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/// Computes elements of values into a block of statements. A value with a place is loaded, any other pointwise one is computed on the spot, so reading
/// through a chain of ops fuses it. The same element is computed once: what was computed is remembered by value and index, also what an outer
/// block has computed.
final class Elements implements Pointwise.Point {
    /// An element: indices that are affine are compared by their normal form, others by identity.
    private record Key(Value value, List<Object> index) { }

    private final Function<Value, Place> places;
    private final Indices indices;
    private final Block into;
    private final Elements outer;
    private final Deque<Map<Key, Expr>> known = new ArrayDeque<>();   // one table per guard that is open; inner ones see outer ones
    private Expr guard;

    Elements(Function<Value, Place> places, Indices indices, Block into) {
        this(places, indices, into, null);
    }

    private Elements(Function<Value, Place> places, Indices indices, Block into, Elements outer) {
        this.places = places;
        this.indices = indices;
        this.into = into;
        this.outer = outer;
        known.push(new HashMap<>());
    }

    /// Elements in a block within this one's block.
    Elements within(Block inner) {
        return new Elements(places, indices, inner, this);
    }

    /// The block that is written to.
    Block block() {
        return into;
    }

    /// Declares that `element` is this element of `value`.
    void remember(Value value, List<Expr> index, Expr element) {
        known.getLast().put(key(value, index), element);
    }

    /// Computes an element of a pointwise value even if the value has a place, and remembers it.
    Expr compute(Value value, List<Expr> index) {
        var key = key(value, index);
        Expr found = find(key);
        if (found != null) {
            return found;
        }
        var share = NormalShares.of(value, v -> places.apply(v) != null);
        Expr element = into.let(value.op().name(), share.isPresent() ? Expr.apply(share.get().fn(), read(share.get().argument(), index))
                : special(value, ((Pointwise) value.op()).at(this, index)));
        known.peek().put(key, element);
        return element;
    }

    /// A function of numbers that are known to lie where it is less work.
    private static Expr special(Value value, Expr element) {
        return value.op() instanceof Unary u && element instanceof Expr.Apply(var fn, var arguments) && fn == Fn.EXP && Range.areNotPositive(u.x())
                ? new Expr.Apply(Fn.EXP_OF_NEGATIVE, arguments) : element;
    }

    @Override
    public Expr read(Value value, List<Expr> index) {
        if (value.op() instanceof Constant(var data) && data.rank() == 0) {
            return scalar(data);
        }
        var key = key(value, index);
        Expr found = find(key);
        if (found != null) {
            return found;
        }
        Place place = places.apply(value);
        if (place == null) {
            if (!(value.op() instanceof Pointwise)) {
                throw new IllegalStateException("'" + value + "' is read before it is computed");
            }
            return compute(value, index);
        }
        Expr element = into.let(value.op().name(), new Expr.Load(place.buffer(), offset(place, index), 1, 1, guard));
        known.peek().put(key, element);
        return element;
    }

    private Expr find(Key key) {
        for (var table : known) {
            Expr e = table.get(key);
            if (e != null) {
                return e;
            }
        }
        return outer == null ? null : outer.find(key);
    }

    private Key key(Value value, List<Expr> index) {
        var normal = new ArrayList<Object>();
        for (int k = 0; k < index.size(); k++) {
            Expr e = index.get(k);
            normal.add(value.dim(k).is(1) ? Affine.ZERO : indices.of(e).map(Object.class::cast).orElse(e));
        }
        return new Key(value, normal);
    }

    /// The position of an element in the buffer of a place.
    Expr offset(Place place, List<Expr> index) {
        Expr offset = place.base();
        for (int k = 0; k < index.size(); k++) {
            offset = Expr.plus(offset, Expr.times(index.get(k), indices.dim(place.strides().get(k))));
        }
        return indices.of(offset).map(indices::expression).orElse(offset);
    }

    /// Stores an element.
    void store(Place place, List<Expr> index, Expr element) {
        into.store(place.buffer(), offset(place, index), element);
    }

    private static Expr scalar(NdArray data) {
        return data.element().isFloat() ? Expr.constant(data.element(), data.get(0)) : Expr.integer(data.element(), data.getLong(0));
    }

    @Override
    public Expr guard(Expr condition, Supplier<Expr> inside, Expr otherwise) {
        Expr before = guard;
        Expr c = into.let("inside", condition);
        guard = before == null ? c : into.let("inside", Expr.apply(Fn.AND, before, c));
        known.push(new HashMap<>());
        Expr element = inside.get();
        known.pop();
        guard = before;
        return Expr.apply(Fn.SELECT, c, element, otherwise);
    }

    @Override
    public Expr dim(Dim dim) {
        return indices.dim(dim);
    }

    @Override
    public Expr let(String hint, Expr value) {
        Expr named = into.let(hint, value);
        if (named instanceof Expr.Var name && named != value && name.type() == ElementType.I64) {
            indices.define(name, value);
        }
        return named;
    }
}
