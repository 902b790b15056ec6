package dev.sinter.passes.differentiate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Jvp;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Verifier;
import dev.sinter.ir.graph.Vjp;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.simplify.Simplify;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/// A function with a point at which its derivatives are checked: reverse and forward mode against central differences of fourth order in f64, forward
/// against reverse, and the derivatives of the derivatives likewise (forward over reverse, reverse over reverse).
///
/// @param inputs the point; floats are differentiated, others are constants of the case
record DerivativeCase(String name, Body body, List<NdArray> inputs, double step, double tolerance) {
    /// Builds results of parameters.
    interface Body {
        List<Value> build(Graph g, List<Value> x);
    }

    static DerivativeCase of(String name, Body body, NdArray... inputs) {
        return new DerivativeCase(name, body, List.of(inputs), 1e-3, 2e-8);
    }

    DerivativeCase within(double other) {
        return new DerivativeCase(name, body, inputs, step, other);
    }

    /// Reproducible numbers between `low` and `high`.
    static NdArray random(long seed, double low, double high, long... extents) {
        var random = new Random(seed);
        NdArray a = NdArray.zeros(ElementType.F64, extents);
        for (int i = 0; i < a.size(); i++) {
            a.set(i, low + (high - low) * random.nextDouble());
        }
        return a;
    }

    void check() {
        Function f = function();
        var cotangents = f.results().stream().map(r -> random(17 + f.results().indexOf(r), -1, 1, r.shape().extents())).toList();
        Function reverse = reverse(f);
        matchesDifferences("once", f, reverse, cotangents);

        Function once = Differentiate.run(reverse);
        Function gradient = new Function("gradient", once.parameters(), once.results().subList(f.results().size(), once.results().size()));
        var given = new ArrayList<>(inputs);
        given.addAll(cotangents);
        var cotangents2 = gradient.results().stream().map(r -> random(31 + gradient.results().indexOf(r), -1, 1, r.shape().extents())).toList();
        new DerivativeCase(name, null, given, step, tolerance * 20).matchesDifferences("twice", gradient, reverse(gradient), cotangents2);
    }

    Function function() {
        var g = new Graph();
        var x = new ArrayList<Value>();
        inputs.forEach(a -> x.add(g.parameter("x" + x.size(), a.type())));
        return new Function(name.replaceAll("[^a-z0-9]+", "_"), x, body.build(g, x));
    }

    private List<Integer> wrt() {
        return IntStream.range(0, inputs.size()).filter(k -> inputs.get(k).element().isFloat()).boxed().toList();
    }

    /// Results and gradients of `f`, with cotangents as further parameters.
    private static Function reverse(Function f) {
        var g = new Graph();
        var x = new ArrayList<Value>();
        f.parameters().forEach(p -> x.add(g.parameter("x" + x.size(), p.tensor())));
        var ct = f.results().stream().map(r -> g.parameter("ct", r.tensor())).toList();
        var all = new ArrayList<>(x);
        all.addAll(ct);
        var wrt = IntStream.range(0, x.size()).filter(k -> x.get(k).tensor().isFloat()).boxed().toList();
        return new Function("reverse", all, g.parts(g.add(new Vjp(f, x, wrt, ct))));
    }

    private Function forward(Function f) {
        var g = new Graph();
        var x = new ArrayList<Value>();
        f.parameters().forEach(p -> x.add(g.parameter("x" + x.size(), p.tensor())));
        var wrt = wrt();
        var u = wrt.stream().map(k -> g.parameter("u", x.get(k).tensor())).toList();
        var all = new ArrayList<Value>(x);
        all.addAll(u);
        return new Function("forward", all, g.parts(g.add(new Jvp(f, x, wrt, u))));
    }

    private void matchesDifferences(String mode, Function f, Function reverse, List<NdArray> cotangents) {
        var wrt = wrt();
        var arguments = new ArrayList<>(inputs);
        arguments.addAll(cotangents);
        Function plain = Differentiate.run(f);                  // the case itself may contain derivatives
        var values = Interpreter.run(plain, inputs);
        Function expanded = Differentiate.run(reverse);
        Verifier.verify(expanded);
        Verifier.verify(Simplify.run(expanded));
        var all = Interpreter.run(expanded, arguments);
        close(name + " " + mode + " (simplified)", flat(all), flat(Interpreter.run(Simplify.run(expanded), arguments)), 1e-11);
        for (int k = 0; k < values.size(); k++) {
            close(name + " " + mode + ": result " + k, values.get(k).toDoubles(), all.get(k).toDoubles(), 1e-12);
        }
        var gradients = all.subList(values.size(), all.size());
        Function forward = Differentiate.run(forward(f));
        for (int k = 0; k < wrt.size(); k++) {
            assertEquals(inputs.get(wrt.get(k)).type(), gradients.get(k).type());
        }

        for (int trial = 0; trial < 3; trial++) {
            int seed = 100 * trial;
            var directions = wrt.stream().map(k -> random(seed + k, -1, 1, inputs.get(k).extents())).toList();
            double[] difference = new double[values.stream().mapToInt(NdArray::size).sum()];
            double[] weights = {1.0 / 12, -8.0 / 12, 8.0 / 12, -1.0 / 12};
            int[] places = {-2, -1, 1, 2};
            for (int i = 0; i < 4; i++) {
                double[] there = flat(Interpreter.run(plain, moved(directions, places[i] * step)));
                for (int j = 0; j < difference.length; j++) {
                    difference[j] += weights[i] / step * there[j];
                }
            }
            var dual = new ArrayList<>(inputs);
            dual.addAll(directions);
            var tangents = Interpreter.run(forward, dual);
            double[] jvp = flat(tangents.subList(values.size(), tangents.size()));
            close(name + " " + mode + " (forward against differences)", difference, jvp, tolerance);
            double left = dot(flat(cotangents), jvp);
            double right = dot(flat(gradients), flat(directions));
            close(name + " " + mode + " (forward against reverse)", new double[] {left}, new double[] {right}, 1e-10);
        }
    }

    private List<NdArray> moved(List<NdArray> directions, double by) {
        var moved = new ArrayList<>(inputs);
        var wrt = wrt();
        for (int k = 0; k < wrt.size(); k++) {
            NdArray x = inputs.get(wrt.get(k));
            NdArray y = NdArray.zeros(x.element(), x.extents());
            for (int i = 0; i < y.size(); i++) {
                y.set(i, x.get(i) + by * directions.get(k).get(i));
            }
            moved.set(wrt.get(k), y);
        }
        return moved;
    }

    private static double[] flat(List<NdArray> arrays) {
        return arrays.stream().flatMapToDouble(a -> Arrays.stream(a.toDoubles())).toArray();
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void close(String what, double[] expected, double[] found, double tolerance) {
        assertEquals(expected.length, found.length, what);
        double scale = 1;
        for (double e : expected) {
            scale = Math.max(scale, Math.abs(e));
        }
        for (int i = 0; i < expected.length; i++) {
            int at = i;
            double bound = tolerance * scale;
            assertTrue(Math.abs(expected[i] - found[i]) <= bound, () -> what + ": element " + at + " is " + found[at] + ", expected " + expected[at]);
        }
    }

    /// The type of an f64 tensor.
    static Type.Tensor f64(long... extents) {
        return new Type.Tensor(ElementType.F64, dev.sinter.ir.type.Shape.of(extents));
    }
}
