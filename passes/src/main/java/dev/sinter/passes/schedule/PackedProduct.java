package dev.sinter.passes.schedule;

import java.util.List;

/// The schedule of a large matrix product: operands packed into panels, the depth cut into blocks that fit the caches, and a register tile of accumulators
/// in the middle (K. Goto and R. van de Geijn, *Anatomy of High-Performance Matrix Multiplication*, 2008). An element is still summed in the order of the depth,
/// one fused multiply-add a step: between blocks of the depth its sum rests in memory, which loses nothing, since a sum has the element type anyway.
///
/// ```text
/// for k0 in blocks of the depth          one block, unless the depth is great
///   for j0 in blocks of this member's column panels
///     for i0 in blocks of rows           the rows of a block stay in the second-level cache
///       for j in panels of the block
///         for i in tiles of the block
///           tile: for k in block: sum[r][v] = fma(a[i, k, r], b[j, k, v], sum[r][v])
///           after the last block: epilogue
/// ```
///
/// Each operand is packed by a kernel of its own into a buffer of its own ([Packing]), which depends on the operand alone. Operands may be anything pointwise: they are
/// computed while they are packed. Rows that lie well for a tile are read where they are. Rows and contracted axes may be several (they are numbered through);
/// there is one axis of columns, along which results are vectors.
public final class PackedProduct implements ContractionSchedule {
    /// Below this many multiply-adds packing costs more than it gains.
    private static final long WORTHWHILE = 40L * 40 * 40;
    /// Below this many elements columns are not packed, even if that is done ahead.
    private static final long WORTHWHILE_AHEAD = 1024;
    /// What the kernel is called that multiplies; the others pack.
    public static final String PRODUCT = "product";
    /// What an extent that is not known before the call is taken for.
    static final long USUAL_EXTENT = 64;

    @Override
    public String name() {
        return "packed";
    }

    @Override
    public boolean accepts(Contraction c, Machine machine) {
        if (!c.type().isFloat() || machine.vectorBits() == 0 || c.columns().size() != 1 || c.contracted().isEmpty() || !c.cuts().isEmpty()) {
            return false;
        }
        long rows = estimate(c.rows());
        long columns = estimate(c.columns());
        long depth = estimate(c.contracted());
        if (c.isFixed(c.b()) && 2 * columns > machine.lanes(c.type()) && columns * depth >= WORTHWHILE_AHEAD) {
            return true;
        }
        return rows >= 12 && columns >= 12 && depth >= 16 && rows * columns * depth >= WORTHWHILE;
    }

    private static long estimate(List<Axis> axes) {
        return axes.stream().mapToLong(a -> a.extent().known().orElse(USUAL_EXTENT)).reduce(1, (x, y) -> Math.min(x * y, 1L << 40));
    }

    @Override
    public void emit(Contraction contraction, Machine machine, KernelSink out) {
        Contraction c = JoinAxes.of(contraction);
        Tile tile = Tile.of(c, machine);
        var packing = new Packing(c, tile, out);
        new PanelProduct(c, tile, machine, packing, out).emit();
    }

    /// The register tile: `rows` times `vectors` accumulators of `lanes` elements, with room for one row of `b` and one element of `a`. Sixteen accumulators
    /// keep the multipliers busy; with more, tiles are no faster, fit fewer extents, and take HotSpot several times longer to compile.
    record Tile(int rows, int vectors, int lanes) {
        static Tile of(Contraction c, Machine machine) {
            int lanes = machine.lanes(c.type());
            return machine.registers() >= 32 ? new Tile(8, 2, lanes) : new Tile(4, 3, lanes);
        }

        int columns() {
            return vectors * lanes;
        }
    }
}
