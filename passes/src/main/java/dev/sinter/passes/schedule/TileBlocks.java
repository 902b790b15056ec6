package dev.sinter.passes.schedule;

import dev.sinter.ir.type.Dim;

/// How many tiles of a contraction between tiles are done before the next ones, by an estimate of what comes from afar.
///
/// Small blocks keep what is made of tiles, and their products, in a processor's second-level cache, but each block goes over all filters. Without blocks each filter comes once, but what the
/// kernels hand on goes out and comes back, and half of it to another processor if there are two.
public final class TileBlocks {
    /// Bytes that stay in the second-level cache.
    private static final double NEAR = 900 * 1024;
    /// Bytes that stay in the third-level cache.
    private static final double FAR = 16 * 1024 * 1024;
    /// Bytes in a cycle that come from the second-level cache, the third-level one, memory, and another processor's caches, as far as multiply-adds do not hide that.
    private static final double FROM_NEAR = 128;
    private static final double FROM_FAR = 25;
    private static final double FROM_MEMORY = 8;
    private static final double FROM_OTHERS = 10;
    /// Multiply-adds in a cycle.
    private static final double PRODUCT = 27;
    /// Rows of a register tile, and those that a smaller one at the end of a block costs on top of its own.
    private static final int ROWS = 8;
    private static final double REST = 0.3;
    /// What an extent that is not known before the call is taken for.
    private static final long USUAL = 64;
    /// Tiles of the smallest and of the largest block.
    private static final int FEWEST = 8;
    private static final int MOST = 512;
    /// What blocks have to save.
    private static final double WORTHWHILE = 0.98;

    private TileBlocks() { }

    /// The tiles of a block; 0 if all are best done at once.
    ///
    /// @param places  in a tile: so many contractions there are
    /// @param tiles   rows of each
    /// @param depth   of each
    /// @param columns of each
    /// @param bytes   of an element
    public static long size(long places, Dim tiles, long depth, long columns, int bytes) {
        long rows = tiles.known().orElse(USUAL * USUAL);
        double filters = (double) places * depth * columns * bytes;
        double ofTile = (double) places * (depth + columns) * bytes;
        double product = (double) places * depth * columns / PRODUCT;
        double all = ofTile * rows;
        double best = WORTHWHILE * total(1, product * cost(rows) + fetched(2 * all, all + filters) + fetched(filters, all + filters), all / FROM_OTHERS);
        long size = 0;
        for (long block = FEWEST; block <= Math.min(MOST, rows / 2); block++) {
            double here = ofTile * block;
            double cycles = product * cost(block) + fetched(2 * here, here) + fetched(filters, here + filters);
            double estimate = total((rows + block - 1) / block, cycles, 0);
            if (estimate < best) {
                best = estimate;
                size = block;
            }
        }
        return size;
    }

    /// Cycles of one processor, and of two.
    private static double total(long blocks, double cycles, double exchanged) {
        return blocks == 1 ? cycles + cycles + exchanged : blocks * cycles + 2 * Math.ceil(blocks / 2.0) * cycles;
    }

    private static double cost(long rows) {
        return rows % ROWS == 0 ? rows : rows + REST;
    }

    /// Cycles until bytes of a working set are there.
    private static double fetched(double bytes, double set) {
        return bytes / (set <= NEAR ? FROM_NEAR : set <= FAR ? FROM_FAR : FROM_MEMORY);
    }
}
