package dev.sinter.passes.winograd;

import dev.sinter.ir.type.Dim;
import java.util.Locale;
import java.util.stream.Stream;

/// How a convolution is to be computed: an estimate of what each way costs, for one image, in cycles of a processor with two units of sixteen lanes. Narrower ones are slower at
/// all of it alike.
///
/// Fewer multiplications are paid for with filters of more bytes, which come from afar where they are many; with tiles that hang over the edge of an image; and with
/// transforms.
///
/// @param way    the tiles that are expected to be the fastest; null for the convolution as it is
/// @param direct the estimate for the convolution as it is
/// @param best   the estimate for the chosen way
record Choice(Interpolation way, double direct, double best) {
    /// Channels and filters below this number leave vectors or sums short.
    private static final long FEW = 16;
    /// What tiles have to save before they are taken, since they cost accuracy.
    private static final double WORTHWHILE = 0.85;
    /// Multiply-adds in a cycle, of a convolution and of a product of matrices.
    private static final double DIRECT = 29;
    private static final double PRODUCT = 27;
    /// Bytes in a cycle that come from beyond the second-level cache.
    private static final double FROM_AFAR = 8;
    /// Cycles to transform sixteen elements of a tile, before the product and after it.
    private static final double BEFORE = 11;
    private static final double AFTER = 4;
    private static final int LANES = 16;

    /// The choice for a convolution; its [#way] is null, too, where sizes are not known.
    static Choice of(Convolution c) {
        if (!Stream.of(c.positions(0), c.positions(1), c.channels(), c.filters()).allMatch(Dim::isConstant)) {
            return new Choice(null, 1, 1);
        }
        double channels = c.channels().value();
        double filters = c.filters().value();
        double images = c.rest().stream().map(c.image()::dim).mapToDouble(d -> d.known().orElse(1)).reduce(1, (a, b) -> a * b);
        double weights = channels * filters;
        double direct = Math.max(images * c.positions(0).value() * c.positions(1).value() * 9 * weights / DIRECT, 9 * weights * Float.BYTES / FROM_AFAR);
        if (channels < FEW || filters < FEW) {
            return new Choice(null, direct, direct);
        }
        Choice best = new Choice(null, direct, direct);
        for (Interpolation way : new Interpolation[] {Interpolation.F2, Interpolation.F4}) {
            double places = way.size() * way.size();
            double tiles = images * Math.ceil(c.positions(0).value() / (double) way.outputs()) * Math.ceil(c.positions(1).value() / (double) way.outputs());
            double product = Math.max(places * tiles * weights / PRODUCT, places * weights * Float.BYTES / FROM_AFAR);
            double transforms = places * tiles * (BEFORE * Math.ceil(channels / LANES) + AFTER * Math.ceil(filters / LANES));
            double cycles = product + transforms;
            if (cycles < best.best && cycles < WORTHWHILE * direct) {
                best = new Choice(way, direct, cycles);
            }
        }
        return best;
    }

    @Override
    public String toString() {
        return way == null ? "as it is" : String.format(Locale.ROOT, "in tiles of %d × %d, %.1f times as fast by estimate", way.outputs(), way.outputs(), direct / best);
    }
}
