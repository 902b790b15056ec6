package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.source.Span;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/// Nested tuples and lists of tensors as flat lists of tensors and back: what loops carry and functions are differentiated by.
final class Structure {
    private final Elaborator e;

    Structure(Elaborator e) {
        this.e = e;
    }

    /// The tensors in a datum, in order; whole numbers known now become i64 if `wholes`, else reals.
    List<Value> flatten(Datum datum, boolean wholes, Span span) {
        var values = new ArrayList<Value>();
        collect(datum, wholes, span, values);
        return values;
    }

    private void collect(Datum datum, boolean wholes, Span span, List<Value> values) {
        switch (datum) {
            case Datum.Tuple(_, List<Datum> fields) -> fields.forEach(f -> collect(f, wholes, span, values));
            case Datum.Sequence(List<Datum> elements) when !Arrays.isKnown(datum) -> elements.forEach(f -> collect(f, wholes, span, values));
            case Datum.Nothing() -> { }
            default -> values.add(e.arrays.of(datum, wholes && Arrays.isWhole(datum) ? ElementType.I64 : null, span));
        }
    }

    /// The same structure with other tensors.
    Datum rebuild(Datum like, Iterator<Value> values) {
        return switch (like) {
            case Datum.Tuple(var names, List<Datum> fields) -> new Datum.Tuple(names, fields.stream().map(f -> rebuild(f, values)).toList());
            case Datum.Sequence(List<Datum> elements) when !Arrays.isKnown(like) ->
                new Datum.Sequence(elements.stream().map(f -> rebuild(f, values)).toList());
            case Datum.Nothing() -> like;
            default -> new Datum.Array(values.next());
        };
    }

    /// Whether two data have the same nesting.
    boolean sameForm(Datum a, Datum b) {
        if (a instanceof Datum.Tuple(_, List<Datum> x)) return b instanceof Datum.Tuple(_, List<Datum> y) && sameForms(x, y);
        if (a instanceof Datum.Sequence(List<Datum> x) && !Arrays.isKnown(a)) return b instanceof Datum.Sequence(List<Datum> y) && sameForms(x, y);
        if (a instanceof Datum.Nothing) return b instanceof Datum.Nothing;
        return !(b instanceof Datum.Tuple) && !(b instanceof Datum.Nothing);
    }

    private boolean sameForms(List<Datum> a, List<Datum> b) {
        if (a.size() != b.size()) return false;
        for (int i = 0; i < a.size(); i++) {
            if (!sameForm(a.get(i), b.get(i))) return false;
        }
        return true;
    }
}
