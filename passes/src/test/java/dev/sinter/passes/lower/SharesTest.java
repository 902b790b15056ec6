package dev.sinter.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Pad;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.loop.LoopPrinter;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.schedule.Machine;
import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// What of a kernel is dealt out to the members, and that they do all of it, whatever their number.
class SharesTest {
    private static final Pattern SHARE = Pattern.compile("\\(member \\* (?<known>\\d+)\\) / members|\\(\\((?<named>[^()]+)\\) \\* member\\) / members");

    /// @param shape  of what is read
    /// @param result made of it
    /// @param dealt  of what the first share is one
    private record Case(String name, List<Dim> shape, BiFunction<Graph, Value, Value> result, String dealt) { }

    @TestFactory
    Stream<DynamicTest> shares() {
        return Stream.of(
                new Case("one image: its places", dims(1, 40, 600), (g, x) -> g.transpose(x, List.of(0, 2, 1)), "600"),
                new Case("one image across long lines: blocks of 32 of its places", dims(1, 600, 40), (g, x) -> g.transpose(x, List.of(0, 2, 1)), "19"),
                new Case("three planes: places of all", dims(3, 90, 11, 13), (g, x) -> g.transpose(x, List.of(0, 3, 2, 1)), "39"),
                new Case("three padded planes: pieces of each", dims(3, 100, 120), (g, x) -> padded(g, padded(g, x, 1), 2), "4"),
                new Case("any number of images: places of all", List.of(Dim.named("N"), Dim.constant(40), Dim.constant(600)), (g, x) -> g.transpose(x, List.of(0, 2, 1)), "N * 600"))
                .map(c -> DynamicTest.dynamicTest(c.name, () -> check(c)));
    }

    private static Value padded(Graph g, Value x, int axis) {
        return g.add(new Pad(x, g.scalar(ElementType.F32, 0), axis, Dim.constant(4), Dim.constant(5), 0));
    }

    private static List<Dim> dims(long... extents) {
        return Shape.of(extents).dims();
    }

    private static void check(Case c) {
        var g = new Graph();
        Value x = g.parameter("x", new Type.Tensor(ElementType.F32, new Shape(c.shape)));
        var function = Programs.function(List.of(x), c.result.apply(g, x));
        var share = SHARE.matcher(LoopPrinter.print(Programs.lower(Programs.entry(function), Machine.V512).programs().call()));
        assertEquals(c.dealt, !share.find() ? "nothing" : share.group("known") != null ? share.group("known") : share.group("named"));
        for (long n : c.shape.getFirst().isConstant() ? new long[] {c.shape.getFirst().value()} : new long[] {1, 3}) {
            long[] extents = c.shape.stream().mapToLong(d -> d.isConstant() ? d.value() : n).toArray();
            var random = new Random(7);
            NdArray in = NdArray.zeros(ElementType.F32, extents);
            for (int k = 0; k < in.size(); k++) {
                in.set(k, random.nextFloat());
            }
            NdArray expected = Interpreter.run(function, List.of(in)).getFirst();
            for (Machine machine : Programs.MACHINES) {
                for (int members : new int[] {1, 2, 3, 5}) {
                    assertEquals(expected, Programs.run(function, List.of(in), machine, members).getFirst(), machine.name() + " with " + members + " for " + n);
                }
            }
        }
    }
}
