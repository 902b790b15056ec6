package dev.sinter.codegen.jvm;

import dev.sinter.ir.type.ElementType;
import java.util.Arrays;

/// Values at which functions go wrong, as lanes: the bits of floats, the values of integers and bools.
final class Specials {
    private static final double[] FLOATS = {0.0, -0.0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 0.3, -0.7, 1e10, -1e10, 3e9, -3e9, 1e19, -1e19, 1e-40, -1e-40,
        8388607.5, -8388607.5, 8388608, 16777217, 4503599627370495.5, -4503599627370495.5, 4503599627370496.0, 0x1p62, 1e300, -1e300, 5e-324,
        Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, Double.MAX_VALUE, Float.MAX_VALUE, Float.MIN_VALUE, Double.MIN_NORMAL,
        Float.MIN_NORMAL, 2147483647.0, -2147483648.0, 0.49999997, 0.49999999999999994};
    private static final long[] INTEGERS = {0, 1, -1, 2, -2, 3, 7, -7, 31, 32, 33, 63, 64, 65, 100, -100, Integer.MAX_VALUE, Integer.MIN_VALUE,
        Integer.MAX_VALUE - 1, 0x5555_5555, 1L << 31, 1L << 32, (1L << 53) + 1, -(1L << 53) - 1, Long.MAX_VALUE, Long.MIN_VALUE, 0x7fff_ffff_ffff_fdffL};

    private Specials() {
    }

    /// The special values of a type.
    static long[] of(ElementType type) {
        return switch (type) {
            case F32 -> Arrays.stream(FLOATS).mapToLong(d -> Float.floatToRawIntBits((float) d)).toArray();
            case F64 -> Arrays.stream(FLOATS).mapToLong(Double::doubleToRawLongBits).toArray();
            case I32 -> Arrays.stream(INTEGERS).map(i -> (int) i).toArray();
            case I64 -> INTEGERS.clone();
            case BOOL -> new long[] {0, 1};
        };
    }

    /// `count` values of a type that repeat the special ones, `period` times each: with two periods that have no common divisor with
    /// each other, pairs of them meet.
    static long[] cycled(ElementType type, int period, int count) {
        long[] values = of(type);
        var lanes = new long[count];
        Arrays.setAll(lanes, i -> values[i / period % values.length]);
        return lanes;
    }
}
