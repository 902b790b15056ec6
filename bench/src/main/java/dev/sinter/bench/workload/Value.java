package dev.sinter.bench.workload;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/// A tensor that a computation is given: an input, or a weight. Its elements are drawn from a generator that starts with its name, so that all contenders have the
/// same ones, in whatever process.
///
/// @param name  of the input, or of the state in Sinter's model
/// @param kind  of the elements
/// @param shape row-major
/// @param low   the smallest element
/// @param high  the bound of the elements, itself not drawn
public record Value(String name, Kind kind, List<Long> shape, double low, double high) {
    /// The range of uniform numbers with variance 1 is from minus this to this.
    public static final double UNIT = Math.sqrt(3);

    /// Kinds of elements, of four bytes each.
    public enum Kind {
        /// f32.
        REAL,
        /// i32.
        WHOLE
    }

    /// Copies the shape.
    public Value {
        shape = List.copyOf(shape);
    }

    /// An input of variance 1.
    public static Value input(String name, long... shape) {
        return within(name, -UNIT, UNIT, shape);
    }

    /// Classes, below `classes`.
    public static Value classes(String name, int classes, long... shape) {
        return new Value(name, Kind.WHOLE, list(shape), 0, classes);
    }

    /// A weight that keeps the variance of what `fanIn` numbers of variance 1 are added to, times `gain`.
    public static Value weight(String name, double gain, long fanIn, long... shape) {
        double bound = UNIT * Math.sqrt(gain / fanIn);
        return within(name, -bound, bound, shape);
    }

    /// Real numbers in a range.
    public static Value within(String name, double low, double high, long... shape) {
        return new Value(name, Kind.REAL, list(shape), low, high);
    }

    private static List<Long> list(long[] shape) {
        return java.util.Arrays.stream(shape).boxed().toList();
    }

    /// The shape, as the interfaces of libraries want it.
    public long[] dims() {
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    /// How many elements.
    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    /// How many bytes.
    public long bytes() {
        return 4 * elements();
    }

    /// Writes the elements in the machine's byte order.
    ///
    /// @param to at least [#bytes] long, of any alignment
    public void fill(MemorySegment to) {
        long seed = seed();
        for (long k = 0; k < elements(); k++) {
            if (kind == Kind.REAL) {
                to.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * k, (float) at(seed, k));
            } else {
                to.set(ValueLayout.JAVA_INT_UNALIGNED, 4 * k, (int) Math.floor(at(seed, k)));
            }
        }
    }

    /// The elements of a real value.
    public float[] floats() {
        var values = new float[Math.toIntExact(elements())];
        fill(MemorySegment.ofArray(values));
        return values;
    }

    /// The elements of a whole value.
    public int[] ints() {
        var values = new int[Math.toIntExact(elements())];
        fill(MemorySegment.ofArray(values));
        return values;
    }

    private double at(long seed, long k) {
        return low + (high - low) * ((mix(seed + k * 0x9E3779B97F4A7C15L) >>> 40) * 0x1p-24);
    }

    private long seed() {
        long seed = 1;
        for (int k = 0; k < name.length(); k++) {
            seed = mix(seed + name.charAt(k));
        }
        return seed;
    }

    /// The mixing function of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
