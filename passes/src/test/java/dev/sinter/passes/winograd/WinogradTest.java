package dev.sinter.passes.winograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Combine;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Verifier;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.type.ElementType;
import dev.sinter.passes.golden.GoldenFile;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Which convolutions are computed by tiles, and that they are the same convolutions, whatever their sizes, their padding and the order of their axes.
class WinogradTest {
    @TestFactory
    Stream<DynamicTest> cases() {
        return GoldenFile.cases("winograd", f -> Convolutions.byTiles(f, Interpolation.F2)).stream().map(c -> DynamicTest.dynamicTest(c.title(), () -> {
            Function after = Convolutions.byTiles(c.function(), Interpolation.F2);
            Verifier.verify(after);
            c.expect(after);
        }));
    }

    @TestFactory
    Stream<DynamicTest> tiles_compute_the_convolution() {
        return Stream.of(new Convolutions(1, 2, 3, 4, 4, 1, false), new Convolutions(2, 3, 2, 7, 9, 1, false), new Convolutions(1, 1, 1, 3, 3, 0, true),
                new Convolutions(3, 2, 4, 8, 5, 0, true), new Convolutions(1, 4, 2, 14, 6, 2, true), new Convolutions(2, 2, 2, 6, 13, 1, true))
                .flatMap(c -> Stream.of(Interpolation.F2, Interpolation.F4).map(way -> DynamicTest.dynamicTest(c + " F" + way.outputs(), () -> {
                    Function f = c.module(ElementType.F64).entries().getFirst().function();
                    Function tiled = c.tiled(ElementType.F64, way).entries().getFirst().function();
                    assertTrue(isByTiles(tiled));
                    assertEquals(List.of(), Verifier.problems(tiled));
                    NdArray expected = Interpreter.run(f, c.arguments(ElementType.F64)).getFirst();
                    NdArray actual = Interpreter.run(tiled, c.arguments(ElementType.F64)).getFirst();
                    assertEquals(expected.type(), actual.type());
                    for (int i = 0; i < expected.size(); i++) {
                        assertEquals(expected.get(i), actual.get(i), 1e-12);
                    }
                })));
    }

    private static boolean isByTiles(Function f) {
        return f.values().stream().anyMatch(v -> v.op() instanceof Combine);
    }

    @Test
    void large_convolutions_in_f32_of_fixed_filters_are_computed_by_tiles() {
        var large = new Convolutions(1, 64, 64, 28, 28, 1, true);
        Module m = large.module(ElementType.F32);
        assertTrue(isByTiles(Winograd.run(m).entries().getFirst().function()));
        assertTrue(Winograd.convolutions(m).getFirst().choice().startsWith("in tiles of 4 × 4, "));
        Module inDouble = large.module(ElementType.F64);
        assertSame(inDouble, Winograd.run(inDouble));
        assertEquals("as it is, since it is not in f32", Winograd.convolutions(inDouble).getFirst().choice());
        Module narrow = new Convolutions(1, 3, 64, 28, 28, 1, true).module(ElementType.F32);
        assertSame(narrow, Winograd.run(narrow));
        assertEquals("as it is", Winograd.convolutions(narrow).getFirst().choice());
    }

    @Test
    void filters_that_a_function_changes_are_not_transformed() {
        Module m = new Convolutions(1, 64, 64, 28, 28, 1, true).module(ElementType.F32);
        Module.Entry e = m.entries().getFirst();
        assertNotSame(m, Winograd.run(m));
        var f = e.function();
        var changed = new Graph().parameter("weight", m.state().getFirst().type());
        var parameters = new ArrayList<>(f.parameters());
        parameters.add(changed);
        var results = new ArrayList<>(f.results());
        results.add(changed);
        var inputs = new ArrayList<>(e.inputs());
        inputs.add(new Module.Binding.Argument("changed"));
        var outputs = new ArrayList<>(e.outputs());
        outputs.add(new Module.Binding.OfState("weight"));
        var step = new Module("M", m.state(), List.of(new Module.Entry(new Function("f", parameters, results), "", inputs, outputs)));
        assertSame(step, Winograd.run(step));
    }
}
