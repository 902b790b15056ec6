package dev.sinter.ir.loop.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.ir.array.SpecialFunctions;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.ElementType;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GeluTest {
    /// The error in f32 that is allowed, as a share of the argument: a little more than three units in the last place of numbers below 1.
    private static final double ENOUGH = 1.9e-7;

    private static double[] at(ElementType type, double... points) {
        return Evaluation.of(Fn.GELU, type).at(new double[][] {points});
    }

    @Test
    void isNearTheTruthEverywhere() {
        double[] points = IntStream.rangeClosed(-400_000, 400_000).mapToDouble(i -> (float) (i * 1.6e-5)).toArray();
        double[] results = at(ElementType.F32, points);
        for (int i = 0; i < points.length; i++) {
            double x = points[i];
            assertEquals(0.5 * x * SpecialFunctions.erfc(-x * Math.sqrt(0.5)), results[i], ENOUGH * Math.abs(x), () -> "at " + x);
        }
    }

    @Test
    void hasLimits() {
        double[] points = {Double.NEGATIVE_INFINITY, -Float.MAX_VALUE, -10, -0.0, 0, 10, Float.MAX_VALUE, Double.POSITIVE_INFINITY};
        double[] results = at(ElementType.F32, points);
        for (int i = 0; i < 3; i++) {
            assertEquals(0, results[i], 1e-25);
        }
        assertEquals("[-0.0, 0.0, 10.0, 3.4028234663852886E38, Infinity]", Arrays.toString(Arrays.copyOfRange(results, 3, points.length)));
        assertTrue(Double.isNaN(at(ElementType.F32, Double.NaN)[0]));
    }

    @Test
    void isAProductInDouble() {
        double[] points = IntStream.rangeClosed(-700, 700).mapToDouble(i -> i * 0.01).toArray();
        double[] shares = Evaluation.of(Fn.HALF_PLUS_HALF_ERF, ElementType.F64).at(new double[][] {Arrays.stream(points).map(x -> x * Math.sqrt(0.5)).toArray()});
        double[] products = IntStream.range(0, points.length).mapToDouble(i -> points[i] * shares[i]).toArray();
        assertEquals(Arrays.toString(products), Arrays.toString(at(ElementType.F64, points)));
        assertEquals(0, at(ElementType.F64, Double.NEGATIVE_INFINITY)[0], 1e-300);
    }
}
