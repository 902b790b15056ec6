package dev.sinter.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Reduction;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.schedule.Machine;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/// Rows whose first pass goes along with the last one of the row before.
class RowsAheadTest {
    private static final int WIDTH = 512;

    private final Graph g = new Graph();

    private Value rows(int rows) {
        return g.parameter("x", new Type.Tensor(ElementType.F32, Shape.of(rows, WIDTH)));
    }

    /// The elements of each row less its largest, exponentials, as shares.
    private Value softmax(Value x) {
        Shape row = Shape.of(x.dim(0).value(), 1);
        Value e = g.unary(UnaryFn.EXP, g.minus(x, g.reshape(g.reduce(Reduction.MAX, x, List.of(1)), row)));
        return g.over(e, g.reshape(g.sum(e, List.of(1)), row));
    }

    @Test
    void aRowHandsOnTheLargestElementOfTheNext() {
        Value x = rows(70);
        assertEquals(1, handedOn(x, softmax(x)));
        agrees(x, softmax(x));
    }

    @Test
    void aMemberMayHaveOneRowOrNone() {
        Value x = rows(64);
        agrees(x, softmax(x), 63, 65, 100);
    }

    @Test
    void fewRowsAreDoneOneByOne() {
        Value x = rows(32);
        assertEquals(0, handedOn(x, softmax(x)));
        agrees(x, softmax(x));
    }

    @Test
    void whatComesFirstIsASum() {
        Value x = rows(64);
        Shape row = Shape.of(64, 1);
        Value centred = g.minus(x, g.reshape(g.sum(x, List.of(1)), row));
        assertEquals(1, handedOn(x, centred));
        agrees(x, centred);
    }

    @Test
    void whatARowKeepsHasTwoPlaces() {
        Value x = rows(64);
        Value normal = normal(g.unary(UnaryFn.EXP, x));
        assertEquals(1, handedOn(x, normal));
        assertEquals(1, buffers(x, normal, 2 * WIDTH + "*members"));
        agrees(x, normal);
        agrees(x, normal, 63, 65, 100);
    }

    /// Rows with mean 0 and variance 1.
    private Value normal(Value x) {
        Value centred = g.minus(x, perRow(mean(x)));
        return g.over(centred, perRow(g.unary(UnaryFn.SQRT, mean(g.times(centred, centred)))));
    }

    private Value mean(Value x) {
        Value sum = g.sum(x, List.of(1));
        return g.times(sum, g.fill(sum.tensor(), 1.0 / WIDTH));
    }

    private Value perRow(Value x) {
        return g.reshape(x, Shape.of(x.dim(0).value(), 1));
    }

    /// The places where members hand something on from row to row.
    private static long handedOn(Value x, Value result) {
        return buffers(x, result, "16*members");
    }

    private static long buffers(Value x, Value result, String elements) {
        return Programs.lower(Programs.entry(Programs.function(List.of(x), result)), Machine.V512).programs().call().buffers().stream()
                .filter(b -> b.role() == Buffer.Role.TEMP && b.elements().toString().equals(elements)).count();
    }

    private static void agrees(Value x, Value result, int... teams) {
        var function = Programs.function(List.of(x), result);
        var random = new Random(3);
        long rows = x.dim(0).value();
        var argument = NdArray.of(ElementType.F32, new long[] {rows, WIDTH}, DoubleStream.generate(() -> (float) random.nextGaussian()).limit(rows * WIDTH).toArray());
        var expected = Interpreter.run(function, List.of(argument));
        for (var machine : Programs.MACHINES) {
            for (int members : teams.length > 0 ? teams : new int[] {1, 3}) {
                var actual = Programs.run(function, List.of(argument), machine, members);
                assertEquals("", Programs.difference(expected.getFirst(), actual.getFirst(), 1e-5), machine + " members " + members);
            }
        }
    }
}
