package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt.Binding;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/// The operands of a [PackedProduct] in the order in which its tiles read them, each batch after the other:
///
/// * columns as `[panel][depth][columns of a tile]`;
/// * rows as `[row][pitch]` if they lie along the depth (or are computed), else as `[panel][depth][rows of a tile]`. Rows that lie along the depth at a pitch that
///   keeps them out of each other's cache sets stay where they are. So do windows, of which a copy would be many times as large: tables say how far each
///   step of the depth, and each row, is from the first one.
///
/// A packed operand depends on nothing but the operand's values, extents and the tile: not on the team, nor on the other operand.
final class Packing {
    /// Panels of columns that are packed together, so that lines of the operand are read in longer stretches.
    private static final int GROUP = 4;
    /// Steps of the depth that are packed for all columns of a panel before the next ones.
    private static final int STRETCH = 64;
    /// Rows whose distance is a multiple of this many bytes share a cache set.
    private static final long SETS = 4096;
    /// Rows of a tile that find room in one cache set.
    private static final long WAYS = 8;

    private final Contraction c;
    private final PackedProduct.Tile tile;
    private final Dim rows;
    private final Dim depth;
    private final Axis column;
    private final Dim batches;
    private final Dim columnPanels;
    private final boolean rowsAlongDepth;
    private final boolean columnsAlongDepth;
    private final Affine inPlace;
    private final boolean windows;
    private final Buffer steps;
    private final Buffer places;
    private final Dim pitch;
    private final Dim rowElements;
    private final Dim columnElements;
    private final Buffer a;
    private final Buffer b;

    /// Emits what is to be packed.
    Packing(Contraction contraction, PackedProduct.Tile tile, KernelSink out) {
        this.c = contraction;
        this.tile = tile;
        this.rows = extent(c.rows());
        this.depth = extent(c.contracted());
        this.column = c.columns().getFirst();
        this.batches = extent(c.batch());
        this.columnPanels = panels(column.extent(), tile.columns());
        Axis deepest = c.contracted().getLast();
        Optional<Affine> indexA = c.a().affine(c.indices());
        this.rowsAlongDepth = indexA.map(i -> i.coefficient(deepest.name()).is(1)).orElse(true);
        this.columnsAlongDepth = c.b().affine(c.indices()).map(i -> !i.coefficient(column.name()).is(1) && i.coefficient(deepest.name()).is(1)).orElse(false);
        this.windows = areWindows(c);
        this.inPlace = indexA.filter(i -> windows || liesWell(c, i)).orElse(null);
        // A pitch that is no multiple of a page keeps the rows of a tile out of each other's cache sets.
        this.pitch = inPlace != null ? c.rows().isEmpty() || windows ? Dim.ZERO : inPlace.coefficient(c.rows().getFirst().name()) : depth.plus(63).floorDiv(64).times(64).plus(16);
        this.rowElements = rowsAlongDepth ? rows.times(pitch) : panels(rows, tile.rows()).times(tile.rows()).times(depth);
        this.columnElements = columnPanels.times(tile.columns()).times(depth);
        this.b = made(out, key("columns", c.b(), List.of(c.batch(), c.columns(), c.contracted())), "columns", "pack_columns", batches.times(columnElements),
                (into, columns) -> packColumns(into, columns, columnElements));
        if (inPlace != null) {
            this.a = c.a().buffer();
        } else {
            this.a = made(out, key("rows", c.a(), List.of(c.batch(), c.rows(), c.contracted())), "rows", "pack_rows", batches.times(rowElements),
                    (into, packed) -> packRows(into, packed, rowElements));
        }
        if (windows && !areConsecutive()) {
            this.steps = out.scratch("steps", ElementType.I64, depth);
            out.kernel("steps", into -> {
                var names = new HashMap<Expr.Var, Expr>();
                overDepth(into, Binding.SERIAL, names, (one, k) -> one.store(steps, k, distance(c.contracted(), names)));
            });
        } else {
            this.steps = null;
        }
        if (windows && rows.isConstant()) {
            this.places = out.scratch("places", ElementType.I64, rows);
            out.kernel("places", into -> into.loop("row", dim(rows), Binding.PARALLEL, (one, row) -> one.store(places, row, place(one, row))));
        } else {
            this.places = null;
        }
    }

    /// A packed operand: the elements of a buffer, along axes of these extents and these distances between neighbours.
    private record Packed(String operand, Buffer of, PackedProduct.Tile tile, List<List<Dim>> extents, List<List<Dim>> distances, Dim first) { }

    private Buffer made(KernelSink out, Packed key, String buffer, String kernel, Dim elements, BiConsumer<Block, Buffer> body) {
        return out.made(key == null ? null : key.of(), key, buffer, kernel, c.type(), elements, body);
    }

    /// What tells a packed operand apart; null where it is not plainly elements of a buffer.
    private Packed key(String name, Element operand, List<List<Axis>> axes) {
        Affine index = operand.affine(c.indices()).filter(Affine::isLinear).orElse(null);
        if (index == null || index.names().anyMatch(n -> axes.stream().flatMap(List::stream).noneMatch(x -> x.name() == n))) {
            return null;
        }
        return new Packed(name, operand.buffer(), tile, axes.stream().map(l -> l.stream().map(Axis::extent).toList()).toList(),
                axes.stream().map(l -> l.stream().map(x -> index.coefficient(x.name())).toList()).toList(), index.constant());
    }

    static Dim extent(List<Axis> axes) {
        return Dim.product(axes.stream().map(Axis::extent).toList());
    }

    static Dim panels(Dim extent, long width) {
        return extent.plus(width - 1).floorDiv(width);
    }

    /// Whether tiles can read the rows of `a` where they are.
    static boolean liesWell(Contraction c) {
        return c.a().affine(c.indices()).filter(index -> liesWell(c, index)).isPresent();
    }

    private static boolean liesWell(Contraction c, Affine index) {
        if (c.rows().size() > 1 || c.contracted().size() != 1) {
            return false;
        }
        Axis step = c.contracted().getFirst();
        if (!index.isLinearIn(step.name()) || !index.coefficient(step.name()).is(1)) {
            return false;
        }
        if (c.rows().isEmpty()) {
            return true;
        }
        Axis row = c.rows().getFirst();
        Dim distance = index.coefficient(row.name());
        if (!index.isLinearIn(row.name()) || !distance.isConstant() || distance.value() < 1) {
            return false;
        }
        return distance.value() * c.type().bytes() % SETS != 0 || row.extent().isConstant() && row.extent().value() <= WAYS;
    }

    /// Whether the rows are read where they are as windows: at positions linear in their axes and in the depth, several of them over the same elements, or along several
    /// axes that are no single one.
    static boolean areWindows(Contraction c) {
        Affine index = c.a().affine(c.indices()).orElse(null);
        if (index == null || !index.isLinear() || c.rows().isEmpty() || c.a().buffer().type() != c.type() || liesWell(c, index)) {
            return false;
        }
        for (Axis row : c.rows()) {
            Dim distance = index.coefficient(row.name());
            if (!distance.isConstant() || distance.value() * c.type().bytes() % SETS == 0 && row == c.rows().getLast() && !row.extent().is(1)) {
                return false;
            }
        }
        boolean overlap = TilePlan.product(c.batch()) * TilePlan.product(c.rows()) * TilePlan.product(c.contracted()) > 2 * TilePlan.footprint(c.a());
        return overlap || c.rows().size() > 1 && c.contracted().size() == 1 && index.coefficient(c.contracted().getFirst().name()).is(1);
    }

    /// Whether each step of the depth is next to the one before.
    private boolean areConsecutive() {
        Dim next = Dim.ONE;
        for (Axis axis : c.contracted().reversed()) {
            if (!axis.extent().is(1) && !inPlace.coefficient(axis.name()).equals(next)) {
                return false;
            }
            next = next.times(axis.extent());
        }
        return true;
    }

    /// How many elements of its own a row of `a` has: those of windows are mostly their neighbours' too.
    Dim elementsOfRow() {
        return windows ? c.a().buffer().elements().floorDiv(batches.times(rows)).plus(1) : depth;
    }

    private Expr dim(Dim dim) {
        return c.indices().dim(dim);
    }

    /// How far a row is from the first one.
    private Expr place(Block into, Expr row) {
        var names = new HashMap<Expr.Var, Expr>();
        coordinates(into, c.rows(), row, names);
        return distance(c.rows(), names);
    }

    /// How far the element at some places along axes is from the one at their beginning.
    private Expr distance(List<Axis> axes, Map<Expr.Var, Expr> places) {
        Expr sum = Expr.index(0);
        for (Axis axis : axes) {
            sum = Expr.plus(sum, Expr.times(places.get(axis.name()), dim(inPlace.coefficient(axis.name()))));
        }
        return sum;
    }

    /// Whether the rows are windows that are read where they are.
    boolean readsWindows() {
        return windows;
    }

    /// Where the rows of a batch begin in [#rowBuffer].
    Expr rowBase(Block into, Expr batch, Map<Expr.Var, Expr> names) {
        if (inPlace == null) {
            return into.let("a", Expr.times(batch, dim(rowElements)));
        }
        var rewriter = new Rewriter();
        names.forEach(rewriter::with);
        Affine base = inPlace;
        for (Axis axis : c.contracted()) {
            base = base.without(axis.name());
        }
        for (Axis row : c.rows()) {
            base = base.without(row.name());
        }
        return into.let("a", rewriter.copy(c.indices().expression(base)));
    }

    /// Where the columns of a batch begin in [#columnBuffer].
    Expr columnBase(Block into, Expr batch) {
        return into.let("b", Expr.times(batch, dim(columnElements)));
    }

    /// How far each row of a tile is from what [#step] says of a step.
    ///
    /// @param first   the number of its first row
    /// @param skipped how many rows into its panel that is
    List<Expr> rowsOfTile(Block into, Expr base, Expr first, Expr skipped, int height) {
        var all = new ArrayList<Expr>();
        for (int r = 0; r < height; r++) {
            if (windows) {
                Expr row = Expr.plus(first, Expr.index(r));
                all.add(into.let("a" + r, Expr.plus(base, places == null ? place(into, into.let("i", row)) : Expr.load(places, row))));
            } else {
                all.add(row(skipped, r));
            }
        }
        return all;
    }

    /// Where step `k` of the depth is, from a tile's [#rowsOfTile].
    ///
    /// @param tile where the tile begins
    Expr step(Block into, Expr tile, Expr k) {
        return into.let("ak", !windows ? Expr.plus(tile, rowStep(k)) : steps == null ? k : Expr.load(steps, k));
    }

    /// Where a tile begins: in row `skipped` of panel `panel` if that is known only at the call, else in its first row.
    Expr tileOfRows(Expr base, Expr panel, Expr skipped) {
        if (windows) {
            return base;
        }
        Expr first = skipped instanceof Expr.Const ? Expr.index(0) : skipped;
        return rowsAlongDepth ? Expr.plus(base, Expr.plus(Expr.times(panel, dim(pitch.times(tile.rows()))), Expr.times(first, dim(pitch))))
                : Expr.plus(base, Expr.plus(Expr.times(panel, dim(depth.times(tile.rows()))), first));
    }

    /// How far row `skipped + r` of a panel is from [#tileOfRows]. It may lie in the next panel.
    private Expr row(Expr skipped, int r) {
        long number = (skipped instanceof Expr.Const(_, long first, _) ? first : 0) + r;
        return rowsAlongDepth ? Expr.times(Expr.index(number), dim(pitch))
                : Expr.plus(Expr.times(Expr.index(number / tile.rows()), dim(depth.times(tile.rows()))), Expr.index(number % tile.rows()));
    }

    /// How far step `k` of the depth is from the first one, in rows.
    private Expr rowStep(Expr k) {
        return rowsAlongDepth ? k : Expr.times(k, Expr.index(tile.rows()));
    }

    /// Elements of a panel of columns.
    Expr panelOfColumns() {
        return dim(depth.times(tile.columns()));
    }

    Buffer rowBuffer() {
        return a;
    }

    Buffer columnBuffer() {
        return b;
    }

    /// The coordinates of number `n` among the elements of `axes`, last axis fastest.
    void coordinates(Block into, List<Axis> axes, Expr n, Map<Expr.Var, Expr> names) {
        Expr rest = n;
        int first = 0;
        while (first < axes.size() - 1 && axes.get(first).extent().is(1)) {
            first++;
        }
        for (int k = axes.size() - 1; k >= 0; k--) {
            Axis axis = axes.get(k);
            if (axis.extent().is(1)) {
                names.put(axis.name(), Expr.index(0));
            } else if (k <= first) {
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
            c.indices().range(k, axis.extent());
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

    /// Splits a number into a batch and what is counted within it; the batch's coordinates become known.
    private Expr inBatch(Block in, Expr n, Dim perBatch, Map<Expr.Var, Expr> names, Expr[] batch) {
        batch[0] = batches.is(1) ? Expr.index(0) : in.let("batch", Expr.apply(Fn.DIV, n, dim(perBatch)));
        Expr inside = batches.is(1) ? n : in.let("inside", Expr.apply(Fn.SUB, n, Expr.times(batch[0], dim(perBatch))));
        coordinates(in, c.batch(), batch[0], names);
        return inside;
    }

    private void packRows(Block into, Buffer packed, Dim elements) {
        if (rowsAlongDepth) {
            into.loop("row", dim(batches.times(rows)), Binding.PARALLEL, (in, n) -> {
                var names = new HashMap<Expr.Var, Expr>();
                var batch = new Expr[1];
                Expr i = inBatch(in, n, rows, names, batch);
                coordinates(in, c.rows(), i, names);
                Expr base = in.let("base", Expr.plus(Expr.times(batch[0], dim(elements)), Expr.times(i, dim(pitch))));
                overDepth(in, Binding.VECTOR, names, (one, k) -> one.store(packed, Expr.plus(base, k), c.a().at(names, one)));
            });
            return;
        }
        Dim rowPanels = panels(rows, tile.rows());
        into.loop("panel", dim(batches.times(rowPanels)), Binding.PARALLEL, (in, n) -> {
            var names = new HashMap<Expr.Var, Expr>();
            var batch = new Expr[1];
            Expr panel = inBatch(in, n, rowPanels, names, batch);
            Expr first = in.let("first", Expr.times(panel, Expr.index(tile.rows())));
            Expr here = in.let("here", Expr.apply(Fn.MIN, Expr.index(tile.rows()), Expr.apply(Fn.SUB, dim(rows), first)));
            Expr base = in.let("base", Expr.plus(Expr.times(batch[0], dim(elements)), Expr.times(first, dim(depth))));
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
        boolean grouped = !columnsAlongDepth && column.extent().isConstant() && column.extent().value() % ((long) GROUP * tile.columns()) == 0;
        int together = grouped ? GROUP : 1;
        Dim units = grouped ? columnPanels.floorDiv(GROUP) : columnPanels;
        into.loop("panel", dim(batches.times(units)), Binding.PARALLEL, (in, n) -> {
            var names = new HashMap<Expr.Var, Expr>();
            var batch = new Expr[1];
            Expr unit = inBatch(in, n, units, names, batch);
            Expr first = in.let("first", Expr.times(unit, Expr.index((long) together * tile.columns())));
            Expr base = in.let("base", Expr.plus(Expr.times(batch[0], dim(elements)), Expr.times(first, dim(depth))));
            if (grouped) {
                overDepth(in, Binding.SERIAL, names, (step, k) -> {
                    Expr at = step.let("at", Expr.plus(base, Expr.times(k, Expr.index(tile.columns()))));
                    for (int p = 0; p < together; p++) {
                        Expr panelAt = Expr.plus(at, Expr.times(Expr.index(p), panelOfColumns()));
                        Expr from = Expr.plus(first, Expr.index((long) p * tile.columns()));
                        step.loop("j", Expr.index(tile.columns()), Binding.VECTOR, (one, j) -> {
                            names.put(column.name(), Expr.plus(from, j));
                            one.store(packed, Expr.plus(panelAt, j), c.b().at(names, one));
                        });
                    }
                });
                return;
            }
            Expr here = in.let("here", Expr.apply(Fn.MIN, Expr.index(tile.columns()), Expr.apply(Fn.SUB, dim(column.extent()), first)));
            if (columnsAlongDepth && c.contracted().size() == 1) {         // a stretch of all columns before the next one: what is written then stays in the nearest cache
                Expr end = dim(depth);
                in.loop("k0", Expr.index(0), end, STRETCH, Binding.SERIAL, (block, k0) -> {
                    Expr endOfBlock = block.let("k1", Expr.apply(Fn.MIN, Expr.plus(k0, Expr.index(STRETCH)), end));
                    block.loop("j", here, Binding.SERIAL, (one, j) -> {
                        names.put(column.name(), one.let("column", Expr.plus(first, j)));
                        Expr at = one.let("at", Expr.plus(base, j));
                        one.loop("k", k0, endOfBlock, 1, Binding.SERIAL, (step, k) -> {
                            names.put(c.contracted().getFirst().name(), k);
                            step.store(packed, Expr.plus(at, Expr.times(k, Expr.index(tile.columns()))), c.b().at(names, step));
                        });
                    });
                });
                return;
            }
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
}
