package dev.sinter.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.compiler.Compiler;
import dev.sinter.frontend.source.Source;
import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.RandomGraphs;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.passes.differentiate.Differentiate;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Functions that put many parts together, as unrolled loops do: they compile, all code gives the same bits, and the interpreter's numbers up to rounding.
class ManyPartsTest {
    private static final double TOLERANCE = 1e-5;
    private static final long[] EXTENTS = {0, 1, 33};

    /// What it is, and the members of a model, the last one exported.
    private record Case(String title, String members) {
        Function function() {
            var model = Compiler.check(Source.of("many.sinter", "model Many() {\n" + members + "\n}\n"), Compiler.Options.DEFAULT);
            return Differentiate.run(model.module()).entries().getFirst().function();
        }
    }

    private static final List<Case> CASES = List.of(
            concat(8), concat(48), concat(300),
            new Case("64 parts that are computed, one beside the other", "export fn f(x: f32[N]) = stack([tanh(x * k) for k in 0..64], axis: 1)"),
            new Case("40 parts of different lengths", "export fn f(x: f32[N, 3]) = concat([concat([x, x * 2]), ...[x + k for k in 0..37], expand(sum(x, axis: 0), axis: 0)])"),
            new Case("48 parts in the middle", "export fn f(x: f32[2, N, 3]) = 2 * flip(concat([x * k for k in 0..48], axis: 1), axis: 1)"),
            new Case("a sum of 48 parts", "export fn f(x: f32[N]) = sum(stack([x * k for k in 0..48]), axis: 0)"),
            new Case("parts of parts", "export fn f(x: f32[N]) = concat([concat([x * k + j for k in 0..5], axis: 0) for j in 0..20])"),
            new Case("the gradient of a recurrence of 64 steps", """
                    fn last(y: f32[64, N]) -> f32 = {
                      h = zeros([N])
                      for t in 0..64 { h = tanh(0.5 * h + y[t]) }
                      sum(h)
                    }
                    export fn f(y: f32[64, N]) = grad(last)(y)"""),
            new Case("the gradient of a recurrent layer of 24 steps", """
                    fn last(y: f32[24, N, 4], w: f32[4, 4]) -> f32 = {
                      h = zeros([N, 4])
                      for t in 0..24 { h = tanh(h @ w + y[t]) }
                      sum(h)
                    }
                    export fn f(y: f32[24, N, 4], w: f32[4, 4]) = grad(last, wrt: [0, 1])(y, w)"""));

    private static Case concat(int parts) {
        return new Case(parts + " parts", "export fn f(x: f32[N]) = concat([x * k for k in 0.." + parts + "])");
    }

    @TestFactory
    Stream<DynamicTest> manyPartsAreOneTensor() {
        return CASES.stream().map(c -> DynamicTest.dynamicTest(c.title(), () -> check(c.function())));
    }

    private static void check(Function f) {
        var compilation = Executors.compile(List.of(f));
        for (long n : EXTENTS) {
            List<NdArray> arguments = RandomGraphs.arguments(f, 7, n);
            var expected = Interpreter.run(f, arguments);
            for (int threads = 1; threads <= 2; threads++) {
                var results = Executors.run(compilation, "f0", arguments, threads);
                assertTrue(results.size() >= 2, "at least the scalar class files and one more target run here");
                var first = results.values().iterator().next();
                results.forEach((target, found) -> assertEquals(first, found, target + ", N = " + n));
                for (int r = 0; r < expected.size(); r++) {
                    assertClose(expected.get(r), first.get(r));
                }
            }
        }
    }

    private static void assertClose(NdArray expected, NdArray found) {
        assertEquals(expected.type(), found.type());
        double largest = 1;
        for (int k = 0; k < expected.size(); k++) {
            largest = Double.isFinite(expected.get(k)) ? Math.max(largest, Math.abs(expected.get(k))) : largest;
        }
        for (int k = 0; k < expected.size(); k++) {
            assertEquals(expected.get(k), found.get(k), TOLERANCE * largest, "element " + k);
        }
    }
}
