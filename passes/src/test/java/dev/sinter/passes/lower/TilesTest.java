package dev.sinter.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import dev.sinter.passes.layout.Layout;
import dev.sinter.passes.schedule.Machine;
import dev.sinter.passes.winograd.Convolutions;
import dev.sinter.passes.winograd.Interpolation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Convolutions by tiles mean the same as loops, to the bit on every machine and for every number of members.
class TilesTest {
    @TestFactory
    Stream<DynamicTest> convolutions_by_tiles() {
        return Stream.of(new Convolutions(1, 20, 24, 6, 8, 1, true), new Convolutions(2, 16, 17, 7, 5, 1, true), new Convolutions(1, 128, 16, 9, 9, 0, true),
                new Convolutions(2, 19, 16, 8, 8, 1, false), new Convolutions(1, 3, 5, 5, 6, 2, true))
                .flatMap(c -> Stream.of(Interpolation.F2, Interpolation.F4).map(way -> DynamicTest.dynamicTest(c + " F" + way.outputs(), () -> {
                    Module tiled = Layout.run(c.tiled(ElementType.F32, way));
                    var arguments = c.arguments(ElementType.F32);
                    NdArray expected = Interpreter.run(c.module(ElementType.F32).entries().getFirst().function(), arguments).getFirst();
                    NdArray first = null;
                    for (Machine machine : Programs.MACHINES) {
                        for (int members : new int[] {1, 3}) {
                            NdArray actual = run(tiled, arguments, machine, members);
                            assertEquals("", Programs.difference(expected, actual, 1e-4), machine.name());
                            first = first == null ? actual : first;
                            assertEquals(first, actual, machine.name() + " with " + members);
                        }
                    }
                })));
    }

    /// What is in memory between the kernels of a convolution with bias and rectifier: nothing but tiles before the product and after it.
    @Test
    void a_convolution_is_three_kernels_and_its_filters_are_transformed_ahead() {
        Module tiled = new Convolutions(1, 32, 32, 8, 8, 1, true).tiled(ElementType.F32, Interpolation.F4);
        Lowered lowered = Programs.lower(tiled.entries().getFirst(), Machine.V512);
        assertEquals(List.of("tiles_2", "product", "tiles_3"), launches(lowered.programs().call().body()));
        assertTrue(lowered.programs().preparation().isPresent());
    }

    /// Of many tiles, the three kernels do some before the next ones; members meet nowhere in between. The last block may be smaller than the others.
    @TestFactory
    Stream<DynamicTest> many_tiles_are_done_block_by_block() {
        return Stream.of(new Convolutions(2, 24, 20, 19, 18, 1, true), new Convolutions(1, 16, 33, 29, 20, 0, true)).map(c -> DynamicTest.dynamicTest(c.toString(), () -> {
            Module tiled = Layout.run(c.tiled(ElementType.F32, Interpolation.F4));
            var program = Programs.lower(tiled.entries().getFirst(), Machine.V512).programs().call();
            var blocks = program.body().stream().filter(Stmt.For.class::isInstance).map(s -> (Stmt.For) s).toList();
            assertEquals(1, blocks.size());
            assertEquals(List.of("tiles_2", "product", "tiles_3"), launches(blocks.getFirst().body()));
            assertEquals(3, blocks.getFirst().body().size());
            var arguments = c.arguments(ElementType.F32);
            NdArray expected = Interpreter.run(c.module(ElementType.F32).entries().getFirst().function(), arguments).getFirst();
            NdArray first = run(tiled, arguments, Machine.SCALAR, 1);
            assertEquals("", Programs.difference(expected, first, 1e-4));
            for (Machine machine : Programs.MACHINES) {
                for (int members : new int[] {1, 2, 3, 5}) {
                    assertEquals(first, run(tiled, arguments, machine, members), machine.name() + " with " + members);
                }
            }
        }));
    }

    private static List<String> launches(List<Stmt> body) {
        return body.stream().filter(Stmt.Launch.class::isInstance).map(s -> ((Stmt.Launch) s).kernel().name()).toList();
    }

    private static NdArray run(Module module, List<NdArray> arguments, Machine machine, int members) {
        var memory = new LinkedHashMap<String, NdArray>();
        var names = List.of("image", "weight", "bias");
        for (int k = 0; k < names.size(); k++) {
            memory.put(names.get(k), arguments.get(k));
        }
        return Programs.run(Programs.lower(module.entries().getFirst(), machine), memory, Map.of(), members).get("result");
    }
}
