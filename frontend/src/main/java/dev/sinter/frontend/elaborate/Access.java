package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Expression;
import dev.sinter.frontend.ast.Parts;
import dev.sinter.frontend.ast.Subscript;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.source.Span;
import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Gather;
import dev.sinter.ir.graph.Iota;
import dev.sinter.ir.graph.Reverse;
import dev.sinter.ir.graph.Slice;
import dev.sinter.ir.graph.TakeAlong;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Window;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import java.util.ArrayList;
import java.util.List;

/// One subscripted array in index notation: axis by axis it is sliced, windowed or looked up until each axis belongs to an index.
final class Access {
    private final Elaborator e;
    private final IndexNotation notation;
    private final Indices indices;
    private final Expression.Subscripted s;
    private final List<String> labels = new ArrayList<>();     // of the axes of `x`; "#k" while subscript k is to be done
    private Value x;

    Access(Elaborator e, IndexNotation notation, Indices indices, Expression.Subscripted s) {
        this.e = e;
        this.notation = notation;
        this.indices = indices;
        this.s = s;
    }

    IndexNotation.Term term() {
        x = indices.base(s);
        for (int k = 0; k < x.rank(); k++) labels.add("#" + k);
        var computed = new ArrayList<Integer>();
        for (int k = 0; k < s.subscripts().size(); k++) {
            if (!(s.subscripts().get(k) instanceof Subscript.At(Expression at))) {
                throw Failure.of(Code.S0603, "in index notation an axis is not sliced", s.subscripts().get(k).span(), "expected an index")
                    .help("slice the array first and subscript the result");
            }
            Indices.Affine affine = indices.affine(at);
            if (affine == null) computed.add(k);
            else affine(affine, labels.indexOf("#" + k), at.span());
        }
        for (int k : computed) computed(((Subscript.At) s.subscripts().get(k)).index(), labels.indexOf("#" + k));
        diagonals();
        return new IndexNotation.Term(new Datum.Array(x), List.copyOf(labels), s.span());
    }

    private void affine(Indices.Affine affine, int axis, Span span) {
        var names = List.copyOf(affine.coefficients().keySet());
        Dim n = x.dim(axis);
        switch (names.size()) {
            case 0 -> {
                requireInside(affine.constant(), n, span);
                Dim k = affine.constant().isConstant() && affine.constant().value() < 0 ? n.plus(affine.constant()) : affine.constant();
                x = e.subscripts.element(x, axis, k);
                labels.remove(axis);
            }
            case 1 -> {
                line(names.getFirst(), affine.coefficients().get(names.getFirst()), affine.constant(), axis, span);
                labels.set(axis, names.getFirst());
            }
            case 2 -> window(affine, axis, span);
            default -> throw Failure.of(Code.S0603, "a subscript combines two indices at most", span, names.size() + " indices");
        }
    }

    private static void requireInside(Dim k, Dim n, Span span) {
        if (k.isConstant() && n.isConstant() && (k.value() >= n.value() || k.value() < -n.value())) {
            throw Failure.of(Code.S0506, "the subscript " + k + " is out of range", span, "the axis has the extent " + n);
        }
    }

    /// `a i + c` for all i.
    private void line(String name, long a, Dim c, int axis, Span span) {
        Dim n = x.dim(axis);
        Dim extent = indices.extent(name, span);
        if (a < 0) {                                            // counts down: turn the axis round
            x = e.graph.add(new Reverse(x, axis));
            c = n.minus(Dim.ONE).minus(c);
            a = -a;
        }
        if (c.is(0) && a == 1 && extent.equals(n)) return;
        Dim last = c.plus(extent.minus(Dim.ONE).times(a));
        boolean outside = c.isConstant() && c.value() < 0 || last.isConstant() && n.isConstant() && last.value() >= n.value();
        boolean unknown = c.is(0) && a == 1 && !indices.isWritten(name) && !(extent.isConstant() && n.isConstant());
        if (outside || unknown) {
            throw Failure.of(outside ? Code.S0506 : Code.S0602, outside ? "this subscript leaves the axis"
                : "the index `" + name + "` runs over " + extent + ", the axis has the extent " + n, span,
                outside ? "from " + c + " to " + last + ", the axis has the extent " + n : "not known to be equal");
        }
        x = e.graph.add(new Slice(x, axis, c, extent, a));
    }

    /// `a i + b u + c`: a window of the places u at every position i.
    private void window(Indices.Affine affine, int axis, Span span) {
        var names = List.copyOf(affine.coefficients().keySet());
        String place = pickPlace(names, span);
        String position = names.get(names.getFirst().equals(place) ? 1 : 0);
        long stride = affine.coefficients().get(position);
        long dilation = affine.coefficients().get(place);
        if (stride < 1 || dilation < 1 || affine.constant().isConstant() && affine.constant().value() < 0) {
            throw Failure.of(Code.S0603, "a subscript of two indices counts upwards from zero", span, "a factor or the constant is negative")
                .help("pad the array, or turn the kernel round: `w[U - 1 - u]`");
        }
        if (!affine.constant().is(0)) x = e.subscripts.range(x, axis, affine.constant(), x.dim(axis), 1, span);
        x = e.graph.add(new Window(x, axis, indices.extent(place, span).value(), stride, dilation));
        labels.set(axis, position);
        labels.add(place);
        Dim extent = indices.extent(position, span);
        if (!x.dim(axis).equals(extent)) {
            if (x.dim(axis).isConstant() && extent.isConstant() && extent.value() > x.dim(axis).value()) {
                throw Failure.of(Code.S0506, "this subscript leaves the axis", span, "there are " + x.dim(axis) + " positions, the index `" + position + "` runs over " + extent);
            }
            x = e.graph.add(new Slice(x, axis, Dim.ZERO, extent, 1));
        }
    }

    private String pickPlace(List<String> names, Span span) {
        var fixed = names.stream().filter(n -> indices.extent(n, span).isConstant()).toList();
        if (fixed.isEmpty()) {
            throw Failure.of(Code.S0603, "of two indices in a subscript one has an extent known at compile time", span, "both are known at the call only");
        }
        return fixed.stream().filter(indices::isReduced).findFirst().orElse(fixed.getLast());
    }

    /// A subscript that is looked up. Where it depends only on indices that the other axes have, each element is taken along its own row.
    private void computed(Expression at, int axis) {
        IndexNotation.Term term = notation.computed(at, indices);
        Value places = e.arrays.indices(term.datum(), at.span());
        if (!places.element().isInteger()) {
            throw Failure.of(Code.S0603, "a subscript is a whole number", at.span(), Parts.mentions(at, indices.order()) && term.axes().isEmpty()
                ? "this is not affine" : "this is " + Show.type(places));
        }
        var others = new ArrayList<>(labels);
        others.remove(axis);
        if (!term.axes().isEmpty() && others.containsAll(term.axes()) && others.stream().noneMatch(l -> l.startsWith("#"))) {
            var with = new ArrayList<>(labels);
            Shape shape = x.shape().with(axis, Dim.ONE);
            Value spread = notation.spread(places, term.axes(), with, shape);
            x = e.graph.reshape(e.graph.add(new TakeAlong(x, spread, axis)), x.shape().without(List.of(axis)));
            labels.remove(axis);
        } else {
            x = e.graph.add(new Gather(x, places, axis));
            labels.remove(axis);
            labels.addAll(axis, term.axes());
        }
    }

    /// An index that two axes have keeps the elements where both agree.
    private void diagonals() {
        for (int k = 0; k < labels.size(); k++) {
            int twin = labels.lastIndexOf(labels.get(k));
            while (twin > k) {
                var positions = x.tensor().withElement(ElementType.I64);
                Value same = e.graph.binary(BinaryFn.EQ, e.graph.add(new Iota(positions, k)), e.graph.add(new Iota(positions, twin)));
                x = e.graph.sum(e.graph.select(same, x, e.graph.zeros(x)), List.of(twin));
                labels.remove(twin);
                twin = labels.lastIndexOf(labels.get(k));
            }
        }
    }
}
