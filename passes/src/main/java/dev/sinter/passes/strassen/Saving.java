package dev.sinter.passes.strassen;

import dev.sinter.passes.rewrite.ThinProduct;
import java.util.Locale;

/// Whether seven products of quarters are faster than the product: an estimate of what each takes, in cycles of a processor with two units of sixteen lanes. Narrower ones are slower at
/// all of it alike.
///
/// Fewer multiplications are paid for with sums before and after them, which go through memory, and with 7/4 of the bytes of what is packed. Quarters of quarters have been tried: they
/// save another eighth of the multiplications, but their sums go beyond the second-level cache for all but the smallest matrices, and take longer than what is saved.
///
/// @param direct   the estimate for the product as it is
/// @param quarters the estimate for products of quarters
record Saving(double direct, double quarters) {
    /// What has to be saved, since it costs accuracy.
    private static final double WORTHWHILE = 0.96;
    /// Smaller extents leave vectors or sums of the quarters short.
    private static final double FEW_ROWS = 32;
    private static final double FEW_STEPS = 128;
    private static final double FEW_COLUMNS = 128;
    /// Multiply-adds in a cycle.
    private static final double RATE = 30;
    /// Bytes in a cycle that sums read and write: in the second-level cache, and where there are more than [#NEAR_BYTES].
    private static final double SUMS_NEAR = 32;
    private static final double SUMS_FAR = 20;
    /// The same in the first-level cache.
    private static final double SUMS_NEAREST = 64;
    private static final double NEAR_BYTES = 1 << 20;
    /// Bytes in a cycle that packed columns come with, where that is not hidden behind arithmetic: from the third-level cache, and where there are more than [#PACKED_BYTES], of which
    /// other layers have some too.
    private static final double PACKED_NEAR = 64;
    private static final double PACKED_FAR = 12;
    private static final double PACKED_BYTES = 4 << 20;
    /// The elements of the seven sums, over those of the matrix.
    private static final double MORE = 7 / 4.0;

    /// The estimate.
    ///
    /// @param fixedLeft  whether the sums of the left matrix are made ahead
    /// @param fixedRight whether those of the right one are
    static Saving of(double rows, double depth, double columns, boolean fixedLeft, boolean fixedRight) {
        double multiplyAdds = rows * depth * columns;
        double direct = product(multiplyAdds, depth * columns);
        if (rows < FEW_ROWS || depth < FEW_STEPS || columns < FEW_COLUMNS) {
            return new Saving(direct, Double.POSITIVE_INFINITY);
        }
        double before = (fixedLeft ? 0 : sums((1 + MORE) * rows * depth)) + (fixedRight ? 0 : sums((1 + MORE) * depth * columns));
        double after = sums((MORE + 1 + MORE - 1) * rows * columns);        // products read, results written, and what seven products write more than one
        return new Saving(direct, product(multiplyAdds * 7 / 8, MORE * depth * columns) + before + after);
    }

    /// The estimate for a [ThinProduct] whose right matrix is fixed: it is one kernel with what follows it, whichever way it is computed, so the sums on the left come from the second-level cache at worst,
    /// and the products from the first-level one.
    static Saving ofThin(double rows, double depth, double columns) {
        double multiplyAdds = rows * depth * columns;
        double direct = product(multiplyAdds, depth * columns);
        if (rows < FEW_ROWS || depth < FEW_STEPS || columns < FEW_COLUMNS) {
            return new Saving(direct, Double.POSITIVE_INFINITY);
        }
        double sums = (1 + MORE) * rows * depth * Float.BYTES / SUMS_NEAR + 2 * (MORE - 1) * rows * columns * Float.BYTES / SUMS_NEAREST;
        return new Saving(direct, product(multiplyAdds * 7 / 8, depth * columns) + sums);      // what is packed comes while sixteen rows are multiplied with what came before
    }

    private static double product(double multiplyAdds, double packed) {
        double bytes = packed * Float.BYTES;
        return multiplyAdds / RATE + bytes / (bytes > PACKED_BYTES ? PACKED_FAR : PACKED_NEAR);
    }

    private static double sums(double elements) {
        double bytes = elements * Float.BYTES;
        return bytes / (bytes > NEAR_BYTES ? SUMS_FAR : SUMS_NEAR);
    }

    /// Whether the product is to be computed by quarters.
    boolean isWorthwhile() {
        return quarters < WORTHWHILE * direct;
    }

    @Override
    public String toString() {
        return isWorthwhile() ? String.format(Locale.ROOT, "by 7 products of quarters, %.2f times as fast by estimate", direct / quarters) : "as it is";
    }
}
