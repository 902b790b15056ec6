package dev.sinter.ir.array;

import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/// A tensor of the reference interpreter and of constants: an element type, known extents, and its elements in row-major order. Floats are
/// held as doubles (of an f32 array each is exactly an f32), integers and bools (0 or 1) as longs. Immutable by convention: whoever makes
/// an array fills it, nobody changes it after.
public final class NdArray {
    private final ElementType element;
    private final long[] extents;
    private final double[] reals;
    private final long[] integers;

    private NdArray(ElementType element, long[] extents, double[] reals, long[] integers) {
        this.element = element;
        this.extents = extents;
        this.reals = reals;
        this.integers = integers;
    }

    /// An array of zeros, to be filled. @throws IllegalArgumentException if it would have more than 2^31-1 elements
    public static NdArray zeros(ElementType element, long... extents) {
        int n = count(extents);
        return element.isFloat()
                ? new NdArray(element, extents.clone(), new double[n], null)
                : new NdArray(element, extents.clone(), null, new long[n]);
    }

    /// Floats, each rounded to `element`.
    public static NdArray of(ElementType element, long[] extents, double... values) {
        NdArray a = zeros(element, extents);
        check(values.length == a.size(), "as many values as elements");
        for (int i = 0; i < values.length; i++) {
            a.set(i, values[i]);
        }
        return a;
    }

    /// Integers or bools.
    public static NdArray ofIntegers(ElementType element, long[] extents, long... values) {
        NdArray a = zeros(element, extents);
        check(values.length == a.size(), "as many values as elements");
        for (int i = 0; i < values.length; i++) {
            a.setLong(i, values[i]);
        }
        return a;
    }

    /// A scalar.
    public static NdArray scalar(ElementType element, double value) {
        return of(element, new long[0], value);
    }

    private static int count(long[] extents) {
        long n = 1;
        for (long e : extents) {
            check(e >= 0, "non-negative extents");
            n = Math.multiplyExact(n, e);
        }
        check(n <= Integer.MAX_VALUE - 8, "at most 2^31 elements");
        return (int) n;
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException("an array has " + what);
        }
    }

    /// The element type.
    public ElementType element() {
        return element;
    }

    /// The extents (a copy).
    public long[] extents() {
        return extents.clone();
    }

    /// The extent of an axis.
    public long extent(int axis) {
        return extents[axis];
    }

    /// The extents with another one for one axis.
    public long[] extentsWith(int axis, long extent) {
        long[] changed = extents.clone();
        changed[axis] = extent;
        return changed;
    }

    /// The number of axes.
    public int rank() {
        return extents.length;
    }

    /// The number of elements.
    public int size() {
        return element.isFloat() ? reals.length : integers.length;
    }

    /// The static type.
    public Type.Tensor type() {
        return new Type.Tensor(element, Shape.of(extents));
    }

    /// Element `i` (row-major) as a double; integers beyond 2^53 are rounded.
    public double get(int i) {
        return element.isFloat() ? reals[i] : integers[i];
    }

    /// Element `i` (row-major) of an integer or bool array.
    public long getLong(int i) {
        return integers[i];
    }

    /// Sets element `i`, rounding to the element type.
    public void set(int i, double value) {
        if (element.isFloat()) {
            reals[i] = element.round(value);
        } else {
            integers[i] = (long) element.round(value);
        }
    }

    /// Sets element `i` of an integer or bool array, wrapping to the element type.
    public void setLong(int i, long value) {
        integers[i] = switch (element) {
            case I32 -> (int) value;
            case BOOL -> value != 0 ? 1 : 0;
            default -> value;
        };
    }

    /// Sets element `i` to the value of an integer: rounded once to a float type, wrapped to an integer type.
    public void setFromLong(int i, long value) {
        if (element.isFloat()) {
            reals[i] = element == ElementType.F32 ? (float) value : value;
        } else {
            setLong(i, value);
        }
    }

    /// Sets element `i` to element `j` of an array of the same element type.
    public void copy(int i, NdArray from, int j) {
        if (element.isFloat()) {
            reals[i] = from.reals[j];
        } else {
            integers[i] = from.integers[j];
        }
    }

    /// The array of these extents whose element at `index` is the element of this one at `from(index)`. The function may change its argument.
    public NdArray rearranged(long[] into, UnaryOperator<long[]> from) {
        NdArray result = zeros(element, into);
        for (int i = 0; i < result.size(); i++) {
            result.copy(i, this, position(from.apply(result.index(i))));
        }
        return result;
    }

    /// This array with element `index` of `added` added to element `into(index)`, in row-major order, floats in f64 and rounded once at the end.
    /// The function may change its argument.
    public NdArray withAdded(NdArray added, UnaryOperator<long[]> into) {
        NdArray result = zeros(element, extents);
        double[] sums = element.isFloat() ? reals.clone() : new double[0];
        long[] integerSums = element.isFloat() ? new long[0] : integers.clone();
        for (int i = 0; i < added.size(); i++) {
            int at = position(into.apply(added.index(i)));
            if (element.isFloat()) {
                sums[at] += added.reals[i];
            } else {
                integerSums[at] += added.integers[i];
            }
        }
        for (int i = 0; i < result.size(); i++) {
            if (element.isFloat()) {
                result.set(i, sums[i]);
            } else {
                result.setLong(i, integerSums[i]);
            }
        }
        return result;
    }

    /// Part `t` of the first axis, which disappears.
    public NdArray slice(int t) {
        NdArray part = zeros(element, Arrays.copyOfRange(extents, 1, extents.length));
        System.arraycopy(data(), t * part.size(), part.data(), 0, part.size());
        return part;
    }

    /// Sets part `t` of the first axis.
    public void setSlice(int t, NdArray part) {
        System.arraycopy(part.data(), 0, data(), t * part.size(), part.size());
    }

    private Object data() {
        return element.isFloat() ? reals : integers;
    }

    /// The positions, relative to the first element, of the elements that differ from it along `axes` only, in row-major order of these axes.
    public int[] offsets(List<Integer> axes) {
        int[] offsets = {0};
        for (int axis : axes) {
            int stride = 1;
            for (int k = axis + 1; k < extents.length; k++) {
                stride *= (int) extents[k];
            }
            var next = new int[offsets.length * (int) extents[axis]];
            for (int i = 0; i < next.length; i++) {
                next[i] = offsets[i / (int) extents[axis]] + i % (int) extents[axis] * stride;
            }
            offsets = next;
        }
        return offsets;
    }

    /// The row-major position of an index. @throws IndexOutOfBoundsException if it is outside the extents
    public int position(long... index) {
        long at = 0;
        for (int axis = 0; axis < extents.length; axis++) {
            if (index[axis] < 0 || index[axis] >= extents[axis]) {
                throw new IndexOutOfBoundsException("index " + Arrays.toString(index) + " of an array of extents " + Arrays.toString(extents));
            }
            at = at * extents[axis] + index[axis];
        }
        return (int) at;
    }

    /// The index of a row-major position.
    public long[] index(int position) {
        var index = new long[extents.length];
        long rest = position;
        for (int axis = extents.length - 1; axis >= 0; axis--) {
            index[axis] = rest % extents[axis];
            rest /= extents[axis];
        }
        return index;
    }

    /// The same elements under other extents.
    public NdArray reshaped(long... other) {
        check(count(other) == size(), "as many elements after a reshape");
        return new NdArray(element, other.clone(), reals, integers);
    }

    /// The elements as doubles (a copy).
    public double[] toDoubles() {
        var out = new double[size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = get(i);
        }
        return out;
    }

    /// Equal types and equal elements, bit by bit (any NaN equals any NaN; −0 differs from +0).
    @Override
    public boolean equals(Object that) {
        return that instanceof NdArray a && element == a.element && Arrays.equals(extents, a.extents)
                && Arrays.equals(reals, a.reals) && Arrays.equals(integers, a.integers);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(extents) + (element.isFloat() ? Arrays.hashCode(reals) : Arrays.hashCode(integers));
    }

    /// Type and first elements.
    @Override
    public String toString() {
        String values = element.isFloat()
                ? Arrays.toString(Arrays.copyOf(reals, Math.min(8, reals.length)))
                : Arrays.toString(Arrays.copyOf(integers, Math.min(8, integers.length)));
        return type() + values + (size() > 8 ? "…" : "");
    }
}
