package dev.sinter.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.RandomGraphs;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.text.GraphPrinter;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Random well-typed graphs through the whole pipeline: every kind of compiled code gives the same bits, and the interpreter's where nothing is rounded.
class RandomProgramsTest {
    private static final int PER_MODULE = 10;

    @TestFactory
    Stream<DynamicTest> exactGraphsEqualTheInterpreter() {
        return modules(0, 12).map(seed -> DynamicTest.dynamicTest("exact graphs from seed " + seed, () -> check(seed, true)));
    }

    @TestFactory
    Stream<DynamicTest> allCompiledCodeGivesTheSameBits() {
        return modules(5_000, 12).map(seed -> DynamicTest.dynamicTest("graphs from seed " + seed, () -> check(seed, false)));
    }

    private static Stream<Integer> modules(int first, int count) {
        return IntStream.range(0, count).mapToObj(k -> first + k * PER_MODULE);
    }

    /// Equal elements; the sign of a zero may differ, since laws such as `a·b + 0 = a·b` hold up to it.
    private static void assertSame(List<NdArray> expected, List<NdArray> found, String what) {
        for (int r = 0; r < expected.size(); r++) {
            assertEquals(expected.get(r).type(), found.get(r).type(), what);
            for (int k = 0; k < expected.get(r).size(); k++) {
                int at = k;
                int result = r;
                assertEquals(expected.get(r).get(k) + 0.0, found.get(r).get(k) + 0.0, () -> "element " + at + " of result " + result + ": " + what);
            }
        }
    }

    private static void check(int seed, boolean exact) {
        List<Function> functions = IntStream.range(seed, seed + PER_MODULE)
                .mapToObj(s -> exact ? RandomGraphs.exact(s, 4 + s % 9) : RandomGraphs.any(s, 4 + s % 9)).toList();
        var compilation = Executors.compile(functions);
        for (int k = 0; k < functions.size(); k++) {
            Function f = functions.get(k);
            for (long n : new long[] {0, 2, 5, 33}) {
                List<NdArray> arguments = RandomGraphs.arguments(f, seed + k, n);
                String what = "seed " + (seed + k) + ", N = " + n + "\n" + GraphPrinter.print(f);
                var expected = Interpreter.run(f, arguments);
                var results = Executors.run(compilation, "f" + k, arguments, 1 + k % 2);
                assertTrue(results.size() >= 2, "at least the scalar class files and one more target run here");
                var first = results.entrySet().iterator().next();
                results.forEach((target, found) -> assertEquals(first.getValue(), found, target + " differs from " + first.getKey() + ": " + what));
                if (exact) {
                    assertSame(expected, first.getValue(), first.getKey() + " differs from the interpreter: " + what);
                }
            }
        }
    }
}
