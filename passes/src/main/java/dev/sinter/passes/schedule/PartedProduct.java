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

/// The schedule of products whose sums meet in one epilogue: the gates of a recurrent layer. All parts of a few columns are computed in one tile of registers,
/// so that the epilogue has them all at hand, and nothing of the product is ever in memory but the sums of some rows, in the first-level cache.
///
/// ```text
/// once: the right operands are copied so that they lie in the order of their use: block of columns, step, part, column
/// for this member's blocks of columns
///   for some rows at a time
///     for tiles of rows: for every contracted: sum[r][part] = fma(a[r], b[part], sum[r][part])
///     for rows: epilogue
/// ```
///
/// The copy is a kernel of its own, which depends on the right operands alone: weights are copied ahead of the loop over time, or of the call.
///
/// Parts that have left operands of their own (products of quarters) follow each other: tiles are made of parts that share one, and the sums of all wait for the epilogue. Such left operands are
/// small, and sums of what is in memory; each member makes its own copy of all of them before it begins, rather than wait for what others make.
final class PartedProduct implements ContractionSchedule {
    /// Rows whose sums wait for the epilogue together.
    private static final int WAITING = 48;
    /// The same where there are several left operands, so that there are several times as many sums.
    private static final int WAITING_OF_MANY = 16;
    /// The bytes of a line of a cache.
    private static final int LINE = 64;
    /// Steps whose columns are packed together where lines go along the sum.
    private static final int STRETCH = 64;
    /// Cycles of a step that tiles of another size are worth: they are more code, and end in another place.
    private static final double ANOTHER = 0.3;

    @Override
    public String name() {
        return "parted";
    }

    @Override
    public boolean accepts(Contraction c, Machine machine) {
        return c.type().isFloat() && machine.vectorBits() > 0 && c.batch().isEmpty() && c.rows().size() <= 1
                && c.columns().size() == 1 && c.columns().getFirst().extent().isConstant() && c.contracted().size() == 1
                && c.parts().size() % c.lefts().size() == 0 && Tile.most(Tile.parts(c), machine) > 0
                && (c.lefts().size() == 1 || c.rows().size() == 1 && c.rows().getFirst().extent().isConstant() && c.contracted().getFirst().extent().isConstant());
    }

    @Override
    public void emit(Contraction contraction, Machine machine, KernelSink out) {
        new Emission(contraction, Tile.of(contraction, machine), out).emit();
    }

    /// The register tile: `rows` times `parts` times `vectors` accumulators.
    ///
    /// @param parts that share a left operand
    record Tile(int rows, int parts, int vectors, int lanes) {
        static Tile of(Contraction c, Machine machine) {
            int parts = parts(c);
            int lanes = machine.lanes(c.type());
            long rows = c.rows().isEmpty() ? 1 : c.rows().getFirst().extent().known().orElse(Long.MAX_VALUE);
            long columns = c.columns().getFirst().extent().value();
            if (rows == 1) {                                       // one row: more vectors, to have enough sums at once
                return new Tile(1, parts, 2 * parts <= 8 && columns % (2L * lanes) == 0 ? 2 : 1, lanes);
            }
            int vectors = parts == 1 && columns % (2L * lanes) == 0 ? 2 : 1;           // else a step loads about as much as it multiplies
            int best = 1;
            for (int r = 1; r <= Math.min(rows, most(parts * vectors, machine)); r++) {
                best = cycles(rows, r, parts * vectors) <= cycles(rows, best, parts * vectors) ? r : best;
            }
            return new Tile(best, parts, vectors, lanes);
        }

        /// How many parts share a left operand.
        static int parts(Contraction c) {
            return c.parts().size() / c.lefts().size();
        }

        /// The most rows of a tile such that everything is in registers: the sums, a vector of each part, an element of the left operand.
        static int most(int parts, Machine machine) {
            return (machine.registers() - 2 - parts) / parts;
        }

        /// An estimate for tiles of `r` rows and a smaller one for the rest.
        private static double cycles(long rows, int r, int parts) {
            long rest = rows % r;
            return rows == Long.MAX_VALUE ? cycles(r, parts) / r : (rows / r) * cycles(r, parts) + (rest == 0 ? 0 : cycles(rest, parts) + ANOTHER);
        }

        private static double cycles(long r, int parts) {
            return Math.max(r * parts / 2.0, 4) + 0.15 * (r + parts);
        }

        long columns() {
            return (long) vectors * lanes;
        }
    }

    /// One contraction being emitted.
    private static final class Emission {
        private final Contraction c;
        private final Tile tile;
        private final KernelSink out;
        private final List<Element> lefts;
        private final Axis column;
        private final Axis depth;
        private final Dim rows;
        private final long extent;
        private final long blocks;
        /// Elements of a step of a block.
        private final long step;
        /// Sums of a row that wait for the epilogue.
        private final long line;
        private final int waiting;
        private Buffer packed;
        private Buffer sums;
        private Buffer copies;

        Emission(Contraction c, Tile tile, KernelSink out) {
            this.c = c;
            this.tile = tile;
            this.out = out;
            this.lefts = c.lefts();
            this.column = c.columns().getFirst();
            this.depth = c.contracted().getFirst();
            this.rows = c.rows().isEmpty() ? Dim.ONE : c.rows().getFirst().extent();
            this.extent = column.extent().value();
            this.blocks = (extent + tile.columns() - 1) / tile.columns();
            this.step = tile.parts() * tile.columns();
            this.line = step * lefts.size();
            this.waiting = (int) Math.min(rows.known().orElse(WAITING), lefts.size() > 1 ? WAITING_OF_MANY : WAITING);
        }

        void emit() {
            Dim members = Dim.named(LoopProgram.MEMBERS.name());
            packed = out.scratch("parts", c.type(), depth.extent().times(blocks * line));
            out.kernel("pack_parts", this::pack);
            sums = out.scratch("sums", c.type(), members.times(waiting * line));
            copies = lefts.size() == 1 ? null : out.scratch("lefts", c.type(), members.times(lefts.size() * rows.value() * pitch()));
            out.kernel("product", this::product);
        }

        private void product(Block into) {
            if (copies != null) {
                copyLefts(into);
            }
            into.loop("block", Expr.index(blocks), Binding.PARALLEL, (in, block) -> {
                Expr panel = in.let("panel", Expr.times(block, Expr.times(dim(depth.extent()), Expr.index(line))));
                Expr first = in.let("first", Expr.times(block, Expr.index(tile.columns())));
                if (rows.is(waiting)) {
                    some(in, panel, first, Expr.index(0), Expr.index(waiting));
                } else if (rows.isConstant() && rows.value() % waiting == 0) {
                    in.loop("row", Expr.index(0), dim(rows), waiting, Binding.SERIAL, (b, row) -> some(b, panel, first, row, Expr.index(waiting)));
                } else {
                    in.loop("row", Expr.index(0), dim(rows), waiting, Binding.SERIAL, (b, row) ->
                            some(b, panel, first, row, b.let("count", Expr.apply(Fn.MIN, Expr.index(waiting), Expr.apply(Fn.SUB, dim(rows), row)))));
                }
            });
        }

        /// How far apart the rows of a copied left operand are: they do not all begin in one set of a cache.
        private long pitch() {
            return depth.extent().value() + LINE / c.type().bytes();
        }

        /// Where an element of a copied left operand is.
        private Expr copy(Expr left, Expr row, Expr k) {
            Expr number = Expr.plus(Expr.times(left, dim(rows)), row);
            return Expr.plus(Expr.times(LoopProgram.MEMBER, Expr.index(lefts.size() * rows.value() * pitch())), Expr.plus(Expr.times(number, Expr.index(pitch())), k));
        }

        private void copyLefts(Block into) {
            into.loop("i", dim(rows), Binding.SERIAL, (in, i) -> in.loop("k", dim(depth.extent()), Binding.VECTOR, (one, k) -> {
                for (int n = 0; n < lefts.size(); n++) {
                    one.store(copies, copy(Expr.index(n), i, k), lefts.get(n).at(Map.of(c.rows().getFirst().name(), i, depth.name(), k), one));
                }
            }));
        }

        private Expr dim(Dim dim) {
            return c.indices().dim(dim);
        }

        /// How many columns of a block exist.
        private Expr columnsFrom(Block into, Expr first) {
            return extent % tile.columns() == 0 ? Expr.index(tile.columns())
                    : into.let("columns", Expr.apply(Fn.MIN, Expr.index(tile.columns()), Expr.apply(Fn.SUB, Expr.index(extent), first)));
        }

        private void pack(Block into) {
            into.loop("block", Expr.index(blocks), Binding.PARALLEL, (in, block) -> {
                Expr panel = in.let("panel", Expr.times(block, Expr.times(dim(depth.extent()), Expr.index(line))));
                Expr first = in.let("first", Expr.times(block, Expr.index(tile.columns())));
                Expr columns = columnsFrom(in, first);
                if (c.parts().stream().anyMatch(p -> liesAlongDepth(p.b()))) {
                    for (int p = 0; p < c.parts().size(); p++) {
                        packTurned(in, p, panel, first, columns);
                    }
                    return;
                }
                in.loop("k", dim(depth.extent()), Binding.SERIAL, (one, k) -> {
                    for (int p = 0; p < c.parts().size(); p++) {
                        int part = p;
                        one.loop("j", columns, Binding.VECTOR, (each, j) -> pack(each, part, panel, first, k, j));
                    }
                });
            });
        }

        private void pack(Block into, int part, Expr panel, Expr first, Expr k, Expr j) {
            Expr ofLeft = Expr.plus(panel, Expr.times(Expr.index(part / tile.parts()), Expr.times(dim(depth.extent()), Expr.index(step))));
            Expr at = Expr.plus(Expr.plus(ofLeft, Expr.times(k, Expr.index(step))), Expr.index(part % tile.parts() * tile.columns()));
            into.store(packed, Expr.plus(at, j), c.parts().get(part).b().at(Map.of(column.name(), Expr.plus(first, j), depth.name(), k), into));
        }

        /// Packs an operand whose lines go along the sum: a stretch of all lines before the next one, so that what is written stays in the nearest cache.
        private void packTurned(Block into, int part, Expr panel, Expr first, Expr columns) {
            into.loop("k0", Expr.index(0), dim(depth.extent()), STRETCH, Binding.SERIAL, (in, k0) -> {
                Expr k1 = in.let("k1", Expr.apply(Fn.MIN, Expr.plus(k0, Expr.index(STRETCH)), dim(depth.extent())));
                in.loop("j", columns, Binding.SERIAL, (ofLine, j) -> ofLine.loop("k", k0, k1, 1, Binding.SERIAL, (each, k) -> pack(each, part, panel, first, k, j)));
            });
        }

        private boolean liesAlongDepth(Element b) {
            c.indices().learn(b.statements());
            return b.statements().stream().anyMatch(s -> s instanceof Stmt.Let(_, Expr.Load load) && c.indices().of(load.index()).filter(at -> at.isLinearIn(depth.name())
                    && at.isLinearIn(column.name()) && at.coefficient(depth.name()).is(1) && !at.coefficient(column.name()).is(1)).isPresent());
        }

        /// The rows from `row`, `count` of them: their sums, then their epilogues.
        private void some(Block into, Expr panel, Expr first, Expr row, Expr count) {
            Expr start = into.let("start", Expr.times(LoopProgram.MEMBER, Expr.index(waiting * line)));
            if (copies == null) {
                tiles(into, panel, start, Expr.index(0), row, count);
            } else {
                into.loop("left", Expr.index(lefts.size()), Binding.SERIAL, (b, left) -> {
                    Expr ofLeft = b.let("panel", Expr.plus(panel, Expr.times(left, Expr.times(dim(depth.extent()), Expr.index(step)))));
                    tiles(b, ofLeft, b.let("to", Expr.plus(start, Expr.times(left, Expr.index(step)))), left, row, count);
                });
            }
            Expr columns = columnsFrom(into, first);
            for (List<Stmt> part : copies == null ? List.of(c.epilogue()) : EpilogueParts.of(c)) {
                if (count instanceof Expr.Const(_, long one, _) && one == 1) {
                    epilogue(into, part, start, first, row, columns);
                } else {
                    into.loop("i", count, Binding.SERIAL, (b, i) ->
                            epilogue(b, part, b.let("line", Expr.plus(start, Expr.times(i, Expr.index(line)))), first, b.let("row", Expr.plus(row, i)), columns));
                }
            }
        }

        /// The sums of the parts that share a left operand.
        private void tiles(Block into, Expr panel, Expr start, Expr left, Expr row, Expr count) {
            int r = tile.rows();
            if (count instanceof Expr.Const(_, long n, _)) {
                long whole = n / r * r;
                if (whole == r) {
                    tile(into, panel, start, left, row, Expr.index(0), r);
                } else {
                    into.loop("r", Expr.index(0), Expr.index(whole), r, Binding.SERIAL, (b, i) -> tile(b, panel, start, left, row, i, r));
                }
                if (whole < n) {
                    tile(into, panel, start, left, row, Expr.index(whole), (int) (n - whole));
                }
            } else {
                Expr whole = into.let("whole", Expr.times(Expr.apply(Fn.DIV, count, Expr.index(r)), Expr.index(r)));
                into.loop("r", Expr.index(0), whole, r, Binding.SERIAL, (b, i) -> tile(b, panel, start, left, row, i, r));
                into.loop("r", whole, count, 1, Binding.SERIAL, (b, i) -> tile(b, panel, start, left, row, i, 1));
            }
        }

        /// The sums of `r` rows from row `row + i` on; they are left in memory.
        private void tile(Block into, Expr panel, Expr start, Expr left, Expr row, Expr i, int r) {
            int lanes = tile.lanes();
            int width = tile.parts() * tile.vectors();
            var held = new ArrayList<Expr.Var>();
            for (int n = 0; n < r * width; n++) {
                held.add(into.accumulator("sum" + n / width + "_" + n % width, new Expr.Const(c.type(), Double.doubleToRawLongBits(0.0), lanes)));
            }
            Expr first = into.let("at", Expr.plus(row, i));
            into.loop("k", dim(depth.extent()), Binding.SERIAL, (one, k) -> {
                Expr at = one.let("bk", Expr.plus(panel, Expr.times(k, Expr.index(step))));
                var right = new ArrayList<Expr>();
                for (int n = 0; n < width; n++) {
                    right.add(one.let("b" + n, new Expr.Load(packed, Expr.plus(at, Expr.index((long) n * lanes)), lanes, 1, null)));
                }
                for (int m = 0; m < r; m++) {
                    Expr a = one.let("a" + m, new Expr.Splat(left(left, Expr.plus(first, Expr.index(m)), k, one), lanes));
                    for (int n = 0; n < width; n++) {
                        Expr.Var sum = held.get(m * width + n);
                        one.assign(sum, Expr.apply(Fn.FMA, a, right.get(n), sum));
                    }
                }
            });
            Expr to = into.let("to", Expr.plus(start, Expr.times(i, Expr.index(line))));
            for (int n = 0; n < held.size(); n++) {
                into.store(sums, Expr.plus(to, Expr.index(n / width * line + (long) (n % width) * lanes)), held.get(n));
            }
        }

        /// An element of a left operand.
        private Expr left(Expr left, Expr row, Expr k, Block into) {
            if (copies != null) {
                return Expr.load(copies, copy(left, row, k));
            }
            var names = new HashMap<Expr.Var, Expr>();
            names.put(depth.name(), k);
            if (!c.rows().isEmpty()) {
                names.put(c.rows().getFirst().name(), row);
            }
            return c.a().at(names, into);
        }

        private void epilogue(Block into, List<Stmt> part, Expr start, Expr first, Expr row, Expr columns) {
            var names = EpilogueParts.names(part);
            into.loop("c", columns, Binding.VECTOR, (one, j) -> {
                var rewriter = new Rewriter().with(column.name(), Expr.plus(first, j));
                c.rows().forEach(axis -> rewriter.with(axis.name(), row));
                for (int p = 0; p < c.parts().size(); p++) {
                    if (names.contains(c.parts().get(p).accumulator())) {
                        rewriter.with(c.parts().get(p).accumulator(), one.let("sum", Expr.load(sums, Expr.plus(start, Expr.plus(Expr.index(p * tile.columns()), j)))));
                    }
                }
                rewriter.copy(part).forEach(one::add);
            });
        }
    }
}
