package dev.sinter.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.ArgReduce;
import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Call;
import dev.sinter.ir.graph.Cast;
import dev.sinter.ir.graph.Concat;
import dev.sinter.ir.graph.Cond;
import dev.sinter.ir.graph.Cumulative;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Fold;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Gather;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Iota;
import dev.sinter.ir.graph.Pad;
import dev.sinter.ir.graph.RandomBits;
import dev.sinter.ir.graph.Reduction;
import dev.sinter.ir.graph.Reverse;
import dev.sinter.ir.graph.Scan;
import dev.sinter.ir.graph.ScatterAdd;
import dev.sinter.ir.graph.Slice;
import dev.sinter.ir.graph.Sort;
import dev.sinter.ir.graph.TakeAlong;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.While;
import dev.sinter.ir.graph.Window;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.schedule.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every kind of graph means the same as loops: near the reference interpreter, and to the bit the same on every machine and for every number of members.
class LoweringTest {
    private static final Dim N = Dim.named("N");
    private static final Dim T = Dim.named("T");

    /// A function and the values its dims get.
    private record Case(String name, List<Value> parameters, List<Value> results, Map<String, Long> dims) { }

    /// Builds a case.
    private static final class Making {
        final Graph g = new Graph();
        final List<Value> parameters = new ArrayList<>();
        final List<Value> results = new ArrayList<>();

        Value f32(Dim... dims) {
            return of(ElementType.F32, dims);
        }

        Value of(ElementType type, Dim... dims) {
            Value p = g.parameter("p", new Type.Tensor(type, Shape.of(dims)));
            parameters.add(p);
            return p;
        }

        void result(Value v) {
            results.add(v);
        }

        Value softmax(Value x, int axis) {
            Value top = g.reduce(Reduction.MAX, x, List.of(axis));
            Value e = g.unary(UnaryFn.EXP, g.minus(x, keep(top, x, axis)));
            return g.over(e, keep(g.sum(e, List.of(axis)), x, axis));
        }

        Value keep(Value reduced, Value x, int axis) {
            return g.broadcast(g.reshape(reduced, x.shape().with(axis, Dim.ONE)), x.shape());
        }
    }

    private static Dim d(long n) {
        return Dim.constant(n);
    }

    /// The last two axes with a zero more on each side.
    private static Value padded(Graph g, Value x) {
        Value zero = g.scalar(ElementType.F32, 0);
        return g.add(new Pad(g.add(new Pad(x, zero, x.rank() - 2, d(1), d(1), 0)), zero, x.rank() - 1, d(1), d(1), 0));
    }

    /// `x (½ + ½ erf(x √½))`.
    private static Value gelu(Graph g, Value x) {
        return g.times(x, share(g, g.unary(UnaryFn.ERF, g.times(x, g.fill(x.tensor(), Math.sqrt(0.5))))));
    }

    /// `½ x + ½`.
    private static Value share(Graph g, Value x) {
        Value half = g.fill(x.tensor(), 0.5);
        return g.plus(g.times(x, half), half);
    }

    private interface Recipe {
        void make(Making m, Graph g);
    }

    private static Stream<Case> of(String name, Recipe recipe, List<Map<String, Long>> bindings) {
        return bindings.stream().map(dims -> {
            var m = new Making();
            recipe.make(m, m.g);
            return new Case(name + " " + dims, m.parameters, m.results, dims);
        });
    }

    private static Stream<Case> cases() {
        var n = List.of(Map.of("N", 1L), Map.of("N", 0L), Map.of("N", 7L), Map.of("N", 67L));
        var none = List.of(Map.<String, Long>of());
        var nt = List.of(Map.of("N", 3L, "T", 5L), Map.of("N", 17L, "T", 1L), Map.of("N", 2L, "T", 70L), Map.of("N", 2L, "T", 0L));
        return Stream.of(
                of("elementwise chain", (m, g) -> m.result(g.unary(UnaryFn.TANH, g.plus(g.times(m.f32(N, d(5)), m.f32(d(5))), g.scalar(ElementType.F32, 0.5)))), n),
                of("several results", (m, g) -> {
                    Value x = m.f32(N);
                    Value e = g.unary(UnaryFn.EXP, x);
                    m.result(e);
                    m.result(g.times(e, x));
                    m.result(g.plus(g.times(e, x), e));
                }, n),
                of("double", (m, g) -> m.result(g.unary(UnaryFn.LOG1P, g.unary(UnaryFn.ABS, m.of(ElementType.F64, N, d(3))))), n),
                of("in double for a while", (m, g) -> m.result(g.unary(UnaryFn.ERFC, m.f32(N, d(3)))), n),
                of("a share by the error function, alone and where the error function is a result too", (m, g) -> {
                    Value x = m.f32(N, d(9));
                    m.result(share(g, g.unary(UnaryFn.ERF, x)));
                    Value erf = g.unary(UnaryFn.ERF, m.f32(N, d(9)));
                    m.result(erf);
                    m.result(share(g, erf));
                }, n),
                of("gelu, with and without a limit, and where the share is a result too", (m, g) -> {
                    Value x = m.f32(N, d(9));
                    m.result(gelu(g, x));
                    m.result(g.times(share(g, g.unary(UnaryFn.ERF, g.times(x, g.fill(x.tensor(), 0.5)))), x));
                    Value low = g.fill(x.tensor(), -1e30);
                    m.result(gelu(g, g.select(g.binary(BinaryFn.LT, x, low), low, x)));
                    Value y = m.f32(N, d(9));
                    m.result(share(g, g.unary(UnaryFn.ERF, g.times(y, g.fill(y.tensor(), Math.sqrt(0.5))))));
                    m.result(gelu(g, y));
                    m.result(gelu(g, m.of(ElementType.F64, N, d(9))));
                }, n),
                of("comparison and select", (m, g) -> {
                    Value x = m.f32(N, d(9));
                    Value y = m.f32(N, d(9));
                    Value c = g.binary(BinaryFn.LT, x, y);
                    m.result(g.select(c, x, g.negate(y)));
                    m.result(c);
                }, n),
                of("integers", (m, g) -> {
                    Value x = m.of(ElementType.I32, N);
                    Value y = m.of(ElementType.I32, N);
                    m.result(g.binary(BinaryFn.DIV, x, y));
                    m.result(g.binary(BinaryFn.XOR, g.times(x, y), y));
                    m.result(g.cast(ElementType.F32, x));
                    m.result(g.cast(ElementType.I64, y));
                }, n),
                of("transpose and reverse", (m, g) -> m.result(g.add(new Reverse(g.transpose(m.f32(N, d(3), d(4)), List.of(2, 0, 1)), 1))), n),
                of("reshape", (m, g) -> m.result(g.unary(UnaryFn.NEG, g.reshape(g.unary(UnaryFn.NEG, g.transpose(m.f32(N, d(4), d(6)), List.of(0, 2, 1))), Shape.of(N, d(2), d(12))))), n),
                of("pad, slice, concat", (m, g) -> {
                    Value x = m.f32(N, d(6));
                    Value p = g.add(new Pad(x, g.scalar(ElementType.F32, 9), 1, d(2), d(3), 1));
                    m.result(p);
                    m.result(g.add(new Slice(p, 1, d(1), d(5), 2)));
                    m.result(g.add(new Concat(List.of(x, g.negate(x), p), 1)));
                    m.result(g.add(new Pad(x, g.scalar(ElementType.F32, 1), 0, d(2), d(1), 0)));
                }, n),
                of("iota and random bits", (m, g) -> {
                    Value key = m.of(ElementType.I64);
                    m.result(g.add(new RandomBits(key, Shape.of(N, d(5)))));
                    m.result(g.plus(m.f32(N, d(5)), g.add(new Iota(new Type.Tensor(ElementType.F32, Shape.of(N, d(5))), 1))));
                }, n),
                of("sum of the last axis", (m, g) -> {
                    Value x = m.f32(N, T);
                    m.result(g.sum(x, List.of(1)));
                    m.result(g.reduce(Reduction.MAX, x, List.of(1)));
                    m.result(g.sum(x, List.of(0)));
                    m.result(g.sum(x, List.of(0, 1)));
                    m.result(g.reduce(Reduction.PROD, x, List.of(0, 1)));
                }, nt),
                of("sums of known extents", (m, g) -> {
                    for (int e : new int[] {1, 2, 3, 5, 8, 13, 28, 64, 100, 128}) {
                        m.result(g.sum(m.f32(N, d(e)), List.of(1)));
                    }
                    m.result(g.sum(m.f32(d(3), N, d(28)), List.of(0, 2)));
                    m.result(g.sum(m.f32(N, d(3), d(4), d(2)), List.of(2, 3)));
                    m.result(g.reduce(Reduction.MIN, m.of(ElementType.I32, N, d(20)), List.of(1)));
                    m.result(g.reduce(Reduction.ANY, g.binary(BinaryFn.LT, m.f32(N, d(20)), m.f32(N, d(20))), List.of(1)));
                    m.result(g.sum(m.of(ElementType.F64, N, d(70)), List.of(1)));
                }, List.of(Map.of("N", 3L), Map.of("N", 0L), Map.of("N", 20L))),
                of("softmax", (m, g) -> m.result(m.softmax(m.f32(N, T), 1)), nt),
                of("softmax of 10", (m, g) -> m.result(m.softmax(m.f32(N, d(10)), 1)), n),
                of("layer norm", (m, g) -> {
                    Value x = m.f32(N, d(40));
                    Value mean = g.times(g.sum(x, List.of(1)), 1 / 40.0);
                    Value centred = g.minus(x, m.keep(mean, x, 1));
                    Value variance = g.times(g.sum(g.times(centred, centred), List.of(1)), 1 / 40.0);
                    Value scale = g.unary(UnaryFn.SQRT, g.plus(variance, g.scalar(ElementType.F32, 1e-5)));
                    m.result(g.plus(g.times(g.over(centred, m.keep(scale, x, 1)), m.f32(d(40))), m.f32(d(40))));
                }, n),
                of("matrix products", (m, g) -> {
                    Value a = m.f32(N, d(7));
                    Value b = m.f32(d(7), d(18));
                    m.result(g.unary(UnaryFn.TANH, g.plus(g.matmul(a, b), m.f32(d(18)))));
                    m.result(g.matmul(a, g.transpose(m.f32(d(5), d(7)), List.of(1, 0))));
                    m.result(g.add(new Dot(a, m.f32(N, d(9)), List.of(), List.of(), List.of(0), List.of(0))));
                    m.result(g.matmul(m.f32(d(2), N, d(3)), m.f32(d(2), d(3), d(5))));
                    m.result(g.add(new Dot(m.of(ElementType.I32, N, d(3)), m.of(ElementType.I32, N, d(3)), List.of(0), List.of(0), List.of(1), List.of(1))));
                }, n),
                of("a large product", (m, g) -> m.result(g.plus(g.matmul(m.f32(N, d(50)), m.f32(d(50), d(70))), m.f32(d(70)))), List.of(Map.of("N", 45L))),
                of("convolution and pooling", (m, g) -> {
                    Value x = m.f32(N, d(2), d(9), d(9));
                    Value zero = g.scalar(ElementType.F32, 0);
                    Value p = g.add(new Pad(g.add(new Pad(x, zero, 2, d(1), d(1), 0)), zero, 3, d(1), d(1), 0));
                    Value w = g.add(new Window(g.add(new Window(p, 2, 3, 1, 1)), 3, 3, 1, 1));
                    Value k = m.f32(d(4), d(2), d(3), d(3));
                    Value y = g.transpose(g.add(new Dot(w, k, List.of(), List.of(), List.of(1, 4, 5), List.of(1, 2, 3))), List.of(0, 3, 1, 2));
                    Value z = g.unary(UnaryFn.TANH, g.plus(y, g.broadcast(m.f32(d(4)), y.shape(), List.of(1))));
                    Value pool = g.add(new Window(g.add(new Window(z, 2, 2, 2, 1)), 3, 2, 2, 1));
                    m.result(g.times(g.sum(pool, List.of(4, 5)), 0.25));
                    m.result(g.reduce(Reduction.MAX, pool, List.of(4, 5)));
                }, List.of(Map.of("N", 2L), Map.of("N", 0L))),
                of("a convolution of each channel, padded", (m, g) -> {
                    Value x = padded(g, m.f32(N, d(5), d(9), d(37)));
                    Value w = g.add(new Window(g.add(new Window(x, 2, 3, 1, 1)), 3, 3, 1, 1));
                    Value y = g.add(new Dot(w, m.f32(d(5), d(3), d(3)), List.of(1), List.of(0), List.of(4, 5), List.of(1, 2)));
                    m.result(g.binary(BinaryFn.MAX, y, g.fill(y.tensor(), 0)));
                    Value apart = g.add(new Window(g.add(new Window(x, 2, 3, 2, 1)), 3, 2, 2, 2));
                    m.result(g.add(new Dot(apart, m.f32(d(5), d(3), d(2)), List.of(1), List.of(0), List.of(4, 5), List.of(1, 2))));
                }, List.of(Map.of("N", 2L), Map.of("N", 0L))),
                of("padded on all sides", (m, g) -> {
                    m.result(padded(g, m.f32(N, d(2), d(3), d(20))));
                    m.result(g.add(new Pad(padded(g, m.f32(d(3), N, d(4), d(5))), g.scalar(ElementType.F32, 2), 1, d(-1), d(3), 0)));
                    m.result(g.add(new Concat(List.of(m.f32(N, d(3), d(7)), m.f32(N, d(3), d(17)), m.f32(N, d(3), d(1))), 2)));
                }, List.of(Map.of("N", 3L), Map.of("N", 1L))),
                of("bounds", (m, g) -> {
                    Value x = g.over(m.f32(N, d(9)), g.unary(UnaryFn.FLOOR, m.f32(N, d(9))));       // some are infinite
                    for (double bound : new double[] {0, -0.0, 0.5, -3, Double.NaN, Double.POSITIVE_INFINITY}) {
                        Value y = g.minus(x, g.times(x, 1));                                        // 0, or NaN
                        for (Value v : List.of(x, y, g.negate(y))) {
                            Value one = g.fill(v.tensor(), 1);                                      // divided by what comes out, it tells -0 from +0
                            m.result(g.over(one, g.binary(BinaryFn.MAX, v, g.fill(v.tensor(), bound))));
                            m.result(g.over(one, g.binary(BinaryFn.MIN, g.fill(v.tensor(), bound), v)));
                        }
                    }
                }, n),
                of("gradients of a convolution", (m, g) -> {
                    Value x = m.f32(N, d(2), d(9), d(9));
                    Value w = g.add(new Window(g.add(new Window(x, 2, 3, 1, 1)), 3, 3, 1, 1));
                    for (int channels : new int[] {3, 16}) {
                        Value y = m.f32(N, d(channels), d(7), d(7));
                        m.result(g.add(new Dot(y, w, List.of(), List.of(), List.of(0, 2, 3), List.of(0, 2, 3))));
                        m.result(g.add(new Dot(w, y, List.of(), List.of(), List.of(0, 2, 3), List.of(0, 2, 3))));
                    }
                    m.result(g.add(new Dot(m.f32(N, d(20)), m.f32(d(17), d(20)), List.of(), List.of(), List.of(1), List.of(1))));
                    m.result(g.add(new Dot(m.f32(N, d(6)), m.f32(d(7), d(6), N), List.of(0), List.of(2), List.of(1), List.of(1))));
                }, List.of(Map.of("N", 2L), Map.of("N", 0L), Map.of("N", 9L))),
                of("folds", (m, g) -> {
                    m.result(g.add(new Fold(m.f32(N, d(7), d(3)), 1, d(9), 1, 1)));
                    m.result(g.add(new Fold(m.f32(N, d(4), d(2)), 1, d(9), 2, 1)));
                }, n),
                of("choices and scatters", (m, g) -> {
                    Value x = m.f32(N, d(5));
                    Value i = m.of(ElementType.I32, d(4));
                    m.result(g.add(new Gather(g.unary(UnaryFn.NEG, x), i, 1)));
                    m.result(g.add(new ScatterAdd(x, i, m.f32(N, d(4)), 1)));
                    m.result(g.add(new ArgReduce(true, x, 1)));
                    m.result(g.add(new Cumulative(Reduction.SUM, x, 1, false)));
                    Value order = g.add(new Sort(x, 1, false));
                    m.result(g.add(new TakeAlong(x, order, 1)));
                }, n),
                of("scan", (m, g) -> {
                    Value xs = m.f32(T, N, d(3));
                    Value h0 = m.f32(N, d(3));
                    Value w = m.f32(d(3), d(3));
                    var inner = new Graph();
                    Value pw = inner.parameter("w", w.tensor());
                    Value ph = inner.parameter("h", h0.tensor());
                    Value px = inner.parameter("x", h0.tensor());
                    Value h = inner.unary(UnaryFn.TANH, inner.plus(inner.matmul(ph, pw), px));
                    var body = new Function("body", List.of(pw, ph, px), List.of(h, inner.times(h, h)));
                    for (boolean reverse : new boolean[] {false, true}) {
                        Value scan = g.add(new Scan(body, T, reverse, List.of(w), List.of(h0), List.of(xs)));
                        m.result(g.part(scan, 0));
                        m.result(g.negate(g.part(scan, 1)));
                    }
                }, nt),
                of("while", (m, g) -> {
                    Value x = m.f32(N);
                    var inner = new Graph();
                    Value i = inner.parameter("i", new Type.Tensor(ElementType.I32, Shape.SCALAR));
                    Value y = inner.parameter("y", x.tensor());
                    var condition = new Function("condition", List.of(i, y), List.of(inner.binary(BinaryFn.LT, i, inner.scalar(ElementType.I32, 5))));
                    var again = new Graph();
                    Value j = again.parameter("i", i.tensor());
                    Value z = again.parameter("y", x.tensor());
                    var body = new Function("body", List.of(j, z), List.of(again.plus(j, again.scalar(ElementType.I32, 1)), again.times(z, 2)));
                    Value loop = g.add(new While(condition, body, List.of(), List.of(g.scalar(ElementType.I32, 0), x)));
                    m.result(g.part(loop, 0));
                    m.result(g.part(loop, 1));
                }, n),
                of("cond and call", (m, g) -> {
                    Value c = m.of(ElementType.BOOL);
                    Value x = m.f32(N);
                    var yes = new Graph();
                    Value a = yes.parameter("a", x.tensor());
                    var no = new Graph();
                    Value b = no.parameter("b", x.tensor());
                    Value cond = g.add(new Cond(c, new Function("yes", List.of(a), List.of(yes.times(a, 2), a)), new Function("no", List.of(b), List.of(b, no.negate(b))), List.of(x)));
                    m.result(g.part(cond, 0));
                    m.result(g.part(cond, 1));
                    var f = new Graph();
                    Value p = f.parameter("p", x.tensor());
                    m.result(g.part(g.add(new Call(new Function("called", List.of(p), List.of(f.unary(UnaryFn.EXP, p))), List.of(g.part(cond, 0)))), 0));
                    m.result(x);
                    m.result(g.constant(NdArray.of(ElementType.F32, new long[] {3}, 1, 2, 3)));
                    m.result(g.scalar(ElementType.F32, 3));
                }, n),
                of("a product with a reduction's reshaped result", (m, g) -> {
                    Value x = m.f32(Dim.constant(2), Dim.constant(3), Dim.constant(3), Dim.constant(3), Dim.constant(4));
                    Value y = m.f32(Dim.constant(2), Dim.constant(3));
                    Value flat = g.reshape(g.reduce(Reduction.MAX, x, List.of(4)), Shape.of(Dim.constant(2), Dim.constant(27)));
                    m.result(transposedProduct(g, y, flat));
                }, none),
                of("a concatenation of products is longer than each", (m, g) -> {
                    Value x = m.f32(Dim.constant(2), Dim.constant(3));
                    Value y = m.f32(Dim.constant(2), Dim.constant(3));
                    Value h = m.f32(Dim.constant(2), Dim.constant(4));
                    m.result(g.add(new Concat(List.of(transposedProduct(g, x, h), transposedProduct(g, y, h)), 0)));
                }, none),
                of("padded windows of rank four", (m, g) -> {
                    Value x = m.f32(Dim.constant(2), Dim.constant(5), Dim.constant(2), Dim.constant(3));
                    Value y = m.f32(Dim.constant(2), Dim.constant(5), Dim.constant(2), Dim.constant(3));
                    Value squares = paddedSums(g, g.times(x, x));
                    Value products = paddedSums(g, g.times(x, y));
                    m.result(g.plus(g.times(y, squares), g.times(x, products)));
                }, none),
                of("empty", (m, g) -> m.result(g.add(new Cast(ElementType.F32, m.of(ElementType.I64)))), none)
        ).flatMap(s -> s);
    }

    private static Value transposedProduct(Graph g, Value x, Value y) {
        return g.add(new Dot(x, y, List.of(), List.of(), List.of(0), List.of(0)));
    }

    private static Value paddedSums(Graph g, Value x) {
        Value padded = g.add(new Pad(x, g.scalar(ElementType.F32, 0), 1, Dim.ONE, Dim.ONE, 0));
        return g.sum(g.add(new Window(padded, 1, 3, 1, 1)), List.of(4));
    }

    @TestFactory
    Stream<DynamicTest> meansTheSame() {
        return cases().map(c -> DynamicTest.dynamicTest(c.name, () -> check(c)));
    }

    private static void check(Case c) {
        var function = new Function("f", c.parameters, c.results);
        var random = new Random(1);
        List<NdArray> arguments = c.parameters.stream().map(p -> random(p.tensor(), c.dims, random)).toList();
        List<NdArray> expected = Interpreter.run(function, arguments, c.dims);
        List<NdArray> first = null;
        for (Machine machine : Programs.MACHINES) {
            for (int members = 1; members <= 3; members++) {
                List<NdArray> actual = Programs.run(function, arguments, machine, members);
                if (first == null) {
                    first = actual;
                    for (int k = 0; k < expected.size(); k++) {
                        double tolerance = expected.get(k).element() == ElementType.F32 ? 1e-4 : 1e-12;
                        assertEquals("", Programs.difference(expected.get(k), actual.get(k), tolerance), "result " + k);
                    }
                }
                assertEquals(first, actual, machine.name() + " with " + members + " members");
            }
        }
    }

    private static NdArray random(Type.Tensor type, Map<String, Long> dims, Random random) {
        NdArray a = NdArray.zeros(type.element(), type.shape().dims().stream().mapToLong(d -> d.evaluate(dims)).toArray());
        for (int i = 0; i < a.size(); i++) {
            if (type.isFloat()) {
                a.set(i, random.nextInt(9) - 4 + random.nextGaussian());
            } else {
                a.setLong(i, random.nextInt(13) - 5);
            }
        }
        return a;
    }
}
