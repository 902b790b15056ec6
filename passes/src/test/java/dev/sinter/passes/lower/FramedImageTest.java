package dev.sinter.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Pad;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Window;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.schedule.Machine;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Convolutions of each channel by itself, whose images are read where they are, without the zeros around them.
class FramedImageTest {
    /// @param low     padding before the first line and column
    /// @param high    padding behind the last ones
    /// @param framed  on which of the machines no piece is copied
    private record Case(long channels, long lines, long columns, long taps, long low, long high, List<Machine> framed) { }

    @TestFactory
    Stream<DynamicTest> imagesAreReadWhereTheyAre() {
        return Stream.of(
                new Case(5, 20, 20, 3, 1, 1, List.of(Machine.V512)),
                new Case(4, 19, 32, 3, 1, 1, List.of(Machine.V512)),
                new Case(4, 9, 17, 3, 0, 2, List.of(Machine.V512)),
                new Case(4, 24, 18, 5, 2, 2, List.of(Machine.V512)),
                new Case(6, 12, 12, 3, 1, 1, List.of(Machine.V256)),
                new Case(6, 12, 8, 3, 1, 1, List.of(Machine.V128, Machine.V256, Machine.V512)),
                new Case(4, 7, 60, 3, 1, 1, List.of(Machine.V512)),
                new Case(4, 9, 17, 3, 1, 2, List.of(Machine.V512)),
                new Case(4, 3, 20, 3, 1, 1, List.of(Machine.V512)),
                new Case(4, 2, 20, 3, 1, 1, List.of())
        ).map(c -> DynamicTest.dynamicTest(c.toString(), () -> check(c)));
    }

    private static void check(Case c) {
        var g = new Graph();
        Value x = parameter(g, Shape.of(c.channels, c.lines, c.columns));
        Value w = parameter(g, Shape.of(c.channels, c.taps, c.taps));
        Value zero = g.scalar(ElementType.F32, 0);
        Value padded = g.add(new Pad(pad(g, x, zero, 1, c), zero, 2, Dim.constant(c.low), Dim.constant(c.high), 0));
        Value windows = g.add(new Window(g.add(new Window(padded, 1, c.taps, 1, 1)), 2, c.taps, 1, 1));
        Value sums = g.add(new Dot(windows, w, List.of(0), List.of(0), List.of(3, 4), List.of(1, 2)));
        var apart = Programs.function(List.of(x, w), sums);
        var whole = Programs.function(List.of(x, w), sums, padded);      // what is a result is in memory, padding and all
        var random = new Random(1);
        NdArray image = Programs.random(x, random);
        image.set(Math.toIntExact(c.columns - 1), Double.POSITIVE_INFINITY);        // seen at the end of its line, not at the beginning of the next
        image.set(Math.toIntExact(image.size() - c.columns), Double.NaN);
        var arguments = List.of(image, Programs.random(w, random));
        NdArray expected = Programs.run(whole, arguments, Machine.SCALAR, 1).getFirst();
        for (Machine machine : Programs.MACHINES) {
            var lowered = Programs.lower(Programs.entry(apart), machine);
            long copied = lowered.programs().call().buffers().stream().filter(b -> b.role() == Buffer.Role.TEMP && b.type() == ElementType.F32).mapToLong(b -> copied(b, machine)).sum();
            assertEquals(c.framed.contains(machine), machine.vectorBits() > 0 && copied == 0, machine.name());
            for (int members = 1; members <= 3; members++) {
                assertEquals("", Programs.difference(expected, Programs.run(apart, arguments, machine, members).getFirst(), 0), machine.name() + ", " + members + " members");
            }
        }
    }

    /// The elements of a temp that is more than a few vectors.
    private static long copied(Buffer b, Machine machine) {
        long elements = b.elements().evaluate(Map.of("members", 1L));
        return elements <= 3L * machine.lanes(ElementType.F32) ? 0 : elements;
    }

    private static Value pad(Graph g, Value x, Value zero, int axis, Case c) {
        return g.add(new Pad(x, zero, axis, Dim.constant(c.low), Dim.constant(c.high), 0));
    }

    private static Value parameter(Graph g, Shape shape) {
        return g.parameter("p", new Type.Tensor(ElementType.F32, shape));
    }
}
