package dev.sinter.ir.loop.math;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.ElementType;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The cheaper exponential function has the bits of the other wherever it may be used.
class ExpOfNegativeTest {
    @ParameterizedTest
    @EnumSource(names = {"F32", "F64"})
    void hasTheBitsOfExp(ElementType type) {
        var everywhere = new UlpTable.Row(Fn.EXP, -760, 0, (x, y) -> null);
        var near = new UlpTable.Row(Fn.EXP, -1, 0, (x, y) -> null);
        for (var row : new UlpTable.Row[] {everywhere, near}) {
            double[] points = Arrays.stream(UlpTable.points(row, type, 200_000, 1)).map(x -> -Math.abs(x)).toArray();
            points[0] = Double.NEGATIVE_INFINITY;
            points[1] = Double.NaN;
            points[2] = 0.0;
            points[3] = -0.0;
            assertArrayEquals(Evaluation.of(Fn.EXP, type).at(new double[][] {points}), Evaluation.of(Fn.EXP_OF_NEGATIVE, type).at(new double[][] {points}));
        }
    }
}
