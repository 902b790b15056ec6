package dev.sinter.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Example;
import dev.sinter.ir.graph.PrimitivesTest;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every example of a primitive (over element types, special values and awkward shapes) on every kind of compiled code: all give the same bits, and those that
/// are written down, up to the errors of the elementary functions and the signs of zeros. Elementwise ones are also repeated, as the few elements of an example
/// only ever meet the masked tail of a loop over long vectors.
class PrimitivesEverywhereTest {
    private static final int PER_MODULE = 24;
    /// Several vectors of any size and element type, and a tail.
    private static final int MANY = 67;

    @TestFactory
    Stream<DynamicTest> primitives() {
        List<Example> examples = new ArrayList<>(PrimitivesTest.examples());
        PrimitivesTest.examples().stream().filter(Example::isElementwise).map(e -> e.repeated(MANY)).forEach(examples::add);
        return IntStream.range(0, (examples.size() + PER_MODULE - 1) / PER_MODULE).mapToObj(m -> {
            var some = examples.subList(m * PER_MODULE, Math.min(examples.size(), (m + 1) * PER_MODULE));
            return DynamicTest.dynamicTest("from " + some.getFirst(), () -> check(some));
        });
    }

    private static void check(List<Example> examples) {
        var compilation = Executors.compile(examples.stream().map(Example::function).toList());
        for (int k = 0; k < examples.size(); k++) {
            Example example = examples.get(k);
            var results = Executors.run(compilation, "f" + k, example.arguments(), 1 + k % 2);
            var first = results.entrySet().iterator().next();
            results.forEach((target, found) -> assertEquals(first.getValue(), found, () -> target + " differs from " + first.getKey() + ": " + example));
            for (int r = 0; r < example.expected().size(); r++) {
                near(example.expected().get(r), first.getValue().get(r), example);
            }
        }
    }

    private static void near(NdArray expected, NdArray found, Example example) {
        assertEquals(expected.type(), found.type(), example::toString);
        double relative = expected.element() == ElementType.F32 ? 4e-7 : expected.element() == ElementType.F64 ? 2e-15 : 0;
        for (int k = 0; k < expected.size(); k++) {
            int at = k;
            double x = expected.get(k);
            if (Double.isFinite(x) && relative > 0) {
                assertEquals(x, found.get(k), relative * Math.max(1, Math.abs(x)), () -> "element " + at + " of " + example);
            } else {
                assertEquals(x, found.get(k), () -> "element " + at + " of " + example);
            }
        }
    }
}
