package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.loop.Stmt.Binding;
import dev.sinter.ir.type.Dim;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The schedule of a large matrix product: operands packed into panels, the depth cut into blocks that fit the caches, and a register tile of accumulators
/// in the middle (K. Goto and R. van de Geijn, *Anatomy of High-Performance Matrix Multiplication*, 2008). An element is still summed in the order of the depth,
/// one fused multiply-add a step: between blocks of the depth its sum rests in memory, which loses nothing, since a sum has the element type anyway.
///
/// ```text
/// for k0 in blocks of the depth
///   for i0 in blocks of rows             the packed rows of a block stay in the second-level cache
///     for j in this member's column panels
///       for i in row panels of the block
///         tile: for k in block: sum[r][v] = fma(a[i, k, r], b[j, k, v], sum[r][v])
///         after the last block: epilogue
/// ```
///
/// Operands may be anything pointwise: they are computed while they are packed. Rows and contracted axes may be several (they are numbered through);
/// there is one axis of columns, along which results are vectors.
public final class PackedProduct implements ContractionSchedule {
    /// A depth above which sums rest in memory between blocks.
    private static final int DEPTH_BLOCK = 512;
    /// Elements of packed rows that stay in the second-level cache.
    private static final int ROW_BLOCK_ELEMENTS = 120 * 1024;
    /// Below this many multiply-adds packing costs more than it gains.
    private static final long WORTHWHILE = 40L * 40 * 40;
    /// What an extent that is not known before the call is taken for.
    private static final long USUAL_EXTENT = 64;

    @Override
    public String name() {
        return "packed";
    }

    @Override
    public boolean accepts(Contraction c, Machine machine) {
        if (!c.type().isFloat() || machine.vectorBits() == 0 || c.columns().size() != 1 || c.rows().isEmpty() || c.contracted().isEmpty()) {
            return false;
        }
        long rows = estimate(c.rows());
        long columns = estimate(c.columns());
        long depth = estimate(c.contracted());
        return rows >= 12 && columns >= 12 && depth >= 16 && rows * columns * depth >= WORTHWHILE;
    }

    private static long estimate(List<Axis> axes) {
        return axes.stream().mapToLong(a -> a.extent().known().orElse(USUAL_EXTENT)).reduce(1, (x, y) -> Math.min(x * y, 1L << 40));
    }

    @Override
    public void emit(Contraction contraction, Machine machine, KernelSink out) {
        new Emission(contraction, Tile.of(contraction, machine), out).emit();
    }

    /// The register tile: `rows` times `vectors` accumulators of `lanes` elements, with room for one row of `b` and one element of `a`.
    record Tile(int rows, int vectors, int lanes) {
        static Tile of(Contraction c, Machine machine) {
            int lanes = machine.lanes(c.type());
            return machine.registers() >= 32 ? new Tile(12, 2, lanes) : new Tile(4, 3, lanes);
        }

        int columns() {
            return vectors * lanes;
        }

        int elements() {
            return rows * columns();
        }
    }

    /// One contraction being emitted.
    private static final class Emission {
        private final Contraction c;
        private final Tile tile;
        private final KernelSink out;
        private final Dim rows;
        private final Dim depth;
        private final Axis column;
        private final Dim batches;
        private final Dim rowPanels;
        private final Dim columnPanels;
        private final boolean rowsAlongDepth;
        private final boolean columnsAlongDepth;
        private final boolean blocked;
        private final Dim pitch;

        Emission(Contraction contraction, Tile tile, KernelSink out) {
            this.c = contraction;
            this.tile = tile;
            this.out = out;
            this.rows = extent(c.rows());
            this.depth = extent(c.contracted());
            this.column = c.columns().getFirst();
            this.batches = extent(c.batch());
            this.rowPanels = panels(rows, tile.rows());
            this.columnPanels = panels(column.extent(), tile.columns());
            Axis deepest = c.contracted().getLast();
            this.rowsAlongDepth = c.a().affine(c.indices()).map(i -> i.coefficient(deepest.name()).is(1)).orElse(true);
            this.columnsAlongDepth = c.b().affine(c.indices()).map(i -> !i.coefficient(column.name()).is(1) && i.coefficient(deepest.name()).is(1)).orElse(false);
            this.blocked = !depth.isConstant() || depth.value() > DEPTH_BLOCK;
            // A pitch that is no multiple of a page keeps the rows of a panel out of each other's cache sets.
            this.pitch = depth.plus(63).floorDiv(64).times(64).plus(16);
        }

        private static Dim extent(List<Axis> axes) {
            return Dim.product(axes.stream().map(Axis::extent).toList());
        }

        private static Dim panels(Dim extent, long width) {
            return extent.plus(width - 1).floorDiv(width);
        }

        void emit() {
            Dim rowElements = rowPanels.times(tile.rows()).times(rowsAlongDepth ? pitch : depth);
            Dim columnElements = columnPanels.times(tile.columns()).times(depth);
            Buffer a = out.scratch("rows", c.type(), batches.times(rowElements));
            Buffer b = out.scratch("columns", c.type(), batches.times(columnElements));
            out.kernel("pack_rows", into -> packRows(into, a, rowElements));
            out.kernel("pack_columns", into -> packColumns(into, b, columnElements));
            Dim tiles = blocked ? batches.times(rowPanels).times(columnPanels) : Dim.named(LoopProgram.MEMBERS.name());
            Buffer sums = out.scratch("sums", c.type(), tiles.times(tile.elements()));
            out.kernel("product", into -> multiply(into, a, b, sums, rowElements, columnElements));
        }

        private Expr dim(Dim dim) {
            return c.indices().dim(dim);
        }

        /// The coordinates of number `n` among the elements of `axes`, last axis fastest.
        private void coordinates(Block into, List<Axis> axes, Expr n, Map<Expr.Var, Expr> names) {
            Expr rest = n;
            for (int k = axes.size() - 1; k >= 0; k--) {
                Axis axis = axes.get(k);
                if (k == 0) {
                    names.put(axis.name(), rest);
                } else {
                    Expr extent = dim(axis.extent());
                    names.put(axis.name(), into.let(axis.name().name(), Expr.apply(Fn.REM, rest, extent)));
                    rest = into.let("rest", Expr.apply(Fn.DIV, rest, extent));
                }
            }
        }

        /// Loops over the contracted axes, the last one bound `innermost`; the body gets the number of the step.
        private void overDepth(Block into, Binding innermost, Map<Expr.Var, Expr> names, DepthBody body) {
            overDepth(into, 0, Expr.index(0), innermost, names, body);
        }

        private void overDepth(Block into, int level, Expr before, Binding innermost, Map<Expr.Var, Expr> names, DepthBody body) {
            Axis axis = c.contracted().get(level);
            boolean last = level == c.contracted().size() - 1;
            into.loop(axis.name().name(), dim(axis.extent()), last ? innermost : Binding.SERIAL, (in, k) -> {
                names.put(axis.name(), k);
                Expr step = Expr.plus(Expr.times(before, dim(axis.extent())), k);
                if (last) {
                    body.emit(in, step);
                } else {
                    overDepth(in, level + 1, in.let("before", step), innermost, names, body);
                }
            });
        }

        private interface DepthBody {
            void emit(Block in, Expr step);
        }

        private void packRows(Block into, Buffer packed, Dim elements) {
            if (rowsAlongDepth) {
                into.loop("row", dim(batches.times(rows)), Binding.PARALLEL, (in, n) -> {
                    var names = new HashMap<Expr.Var, Expr>();
                    Expr batch = batches.is(1) ? Expr.index(0) : in.let("batch", Expr.apply(Fn.DIV, n, dim(rows)));
                    Expr i = batches.is(1) ? n : in.let("i", Expr.apply(Fn.SUB, n, Expr.times(batch, dim(rows))));
                    coordinates(in, c.batch(), batch, names);
                    coordinates(in, c.rows(), i, names);
                    Expr base = in.let("base", Expr.plus(Expr.times(batch, dim(elements)), Expr.times(i, dim(pitch))));
                    overDepth(in, Binding.VECTOR, names, (one, k) -> one.store(packed, Expr.plus(base, k), c.a().at(names, one)));
                });
                return;
            }
            into.loop("panel", dim(batches.times(rowPanels)), Binding.PARALLEL, (in, n) -> {
                var names = new HashMap<Expr.Var, Expr>();
                Expr batch = batches.is(1) ? Expr.index(0) : in.let("batch", Expr.apply(Fn.DIV, n, dim(rowPanels)));
                Expr panel = batches.is(1) ? n : in.let("panel", Expr.apply(Fn.SUB, n, Expr.times(batch, dim(rowPanels))));
                coordinates(in, c.batch(), batch, names);
                Expr first = in.let("first", Expr.times(panel, Expr.index(tile.rows())));
                Expr here = in.let("here", Expr.apply(Fn.MIN, Expr.index(tile.rows()), Expr.apply(Fn.SUB, dim(rows), first)));
                Expr base = in.let("base", Expr.plus(Expr.times(batch, dim(elements)), Expr.times(first, dim(depth))));
                overDepth(in, Binding.SERIAL, names, (step, k) -> {
                    Expr at = step.let("at", Expr.plus(base, Expr.times(k, Expr.index(tile.rows()))));
                    step.loop("r", here, Binding.VECTOR, (one, r) -> {
                        var inside = new HashMap<>(names);
                        coordinates(one, c.rows(), Expr.plus(first, r), inside);
                        one.store(packed, Expr.plus(at, r), c.a().at(inside, one));
                    });
                });
            });
        }

        private void packColumns(Block into, Buffer packed, Dim elements) {
            into.loop("panel", dim(batches.times(columnPanels)), Binding.PARALLEL, (in, n) -> {
                var names = new HashMap<Expr.Var, Expr>();
                Expr batch = batches.is(1) ? Expr.index(0) : in.let("batch", Expr.apply(Fn.DIV, n, dim(columnPanels)));
                Expr panel = batches.is(1) ? n : in.let("panel", Expr.apply(Fn.SUB, n, Expr.times(batch, dim(columnPanels))));
                coordinates(in, c.batch(), batch, names);
                Expr first = in.let("first", Expr.times(panel, Expr.index(tile.columns())));
                Expr here = in.let("here", Expr.apply(Fn.MIN, Expr.index(tile.columns()), Expr.apply(Fn.SUB, dim(column.extent()), first)));
                Expr base = in.let("base", Expr.plus(Expr.times(batch, dim(elements)), Expr.times(first, dim(depth))));
                if (columnsAlongDepth) {
                    in.loop("j", here, Binding.SERIAL, (one, j) -> {
                        names.put(column.name(), one.let("column", Expr.plus(first, j)));
                        Expr at = one.let("at", Expr.plus(base, j));
                        overDepth(one, Binding.SERIAL, names, (step, k) ->
                                step.store(packed, Expr.plus(at, Expr.times(k, Expr.index(tile.columns()))), c.b().at(names, step)));
                    });
                    return;
                }
                overDepth(in, Binding.SERIAL, names, (step, k) -> {
                    Expr at = step.let("at", Expr.plus(base, Expr.times(k, Expr.index(tile.columns()))));
                    step.loop("j", here, Binding.VECTOR, (one, j) -> {
                        names.put(column.name(), Expr.plus(first, j));
                        one.store(packed, Expr.plus(at, j), c.b().at(names, one));
                    });
                });
            });
        }

        private void multiply(Block into, Buffer a, Buffer b, Buffer sums, Dim rowElements, Dim columnElements) {
            if (!batches.is(1)) {
                into.loop("batch", dim(batches), Binding.PARALLEL, (in, batch) -> {
                    var names = new HashMap<Expr.Var, Expr>();
                    coordinates(in, c.batch(), batch, names);
                    var where = new Place(a, b, sums, in.let("a", Expr.times(batch, dim(rowElements))), in.let("b", Expr.times(batch, dim(columnElements))), batch, names);
                    blocks(in, where, Expr.index(0), dim(rowPanels), Expr.index(0), dim(columnPanels));
                });
                return;
            }
            var where = new Place(a, b, sums, Expr.index(0), Expr.index(0), Expr.index(0), Map.of());
            boolean splitRows = columnPanels.known().orElse(USUAL_EXTENT) < Math.min(8, rowPanels.known().orElse(4));
            Dim split = splitRows ? rowPanels : columnPanels;
            Expr from = into.let("from", share(dim(split), LoopProgram.MEMBER));
            Expr to = into.let("to", share(dim(split), Expr.plus(LoopProgram.MEMBER, Expr.index(1))));
            if (splitRows) {
                blocks(into, where, from, to, Expr.index(0), dim(columnPanels));
            } else {
                blocks(into, where, Expr.index(0), dim(rowPanels), from, to);
            }
        }

        private static Expr share(Expr extent, Expr member) {
            return Expr.apply(Fn.DIV, Expr.times(extent, member), LoopProgram.MEMBERS);
        }

        /// Where the operands of one batch are.
        private record Place(Buffer a, Buffer b, Buffer sums, Expr aBase, Expr bBase, Expr batch, Map<Expr.Var, Expr> names) { }

        private void blocks(Block into, Place where, Expr firstRow, Expr endRow, Expr firstColumn, Expr endColumn) {
            long depthOfBlock = Math.min(depth.known().orElse(DEPTH_BLOCK), DEPTH_BLOCK);
            long panelsOfBlock = Math.max(1, ROW_BLOCK_ELEMENTS / (depthOfBlock * tile.rows()));
            into.loop("k0", Expr.index(0), dim(depth), DEPTH_BLOCK, Binding.SERIAL, (overDepth, k0) -> {
                Expr k1 = overDepth.let("k1", Expr.apply(Fn.MIN, Expr.plus(k0, Expr.index(DEPTH_BLOCK)), dim(depth)));
                overDepth.loop("i0", firstRow, endRow, panelsOfBlock, Binding.SERIAL, (overRows, i0) -> {
                    Expr i1 = overRows.let("i1", Expr.apply(Fn.MIN, Expr.plus(i0, Expr.index(panelsOfBlock)), endRow));
                    overRows.loop("j", firstColumn, endColumn, 1, Binding.SERIAL, (overColumns, j) ->
                            overColumns.loop("i", i0, i1, 1, Binding.SERIAL, (in, i) -> tile(in, where, i, j, k0, k1)));
                });
            });
        }

        private void tile(Block in, Place where, Expr i, Expr j, Expr k0, Expr k1) {
            int lanes = tile.lanes();
            Expr number = blocked ? Expr.plus(Expr.times(Expr.plus(Expr.times(where.batch(), dim(columnPanels)), j), dim(rowPanels)), i) : LoopProgram.MEMBER;
            Expr rest = in.let("rest", Expr.times(number, Expr.index(tile.elements())));
            var sums = new ArrayList<Expr.Var>();
            for (int n = 0; n < tile.rows() * tile.vectors(); n++) {
                sums.add(in.accumulator("sum" + n / tile.vectors() + "_" + n % tile.vectors(), new Expr.Const(c.type(), Double.doubleToRawLongBits(0.0), lanes)));
            }
            if (blocked) {
                in.when(Expr.apply(Fn.LT, Expr.index(0), k0), resumed -> {
                    for (int n = 0; n < sums.size(); n++) {
                        resumed.assign(sums.get(n), new Expr.Load(where.sums(), Expr.plus(rest, Expr.index((long) n * lanes)), lanes, 1, null));
                    }
                });
            }
            Expr aBase = in.let("a", Expr.plus(where.aBase(), Expr.times(i, Expr.times(dim(rowsAlongDepth ? pitch : depth), Expr.index(tile.rows())))));
            Expr bBase = in.let("b", Expr.plus(where.bBase(), Expr.times(j, Expr.times(dim(depth), Expr.index(tile.columns())))));
            in.loop("k", k0, k1, 1, Binding.SERIAL, (step, k) -> {
                Expr aAt = step.let("ak", Expr.plus(aBase, rowsAlongDepth ? k : Expr.times(k, Expr.index(tile.rows()))));
                Expr bAt = step.let("bk", Expr.plus(bBase, Expr.times(k, Expr.index(tile.columns()))));
                var right = new ArrayList<Expr>();
                for (int v = 0; v < tile.vectors(); v++) {
                    right.add(step.let("b" + v, new Expr.Load(where.b(), Expr.plus(bAt, Expr.index((long) v * lanes)), lanes, 1, null)));
                }
                for (int r = 0; r < tile.rows(); r++) {
                    Expr offset = rowsAlongDepth ? Expr.times(Expr.index(r), dim(pitch)) : Expr.index(r);
                    Expr left = step.let("a" + r, new Expr.Splat(Expr.load(where.a(), Expr.plus(aAt, offset)), lanes));
                    for (int v = 0; v < tile.vectors(); v++) {
                        Expr.Var sum = sums.get(r * tile.vectors() + v);
                        step.assign(sum, Expr.apply(Fn.FMA, left, right.get(v), sum));
                    }
                }
            });
            for (int n = 0; n < sums.size(); n++) {
                in.add(new Stmt.Store(where.sums(), Expr.plus(rest, Expr.index((long) n * lanes)), sums.get(n), null));
            }
            in.when(Expr.apply(Fn.LE, dim(depth), k1), last -> epilogue(last, where, i, j, rest));
        }

        /// Hands the finished sums of a tile to the epilogue, row by row: written once, whatever the tile, and ragged edges are loop bounds.
        private void epilogue(Block in, Place where, Expr i, Expr j, Expr rest) {
            Expr firstRow = in.let("row", Expr.times(i, Expr.index(tile.rows())));
            Expr firstColumn = in.let("column", Expr.times(j, Expr.index(tile.columns())));
            Expr rowsHere = in.let("rows", Expr.apply(Fn.MIN, Expr.index(tile.rows()), Expr.apply(Fn.SUB, dim(rows), firstRow)));
            Expr columnsHere = in.let("columns", Expr.apply(Fn.MIN, Expr.index(tile.columns()), Expr.apply(Fn.SUB, dim(column.extent()), firstColumn)));
            in.loop("r", rowsHere, Binding.SERIAL, (row, r) -> {
                var names = new HashMap<>(where.names());
                coordinates(row, c.rows(), row.let("i", Expr.plus(firstRow, r)), names);
                Expr at = row.let("at", Expr.plus(rest, Expr.times(r, Expr.index(tile.columns()))));
                row.loop("c", columnsHere, Binding.VECTOR, (one, v) -> {
                    var rewriter = new Rewriter().with(column.name(), Expr.plus(firstColumn, v));
                    names.forEach(rewriter::with);
                    rewriter.with(c.accumulator(), one.let("sum", Expr.load(where.sums(), Expr.plus(at, v))));
                    rewriter.copy(c.epilogue()).forEach(one::add);
                });
            });
        }
    }
}
