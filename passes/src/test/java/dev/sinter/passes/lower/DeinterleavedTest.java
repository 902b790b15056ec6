package dev.sinter.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Window;
import dev.sinter.ir.loop.LoopPrinter;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.schedule.Machine;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Convolutions whose windows take steps of several elements along a line, and that read a copy in which the elements of a vector lie side by side.
class DeinterleavedTest {
    /// @param apart whether there is such a copy on the widest machine: there is none where the phase depends on the place, or the image has a rest
    private record Case(long channels, long lines, long columns, long filters, long taps, long stride, boolean apart) { }

    @TestFactory
    Stream<DynamicTest> elementsLieSideBySide() {
        return Stream.of(
                new Case(3, 38, 40, 64, 7, 2, true),
                new Case(2, 37, 38, 64, 7, 2, true),
                new Case(3, 55, 54, 64, 7, 3, true),
                new Case(3, 37, 39, 64, 7, 2, false)
        ).map(c -> DynamicTest.dynamicTest(c.toString(), () -> check(c)));
    }

    private static void check(Case c) {
        var g = new Graph();
        Value x = parameter(g, Shape.of(c.channels, c.lines, c.columns));
        Value w = parameter(g, Shape.of(c.filters, c.channels, c.taps, c.taps));
        Value windows = g.add(new Window(g.add(new Window(x, 1, c.taps, c.stride, 1)), 2, c.taps, c.stride, 1));
        var convolution = Programs.function(List.of(x, w), g.add(new Dot(w, windows, List.of(), List.of(), List.of(1, 2, 3), List.of(0, 3, 4))));
        var random = new Random(1);
        var arguments = List.of(Programs.random(x, random), Programs.random(w, random));
        NdArray expected = Programs.run(convolution, arguments, Machine.SCALAR, 1).getFirst();
        for (Machine machine : Programs.MACHINES) {
            for (int members = 1; members <= 3; members++) {
                assertEquals("", Programs.difference(expected, Programs.run(convolution, arguments, machine, members).getFirst(), 0), machine.name() + ", " + members + " members");
            }
        }
        assertEquals(c.apart, LoopPrinter.print(Programs.lower(Programs.entry(convolution), Machine.V512).programs().call()).contains("kernel deinterleave"));
    }

    private static Value parameter(Graph g, Shape shape) {
        return g.parameter("p", new Type.Tensor(ElementType.F32, shape));
    }
}
