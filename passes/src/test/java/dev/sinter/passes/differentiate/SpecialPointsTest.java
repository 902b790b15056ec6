package dev.sinter.passes.differentiate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Cumulative;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Jvp;
import dev.sinter.ir.graph.Reduction;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Vjp;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.simplify.Simplify;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Where differences cannot tell: conventions at kinks and ties, zeros of products, corners of powers.
class SpecialPointsTest {
    private static final double INF = Double.POSITIVE_INFINITY;

    interface Body {
        Value build(Graph g, List<Value> x);
    }

    private static double[] v(double... values) {
        return values;
    }

    /// The gradients of the sum of the elements of `body`, which both modes have to agree on where the Jacobian is diagonal.
    private static List<double[]> gradients(Body body, double[]... x) {
        var g = new Graph();
        var p = new ArrayList<Value>();
        for (double[] a : x) {
            p.add(g.parameter("x", new Type.Tensor(ElementType.F64, Shape.of(a.length))));
        }
        Function f = new Function("f", p, List.of(body.build(g, p)));
        var h = new Graph();
        var q = p.stream().map(a -> h.add(a.op())).toList();
        Value ct = h.fill(f.results().getFirst().tensor(), 1);
        var all = IntStream.range(0, x.length).boxed().toList();
        var parts = h.parts(h.add(new Vjp(f, q, all, List.of(ct))));
        Function gradient = Differentiate.run(new Function("gradient", q, parts.subList(1, parts.size())));
        var arguments = Arrays.stream(x).map(a -> NdArray.of(ElementType.F64, new long[] {a.length}, a)).toList();
        var found = Interpreter.run(gradient, arguments).stream().map(NdArray::toDoubles).toList();
        var simpler = Interpreter.run(Simplify.run(gradient), arguments).stream().map(NdArray::toDoubles).toList();
        for (int k = 0; k < x.length; k++) {
            assertArrayEquals(found.get(k), simpler.get(k), 1e-15);
        }
        return found;
    }

    private static double[] gradient(Body body, double... x) {
        return gradients(body, x).getFirst();
    }

    @Test
    void kinks() {
        assertArrayEquals(v(-1, 0, 0, 1), gradient((g, x) -> g.unary(UnaryFn.ABS, x.getFirst()), -2, 0, 0, 3));
        assertArrayEquals(v(0, 0, 0), gradient((g, x) -> g.unary(UnaryFn.SIGN, x.getFirst()), -2, 0, 3));
        // relu as the library writes it: 0 at 0
        assertArrayEquals(v(0, 0, 1), gradient((g, x) -> g.select(g.binary(BinaryFn.LT, g.zeros(x.getFirst()), x.getFirst()), x.getFirst(), g.zeros(x.getFirst())), -1, 0, 2));
    }

    @Test
    void tiesOfTwoShareEvenly() {
        var max = gradients((g, x) -> g.binary(BinaryFn.MAX, x.get(0), x.get(1)), v(1, 2, 3, 0), v(2, 2, 1, -0.0));
        assertArrayEquals(v(0, 0.5, 1, 0.5), max.get(0));
        assertArrayEquals(v(1, 0.5, 0, 0.5), max.get(1));
        var min = gradients((g, x) -> g.binary(BinaryFn.MIN, x.get(0), x.get(1)), v(1, 2, 3), v(2, 2, 1));
        assertArrayEquals(v(1, 0.5, 0), min.get(0));
        assertArrayEquals(v(0, 0.5, 1), min.get(1));
    }

    @Test
    void tiesOfManyShareEvenly() {
        assertArrayEquals(v(0, 1 / 3.0, 1 / 3.0, 0, 1 / 3.0), gradient((g, x) -> g.reduce(Reduction.MAX, x.getFirst(), List.of(0)), 1, 4, 4, -2, 4));
        assertArrayEquals(v(0, 0.5, 0.5), gradient((g, x) -> g.reduce(Reduction.MIN, x.getFirst(), List.of(0)), 3, 1, 1));
    }

    @Test
    void aRunningMaximumComesFromTheLatestOfEquals() {
        // found at positions 0, 0, 2, 2, 4
        assertArrayEquals(v(2, 0, 2, 0, 1), gradient((g, x) -> g.add(new Cumulative(Reduction.MAX, x.getFirst(), 0, false)), 2, 1, 2, 0, 3));
    }

    @Test
    void productsWithZeros() {
        Body product = (g, x) -> g.reduce(Reduction.PROD, x.getFirst(), List.of(0));
        assertArrayEquals(v(0, 6, 0), gradient(product, 2, 0, 3));
        assertArrayEquals(v(0, 0, 0), gradient(product, 0, 0, 3));
        // running products 2, 0, 0: d/dx = (1 + 0 + 0, 2 + 6, 0)
        assertArrayEquals(v(1, 8, 0), gradient((g, x) -> g.add(new Cumulative(Reduction.PROD, x.getFirst(), 0, false)), 2, 0, 3));
    }

    @Test
    void powers() {
        var both = gradients((g, x) -> g.binary(BinaryFn.POW, x.get(0), x.get(1)), v(0, 0, 0, 2, -2), v(0, 2, 1, 0, 2));
        assertArrayEquals(v(0, 0, 1, 0, -4), both.get(0), 1e-15);
        assertArrayEquals(v(0, 0, 0, Math.log(2)), Arrays.copyOf(both.get(1), 4), 1e-15);
        assertEquals(Double.NaN, both.get(1)[4]);
        assertArrayEquals(v(0, 12), gradient((g, x) -> g.binary(BinaryFn.POW, x.getFirst(), g.fill(x.getFirst().tensor(), 3)), 0, 2), 1e-15);
        assertArrayEquals(v(0, 0), gradient((g, x) -> g.binary(BinaryFn.POW, x.getFirst(), g.fill(x.getFirst().tensor(), 0)), 0, 2));
    }

    @Test
    void infiniteSlopesStayInfinite() {
        assertArrayEquals(v(INF), gradient((g, x) -> g.unary(UnaryFn.SQRT, x.getFirst()), 0));
        assertArrayEquals(v(INF), gradient((g, x) -> g.unary(UnaryFn.LOG, x.getFirst()), 0));
    }

    @Test
    void aBranchThatIsNotTakenDoesNotMatter() {
        // x > 0 ? log x : 0, guarded the safe way, at 0
        assertArrayEquals(v(0, 0.5), gradient((g, x) -> {
            Value a = x.getFirst();
            Value positive = g.binary(BinaryFn.LT, g.zeros(a), a);
            return g.select(positive, g.unary(UnaryFn.LOG, g.select(positive, a, g.ones(a))), g.zeros(a));
        }, 0, 2));
    }

    @Test
    void forwardModeFollowsTheSameConventions() {
        var g = new Graph();
        Value a = g.parameter("a", new Type.Tensor(ElementType.F64, Shape.of(3)));
        Function f = new Function("f", List.of(a), List.of(g.unary(UnaryFn.ABS, a), g.reduce(Reduction.MAX, a, List.of(0)), g.binary(BinaryFn.MAX, a, g.zeros(a))));
        var h = new Graph();
        Value x = h.parameter("x", a.tensor());
        Value u = h.parameter("u", a.tensor());
        var parts = h.parts(h.add(new Jvp(f, List.of(x), List.of(0), List.of(u))));
        var found = Interpreter.run(Differentiate.run(new Function("jvp", List.of(x, u), parts.subList(3, 6))),
                List.of(NdArray.of(ElementType.F64, new long[] {3}, 0, 5, 5), NdArray.of(ElementType.F64, new long[] {3}, 1, 2, 4)));
        assertArrayEquals(v(0, 2, 4), found.get(0).toDoubles());
        assertArrayEquals(v(3), found.get(1).toDoubles());
        assertArrayEquals(v(0.5, 2, 4), found.get(2).toDoubles());
    }
}
