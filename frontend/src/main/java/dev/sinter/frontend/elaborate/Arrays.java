package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.source.Span;
import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Concat;
import dev.sinter.ir.graph.Iota;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// From what is known now to tensors, shapes, axes and numbers.
///
/// A number that is written down has no element type of its own: it takes that of the tensor it meets, and is real where it meets none.
final class Arrays {
    private final Elaborator e;

    Arrays(Elaborator e) {
        this.e = e;
    }

    /// The tensor that a datum stands for; `element` is what numbers become, null for the model's reals.
    Value of(Datum datum, ElementType element, Span span) {
        return switch (datum) {
            case Datum.Array(Value v) -> v;
            case Datum.Place(Variable v) -> e.state.read(v, span);
            case Datum.Whole(Dim dim) -> whole(dim, element == null ? e.options.real() : element, span);
            case Datum.Real(double v) -> real(v, element == null ? e.options.real() : element, span);
            case Datum.Truth(boolean v) -> e.graph.scalar(ElementType.BOOL, v ? 1 : 0);
            case Datum.Sequence(List<Datum> elements) -> stack(elements, element, span);
            case Datum.Range(Dim from, Dim to) -> range(from, to, element == null ? ElementType.I64 : element);
            case Datum.Broken() -> throw Failure.silent();
            default -> throw e.mismatch("an array or a number", datum, span);
        };
    }

    /// The tensor that a datum stands for; whole numbers become i64.
    Value indices(Datum datum, Span span) {
        return of(datum, isWhole(datum) ? ElementType.I64 : null, span);
    }

    private Value whole(Dim dim, ElementType element, Span span) {
        if (element == ElementType.BOOL) throw e.mismatch("a truth value", new Datum.Whole(dim), span);
        if (!dim.isConstant()) return e.graph.extent(dim, element);
        return integer(dim.value(), element, span);
    }

    private Value integer(long value, ElementType element, Span span) {
        if (element == ElementType.I32 && (int) value != value) {
            throw Failure.of(Code.S0104, "the number " + value + " does not fit into i32", span, "from -2147483648 to 2147483647");
        }
        if (element.isFloat() || Math.abs(value) <= 1L << 53) return e.graph.scalar(element, value);
        return e.graph.constant(NdArray.ofIntegers(element, new long[0], value));
    }

    private Value real(double value, ElementType element, Span span) {
        if (!element.isFloat()) {
            throw Failure.of(Code.S0401, "a real number meets " + element + " elements", span, "this is the real number " + value)
                .help("convert the array with `real(…)`");
        }
        return e.graph.scalar(element, element.round(value));
    }

    private Value range(Dim from, Dim to, ElementType element) {
        var type = new Type.Tensor(element, Shape.of(to.minus(from)));
        Value iota = e.graph.add(new Iota(type, 0));
        return from.is(0) ? iota : e.graph.plus(iota, e.graph.extent(from, element));
    }

    private Value stack(List<Datum> elements, ElementType element, Span span) {
        var sequence = new Datum.Sequence(elements);
        if (isKnown(sequence)) return constant(sequence, element, span);
        ElementType common = element != null ? element : commonElement(sequence);
        var parts = new ArrayList<Value>();
        for (Datum d : elements) {
            Value v = of(d, common, span);
            if (!parts.isEmpty() && !parts.getFirst().type().equals(v.type())) {
                throw Failure.of(Code.S0509, "the elements of this list differ in type, so they are not the rows of an array", span,
                    "the first is " + Show.type(parts.getFirst()) + ", another is " + Show.type(v));
            }
            parts.add(v);
        }
        return stackValues(parts);
    }

    /// Tensors of one type along a new first axis.
    Value stackValues(List<Value> parts) {
        var rows = new ArrayList<Value>();
        for (Value v : parts) rows.add(e.graph.reshape(v, v.shape().insert(0, Dim.ONE)));
        return rows.size() == 1 ? rows.getFirst() : e.graph.add(new Concat(rows, 0));
    }

    /// The element type of the first tensor in a nested list, or null.
    ElementType commonElement(Datum datum) {
        return switch (datum) {
            case Datum.Array(Value v) -> v.element();
            case Datum.Place(Variable v) -> v.type().element();
            case Datum.Truth _ -> ElementType.BOOL;
            case Datum.Sequence(List<Datum> elements) -> elements.stream().map(this::commonElement).filter(t -> t != null).findFirst().orElse(null);
            default -> null;
        };
    }

    /// Whether a datum consists of numbers or truth values known now.
    static boolean isKnown(Datum datum) {
        return switch (datum) {
            case Datum.Whole(Dim dim) -> dim.isConstant();
            case Datum.Real _, Datum.Truth _ -> true;
            case Datum.Sequence(List<Datum> elements) -> elements.stream().allMatch(Arrays::isKnown);
            default -> false;
        };
    }

    static boolean isWhole(Datum datum) {
        return switch (datum) {
            case Datum.Whole _, Datum.Range _ -> true;
            case Datum.Sequence(List<Datum> elements) -> !elements.isEmpty() && elements.stream().allMatch(Arrays::isWhole);
            default -> false;
        };
    }

    private Value constant(Datum.Sequence sequence, ElementType element, Span span) {
        var extents = new ArrayList<Long>();
        for (Datum d = sequence; d instanceof Datum.Sequence(List<Datum> elements); ) {
            extents.add((long) elements.size());
            if (elements.isEmpty()) break;
            d = elements.getFirst();
        }
        var leaves = new ArrayList<Datum>();
        flatten(sequence, extents, 0, leaves, span);
        boolean truths = !leaves.isEmpty() && leaves.stream().allMatch(Datum.Truth.class::isInstance);
        ElementType type = truths ? ElementType.BOOL : element == null ? e.options.real() : element;
        var data = NdArray.zeros(type, extents.stream().mapToLong(Long::longValue).toArray());
        for (int i = 0; i < leaves.size(); i++) {
            switch (leaves.get(i)) {
                case Datum.Whole(Dim dim) -> {
                    if (type == ElementType.BOOL) throw e.mismatch("truth values", leaves.get(i), span);
                    integer(dim.value(), type, span);
                    if (type.isFloat()) data.set(i, dim.value());
                    else data.setLong(i, dim.value());
                }
                case Datum.Real(double v) -> {
                    real(v, type, span);
                    data.set(i, v);
                }
                case Datum.Truth(boolean v) -> {
                    if (type != ElementType.BOOL) throw e.mismatch("numbers", leaves.get(i), span);
                    data.setLong(i, v ? 1 : 0);
                }
                default -> throw new IllegalStateException("not a number known now");
            }
        }
        return e.graph.constant(data);
    }

    private void flatten(Datum datum, List<Long> extents, int depth, List<Datum> leaves, Span span) {
        boolean row = datum instanceof Datum.Sequence;
        if (row != depth < extents.size() || datum instanceof Datum.Sequence(var es) && es.size() != extents.get(depth)) {
            throw Failure.of(Code.S0509, "the rows of this array differ in length", span,
                row && depth < extents.size() ? "the first row has " + extents.get(depth) + " elements, another " + ((Datum.Sequence) datum).elements().size()
                    : "a number where the first row has a list, or the other way round");
        }
        if (datum instanceof Datum.Sequence(List<Datum> elements)) {
            for (Datum d : elements) flatten(d, extents, depth + 1, leaves, span);
        } else {
            leaves.add(datum);
        }
    }

    /// A number known now.
    long known(Datum datum, Span span) {
        Dim dim = dim(datum, span);
        if (!dim.isConstant()) {
            throw Failure.of(Code.S0408, "this number must be known at compile time", span, "`" + dim + "` is known at the call only");
        }
        return dim.value();
    }

    /// A number or dim known now.
    Dim dim(Datum datum, Span span) {
        return switch (datum) {
            case Datum.Whole(Dim d) -> d;
            case Datum.Real(double v) when v == Math.rint(v) && Math.abs(v) < 1L << 53 -> Dim.constant((long) v);
            case Datum.Broken() -> throw Failure.silent();
            case Datum.Real _ -> throw e.mismatch("a whole number", datum, span).help("`a div b` is the quotient of whole numbers, rounded down");
            case Datum.Array _, Datum.Place _ -> throw Failure.of(Code.S0408, "this number must be known at compile time", span,
                "this is computed at the call: " + Show.kind(datum)).help("of dims, `a div b` is the quotient and `size(x, axis)` an extent");
            default -> throw e.mismatch("a whole number", datum, span);
        };
    }

    /// A shape: a list of numbers and dims, or one of them.
    Shape shape(Datum datum, Span span) {
        return switch (datum) {
            case Datum.Sequence(List<Datum> elements) -> new Shape(elements.stream().map(d -> extent(d, span)).toList());
            case Datum.Tuple(_, List<Datum> fields) -> new Shape(fields.stream().map(d -> extent(d, span)).toList());
            case Datum.Whole _, Datum.Real _ -> new Shape(List.of(extent(datum, span)));
            case Datum.Broken() -> throw Failure.silent();
            default -> throw e.mismatch("a shape, such as `[N, 10]`", datum, span);
        };
    }

    /// A dim that is not known to be negative.
    Dim extent(Datum datum, Span span) {
        Dim d = dim(datum, span);
        if (d.isConstant() && d.value() < 0) throw Failure.of(Code.S0511, "an extent is negative: " + d, span, "this gives " + d);
        return d;
    }

    /// An axis of an array of this rank; negative ones count from the end.
    int axis(long axis, int rank, Span span) {
        if (axis >= -rank && axis < rank) return (int) (axis < 0 ? axis + rank : axis);
        throw Failure.of(Code.S0504, "there is no axis " + axis, span, rank == 0 ? "a scalar has no axes"
            : "the array has " + rank + (rank == 1 ? " axis, 0 or -1" : " axes, 0 to " + (rank - 1) + " or -" + rank + " to -1"));
    }

    /// The axes that an argument lists, in order; all of them for none.
    List<Integer> axes(Datum datum, int rank, Span span) {
        return switch (datum) {
            case Datum.Nothing() -> IntStream.range(0, rank).boxed().toList();
            case Datum.Sequence(List<Datum> elements) -> elements.stream().map(d -> axis(known(d, span), rank, span)).distinct().sorted().toList();
            case Datum.Tuple(_, List<Datum> fields) -> fields.stream().map(d -> axis(known(d, span), rank, span)).distinct().sorted().toList();
            default -> List.of(axis(known(datum, span), rank, span));
        };
    }
}
