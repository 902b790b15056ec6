package dev.sinter.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Pad;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Window;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.loop.Stmt;
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

/// Convolutions over images with much padding, which is not multiplied by.
class UnpaddedTest {
    /// @param size of the images, which are square, as are the filters
    /// @param low  padding before the first element of each axis
    /// @param high padding behind the last one
    /// @param cuts whether padding is expected to be left out
    private record Case(long images, long channels, long filters, long size, long taps, long low, long high, boolean cuts) { }

    @TestFactory
    Stream<DynamicTest> termsInThePaddingAreLeftOut() {
        return Stream.of(
                new Case(16, 3, 2, 6, 5, 4, 4, true),
                new Case(32, 2, 6, 4, 5, 4, 4, true),
                new Case(20, 4, 3, 5, 4, 3, 3, true),
                new Case(16, 1, 5, 2, 4, 5, 3, true),            // windows with nothing but padding in them
                new Case(16, 2, 4, 4, 3, 4, 0, true),
                new Case(16, 2, 3, 12, 3, 1, 1, false),          // too little to be worth it
                new Case(8, 3, 2, 6, 5, 4, 4, false)             // nothing that lies side by side
        ).map(c -> DynamicTest.dynamicTest(c.toString(), () -> check(c)));
    }

    private static void check(Case c) {
        var g = new Graph();
        Value x = parameter(g, Shape.of(c.channels, c.size, c.size, c.images));
        Value w = parameter(g, Shape.of(c.filters, c.channels, c.taps, c.taps));
        Value zero = g.scalar(ElementType.F32, 0);
        Value padded = g.add(new Pad(pad(g, x, zero, 2, c), zero, 1, Dim.constant(c.low), Dim.constant(c.high), 0));
        Value windows = g.add(new Window(g.add(new Window(padded, 1, c.taps, 1, 1)), 2, c.taps, 1, 1));
        Value sums = g.add(new Dot(w, windows, List.of(), List.of(), List.of(2, 3, 1), List.of(4, 5, 0)));
        var apart = Programs.function(List.of(x, w), sums);
        var whole = Programs.function(List.of(x, w), sums, padded);      // what is a result is in memory, padding and all
        var random = new Random(1);
        var arguments = List.of(Programs.random(x, random), Programs.random(w, random));
        NdArray expected = Programs.run(whole, arguments, Machine.SCALAR, 1).getFirst();
        assertEquals("", Programs.difference(Interpreter.run(whole, arguments).getFirst(), expected, 1e-5));
        for (Machine machine : Programs.MACHINES) {
            var lowered = Programs.lower(Programs.entry(apart), machine);
            boolean pads = lowered.programs().call().body().stream().anyMatch(s -> s instanceof Stmt.Launch(var kernel, _) && kernel.name().startsWith("pad"));
            assertEquals(c.cuts, !pads, machine.name());
            for (int members = 1; members <= 3; members++) {
                assertEquals("", Programs.difference(expected, Programs.run(apart, arguments, machine, members).getFirst(), 0), machine.name() + ", " + members + " members");
            }
        }
    }

    private static Value pad(Graph g, Value x, Value zero, int axis, Case c) {
        return g.add(new Pad(x, zero, axis, Dim.constant(c.low), Dim.constant(c.high), 0));
    }

    private static Value parameter(Graph g, Shape shape) {
        return g.parameter("p", new Type.Tensor(ElementType.F32, shape));
    }
}
