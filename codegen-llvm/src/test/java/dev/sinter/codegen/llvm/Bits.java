package dev.sinter.codegen.llvm;

import dev.sinter.ir.type.ElementType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Elements as bit patterns, so that -0, NaN and exact results can be told apart: an f32 is the bits of the float, an f64 those of
/// the double, integers and bools are their value.
final class Bits {
    private Bits() { }

    static long of(ElementType type, double value) {
        return switch (type) {
            case F32 -> Float.floatToIntBits((float) value);
            case F64 -> Double.doubleToLongBits(value);
            default -> (long) value;
        };
    }

    static float f32(long bits) {
        return Float.intBitsToFloat((int) bits);
    }

    static double f64(long bits) {
        return Double.longBitsToDouble(bits);
    }

    static void put(MemorySegment memory, ElementType type, long index, long bits) {
        switch (type) {
            case F32, I32 -> memory.set(ValueLayout.JAVA_INT_UNALIGNED, index * 4, (int) bits);
            case F64, I64 -> memory.set(ValueLayout.JAVA_LONG_UNALIGNED, index * 8, bits);
            case BOOL -> memory.set(ValueLayout.JAVA_BYTE, index, (byte) bits);
        }
    }

    /// An element; every NaN is the canonical one.
    static long get(MemorySegment memory, ElementType type, long index) {
        return switch (type) {
            case F32 -> Float.floatToIntBits(f32(memory.get(ValueLayout.JAVA_INT_UNALIGNED, index * 4)));
            case F64 -> Double.doubleToLongBits(f64(memory.get(ValueLayout.JAVA_LONG_UNALIGNED, index * 8)));
            case I32 -> memory.get(ValueLayout.JAVA_INT_UNALIGNED, index * 4);
            case I64 -> memory.get(ValueLayout.JAVA_LONG_UNALIGNED, index * 8);
            case BOOL -> memory.get(ValueLayout.JAVA_BYTE, index);
        };
    }

    static MemorySegment memory(Arena arena, ElementType type, long[] bits) {
        var memory = arena.allocate(Math.max(1, (long) bits.length * type.bytes()), 64);
        for (int i = 0; i < bits.length; i++) {
            put(memory, type, i, bits[i]);
        }
        return memory;
    }

    static long[] read(MemorySegment memory, ElementType type, int count) {
        var bits = new long[count];
        for (int i = 0; i < count; i++) {
            bits[i] = get(memory, type, i);
        }
        return bits;
    }

    static String text(ElementType type, long bits) {
        return switch (type) {
            case F32 -> Float.toString(f32(bits));
            case F64 -> Double.toString(f64(bits));
            default -> Long.toString(bits);
        };
    }
}
