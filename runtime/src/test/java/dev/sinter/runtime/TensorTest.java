package dev.sinter.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class TensorTest {

    @Test
    void elementsOfEveryTypeGoInAndOut() {
        var f32 = Tensor.of(new float[] {1, 2}, 2);
        f32.setFloat(1, -0f);
        assertArrayEquals(new float[] {1, -0f}, f32.toFloats());
        assertEquals(-0f, f32.getFloat(1));
        var f64 = Tensor.of(new double[] {1, 2}, 1, 2);
        f64.setDouble(0, Math.E);
        assertArrayEquals(new double[] {Math.E, 2}, f64.toDoubles());
        assertEquals(2, f64.getDouble(1));
        var i32 = Tensor.of(new int[] {1, 2}, 2, 1);
        i32.setInt(0, Integer.MIN_VALUE);
        assertArrayEquals(new int[] {Integer.MIN_VALUE, 2}, i32.toInts());
        assertEquals(2, i32.getInt(1));
        var i64 = Tensor.of(new long[] {5});
        i64.setLong(0, Long.MAX_VALUE);
        assertArrayEquals(new long[] {Long.MAX_VALUE}, i64.toLongs());
        assertEquals(Long.MAX_VALUE, i64.getLong(0));
        var bool = Tensor.of(new boolean[] {true, false}, 2);
        bool.setBoolean(1, true);
        assertArrayEquals(new boolean[] {true, true}, bool.toBooleans());
        assertTrue(bool.getBoolean(0));
        assertThrows(IllegalStateException.class, f32::toDoubles);
        assertThrows(IllegalStateException.class, () -> i64.getInt(0));
        assertThrows(IndexOutOfBoundsException.class, () -> f32.getFloat(2));
    }

    @Test
    void shapesAreRowMajor() {
        var tensor = Tensor.of(new int[] {0, 1, 2, 3, 4, 5}, 1, 2, 3);
        assertEquals(5, tensor.getInt(tensor.position(0, 1, 2)));
        assertEquals(3, tensor.rank());
        assertEquals(2, tensor.extent(1));
        assertEquals(6, tensor.elements());
        assertEquals(0, Tensor.scalar(1).position());
        assertThrows(IndexOutOfBoundsException.class, () -> tensor.position(0, 2, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> tensor.position(0, -1, 0));
        assertThrows(IndexOutOfBoundsException.class, () -> tensor.position(0, 1));
        tensor.shape()[0] = 9;
        assertEquals(1, tensor.extent(0));
        assertEquals("i32[1, 2, 3] (0, 1, 2, 3, 4, 5)", tensor.toString());
        assertEquals("f32[9] (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, …)", Tensor.allocate(ElementType.F32, 9).toString());
    }

    @Test
    void memoryIsAlignedAndShared() {
        for (int i = 0; i < 20; i++) {
            assertEquals(0, Tensor.allocate(ElementType.BOOL, i).segment().address() % Tensor.ALIGNMENT);
        }
        float[] heap = {1, 2, 3};
        var wrapped = Tensor.wrap(MemorySegment.ofArray(heap), ElementType.F32, 3);
        wrapped.setFloat(0, 9);
        assertEquals(9, heap[0]);
        var copy = wrapped.copy();
        copy.setFloat(0, 1);
        assertEquals(9, heap[0]);
        wrapped.copyFrom(copy);
        assertEquals(1, heap[0]);
        assertThrows(IllegalArgumentException.class, () -> wrapped.copyFrom(Tensor.of(new float[3], 3, 1)));
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Tensor.of(new float[3], 2));
        assertThrows(IllegalArgumentException.class, () -> Tensor.of(new float[3]));
        assertThrows(IllegalArgumentException.class, () -> Tensor.allocate(ElementType.F32, -1));
        assertThrows(IllegalArgumentException.class, () -> Tensor.allocate(ElementType.F32, 1L << 40, 1L << 40));
        assertThrows(IllegalArgumentException.class, () -> Tensor.allocate(ElementType.F64, 1L << 61));
        assertThrows(IllegalArgumentException.class, () -> Tensor.wrap(MemorySegment.ofArray(new float[3]), ElementType.F32, 2));
        assertThrows(IllegalArgumentException.class, () -> Tensor.wrap(MemorySegment.ofArray(new byte[8]), ElementType.F32, 2));
        try (var arena = Arena.ofConfined()) {
            var odd = arena.allocate(12, 8).asSlice(1, 8);
            assertThrows(IllegalArgumentException.class, () -> Tensor.wrap(odd, ElementType.F64, 1));
            Tensor.wrap(odd, ElementType.BOOL, 8);
        }
    }

    @Test
    void sameBitsTellsZerosApartButNotNaNs() {
        var nan = Tensor.of(new float[] {1, Float.intBitsToFloat(0x7fc00001)}, 2);
        assertTrue(nan.sameBits(Tensor.of(new float[] {1, Float.intBitsToFloat(0xffc12345)}, 2)));
        assertFalse(nan.sameBits(Tensor.of(new float[] {1, 2}, 2)));
        assertFalse(nan.sameBits(Tensor.of(new float[] {2, Float.NaN}, 2)));
        assertFalse(Tensor.scalar(0f).sameBits(Tensor.scalar(-0f)));
        assertFalse(Tensor.scalar(0.0).sameBits(Tensor.scalar(-0.0)));
        assertTrue(Tensor.scalar(Double.longBitsToDouble(0xfff8000000000001L)).sameBits(Tensor.scalar(Double.NaN)));
        assertFalse(Tensor.scalar(0).sameBits(Tensor.scalar(0f)));
        assertFalse(Tensor.of(new int[2], 2).sameBits(Tensor.of(new int[2], 1, 2)));
        assertFalse(Tensor.scalar(true).sameBits(Tensor.scalar(false)));
    }
}
