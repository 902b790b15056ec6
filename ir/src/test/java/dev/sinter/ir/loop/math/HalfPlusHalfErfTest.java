package dev.sinter.ir.loop.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.ir.array.SpecialFunctions;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.ElementType;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HalfPlusHalfErfTest {
    /// A little more than three units in the last place of numbers below 1.
    private static final double ENOUGH = 1.9e-7;

    private static double[] at(ElementType type, double... points) {
        return Evaluation.of(Fn.HALF_PLUS_HALF_ERF, type).at(new double[][] {points});
    }

    @Test
    void isNearTheTruthEverywhere() {
        double[] points = IntStream.rangeClosed(-400_000, 400_000).mapToDouble(i -> (float) (i * 1.1e-5)).toArray();
        double[] results = at(ElementType.F32, points);
        for (int i = 0; i < points.length; i++) {
            double truth = 0.5 * SpecialFunctions.erfc(-points[i]);
            double x = points[i];
            assertEquals(truth, results[i], ENOUGH, () -> "at " + x);
        }
    }

    @Test
    void isAShare() {
        double[] points = {Double.NEGATIVE_INFINITY, -Float.MAX_VALUE, -10, -3.84f, -0.0, 0, Float.MIN_VALUE, 3.84f, 10, Float.MAX_VALUE, Double.POSITIVE_INFINITY};
        assertEquals("[0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 0.5, 1.0, 1.0, 1.0, 1.0]", Arrays.toString(at(ElementType.F32, points)));
        assertTrue(Double.isNaN(at(ElementType.F32, Double.NaN)[0]));
    }

    @Test
    void isASumInDouble() {
        double[] points = IntStream.rangeClosed(-700, 700).mapToDouble(i -> i * 0.01).toArray();
        double[] erf = Evaluation.of(Fn.ERF, ElementType.F64).at(new double[][] {points});
        assertEquals(Arrays.toString(Arrays.stream(erf).map(e -> 0.5 + 0.5 * e).toArray()), Arrays.toString(at(ElementType.F64, points)));
    }
}
