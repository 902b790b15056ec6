package dev.sinter.tests;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.sinter.compiler.Compilation;
import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.RandomGraphs;
import dev.sinter.ir.graph.Requirement;
import dev.sinter.ir.graph.Shrink;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.text.GraphPrinter;
import dev.sinter.ir.type.ElementType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Random well-typed graphs through the whole pipeline: every kind of compiled code gives the same bits, and the interpreter's: where something is rounded, up to its last places.
/// A failure is shown with the smallest graph that still fails.
class RandomProgramsTest {
    private static final int PER_MODULE = 10;
    /// How many units in the last place compiled code may be off the interpreter, whose functions are those of the Java library and which adds in another order.
    private static final int UNITS = 16;
    private static final long[] EXTENTS = {0, 2, 5, 33};

    /// A graph: its seed, its size, and whether nothing in it is rounded.
    private record Program(long seed, int ops, boolean exact) {
        Function function() {
            return exact ? RandomGraphs.exact(seed, ops) : RandomGraphs.any(seed, ops);
        }
    }

    @TestFactory
    Stream<DynamicTest> exactGraphsEqualTheInterpreter() {
        return modules(0, 12, true);
    }

    @TestFactory
    Stream<DynamicTest> allCompiledCodeGivesTheSameBits() {
        return modules(5_000, 12, false);
    }

    /// Graphs that once were compiled wrongly.
    @TestFactory
    Stream<DynamicTest> oldFailuresStayMended() {
        return Stream.of(new Program(122, 6, true), new Program(1047, 6, true), new Program(70_012, 22, false))
                .map(p -> DynamicTest.dynamicTest("graph of seed " + p.seed(), () -> check(List.of(p))));
    }

    private static Stream<DynamicTest> modules(int first, int count, boolean exact) {
        return IntStream.range(0, count).map(k -> first + k * PER_MODULE).mapToObj(seed -> DynamicTest.dynamicTest("graphs from seed " + seed, () ->
                check(IntStream.range(seed, seed + PER_MODULE).mapToObj(s -> new Program(s, 4 + s % 9, exact)).toList())));
    }

    private static void check(List<Program> programs) {
        var functions = programs.stream().map(Program::function).toList();
        var compilation = Executors.compile(functions);
        for (int k = 0; k < programs.size(); k++) {
            Program program = programs.get(k);
            for (long n : EXTENTS) {
                if (!mayBeCalled(functions.get(k), n)) {
                    continue;
                }
                if (difference(compilation, "f" + k, functions.get(k), program, n).isPresent()) {
                    Function smallest = Shrink.shrink(functions.get(k), f -> difference(Executors.compile(List.of(f)), "f0", f, program, n).isPresent());
                    fail(program + ", N = " + n + ": " + difference(Executors.compile(List.of(smallest)), "f0", smallest, program, n).orElse("only beside other graphs")
                            + "\n" + GraphPrinter.print(smallest));
                }
            }
        }
    }

    /// Whether a graph takes this `N`: a window of 2 over `N` elements does not take 0.
    private static boolean mayBeCalled(Function f, long n) {
        return Requirement.of(f).stream().allMatch(r -> r.notNegative().evaluate(Map.of("N", n)) >= 0);
    }

    /// Where two executors disagree about a function, if they do.
    private static Optional<String> difference(Compilation compilation, String name, Function f, Program program, long n) {
        List<NdArray> arguments = RandomGraphs.arguments(f, program.seed(), n);
        var results = Executors.run(compilation, name, arguments, (int) (1 + program.seed() % 2));
        assertTrue(results.size() >= 2, "at least the scalar class files and one more target run here");
        var first = results.entrySet().iterator().next();
        for (var other : results.entrySet()) {
            if (!other.getValue().equals(first.getValue())) {
                return Optional.of(other.getKey() + " gives " + other.getValue() + ", " + first.getKey() + " gives " + first.getValue());
            }
        }
        var expected = Interpreter.run(f, arguments);
        for (int r = 0; r < expected.size(); r++) {
            if (!same(expected.get(r), first.getValue().get(r), program.exact() ? 0 : UNITS)) {
                return Optional.of("result " + r + ": " + first.getKey() + " gives " + first.getValue().get(r) + ", the interpreter " + expected.get(r));
            }
        }
        return Optional.empty();
    }

    /// Elements no more than some units in the last place apart; the sign of a zero may differ, since laws such as `a·b + 0 = a·b` hold up to it.
    private static boolean same(NdArray expected, NdArray found, int units) {
        return expected.type().equals(found.type()) && IntStream.range(0, expected.size()).allMatch(k -> {
            double a = expected.get(k);
            double b = found.get(k);
            return Double.compare(a + 0.0, b + 0.0) == 0 || Double.isFinite(a - b) && Math.abs(a - b) <= units * unit(expected.element(), Math.max(Math.abs(a), Math.abs(b)));
        });
    }

    /// The unit in the last place of a number; integers have to be equal.
    private static double unit(ElementType element, double value) {
        return switch (element) {
            case F32 -> Math.ulp((float) value);
            case F64 -> Math.ulp(value);
            default -> 0;
        };
    }
}
