package dev.sinter.runtime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;

/// An element type, a shape, and memory that holds the elements row-major and densely packed.
///
/// A tensor is a view: it owns no copy of its memory, and writing an element writes that memory. Tensors made by `of`,
/// `scalar` and `allocate` have native memory of their own, aligned to 64 bytes, which the garbage collector frees.
/// A rank-0 tensor has one element. Tensors compare by identity; [#sameBits] compares contents.
public final class Tensor {

    /// The alignment of tensors that are allocated here, in bytes.
    public static final int ALIGNMENT = 64;

    /// The bytes that memory of ours has behind the last element, which belong to nobody: the size of the largest vector.
    static final int SLACK = 64;

    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;
    private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE;
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG;
    private static final ValueLayout.OfByte BOOL = ValueLayout.JAVA_BYTE;

    private final ElementType type;
    private final long[] shape;
    private final long elements;
    private final MemorySegment segment;
    private final MemorySegment roomy;
    private final boolean collected;

    private Tensor(ElementType type, long[] shape, long elements, MemorySegment segment, MemorySegment roomy, boolean collected) {
        this.type = type;
        this.shape = shape;
        this.elements = elements;
        this.segment = segment;
        this.roomy = roomy;
        this.collected = collected;
    }

    /// A tensor of zeros.
    public static Tensor allocate(ElementType type, long... shape) {
        return allocate(Arena.ofAuto(), true, type, shape);
    }

    /// A tensor of zeros whose memory lives as long as `arena`.
    ///
    /// @throws IllegalArgumentException if an extent is negative or the size does not fit 63 bits
    public static Tensor allocate(Arena arena, ElementType type, long... shape) {
        return allocate(arena, false, type, shape);
    }

    private static Tensor allocate(Arena arena, boolean collected, ElementType type, long... shape) {
        long elements = elementsOf(type, shape);
        long bytes = elements * type.bytes();
        var roomy = arena.allocate(Math.addExact(bytes, SLACK), ALIGNMENT);
        return new Tensor(type, shape.clone(), elements, roomy.asSlice(0, bytes), roomy, collected);
    }

    /// A tensor at the start of memory of ours that goes on for [#SLACK] bytes behind it at least.
    static Tensor of(MemorySegment roomy, ElementType type, long... shape) {
        long elements = elementsOf(type, shape);
        return new Tensor(type, shape.clone(), elements, roomy.asSlice(0, elements * type.bytes()), roomy, false);
    }

    /// A tensor over memory of the caller's, heap or native. Calls with heap memory, or with memory that only one thread
    /// may access, are copied through native memory; all other memory is used in place.
    /// The elements of a `bool` tensor must be bytes 0 or 1.
    ///
    /// @throws IllegalArgumentException if the size is not exactly that of the shape, or the memory is not aligned to its elements
    public static Tensor wrap(MemorySegment segment, ElementType type, long... shape) {
        Objects.requireNonNull(type);
        long bytes = elementsOf(type, shape) * type.bytes();
        if (segment.byteSize() != bytes) {
            throw new IllegalArgumentException(describe(type, shape) + " has " + bytes + " bytes, the memory has " + segment.byteSize());
        }
        boolean aligned = segment.isNative() ? segment.address() % type.bytes() == 0
                : segment.maxByteAlignment() >= type.bytes();
        if (!aligned) {
            throw new IllegalArgumentException("the memory is not aligned to its " + type + " elements of " + type.bytes() + " bytes");
        }
        return new Tensor(type, shape.clone(), bytes / type.bytes(), segment, segment, false);
    }

    /// A copy of `data` with this shape; no shape means rank 0, one element.
    ///
    /// @throws IllegalArgumentException if the number of elements is not that of the shape
    public static Tensor of(float[] data, long... shape) {
        var tensor = allocateFor(data.length, ElementType.F32, shape);
        MemorySegment.copy(data, 0, tensor.segment, F32, 0, data.length);
        return tensor;
    }

    /// As [#of(float\[\],long...)], of `f64`.
    public static Tensor of(double[] data, long... shape) {
        var tensor = allocateFor(data.length, ElementType.F64, shape);
        MemorySegment.copy(data, 0, tensor.segment, F64, 0, data.length);
        return tensor;
    }

    /// As [#of(float\[\],long...)], of `i32`.
    public static Tensor of(int[] data, long... shape) {
        var tensor = allocateFor(data.length, ElementType.I32, shape);
        MemorySegment.copy(data, 0, tensor.segment, I32, 0, data.length);
        return tensor;
    }

    /// As [#of(float\[\],long...)], of `i64`.
    public static Tensor of(long[] data, long... shape) {
        var tensor = allocateFor(data.length, ElementType.I64, shape);
        MemorySegment.copy(data, 0, tensor.segment, I64, 0, data.length);
        return tensor;
    }

    /// As [#of(float\[\],long...)], of `bool`.
    public static Tensor of(boolean[] data, long... shape) {
        var tensor = allocateFor(data.length, ElementType.BOOL, shape);
        for (int i = 0; i < data.length; i++) {
            tensor.segment.set(BOOL, i, data[i] ? (byte) 1 : 0);
        }
        return tensor;
    }

    /// A rank-0 tensor.
    public static Tensor scalar(float value) {
        return of(new float[] {value});
    }

    /// A rank-0 tensor.
    public static Tensor scalar(double value) {
        return of(new double[] {value});
    }

    /// A rank-0 tensor.
    public static Tensor scalar(int value) {
        return of(new int[] {value});
    }

    /// A rank-0 tensor.
    public static Tensor scalar(long value) {
        return of(new long[] {value});
    }

    /// A rank-0 tensor.
    public static Tensor scalar(boolean value) {
        return of(new boolean[] {value});
    }

    /// The type of the elements.
    public ElementType type() {
        return type;
    }

    /// The extents, as a copy.
    public long[] shape() {
        return shape.clone();
    }

    /// The number of axes.
    public int rank() {
        return shape.length;
    }

    /// The extent of one axis.
    public long extent(int axis) {
        return shape[axis];
    }

    /// The number of elements.
    public long elements() {
        return elements;
    }

    /// The memory: exactly the elements.
    public MemorySegment segment() {
        return segment;
    }

    /// The memory and, where it is ours, the slack behind it.
    MemorySegment roomySegment() {
        return roomy;
    }

    /// The row-major number of the element at `index`.
    ///
    /// @throws IndexOutOfBoundsException if the index is not one of this shape
    public long position(long... index) {
        if (index.length != shape.length) {
            throw new IndexOutOfBoundsException("index " + Arrays.toString(index) + " has not the rank of " + this.description());
        }
        long position = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            if (index[axis] < 0 || index[axis] >= shape[axis]) {
                throw new IndexOutOfBoundsException("index " + Arrays.toString(index) + " is outside " + this.description());
            }
            position = position * shape[axis] + index[axis];
        }
        return position;
    }

    /// Element number `position` of an `f32` tensor, in row-major order.
    public float getFloat(long position) {
        require(ElementType.F32);
        return segment.getAtIndex(F32, position);
    }

    /// Element number `position` of an `f64` tensor, in row-major order.
    public double getDouble(long position) {
        require(ElementType.F64);
        return segment.getAtIndex(F64, position);
    }

    /// Element number `position` of an `i32` tensor, in row-major order.
    public int getInt(long position) {
        require(ElementType.I32);
        return segment.getAtIndex(I32, position);
    }

    /// Element number `position` of an `i64` tensor, in row-major order.
    public long getLong(long position) {
        require(ElementType.I64);
        return segment.getAtIndex(I64, position);
    }

    /// Element number `position` of a `bool` tensor, in row-major order.
    public boolean getBoolean(long position) {
        require(ElementType.BOOL);
        return segment.get(BOOL, position) != 0;
    }

    /// Sets element number `position` of an `f32` tensor.
    public void setFloat(long position, float value) {
        require(ElementType.F32);
        segment.setAtIndex(F32, position, value);
    }

    /// Sets element number `position` of an `f64` tensor.
    public void setDouble(long position, double value) {
        require(ElementType.F64);
        segment.setAtIndex(F64, position, value);
    }

    /// Sets element number `position` of an `i32` tensor.
    public void setInt(long position, int value) {
        require(ElementType.I32);
        segment.setAtIndex(I32, position, value);
    }

    /// Sets element number `position` of an `i64` tensor.
    public void setLong(long position, long value) {
        require(ElementType.I64);
        segment.setAtIndex(I64, position, value);
    }

    /// Sets element number `position` of a `bool` tensor.
    public void setBoolean(long position, boolean value) {
        require(ElementType.BOOL);
        segment.set(BOOL, position, value ? (byte) 1 : 0);
    }

    /// The elements of an `f32` tensor.
    public float[] toFloats() {
        require(ElementType.F32);
        return segment.toArray(F32);
    }

    /// The elements of an `f64` tensor.
    public double[] toDoubles() {
        require(ElementType.F64);
        return segment.toArray(F64);
    }

    /// The elements of an `i32` tensor.
    public int[] toInts() {
        require(ElementType.I32);
        return segment.toArray(I32);
    }

    /// The elements of an `i64` tensor.
    public long[] toLongs() {
        require(ElementType.I64);
        return segment.toArray(I64);
    }

    /// The elements of a `bool` tensor.
    public boolean[] toBooleans() {
        require(ElementType.BOOL);
        var values = new boolean[Math.toIntExact(elements)];
        for (int i = 0; i < values.length; i++) {
            values[i] = getBoolean(i);
        }
        return values;
    }

    /// A tensor of its own memory with the same elements.
    public Tensor copy() {
        var copy = allocate(type, shape);
        copy.segment.copyFrom(segment);
        return copy;
    }

    /// Takes over the elements of `source`.
    ///
    /// @throws IllegalArgumentException if type or shape differ
    public void copyFrom(Tensor source) {
        if (type != source.type || !hasShape(source.shape)) {
            throw new IllegalArgumentException(source.description() + " cannot be copied to " + description());
        }
        segment.copyFrom(source.segment);
    }

    /// Whether type, shape and every bit of the elements are equal; any NaN equals any NaN, but −0 does not equal 0.
    public boolean sameBits(Tensor that) {
        return type == that.type && hasShape(that.shape) && firstDifference(that) < 0;
    }

    /// The number of the first element that differs in the sense of [#sameBits], or -1, for a tensor of the same type and size.
    private long firstDifference(Tensor that) {
        long at = segment.mismatch(that.segment);
        if (at < 0) {
            return -1;
        }
        for (long i = at / type.bytes(); i < elements; i++) {
            boolean same = switch (type) {
                case F32 -> Float.floatToIntBits(getFloat(i)) == Float.floatToIntBits(that.getFloat(i));
                case F64 -> Double.doubleToLongBits(getDouble(i)) == Double.doubleToLongBits(that.getDouble(i));
                case I32 -> getInt(i) == that.getInt(i);
                case I64 -> getLong(i) == that.getLong(i);
                case BOOL -> getBoolean(i) == that.getBoolean(i);
            };
            if (!same) {
                return i;
            }
        }
        return -1;
    }

    /// Type and shape: `f32[2, 3]`.
    public String description() {
        return describe(type, shape);
    }

    /// Type, shape and the first elements: `f32[2, 3] (1.0, 2.0, …)`.
    @Override
    public String toString() {
        var out = new StringBuilder(description()).append(" (");
        for (long i = 0; i < Math.min(elements, 8); i++) {
            out.append(i == 0 ? "" : ", ");
            switch (type) {
                case F32 -> out.append(getFloat(i));
                case F64 -> out.append(getDouble(i));
                case I32 -> out.append(getInt(i));
                case I64 -> out.append(getLong(i));
                case BOOL -> out.append(getBoolean(i));
            }
        }
        return out.append(elements > 8 ? ", …)" : ")").toString();
    }

    /// Whether the memory is freed by the garbage collector alone, so that who holds this tensor need not fear for it.
    boolean isCollected() {
        return collected;
    }

    /// Whether this has exactly these extents.
    boolean hasShape(long[] wanted) {
        return Arrays.equals(shape, wanted);
    }

    static String describe(ElementType type, long[] shape) {
        return type + Arrays.toString(shape);
    }

    private static long elementsOf(ElementType type, long[] shape) {
        try {
            long elements = 1;
            for (long extent : shape) {
                if (extent < 0) {
                    throw new IllegalArgumentException(describe(type, shape) + " has a negative extent");
                }
                elements = Math.multiplyExact(elements, extent);
            }
            Math.multiplyExact(elements, type.bytes());
            return elements;
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(describe(type, shape) + " has no 63-bit size");
        }
    }

    private static Tensor allocateFor(int length, ElementType type, long... shape) {
        if (elementsOf(type, shape) != length) {
            throw new IllegalArgumentException(describe(type, shape) + " has " + elementsOf(type, shape) + " elements, the array has " + length);
        }
        return allocate(type, shape);
    }

    private void require(ElementType wanted) {
        if (type != wanted) {
            throw new IllegalStateException(description() + " is no " + wanted + " tensor");
        }
    }
}
