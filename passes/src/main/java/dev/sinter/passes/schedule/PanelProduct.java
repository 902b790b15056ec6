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

/// The loops of a [PackedProduct] over packed operands.
///
/// Rows are covered by whole tiles and, at the end, smaller ones that fit exactly; a tile of few rows goes over several panels of columns at once, so that there are enough
/// sums to hide the latency of a multiply-add. Columns of the last panel that do not exist are computed where that costs nothing and never stored.
final class PanelProduct {
    /// A depth up to which sums stay in registers from the first step to the last.
    private static final long DEPTH_BLOCK = 2048;
    /// How much deeper the depth may be before it is cut.
    private static final long DEPTH_SLACK = 512;
    /// Elements that stay in the second-level cache: a block of rows, and a panel of columns.
    private static final long NEAR_ELEMENTS = 160 * 1024;
    /// Elements that stay in the third-level cache, whatever else passes through it: a block of panels, which every block of rows goes over.
    private static final long FAR_ELEMENTS = 1024 * 1024;
    /// Sums that keep the multipliers busy.
    private static final int ENOUGH_SUMS = 8;
    /// Steps of a panel that are read together by a tile of few sums.
    private static final int STRETCH = 8;
    /// Operations of an epilogue, over all vectors of a tile, that may be written out one after the other.
    private static final int WRITTEN_OUT = 200;
    /// The same after windows: networks have many such layers, of which the JIT can compile the tiles once if nothing follows the sums.
    private static final int WRITTEN_OUT_AFTER_WINDOWS = 80;

    /// Vectors of a tile that may each be read and stored under a mask, one after the other: more is more code than the JIT compiles well.
    private static final int MASKED = 8;
    /// Batches that can be dealt out to few members evenly enough.
    private static final int MANY = 16;
    /// Bytes that stay in the third-level cache.
    private static final double FAR_BYTES = 16 << 20;
    /// Bytes in a cycle that come from the third-level cache, from memory, and from what a processor has made that has no cache in common, as far as multiply-adds do not hide that.
    private static final double FROM_FAR = 25;
    private static final double FROM_MEMORY = 8;
    private static final double FROM_OTHERS = 3;

    private final Contraction c;
    private final PackedProduct.Tile tile;
    private final Machine machine;
    private final Packing packing;
    private final KernelSink out;
    private final Dim rows;
    private final Dim depth;
    private final Axis column;
    private final Dim batches;
    private final Dim wholeTiles;
    private final Dim wholePanels;
    private final Dim columnPanels;
    private final List<Rest> rests;
    private final boolean blocked;
    private final long block;
    private final boolean direct;
    private Buffer sums;

    /// A tile smaller than the others.
    ///
    /// @param first its first row, counted from the end of the whole tiles
    /// @param bit   that the number of remaining rows has if there is such a tile; 0 if there always is
    private record Rest(Expr first, int rows, int bit) { }

    /// Where the operands of one batch are.
    private record Place(Expr a, Expr b, Expr batch, Map<Expr.Var, Expr> names) { }

    /// The columns of a tile.
    ///
    /// @param panel   the first panel
    /// @param vectors how many vectors, over one panel or several
    /// @param masks   for each vector the lanes that exist; null for all
    private record Columns(Expr panel, int vectors, List<Expr> masks) { }

    /// What stands in a loop over panels.
    private interface Body {
        void emit(Block into, Columns columns);
    }

    PanelProduct(Contraction c, PackedProduct.Tile tile, Machine machine, Packing packing, KernelSink out) {
        this.c = c;
        this.tile = tile;
        this.machine = machine;
        this.packing = packing;
        this.out = out;
        this.rows = Packing.extent(c.rows());
        this.depth = Packing.extent(c.contracted());
        this.column = c.columns().getFirst();
        this.batches = Packing.extent(c.batch());
        this.wholePanels = column.extent().floorDiv(tile.columns());
        this.columnPanels = Packing.panels(column.extent(), tile.columns());
        this.rests = new ArrayList<>();
        this.wholeTiles = coverRows();
        this.blocked = !depth.isConstant() || depth.value() > DEPTH_BLOCK + DEPTH_SLACK;
        long blocks = depth.isConstant() ? (depth.value() + DEPTH_BLOCK - 1) / DEPTH_BLOCK : 1;
        this.block = depth.isConstant() ? (depth.value() + 16 * blocks - 1) / (16 * blocks) * 16 : DEPTH_BLOCK;
        c.indices().learn(c.epilogue());
        boolean vectors = Vectoriser.lanesFor(c.indices(), c.epilogue(), column.name(), machine, Map.of(c.accumulator(), c.type())) == tile.lanes();
        int writtenOut = packing.readsWindows() ? WRITTEN_OUT_AFTER_WINDOWS : WRITTEN_OUT;
        boolean ragged = !column.extent().isConstant() || column.extent().value() % tile.columns() != 0;
        this.direct = vectors && !(ragged && tile.rows() * tile.vectors() > MASKED && readsRows()) && tile.rows() * tile.vectors() * TilePlan.cost(c.epilogue()) <= writtenOut;
    }

    /// Whether the epilogue reads elements of its own for each row.
    private boolean readsRows() {
        return c.epilogue().stream().anyMatch(s -> s instanceof Stmt.Let(_, Expr.Load load)
                && c.indices().of(load.index()).map(index -> c.rows().stream().anyMatch(row -> index.mentions(row.name()))).orElse(true));
    }

    /// Finds the rests; the number of whole tiles.
    private Dim coverRows() {
        if (!rows.isConstant()) {
            int bit = Integer.highestOneBit(tile.rows() - 1);
            Expr left = Expr.apply(Fn.REM, dim(rows), Expr.index(tile.rows()));
            for (; bit > 0; bit /= 2) {
                rests.add(new Rest(Expr.apply(Fn.AND, left, Expr.index(-2L * bit)), bit, bit));
            }
            return rows.floorDiv(tile.rows());
        }
        long whole = rows.value() / tile.rows();
        int left = (int) (rows.value() % tile.rows());
        if (left * tile.vectors() >= ENOUGH_SUMS || whole == 0 && left > 0) {
            rests.add(new Rest(Expr.index(0), left, 0));
        } else if (left > 0) {                                 // too few rows for a tile of their own: they share the last whole tile's
            whole--;
            int upper = (left + tile.rows() + 1) / 2;
            rests.add(new Rest(Expr.index(0), upper, 0));
            rests.add(new Rest(Expr.index(upper), left + tile.rows() - upper, 0));
        }
        return Dim.constant(whole);
    }

    private Expr dim(Dim dim) {
        return c.indices().dim(dim);
    }

    void emit() {
        Dim perMember = Dim.named(LoopProgram.MEMBERS.name()).times((long) tile.rows() * tile.columns());
        if (blocked) {
            sums = out.scratch("sums", c.type(), batches.times(rows).times(columnPanels).times(tile.columns()));
        } else if (!direct) {
            sums = out.scratch("sums", c.type(), perMember);
        }
        out.kernel(PackedProduct.PRODUCT, this::multiply);
    }

    private void multiply(Block into) {
        Expr tiles = dim(wholeTiles);
        Expr panels = dim(columnPanels);
        Expr zero = Expr.index(0);
        Deal deal = deal();
        if (deal == Deal.BATCHES) {
            overBatches(into, Binding.PARALLEL, (in, where) -> blocks(in, where, zero, tiles, zero, panels, null));
        } else if (deal == Deal.ROWS) {
            Expr from = into.let("from", share(tiles, LoopProgram.MEMBER));
            Expr to = into.let("to", share(tiles, Expr.plus(LoopProgram.MEMBER, Expr.index(1))));
            Expr isLast = Expr.apply(Fn.EQ, Expr.plus(LoopProgram.MEMBER, Expr.index(1)), LoopProgram.MEMBERS);
            overBatches(into, Binding.SERIAL, (in, where) -> blocks(in, where, from, to, zero, panels, isLast));
        } else {
            Expr from = into.let("from", share(panels, LoopProgram.MEMBER));
            Expr to = into.let("to", share(panels, Expr.plus(LoopProgram.MEMBER, Expr.index(1))));
            overBatches(into, Binding.SERIAL, (in, where) -> blocks(in, where, zero, tiles, from, to, null));
        }
    }

    private interface InBatch {
        void emit(Block into, Place where);
    }

    private void overBatches(Block into, Binding binding, InBatch body) {
        if (batches.is(1)) {
            inBatch(into, Expr.index(0), body);
        } else {
            into.loop("batch", dim(batches), binding, (in, batch) -> inBatch(in, batch, body));
        }
    }

    private void inBatch(Block into, Expr batch, InBatch body) {
        var names = new HashMap<Expr.Var, Expr>();             // an axis of one element has no loop, but a name
        packing.coordinates(into, c.batch(), batch, names);
        body.emit(into, new Place(packing.rowBase(into, batch, names), packing.columnBase(into, batch), batch, names));
    }

    /// What members take of the work: some of the batches, or of every batch some tiles of rows, or panels of columns.
    private enum Deal { BATCHES, ROWS, COLUMNS }

    /// How the work is dealt out between two members, by an estimate of what the slower one takes. Batches are cut where there are few and one member would have more of them.
    ///
    /// A weight that is updated belongs to who reads it next. Otherwise who takes rows needs all columns: what was packed ahead comes from the third-level cache, or from memory. Who takes columns, or other batches, needs rows that the other one has made.
    private Deal deal() {
        boolean uneven = batches.isConstant() && batches.value() % 2 == 1 && batches.value() < MANY;
        if (!batches.is(1) && (!uneven || out.isOfOne())) {
            return Deal.BATCHES;
        }
        if (batches.is(1) && updatesColumns() && half(columnPanels) <= half(wholeTiles) + 0.05) {
            return Deal.COLUMNS;
        }
        double products = usual(rows) * usual(depth) * usual(column.extent()) / (2 * tile.lanes());
        double columnBytes = usual(batches) * usual(depth) * usual(column.extent()) * c.type().bytes();
        double moreColumns = columnBytes / usual(batches) / 2 / (!c.isFixed(c.b()) ? FROM_OTHERS : columnBytes > FAR_BYTES ? FROM_MEMORY : FROM_FAR);
        double moreRows = usual(rows) * usual(packing.elementsOfRow()) / 2 * c.type().bytes() / FROM_OTHERS;
        double byRows = products * half(wholeTiles) + moreColumns;
        double byColumns = products * half(columnPanels) + moreRows;
        double byBatches = batches.is(1) ? Double.POSITIVE_INFINITY : products * half(batches) + moreRows;
        return byBatches < Math.min(byRows, byColumns) ? Deal.BATCHES : byRows < byColumns ? Deal.ROWS : Deal.COLUMNS;
    }

    /// Whether the epilogue writes state that is read again by columns.
    private boolean updatesColumns() {
        return c.epilogue().stream().anyMatch(s -> s instanceof Stmt.Store(var to, _, _, _) && to.role() == Buffer.Role.STATE && out.isReadInColumns(to));
    }

    /// The part of as many steps that the slower one of two members takes.
    private static double half(Dim steps) {
        double count = usual(steps);
        return count == 0 ? 1 : Math.ceil(count / 2) / count;
    }

    private static double usual(Dim d) {
        return d.known().orElse(PackedProduct.USUAL_EXTENT);
    }

    private static Expr share(Expr extent, Expr member) {
        return Expr.apply(Fn.DIV, Expr.times(extent, member), LoopProgram.MEMBERS);
    }

    /// All tiles of some rows and panels.
    ///
    /// @param takesRests whether this member's rows end with the rests; null for yes
    private void blocks(Block into, Place where, Expr firstTile, Expr endTile, Expr firstPanel, Expr endPanel, Expr takesRests) {
        if (!blocked) {
            block(into, where, firstTile, endTile, firstPanel, endPanel, takesRests, Expr.index(0), dim(depth));
            return;
        }
        Expr end = depth.isConstant() ? dim(depth) : into.let("end", Expr.apply(Fn.MAX, dim(depth), Expr.index(1)));      // a sum of nothing is stored, too
        into.loop("k0", Expr.index(0), end, block, Binding.SERIAL, (in, k0) -> {
            Expr k1 = in.let("k1", Expr.apply(Fn.MIN, Expr.plus(k0, Expr.index(block)), dim(depth)));
            block(in, where, firstTile, endTile, firstPanel, endPanel, takesRests, k0, k1);
        });
    }

    /// All tiles of some rows and panels, over a block of the depth.
    private void block(Block into, Place where, Expr firstTile, Expr endTile, Expr firstPanel, Expr endPanel, Expr takesRests, Expr k0, Expr k1) {
        long depthOfBlock = Math.min(depth.known().orElse(block), block);
        long ofRow = Math.min(depthOfBlock, packing.elementsOfRow().known().orElse(depthOfBlock));
        long tilesOfBlock = Math.max(1, (NEAR_ELEMENTS - tile.columns() * depthOfBlock) / (ofRow * tile.rows()));
        long panelsOfBlock = Math.max(1, FAR_ELEMENTS / Math.max(1, depthOfBlock * tile.columns()));
        var beside = new ArrayList<Rest>();                    // taken together with the whole tiles of a panel
        var after = new ArrayList<Rest>();
        rests.forEach(r -> (wholeTiles.is(0) || panelsAtOnce(r.rows()) > 1 ? after : beside).add(r));
        boolean oneBlock = wholeTiles.isConstant() && wholeTiles.value() <= tilesOfBlock;
        if (oneBlock && !wholeTiles.is(0)) {
            panels(into, firstPanel, endPanel, 1, (in, columns) -> {
                in.loop("i", firstTile, endTile, 1, Binding.SERIAL, (one, i) -> tile(one, where, i, Expr.index(0), tile.rows(), columns, k0, k1));
                beside.forEach(r -> when(in, takesRests, inRests -> beside(inRests, where, r, columns, k0, k1)));
            });
        } else if (!wholeTiles.is(0)) {
            Expr end = takesRests == null && wholeTiles.isConstant() ? endTile : into.let("end", Expr.apply(Fn.MAX, endTile, Expr.plus(firstTile, Expr.index(1))));
            boolean near = columnPanels.isConstant() && columnPanels.value() <= panelsOfBlock;
            overBlocks(into, "j0", firstPanel, endPanel, near ? 0 : panelsOfBlock, (overPanels, j0, j1) ->
                    overBlocks(overPanels, "i0", firstTile, end, tilesOfBlock, (overRows, i0, iEnd) -> {
                        Expr i1 = overRows.let("i1", Expr.apply(Fn.MIN, iEnd, endTile));
                        panels(overRows, j0, j1, 1, (in, columns) -> {
                            in.loop("i", i0, i1, 1, Binding.SERIAL, (one, i) -> tile(one, where, i, Expr.index(0), tile.rows(), columns, k0, k1));
                            if (!beside.isEmpty()) {
                                in.when(Expr.apply(Fn.EQ, i1, endTile), last ->
                                        beside.forEach(r -> when(last, takesRests, inRests -> beside(inRests, where, r, columns, k0, k1))));
                            }
                        });
                    }));
        }
        for (Rest r : after) {
            when(into, takesRests, mine -> when(mine, exists(r), in ->
                    panels(in, firstPanel, endPanel, panelsAtOnce(r.rows()), (inPanels, columns) -> rest(inPanels, where, r, columns, k0, k1))));
        }
    }

    private interface Range {
        void emit(Block into, Expr from, Expr to);
    }

    /// A loop over blocks of at most `size`; 0 for one block.
    private static void overBlocks(Block into, String hint, Expr from, Expr to, long size, Range body) {
        if (size == 0) {
            body.emit(into, from, to);
        } else {
            into.loop(hint, from, to, size, Binding.SERIAL, (in, first) ->
                    body.emit(in, first, in.let("end", Expr.apply(Fn.MIN, Expr.plus(first, Expr.index(size)), to))));
        }
    }

    private static void when(Block into, Expr condition, java.util.function.Consumer<Block> then) {
        if (condition == null) {
            then.accept(into);
        } else {
            into.when(condition, then);
        }
    }

    private Expr exists(Rest rest) {
        if (rest.bit() == 0) {
            return null;
        }
        Expr left = Expr.apply(Fn.REM, dim(rows), Expr.index(tile.rows()));
        return Expr.apply(Fn.LT, Expr.index(0), Expr.apply(Fn.AND, left, Expr.index(rest.bit())));
    }

    /// A rest beside whole tiles stands in a loop of one step: what stands in a loop of its own becomes a method of its own, which the JIT compiles well.
    private void beside(Block into, Place where, Rest rest, Columns columns, Expr k0, Expr k1) {
        when(into, exists(rest), in -> in.loop("once", Expr.index(1), Binding.SERIAL, (one, _) -> rest(one, where, rest, columns, k0, k1)));
    }

    private void rest(Block into, Place where, Rest rest, Columns columns, Expr k0, Expr k1) {
        tile(into, where, dim(wholeTiles), rest.first(), rest.rows(), columns, k0, k1);
    }

    /// How many panels a tile of so many rows goes over.
    private int panelsAtOnce(int rowsOfTile) {
        int panels = 1;
        while (panels < 4 && 2 * panels * tile.vectors() * rowsOfTile <= ENOUGH_SUMS && 2 * panels * tile.vectors() * (rowsOfTile + 1) < machine.registers()) {
            panels *= 2;
        }
        return panels;
    }

    /// Loops over panels: several at once, then those that are left, then the last one if it is not whole.
    private void panels(Block into, Expr first, Expr end, int atOnce, Body body) {
        boolean ragged = !column.extent().isConstant() || column.extent().value() % tile.columns() != 0;
        if (!wholePanels.is(0)) {
            Expr endOfWhole = ragged ? into.let("whole", Expr.apply(Fn.MIN, end, dim(wholePanels))) : end;
            Expr rest = first;
            if (atOnce > 1) {
                Expr count = Expr.apply(Fn.MAX, Expr.apply(Fn.SUB, endOfWhole, first), Expr.index(0));
                rest = into.let("rest", Expr.plus(first, Expr.times(Expr.apply(Fn.DIV, count, Expr.index(atOnce)), Expr.index(atOnce))));
                into.loop("j", first, rest, atOnce, Binding.SERIAL, (in, j) -> body.emit(in, new Columns(j, atOnce * tile.vectors(), null)));
            }
            into.loop("j", rest, endOfWhole, 1, Binding.SERIAL, (in, j) -> body.emit(in, new Columns(j, tile.vectors(), null)));
        }
        if (ragged) {
            // A loop of one step at most: the JIT compiles what stands in a loop.
            Expr last = into.let("last", Expr.apply(Fn.MAX, first, dim(wholePanels)));
            into.loop("j", last, end, 1, Binding.SERIAL, (in, j) -> {
                Expr left = in.let("left", Expr.apply(Fn.SUB, dim(column.extent()), Expr.times(j, Expr.index(tile.columns()))));
                int vectors = column.extent().isConstant() ? (int) (column.extent().value() % tile.columns() + tile.lanes() - 1) / tile.lanes() : tile.vectors();
                var masks = new ArrayList<Expr>();
                for (int v = 0; v < vectors; v++) {
                    boolean whole = column.extent().isConstant() && column.extent().value() % tile.columns() >= (v + 1L) * tile.lanes();
                    masks.add(whole || !direct ? null : in.let("tail", new Expr.FirstLanes(Expr.apply(Fn.SUB, left, Expr.index((long) v * tile.lanes())), tile.lanes())));
                }
                body.emit(in, new Columns(j, vectors, masks));
            });
        }
    }

    /// One tile over a block of the depth.
    ///
    /// @param i       the tile of rows where it begins
    /// @param skipped how many rows into that
    private void tile(Block in, Place where, Expr i, Expr skipped, int height, Columns columns, Expr k0, Expr k1) {
        int width = columns.vectors();
        Expr firstRow = in.let("row", Expr.plus(Expr.times(i, Expr.index(tile.rows())), skipped));
        Expr firstColumn = in.let("column", Expr.times(columns.panel(), Expr.index(tile.columns())));
        Expr rest = null;
        if (blocked) {
            Expr lines = Expr.plus(Expr.times(where.batch(), dim(rows)), firstRow);
            rest = in.let("rest", Expr.plus(Expr.times(lines, dim(columnPanels.times(tile.columns()))), Expr.times(firstColumn, Expr.index(height))));
        } else if (!direct) {
            rest = in.let("rest", Expr.times(LoopProgram.MEMBER, Expr.index((long) tile.rows() * tile.columns())));
        }
        Expr from = rest;
        if (!direct) {                                         // sums in a loop of one step: tiles of all layers are alike, whatever follows them, and the JIT compiles one
            in.loop("once", Expr.index(1), Binding.SERIAL, (one, _) ->
                    keep(one, sums(one, where, i, skipped, firstRow, height, columns, k0, k1, from), from));
            when(in, blocked ? Expr.apply(Fn.LE, dim(depth), k1) : null, last -> epilogue(last, where, firstRow, firstColumn, height, width, from));
            return;
        }
        var total = sums(in, where, i, skipped, firstRow, height, columns, k0, k1, from);
        if (!blocked) {
            finish(in, where, firstRow, firstColumn, columns, total);
            return;
        }
        var last = new Block();
        finish(last, where, firstRow, firstColumn, columns, total);
        var resting = new Block();
        keep(resting, total, from);
        in.add(new Stmt.If(Expr.apply(Fn.LE, dim(depth), k1), last.statements(), resting.statements()));
    }

    /// The sums of a tile over a block of the depth.
    ///
    /// @param rest where they are in memory between blocks
    private List<Expr.Var> sums(Block in, Place where, Expr i, Expr skipped, Expr firstRow, int height, Columns columns, Expr k0, Expr k1, Expr rest) {
        int lanes = tile.lanes();
        int width = columns.vectors();
        var total = new ArrayList<Expr.Var>();
        for (int n = 0; n < height * width; n++) {
            total.add(in.accumulator("sum" + n / width + "_" + n % width, new Expr.Const(c.type(), Double.doubleToRawLongBits(0.0), lanes)));
        }
        if (blocked) {
            in.when(Expr.apply(Fn.LT, Expr.index(0), k0), resumed -> {
                for (int n = 0; n < total.size(); n++) {
                    resumed.assign(total.get(n), new Expr.Load(sums, Expr.plus(rest, Expr.index((long) n * lanes)), lanes, 1, null));
                }
            });
        }
        Expr aBase = in.let("a", packing.tileOfRows(where.a(), i, skipped));
        Expr bBase = in.let("b", Expr.plus(where.b(), Expr.times(columns.panel(), packing.panelOfColumns())));
        List<Expr> lines = packing.rowsOfTile(in, where.a(), firstRow, skipped, height);
        int steps = stepsAtOnce(height * width);
        in.loop("k", k0, k1, steps, Binding.SERIAL, (body, k) -> {
            int together = steps > 1 ? tile.vectors() : width;
            for (int v = 0; v < width; v += together) {
                for (int s = 0; s < steps; s++) {
                    step(body, Expr.plus(k, Expr.index(s)), aBase, bBase, lines, width, v, Math.min(width, v + together), total);
                }
            }
        });
        return total;
    }

    /// How many steps of the depth are written out. A tile of few sums goes through its panels as fast as they come from memory, and they come faster in
    /// longer stretches of one panel after the other.
    private int stepsAtOnce(int held) {
        return depth.isConstant() && held <= ENOUGH_SUMS && !blocked && !packing.readsWindows() && depth.value() % STRETCH == 0 ? STRETCH : 1;
    }

    /// One step of the sums.
    private void step(Block step, Expr k, Expr aBase, Expr bBase, List<Expr> lines, int width, int firstVector, int endVector, List<Expr.Var> total) {
        int lanes = tile.lanes();
        Expr aAt = packing.step(step, aBase, k);
        Expr bAt = step.let("bk", Expr.plus(bBase, Expr.times(k, Expr.index(tile.columns()))));
        var right = new ArrayList<Expr>();
        for (int v = firstVector; v < endVector; v++) {
            Expr panel = Expr.times(Expr.index(v / tile.vectors()), packing.panelOfColumns());
            right.add(step.let("b" + v, new Expr.Load(packing.columnBuffer(), Expr.plus(bAt, Expr.plus(panel, Expr.index((long) v % tile.vectors() * lanes))), lanes, 1, null)));
        }
        for (int r = 0; r < lines.size(); r++) {
            Expr left = step.let("a" + r, new Expr.Splat(Expr.load(packing.rowBuffer(), Expr.plus(aAt, lines.get(r))), lanes));
            for (int v = firstVector; v < endVector; v++) {
                Expr.Var sum = total.get(r * width + v);
                step.assign(sum, Expr.apply(Fn.FMA, left, right.get(v - firstVector), sum));
            }
        }
    }

    private void keep(Block into, List<Expr.Var> total, Expr at) {
        for (int n = 0; n < total.size(); n++) {
            into.store(sums, Expr.plus(at, Expr.index((long) n * tile.lanes())), total.get(n));
        }
    }

    /// The epilogue of a tile, from registers.
    private void finish(Block into, Place where, Expr firstRow, Expr firstColumn, Columns columns, List<Expr.Var> total) {
        int width = columns.vectors();
        for (int n = 0; n < total.size(); n++) {
            int v = n % width;
            finish(into, where, Expr.plus(firstRow, Expr.index(n / width)), Expr.plus(firstColumn, Expr.index((long) v * tile.lanes())),
                    columns.masks() == null ? null : columns.masks().get(v), total.get(n));
        }
    }

    /// The epilogue of one vector.
    private void finish(Block into, Place where, Expr row, Expr column, Expr mask, Expr sum) {
        var names = new HashMap<>(where.names());
        packing.coordinates(into, c.rows(), into.let("i", row), names);
        var rewriter = new Rewriter();
        names.forEach(rewriter::with);
        var scalar = rewriter.copy(c.epilogue());
        c.indices().learn(into.statements());
        c.indices().learn(scalar);
        Vectoriser.lanes(c.indices(), scalar, this.column.name(), column, tile.lanes(), mask, Map.of(c.accumulator(), sum)).orElseThrow()
                .statements().forEach(into::add);
    }

    /// Hands the finished sums of a tile to the epilogue, row by row: written once, whatever the tile, and ragged edges are loop bounds.
    private void epilogue(Block in, Place where, Expr firstRow, Expr firstColumn, int height, int width, Expr rest) {
        Expr line = Expr.index((long) width * tile.lanes());
        boolean whole = column.extent().isConstant() && column.extent().value() % ((long) width * tile.lanes()) == 0;
        Expr columnsHere = whole ? line : in.let("columns", Expr.apply(Fn.MIN, line, Expr.apply(Fn.SUB, dim(column.extent()), firstColumn)));
        in.loop("r", Expr.index(height), Binding.SERIAL, (row, r) -> {
            var names = new HashMap<>(where.names());
            packing.coordinates(row, c.rows(), row.let("i", Expr.plus(firstRow, r)), names);
            Expr at = row.let("at", Expr.plus(rest, Expr.times(r, line)));
            row.loop("c", columnsHere, Binding.VECTOR, (one, v) -> {
                var rewriter = new Rewriter().with(column.name(), Expr.plus(firstColumn, v));
                names.forEach(rewriter::with);
                rewriter.with(c.accumulator(), one.let("sum", Expr.load(sums, Expr.plus(at, v))));
                rewriter.copy(c.epilogue()).forEach(one::add);
            });
        });
    }
}
