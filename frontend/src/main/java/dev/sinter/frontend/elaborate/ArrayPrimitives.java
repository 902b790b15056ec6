package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.source.Span;
import dev.sinter.ir.graph.ArgReduce;
import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Concat;
import dev.sinter.ir.graph.Cumulative;
import dev.sinter.ir.graph.Gather;
import dev.sinter.ir.graph.Iota;
import dev.sinter.ir.graph.Pad;
import dev.sinter.ir.graph.PutAlong;
import dev.sinter.ir.graph.Reduction;
import dev.sinter.ir.graph.Reverse;
import dev.sinter.ir.graph.ScatterAdd;
import dev.sinter.ir.graph.Sort;
import dev.sinter.ir.graph.TakeAlong;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Window;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.IntStream;

/// Reductions, shapes and movement of elements.
final class ArrayPrimitives {
    private ArrayPrimitives() { }

    static void define(Scope scope) {
        reductions(scope);
        shapes(scope);
        makers(scope);
        movement(scope);
    }

    private static void reductions(Scope scope) {
        Primitives.define(scope, "sum", List.of("x", "axis?", "keep?"), b -> reduce(b, Reduction.SUM));
        Primitives.define(scope, "prod", List.of("x", "axis?", "keep?"), b -> reduce(b, Reduction.PROD));
        Primitives.define(scope, "any", List.of("x", "axis?", "keep?"), b -> reduce(b, Reduction.ANY));
        Primitives.define(scope, "all", List.of("x", "axis?", "keep?"), b -> reduce(b, Reduction.ALL));
        extreme(scope, "max", Reduction.MAX, BinaryFn.MAX);
        extreme(scope, "min", Reduction.MIN, BinaryFn.MIN);
        Primitives.define(scope, "argmax", List.of("x", "axis?"), b -> argReduce(b, true));
        Primitives.define(scope, "argmin", List.of("x", "axis?"), b -> argReduce(b, false));
        cumulative(scope, "cumsum", Reduction.SUM);
        cumulative(scope, "cumprod", Reduction.PROD);
        cumulative(scope, "cummax", Reduction.MAX);
        cumulative(scope, "cummin", Reduction.MIN);
        Primitives.define(scope, "argsort", List.of("x", "axis?", "descending?"), b -> new Datum.Array(sorted(b)));
        Primitives.define(scope, "sort", List.of("x", "axis?", "descending?"), b -> {
            Value x = b.array("x");
            return new Datum.Array(b.e().graph.add(new TakeAlong(x, sorted(b), b.axis("axis", x.rank(), -1))));
        });
    }

    private static Value sorted(Bound b) {
        Value x = b.array("x");
        return b.e().graph.add(new Sort(x, b.axis("axis", x.rank(), -1), b.truth("descending", false)));
    }

    private static Datum reduce(Bound b, Reduction kind) {
        Value x = b.array("x");
        if (!kind.accepts(x.element())) {
            var failure = Failure.of(Code.S0403, "`" + b.function() + "` does not take " + x.element() + " elements", b.span("x"), "this is " + Show.type(x));
            throw x.element() == ElementType.BOOL ? failure.help("`real(…)` turns true into 1 and false into 0") : failure.help("compare first: `x > 0`");
        }
        var axes = b.e().arrays.axes(b.get("axis"), x.rank(), b.span("axis"));
        Value reduced = b.e().graph.reduce(kind, x, axes);
        if (!b.truth("keep", false)) return new Datum.Array(reduced);
        var dims = new ArrayList<>(x.shape().dims());
        axes.forEach(a -> dims.set(a, Dim.ONE));
        return new Datum.Array(b.e().graph.reshape(reduced, new Shape(dims)));
    }

    /// `max(x, axis: 1)` reduces, `max(a, b)` compares element by element.
    private static void extreme(Scope scope, String name, Reduction kind, BinaryFn fn) {
        Primitives.define(scope, name, List.of("x", "y?", "axis?", "keep?"), b -> {
            if (!b.has("y")) return reduce(b, kind);
            if (b.has("axis") || b.has("keep")) {
                throw Failure.of(Code.S0303, "`" + name + "` of two arrays has no axis", b.span("axis"), "`" + name + "(a, b)` compares element by element")
                    .help("the reduction is `" + name + "(x, axis: …)`");
            }
            var values = new LinkedHashMap<String, Datum>();
            values.put("a", b.get("x"));
            values.put("b", b.get("y"));
            var spans = new LinkedHashMap<String, Span>();
            spans.put("a", b.span("x"));
            spans.put("b", b.span("y"));
            return Primitives.extreme(new Bound(b.e(), name, b.call(), values, spans), fn, false);
        });
    }

    private static Datum argReduce(Bound b, boolean largest) {
        Value x = b.array("x");
        return new Datum.Array(b.e().graph.add(new ArgReduce(largest, x, b.axis("axis", x.rank(), -1))));
    }

    private static void cumulative(Scope scope, String name, Reduction kind) {
        Primitives.define(scope, name, List.of("x", "axis?", "reverse?"), b -> {
            Value x = b.array("x");
            return new Datum.Array(b.e().graph.add(new Cumulative(kind, x, b.axis("axis", x.rank(), -1), b.truth("reverse", false))));
        });
    }

    private static void shapes(Scope scope) {
        Primitives.define(scope, "shape", List.of("x"), b ->
            new Datum.Sequence(b.array("x").shape().dims().stream().map(d -> (Datum) new Datum.Whole(d)).toList()));
        Primitives.define(scope, "rank", List.of("x"), b -> Datum.Whole.of(b.array("x").rank()));
        Primitives.define(scope, "size", List.of("x", "axis?"), b -> {
            Value x = b.array("x");
            return new Datum.Whole(b.has("axis") ? x.dim(b.axis("axis", x.rank(), 0)) : x.shape().elements());
        });
        Primitives.define(scope, "reshape", List.of("x", "shape"), ArrayPrimitives::reshape);
        Primitives.define(scope, "transpose", List.of("x", "order?"), ArrayPrimitives::transpose);
        Primitives.define(scope, "expand", List.of("x", "axis"), b -> {
            Value x = b.array("x");
            int axis = b.axis("axis", x.rank() + 1, 0);
            return new Datum.Array(b.e().graph.reshape(x, x.shape().insert(axis, Dim.ONE)));
        });
        Primitives.define(scope, "squeeze", List.of("x", "axis"), b -> {
            Value x = b.array("x");
            var axes = b.e().arrays.axes(b.get("axis"), x.rank(), b.span("axis"));
            for (int a : axes) {
                if (!x.dim(a).is(1)) throw Failure.of(Code.S0507, "only an axis of extent 1 can be dropped", b.span("axis"), "axis " + a + " has the extent " + x.dim(a));
            }
            return new Datum.Array(b.e().graph.reshape(x, x.shape().without(axes)));
        });
        Primitives.define(scope, "broadcast", List.of("x", "shape"), b -> {
            Value x = b.array("x");
            Shape to = b.e().arrays.shape(b.get("shape"), b.span("shape"));
            boolean fits = x.rank() <= to.rank() && IntStream.rangeClosed(1, x.rank()).allMatch(k -> x.dim(-k).is(1) || x.dim(-k).equals(to.dim(-k)));
            if (!fits) {
                throw Failure.of(Code.S0501, "the shape " + Show.shape(x.shape()) + " does not broadcast to " + Show.shape(to), b.call(), "shapes are compared from the last axis on");
            }
            return new Datum.Array(b.e().graph.broadcast(x, to));
        });
    }

    /// One extent may be -1: it follows from the others.
    private static Datum reshape(Bound b) {
        Value x = b.array("x");
        List<Datum> listed = b.get("shape") instanceof Datum.Sequence(List<Datum> elements) ? elements : List.of(b.get("shape"));
        var dims = new ArrayList<Dim>();
        int open = -1;
        for (Datum d : listed) {
            Dim dim = b.e().arrays.dim(d, b.span("shape"));
            if (dim.is(-1)) {
                if (open >= 0) throw Failure.of(Code.S0507, "only one extent can be -1", b.span("shape"), "two are to be found");
                open = dims.size();
                dims.add(Dim.ONE);
            } else {
                dims.add(b.e().arrays.extent(d, b.span("shape")));
            }
        }
        Dim elements = x.shape().elements();
        if (open >= 0) {
            Dim others = Dim.product(dims);
            dims.set(open, others.is(0) ? Dim.ZERO : elements.floorDiv(others));
        }
        Shape to = new Shape(dims);
        if (!to.elements().equals(elements)) {
            throw Failure.of(Code.S0507, "the shapes " + Show.shape(x.shape()) + " and " + Show.shape(to) + " have different numbers of elements", b.call(),
                elements + " against " + to.elements()).with(b.span("x"), Show.type(x));
        }
        return new Datum.Array(b.e().graph.reshape(x, to));
    }

    private static Datum transpose(Bound b) {
        Value x = b.array("x");
        List<Integer> order;
        if (b.has("order")) {
            order = new ArrayList<>();
            for (Datum d : b.e().expressions.elements(b.get("order"), b.span("order"))) {
                order.add(b.e().arrays.axis(b.e().arrays.known(d, b.span("order")), x.rank(), b.span("order")));
            }
            if (order.size() != x.rank() || order.stream().distinct().count() != x.rank()) {
                throw Failure.of(Code.S0504, "the order of axes names each axis once", b.span("order"), "expected the numbers 0 to " + (x.rank() - 1) + " in some order");
            }
        } else {
            order = IntStream.range(0, x.rank()).boxed().toList().reversed();
        }
        return new Datum.Array(b.e().graph.transpose(x, List.copyOf(order)));
    }

    private static void makers(Scope scope) {
        Primitives.define(scope, "zeros", List.of("shape"), b -> fill(b, 0));
        Primitives.define(scope, "ones", List.of("shape"), b -> fill(b, 1));
        Primitives.define(scope, "full", List.of("shape", "value"), b -> {
            Value v = b.array("value");
            return new Datum.Array(b.e().graph.broadcast(v, b.e().arrays.shape(b.get("shape"), b.span("shape"))));
        });
        Primitives.define(scope, "zeros_like", List.of("x"), b -> new Datum.Array(b.e().graph.zeros(b.array("x"))));
        Primitives.define(scope, "ones_like", List.of("x"), b -> new Datum.Array(b.e().graph.ones(b.array("x"))));
        Primitives.define(scope, "iota", List.of("count"), b -> {
            Dim n = b.e().arrays.extent(b.get("count"), b.span("count"));
            return new Datum.Array(b.e().graph.add(new Iota(new Type.Tensor(ElementType.I64, Shape.of(n)), 0)));
        });
    }

    private static Datum fill(Bound b, double value) {
        Shape shape = b.e().arrays.shape(b.get("shape"), b.span("shape"));
        return new Datum.Array(b.e().graph.fill(new Type.Tensor(b.e().options.real(), shape), value));
    }

    private static void movement(Scope scope) {
        Primitives.define(scope, "concat", List.of("parts", "axis?"), ArrayPrimitives::concat);
        Primitives.define(scope, "stack", List.of("parts", "axis?"), ArrayPrimitives::stack);
        Primitives.define(scope, "slice", List.of("x", "axis", "from", "to", "step?"), b -> {
            Value x = b.array("x");
            return new Datum.Array(b.e().subscripts.range(x, b.axis("axis", x.rank(), 0), b.e().arrays.dim(b.get("from"), b.span("from")),
                b.e().arrays.dim(b.get("to"), b.span("to")), b.number("step", 1), b.call()));
        });
        Primitives.define(scope, "pad", List.of("x", "widths", "value?"), ArrayPrimitives::pad);
        Primitives.define(scope, "dilate", List.of("x", "gaps", "value?"), ArrayPrimitives::dilate);
        Primitives.define(scope, "flip", List.of("x", "axis?"), b -> {
            Value x = b.array("x");
            for (int axis : b.e().arrays.axes(b.get("axis"), x.rank(), b.span("axis"))) x = b.e().graph.add(new Reverse(x, axis));
            return new Datum.Array(x);
        });
        Primitives.define(scope, "window", List.of("x", "axis", "size", "stride?", "dilation?"), ArrayPrimitives::window);
        Primitives.define(scope, "take", List.of("x", "index", "axis?"), b -> {
            Value x = b.array("x");
            return new Datum.Array(b.e().graph.add(new Gather(x, b.index("index"), b.axis("axis", x.rank(), 0))));
        });
        Primitives.define(scope, "take_along", List.of("x", "index", "axis?"), b -> {
            Value x = b.array("x");
            return new Datum.Array(b.e().graph.add(new TakeAlong(x, b.index("index"), b.axis("axis", x.rank(), -1))));
        });
        Primitives.define(scope, "add_at", List.of("x", "index", "values", "axis?"), b -> {
            Value x = b.array("x");
            return new Datum.Array(b.e().graph.add(new ScatterAdd(x, b.index("index"), b.array("values"), b.axis("axis", x.rank(), 0))));
        });
        Primitives.define(scope, "add_along", List.of("x", "index", "values", "axis?"), b -> {
            Value x = b.array("x");
            return new Datum.Array(b.e().graph.add(new PutAlong(x, b.index("index"), b.array("values"), b.axis("axis", x.rank(), -1))));
        });
    }

    private static List<Value> parts(Bound b) {
        var elements = b.e().expressions.elements(b.get("parts"), b.span("parts"));
        if (elements.isEmpty()) throw Failure.of(Code.S0510, "there is nothing to join", b.span("parts"), "an empty list");
        ElementType common = elements.stream().map(d -> b.e().arrays.commonElement(d)).filter(t -> t != null).findFirst().orElse(null);
        return elements.stream().map(d -> b.e().arrays.of(d, common, b.span("parts"))).toList();
    }

    private static Datum concat(Bound b) {
        var parts = parts(b);
        Value first = parts.getFirst();
        if (first.rank() == 0) throw Failure.of(Code.S0510, "scalars cannot be joined along an axis", b.span("parts"), "a scalar has no axes").help("`stack` makes an array of scalars");
        int axis = b.axis("axis", first.rank(), 0);
        for (Value v : parts) {
            if (v.element() != first.element() || v.rank() != first.rank() || !v.shape().without(List.of(axis)).equals(first.shape().without(List.of(axis)))) {
                throw Failure.of(Code.S0510, "these arrays cannot be joined along axis " + axis, b.span("parts"), Show.type(first) + " and " + Show.type(v) + " differ elsewhere");
            }
        }
        return new Datum.Array(parts.size() == 1 ? first : b.e().graph.add(new Concat(parts, axis)));
    }

    private static Datum stack(Bound b) {
        var parts = parts(b);
        Value first = parts.getFirst();
        int axis = b.axis("axis", first.rank() + 1, 0);
        var rows = new ArrayList<Value>();
        for (Value v : parts) {
            if (!v.type().equals(first.type())) {
                throw Failure.of(Code.S0510, "these arrays cannot be stacked", b.span("parts"), Show.type(first) + " and " + Show.type(v) + " differ");
            }
            rows.add(b.e().graph.reshape(v, v.shape().insert(axis, Dim.ONE)));
        }
        return new Datum.Array(rows.size() == 1 ? rows.getFirst() : b.e().graph.add(new Concat(rows, axis)));
    }

    private static Datum pad(Bound b) {
        Value x = b.array("x");
        Value value = b.has("value") ? b.e().arrays.of(b.get("value"), x.element(), b.span("value")) : b.e().graph.scalar(x.element(), 0);
        var widths = b.e().expressions.elements(b.get("widths"), b.span("widths"));
        if (widths.size() != x.rank()) {
            throw Failure.of(Code.S0505, "`pad` takes a pair of widths for each axis", b.span("widths"), widths.size() + " for " + Show.type(x));
        }
        for (int axis = 0; axis < widths.size(); axis++) {
            var pair = b.e().expressions.elements(widths.get(axis), b.span("widths"));
            if (pair.size() != 2) throw b.e().mismatch("a pair of widths for each axis, before and after", widths.get(axis), b.span("widths"));
            Dim low = b.e().arrays.dim(pair.get(0), b.span("widths"));
            Dim high = b.e().arrays.dim(pair.get(1), b.span("widths"));
            if (!low.is(0) || !high.is(0)) x = b.e().graph.add(new Pad(x, value, axis, low, high, 0));
        }
        return new Datum.Array(x);
    }

    /// Puts `gaps[k] - 1` elements between the neighbours along axis k.
    private static Datum dilate(Bound b) {
        Value x = b.array("x");
        Value value = b.has("value") ? b.e().arrays.of(b.get("value"), x.element(), b.span("value")) : b.e().graph.scalar(x.element(), 0);
        var gaps = b.e().expressions.elements(b.get("gaps"), b.span("gaps"));
        if (gaps.size() != x.rank()) throw Failure.of(Code.S0505, "`dilate` takes a step for each axis", b.span("gaps"), gaps.size() + " for " + Show.type(x));
        for (int axis = 0; axis < gaps.size(); axis++) {
            long gap = b.e().arrays.known(gaps.get(axis), b.span("gaps"));
            if (gap < 1) throw Failure.of(Code.S0511, "a step is at least 1", b.span("gaps"), "found " + gap);
            if (gap > 1) x = b.e().graph.add(new Pad(x, value, axis, Dim.ZERO, Dim.ZERO, gap - 1));
        }
        return new Datum.Array(x);
    }

    private static Datum window(Bound b) {
        Value x = b.array("x");
        int axis = b.axis("axis", x.rank(), -1);
        long size = b.number("size", 1);
        long stride = b.number("stride", 1);
        long dilation = b.number("dilation", 1);
        Dim n = x.dim(axis);
        long reach = dilation * (size - 1) + 1;
        if (size < 1 || stride < 1 || dilation < 1) throw Failure.of(Code.S0511, "size, stride and dilation of a window are at least 1", b.call(), size + ", " + stride + " and " + dilation);
        if (n.isConstant() && n.value() < reach) {
            throw Failure.of(Code.S0511, "a window of " + reach + " does not fit into an axis of " + n, b.call(), "axis " + axis + " of " + Show.type(x));
        }
        return new Datum.Array(b.e().graph.add(new Window(x, axis, size, stride, dilation)));
    }
}
