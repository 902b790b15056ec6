package dev.sinter.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Reduction;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.schedule.Machine;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The largest and the smallest of a row of f32s, on every machine: NaN if there is one, whatever its sign, and -0 below +0.
class ExtremesTest {
    @ParameterizedTest
    @CsvSource({
        "1, -2, 3, 3, -2",
        "-1, -2, -3, -1, -3",
        "0, -0, -0, 0, -0",
        "-0, -0, -0, -0, -0",
        "-1, -0, -0, -0, -1",
        "Infinity, 1, -Infinity, Infinity, -Infinity",
        "-Infinity, -Infinity, -Infinity, -Infinity, -Infinity",
        "NaN, 1, 2, NaN, NaN",
        "-NaN, 1, Infinity, NaN, NaN",
        "1e-45, -1e-45, 0, 1e-45, -1e-45"})
    void rows(String first, String second, String rest, float largest, float smallest) {
        for (int width : new int[] {3, 16, 100, 128}) {
            var row = new float[width];
            Arrays.fill(row, number(rest));
            row[width / 2] = number(first);
            row[width - 1] = number(second);
            for (var machine : Programs.MACHINES) {
                assertEquals(largest, reduced(Reduction.MAX, row, machine), machine + " of " + width);
                assertEquals(smallest, reduced(Reduction.MIN, row, machine), machine + " of " + width);
            }
        }
    }

    private static float number(String text) {
        return text.equals("-NaN") ? Float.intBitsToFloat(0xffc00000) : Float.parseFloat(text);
    }

    private static float reduced(Reduction by, float[] row, Machine machine) {
        var g = new Graph();
        var x = g.parameter("x", new Type.Tensor(ElementType.F32, Shape.of(2, row.length)));
        var function = Programs.function(List.of(x), g.reduce(by, x, List.of(1)));
        var twice = new double[2 * row.length];
        for (int i = 0; i < twice.length; i++) {
            twice[i] = row[i % row.length];
        }
        return (float) Programs.run(function, List.of(NdArray.of(ElementType.F32, new long[] {2, row.length}, twice)), machine, 1).getFirst().get(1);
    }
}
