package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Expression;
import dev.sinter.frontend.ast.Subscript;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.source.Span;
import dev.sinter.ir.graph.DynamicSlice;
import dev.sinter.ir.graph.Gather;
import dev.sinter.ir.graph.Reverse;
import dev.sinter.ir.graph.Slice;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `x[1:3, :, -1]` outside index notation: slices, elements and look-ups of arrays, elements and parts of lists.
final class Subscripts {
    private final Elaborator e;

    Subscripts(Elaborator e) {
        this.e = e;
    }

    Datum subscript(Expression.Subscripted s, Scope scope) {
        Datum base = e.expressions.evaluate(s.base(), scope);
        return switch (base) {
            case Datum.Sequence(List<Datum> elements) -> ofList(elements, s, scope, false);
            case Datum.Tuple(_, List<Datum> fields) -> ofList(fields, s, scope, true);
            case Datum.Broken() -> throw Failure.silent();
            default -> new Datum.Array(ofArray(e.arrays.of(base, null, s.base().span()), s, scope));
        };
    }

    private Datum ofList(List<Datum> elements, Expression.Subscripted s, Scope scope, boolean tuple) {
        boolean single = s.subscripts().size() == 1;
        if (single && s.subscripts().getFirst() instanceof Subscript.At(Expression index)) {
            Datum at = e.expressions.evaluate(index, scope);
            if (at instanceof Datum.Whole || at instanceof Datum.Real) {
                long k = e.arrays.known(at, index.span());
                long n = elements.size();
                if (k < -n || k >= n) throw outOfRange(k, n, index.span(), tuple ? "tuple" : "list");
                return elements.get((int) (k < 0 ? k + n : k));
            }
        }
        if (single && s.subscripts().getFirst() instanceof Subscript.Slice slice) {
            int n = elements.size();
            int from = (int) clip(slice.from(), 0, n, scope);
            int to = (int) clip(slice.to(), n, n, scope);
            long step = slice.step().isEmpty() ? 1 : e.arrays.known(e.expressions.evaluate(slice.step().get(), scope), slice.span());
            var part = new ArrayList<Datum>();
            if (step < 1) throw Failure.of(Code.S0506, "the step of a slice is at least 1", slice.span(), "this is " + step);
            for (int k = from; k < to; k += (int) step) part.add(elements.get(k));
            return new Datum.Sequence(part);
        }
        return new Datum.Array(ofArray(e.arrays.of(new Datum.Sequence(elements), null, s.base().span()), s, scope));
    }

    private static Failure outOfRange(long k, long n, Span span, String what) {
        return Failure.of(Code.S0506, "there is no element " + k, span, n == 0 ? "the " + what + " is empty"
            : "the " + what + " has " + n + (n == 1 ? " element, 0" : " elements, 0 to " + (n - 1)));
    }

    private long clip(Optional<Expression> bound, long otherwise, long n, Scope scope) {
        if (bound.isEmpty()) return otherwise;
        long k = e.arrays.known(e.expressions.evaluate(bound.get(), scope), bound.get().span());
        return Math.clamp(k < 0 ? k + n : k, 0, n);
    }

    private Value ofArray(Value x, Expression.Subscripted s, Scope scope) {
        int listed = (int) s.subscripts().stream().filter(b -> !(b instanceof Subscript.Rest)).count();
        if (listed > x.rank() || s.subscripts().size() - listed > 1) {
            throw Failure.of(Code.S0505, "there are more subscripts than axes", s.span(), listed + (listed == 1 ? " subscript" : " subscripts") + " for " + Show.type(x))
                .with(s.base().span(), Show.type(x));
        }
        int axis = 0;
        for (Subscript subscript : s.subscripts()) {
            switch (subscript) {
                case Subscript.Rest _ -> axis += x.rank() - axis - remaining(s, subscript);
                case Subscript.Slice slice -> x = slice(x, axis++, slice, scope);
                case Subscript.At(Expression index) -> {
                    Datum at = e.expressions.evaluate(index, scope);
                    if (at instanceof Datum.Whole || at instanceof Datum.Real) {
                        x = element(x, axis, position(x, axis, e.arrays.dim(at, index.span()), index.span()));
                    } else {
                        Value indices = e.arrays.indices(at, index.span());
                        if (!indices.element().isInteger()) {
                            throw Failure.of(Code.S0403, "a subscript is a whole number, not " + indices.element(), index.span(), "this is " + Show.type(indices))
                                .help(indices.element() == ElementType.BOOL ? "`where(mask, x, 0)` keeps the elements of a mask" : "convert with `i64(…)`");
                        }
                        x = e.graph.add(new Gather(x, indices, axis));
                        axis += indices.rank();
                    }
                }
            }
        }
        return x;
    }

    private static int remaining(Expression.Subscripted s, Subscript after) {
        return s.subscripts().size() - 1 - s.subscripts().indexOf(after);
    }

    private Dim position(Value x, int axis, Dim k, Span span) {
        Dim n = x.dim(axis);
        if (!k.isConstant()) return k;
        if (k.value() < 0) {
            Dim fromStart = n.plus(k);
            if (fromStart.isConstant() && fromStart.value() < 0) throw outOfAxis(k, axis, n, span);
            return fromStart;
        }
        if (n.isConstant() && k.value() >= n.value()) throw outOfAxis(k, axis, n, span);
        return k;
    }

    private static Failure outOfAxis(Dim k, int axis, Dim n, Span span) {
        return Failure.of(Code.S0506, "the subscript " + k + " is out of range", span, "axis " + axis + " has the extent " + n);
    }

    /// One element of an axis, which disappears.
    Value element(Value x, int axis, Dim k) {
        Value part = e.graph.add(new Slice(x, axis, k, Dim.ONE, 1));
        return e.graph.reshape(part, x.shape().without(List.of(axis)));
    }

    /// One element of an axis at a place computed at the call; the axis disappears.
    Value element(Value x, int axis, Value k) {
        Value part = e.graph.add(new DynamicSlice(x, k, axis, Dim.ONE));
        return e.graph.reshape(part, x.shape().without(List.of(axis)));
    }

    private Value slice(Value x, int axis, Subscript.Slice slice, Scope scope) {
        Dim n = x.dim(axis);
        long step = slice.step().isEmpty() ? 1 : e.arrays.known(e.expressions.evaluate(slice.step().get(), scope), slice.step().get().span());
        if (step == 0) throw Failure.of(Code.S0506, "the step of a slice is not 0", slice.span(), "this selects nothing in particular");
        if (step == -1 && slice.from().isEmpty() && slice.to().isEmpty()) return e.graph.add(new Reverse(x, axis));
        if (step < 0) throw Failure.of(Code.S0506, "a slice runs forwards", slice.span(), "the step is " + step).help("`x[::-1]` turns an axis round");
        Dim from = bound(slice.from(), Dim.ZERO, n, scope);
        Dim to = bound(slice.to(), n, n, scope);
        return range(x, axis, from, to, step, slice.span());
    }

    /// The elements from `from` to before `to` of an axis.
    Value range(Value x, int axis, Dim from, Dim to, long step, Span span) {
        Dim n = x.dim(axis);
        if (from.is(0) && to.equals(n) && step == 1) return x;
        Dim length = to.minus(from);
        if (length.isConstant() && length.value() < 0) {
            throw Failure.of(Code.S0506, "this slice ends before it begins", span, "from " + from + " to " + to);
        }
        if (n.isConstant() && (from.isConstant() && from.value() > n.value() || to.isConstant() && to.value() > n.value())) {
            throw Failure.of(Code.S0506, "this slice reaches beyond the axis", span, "from " + from + " to " + to + ", axis " + axis + " has the extent " + n);
        }
        Dim size = step == 1 ? length : length.plus(step - 1).floorDiv(step);
        return e.graph.add(new Slice(x, axis, from, size, step));
    }

    private Dim bound(Optional<Expression> bound, Dim otherwise, Dim n, Scope scope) {
        if (bound.isEmpty()) return otherwise;
        Datum at = e.expressions.evaluate(bound.get(), scope);
        if (at instanceof Datum.Array) {
            throw Failure.of(Code.S0408, "the ends of a slice must be known at compile time", bound.get().span(), "this is computed at the call: " + Show.kind(at))
                .help("`take(x, i64(k) + iota(n), axis: 0)` takes n elements from a computed place");
        }
        Dim d = e.arrays.dim(at, bound.get().span());
        if (d.isConstant() && d.value() < 0) {
            Dim fromStart = n.plus(d);
            if (fromStart.isConstant() && fromStart.value() < 0) throw outOfAxis(d, 0, n, bound.get().span());
            return fromStart;
        }
        return d;
    }
}
