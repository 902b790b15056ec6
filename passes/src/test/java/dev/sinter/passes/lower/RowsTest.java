package dev.sinter.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.schedule.Machine;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Where the elements of a row wait for a later stage of their kernel.
class RowsTest {
    private final Graph g = new Graph();
    private final Value x = g.parameter("x", new Type.Tensor(ElementType.F32, Shape.of(Dim.named("N"), Dim.constant(200))));
    private final Value e = g.unary(UnaryFn.EXP, x);
    private final Value sum = g.reshape(g.sum(e, List.of(1)), Shape.of(Dim.named("N"), Dim.ONE));

    @Test
    void whatBecomesAResultWaitsInItsPlace() {
        Value r = g.times(e, sum);
        assertEquals(0, scratch(r));
        agrees(r);
    }

    @Test
    void twoResultsOfOneRow() {
        Value r = g.times(e, sum);
        Value s = g.plus(e, sum);
        assertEquals(0, scratch(r, s));
        agrees(r, s);
    }

    @Test
    void aResultOfAnotherTypeIsNoPlace() {
        Value r = g.cast(ElementType.F64, g.times(e, sum));
        assertEquals(1, scratch(r));
        agrees(r);
    }

    @Test
    void aLaterStageStillReadsTheRow() {
        Value r = g.times(e, sum);
        Value again = g.times(e, g.reshape(g.sum(r, List.of(1)), Shape.of(Dim.named("N"), Dim.ONE)));
        agrees(r, again);
    }

    /// The rows of scratch memory that a program with these results has.
    private long scratch(Value... results) {
        return Programs.lower(Programs.entry(Programs.function(List.of(x), results)), Machine.V512).programs().call().buffers().stream()
                .filter(b -> b.role() == Buffer.Role.TEMP && b.elements().toString().contains("200")).count();
    }

    private void agrees(Value... results) {
        var function = Programs.function(List.of(x), results);
        var random = new Random(7);
        var argument = NdArray.of(ElementType.F32, new long[] {5, 200}, random.doubles(1000).map(d -> (float) d).toArray());
        var expected = Interpreter.run(function, List.of(argument));
        for (var machine : Programs.MACHINES) {
            for (int members : new int[] {1, 3}) {
                var actual = Programs.run(function, List.of(argument), machine, members);
                for (int k = 0; k < results.length; k++) {
                    assertEquals("", Programs.difference(expected.get(k), actual.get(k), 1e-5), machine + " result " + k);
                }
            }
        }
    }
}
