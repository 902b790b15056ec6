package dev.sinter.ir.loop.math;

import dev.sinter.ir.type.ElementType;

/// The distance of a result from the truth, in units in the last place of the type at the truth.
final class UlpError {
    private UlpError() { }

    /// Infinity for a wrong NaN or a wrong infinity; an infinite result stands for 2^(largest exponent + 1), as rounding has it.
    static double of(ElementType type, double result, Reference.Exact truth) {
        double high = truth.value().high();
        if (Double.isNaN(high) || Double.isNaN(result)) {
            return Double.isNaN(high) && Double.isNaN(result) ? 0 : Double.POSITIVE_INFINITY;
        }
        if (Double.isInfinite(high)) {
            return high == result ? 0 : Double.POSITIVE_INFINITY;
        }
        if (high == 0) {
            return result == 0 ? 0 : Double.POSITIVE_INFINITY;
        }
        int precision = type == ElementType.F32 ? 24 : 53;
        int largest = type == ElementType.F32 ? 127 : 1023;
        int smallest = 2 - largest - precision;
        int exponent = Math.min(Math.getExponent(high) + truth.scale(), largest);
        int unit = Math.max(exponent - precision + 1, smallest);
        boolean overflow = Math.getExponent(high) + truth.scale() > largest;
        if (overflow && Double.isInfinite(result)) {
            return Math.signum(result) == Math.signum(high) ? 0 : Double.POSITIVE_INFINITY;
        }
        if (truth.scale() < smallest - 1100) {
            return result == 0 ? 0 : Math.abs(result) / (type == ElementType.F32 ? Float.MIN_VALUE : Double.MIN_VALUE);
        }
        double scaled = Double.isInfinite(result) ? Math.copySign(Math.scalb(1.0, largest + 1 - truth.scale()), result) : scalb(result, -truth.scale());
        double difference = (scaled - high) - truth.value().low();
        return Math.abs(scalb(difference, truth.scale() - unit));
    }

    private static double scalb(double x, int exponent) {
        int half = exponent / 2;
        return Math.scalb(Math.scalb(x, half), exponent - half);
    }
}
