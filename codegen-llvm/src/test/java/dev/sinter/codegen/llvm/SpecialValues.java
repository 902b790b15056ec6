package dev.sinter.codegen.llvm;

import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// The values at which arithmetic goes wrong, as [Bits].
final class SpecialValues {
    private SpecialValues() { }

    static List<Long> of(ElementType type) {
        var random = new Random(type.ordinal());
        var values = new ArrayList<Long>();
        switch (type) {
            case F32 -> {
                for (float x : new float[] {0, 1, 0.5f, 1.5f, 2.5f, 3, 0.49999997f, 0.1f, 8388607.5f, 8388609, 2147483647f, 2147483520f, 2147483648f, 9.223372E18f,
                        9.2233715E18f, 1e10f, 3e20f, Float.MIN_VALUE, Float.MIN_NORMAL, Float.MIN_NORMAL / 4, Float.MAX_VALUE, Float.POSITIVE_INFINITY}) {
                    values.add(Bits.of(type, x));
                    values.add(Bits.of(type, -x));
                }
                values.add(Bits.of(type, Float.NaN));
                for (int i = 0; i < 4; i++) {
                    values.add(Bits.of(type, random.nextGaussian()));
                }
            }
            case F64 -> {
                for (double x : new double[] {0, 1, 0.5, 1.5, 2.5, 3, 0.49999999999999994, 0.1, 4503599627370495.5, 4503599627370497.0, 2147483647.5, 2147483648.0,
                        9.223372036854775807E18, 9.223372036854774784E18, 1e10, 1.0000000596046448, 1e39, 1e-46, 1e300, Double.MIN_VALUE,
                        Double.MIN_NORMAL, Double.MIN_NORMAL / 4, Double.MAX_VALUE, Double.POSITIVE_INFINITY}) {
                    values.add(Bits.of(type, x));
                    values.add(Bits.of(type, -x));
                }
                values.add(Bits.of(type, Double.NaN));
                for (int i = 0; i < 4; i++) {
                    values.add(Bits.of(type, random.nextGaussian()));
                }
            }
            case I32 -> {
                for (int x : new int[] {0, 1, -1, 2, -2, 3, -3, 7, 31, 32, 33, 63, 64, -31, -32, 1000, 16777217, -16777217, Integer.MAX_VALUE, Integer.MIN_VALUE,
                        Integer.MAX_VALUE - 1, Integer.MIN_VALUE + 1, random.nextInt(), random.nextInt()}) {
                    values.add((long) x);
                }
            }
            case I64 -> {
                for (long x : new long[] {0, 1, -1, 2, -2, 3, -3, 7, 31, 32, 33, 63, 64, 65, -63, -64, 1000, 1L << 32, (1L << 53) + 1, -(1L << 53) - 1,
                        16777217, (1L << 62) + (1L << 38), (1L << 62) + (1L << 38) + 1, Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE,
                        Long.MAX_VALUE - 1, Long.MIN_VALUE + 1, random.nextLong(), random.nextLong()}) {
                    values.add(x);
                }
            }
            case BOOL -> values.addAll(List.of(0L, 1L));
        }
        return List.copyOf(values);
    }
}
