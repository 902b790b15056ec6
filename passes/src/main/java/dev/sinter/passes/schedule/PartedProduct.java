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
final class PartedProduct implements ContractionSchedule {
    /// Rows whose sums wait for the epilogue together.
    private static final int WAITING = 48;

    @Override
    public String name() {
        return "parted";
    }

    @Override
    public boolean accepts(Contraction c, Machine machine) {
        return c.type().isFloat() && machine.vectorBits() > 0 && c.batch().isEmpty() && c.rows().size() <= 1
                && c.columns().size() == 1 && c.columns().getFirst().extent().isConstant() && c.contracted().size() == 1
                && Tile.most(c.parts().size(), machine) > 0;
    }

    @Override
    public void emit(Contraction contraction, Machine machine, KernelSink out) {
        new Emission(contraction, Tile.of(contraction, machine), out).emit();
    }

    /// The register tile: `rows` times `parts` times `vectors` accumulators.
    record Tile(int rows, int parts, int vectors, int lanes) {
        static Tile of(Contraction c, Machine machine) {
            int parts = c.parts().size();
            int lanes = machine.lanes(c.type());
            long rows = c.rows().isEmpty() ? 1 : c.rows().getFirst().extent().known().orElse(Long.MAX_VALUE);
            long columns = c.columns().getFirst().extent().value();
            if (rows == 1) {                                       // one row: more vectors, to have enough sums at once
                return new Tile(1, parts, 2 * parts <= 8 && columns % (2L * lanes) == 0 ? 2 : 1, lanes);
            }
            int best = 1;
            for (int r = 1; r <= Math.min(rows, most(parts, machine)); r++) {
                best = cycles(rows, r, parts) <= cycles(rows, best, parts) ? r : best;
            }
            return new Tile(best, parts, 1, lanes);
        }

        /// The most rows of a tile such that everything is in registers: the sums, a vector of each part, an element of the left operand.
        static int most(int parts, Machine machine) {
            return (machine.registers() - 2 - parts) / parts;
        }

        /// An estimate for tiles of `r` rows and a smaller one for the rest.
        private static double cycles(long rows, int r, int parts) {
            long rest = rows % r;
            return rows == Long.MAX_VALUE ? cycles(r, parts) / r : (rows / r) * cycles(r, parts) + (rest == 0 ? 0 : cycles(rest, parts));
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
        private final Axis column;
        private final Axis depth;
        private final Dim rows;
        private final long extent;
        private final long blocks;
        private final long step;

        Emission(Contraction c, Tile tile, KernelSink out) {
            this.c = c;
            this.tile = tile;
            this.out = out;
            this.column = c.columns().getFirst();
            this.depth = c.contracted().getFirst();
            this.rows = c.rows().isEmpty() ? Dim.ONE : c.rows().getFirst().extent();
            this.extent = column.extent().value();
            this.blocks = (extent + tile.columns() - 1) / tile.columns();
            this.step = tile.parts() * tile.columns();
        }

        void emit() {
            Buffer packed = out.scratch("parts", c.type(), depth.extent().times(blocks * step));
            out.kernel("pack_parts", into -> pack(into, packed));
            long waiting = rows.isConstant() ? Math.min(rows.value(), WAITING) : WAITING;
            Buffer sums = out.scratch("sums", c.type(), Dim.named(LoopProgram.MEMBERS.name()).times(waiting * step));
            out.kernel("product", into -> into.loop("block", Expr.index(blocks), Binding.PARALLEL, (in, block) -> {
                Expr panel = in.let("panel", Expr.times(block, Expr.times(dim(depth.extent()), Expr.index(step))));
                Expr first = in.let("first", Expr.times(block, Expr.index(tile.columns())));
                if (rows.isConstant() && rows.value() <= WAITING) {
                    some(in, packed, sums, panel, first, Expr.index(0), Expr.index(rows.value()));
                } else {
                    in.loop("row", Expr.index(0), dim(rows), WAITING, Binding.SERIAL, (b, row) ->
                            some(b, packed, sums, panel, first, row, b.let("count", Expr.apply(Fn.MIN, Expr.index(WAITING), Expr.apply(Fn.SUB, dim(rows), row)))));
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

        private void pack(Block into, Buffer packed) {
            into.loop("block", Expr.index(blocks), Binding.PARALLEL, (in, block) -> {
                Expr panel = in.let("panel", Expr.times(block, Expr.times(dim(depth.extent()), Expr.index(step))));
                Expr first = in.let("first", Expr.times(block, Expr.index(tile.columns())));
                Expr columns = columnsFrom(in, first);
                in.loop("k", dim(depth.extent()), Binding.SERIAL, (one, k) -> {
                    Expr at = one.let("at", Expr.plus(panel, Expr.times(k, Expr.index(step))));
                    for (int p = 0; p < tile.parts(); p++) {
                        Element b = c.parts().get(p).b();
                        Expr line = Expr.plus(at, Expr.index(p * tile.columns()));
                        one.loop("j", columns, Binding.VECTOR, (each, j) ->
                                each.store(packed, Expr.plus(line, j), b.at(Map.of(column.name(), Expr.plus(first, j), depth.name(), k), each)));
                    }
                });
            });
        }

        /// The rows from `row`, `count` of them: their sums, then their epilogues.
        private void some(Block into, Buffer packed, Buffer sums, Expr panel, Expr first, Expr row, Expr count) {
            long waiting = rows.isConstant() ? Math.min(rows.value(), WAITING) : WAITING;
            Expr start = into.let("start", Expr.times(LoopProgram.MEMBER, Expr.index(waiting * step)));
            int r = tile.rows();
            if (count instanceof Expr.Const(_, long n, _)) {
                long whole = n / r * r;
                if (whole == r) {
                    tile(into, packed, sums, panel, start, row, Expr.index(0), r);
                } else {
                    into.loop("r", Expr.index(0), Expr.index(whole), r, Binding.SERIAL, (b, i) -> tile(b, packed, sums, panel, start, row, i, r));
                }
                if (whole < n) {
                    tile(into, packed, sums, panel, start, row, Expr.index(whole), (int) (n - whole));
                }
            } else {
                Expr whole = into.let("whole", Expr.times(Expr.apply(Fn.DIV, count, Expr.index(r)), Expr.index(r)));
                into.loop("r", Expr.index(0), whole, r, Binding.SERIAL, (b, i) -> tile(b, packed, sums, panel, start, row, i, r));
                into.loop("r", whole, count, 1, Binding.SERIAL, (b, i) -> tile(b, packed, sums, panel, start, row, i, 1));
            }
            Expr columns = columnsFrom(into, first);
            if (count instanceof Expr.Const(_, long one, _) && one == 1) {
                epilogue(into, sums, start, first, row, columns);
            } else {
                into.loop("i", count, Binding.SERIAL, (b, i) ->
                        epilogue(b, sums, b.let("line", Expr.plus(start, Expr.times(i, Expr.index(step)))), first, b.let("row", Expr.plus(row, i)), columns));
            }
        }

        /// The sums of `r` rows from row `row + i` on; they are left in memory.
        private void tile(Block into, Buffer packed, Buffer sums, Expr panel, Expr start, Expr row, Expr i, int r) {
            int lanes = tile.lanes();
            int line = tile.parts() * tile.vectors();
            var held = new ArrayList<Expr.Var>();
            for (int n = 0; n < r * line; n++) {
                held.add(into.accumulator("sum" + n / line + "_" + n % line, new Expr.Const(c.type(), Double.doubleToRawLongBits(0.0), lanes)));
            }
            Expr first = into.let("at", Expr.plus(row, i));
            into.loop("k", dim(depth.extent()), Binding.SERIAL, (one, k) -> {
                Expr at = one.let("bk", Expr.plus(panel, Expr.times(k, Expr.index(step))));
                var right = new ArrayList<Expr>();
                for (int n = 0; n < line; n++) {
                    right.add(one.let("b" + n, new Expr.Load(packed, Expr.plus(at, Expr.index((long) n * lanes)), lanes, 1, null)));
                }
                for (int m = 0; m < r; m++) {
                    var names = new java.util.HashMap<Expr.Var, Expr>();
                    names.put(depth.name(), k);
                    if (!c.rows().isEmpty()) {
                        names.put(c.rows().getFirst().name(), Expr.plus(first, Expr.index(m)));
                    }
                    Expr left = one.let("a" + m, new Expr.Splat(c.a().at(names, one), lanes));
                    for (int n = 0; n < line; n++) {
                        Expr.Var sum = held.get(m * line + n);
                        one.assign(sum, Expr.apply(Fn.FMA, left, right.get(n), sum));
                    }
                }
            });
            Expr to = into.let("to", Expr.plus(start, Expr.times(i, Expr.index(step))));
            for (int n = 0; n < held.size(); n++) {
                into.store(sums, Expr.plus(to, Expr.index((long) n * lanes)), held.get(n));
            }
        }

        private void epilogue(Block into, Buffer sums, Expr line, Expr first, Expr row, Expr columns) {
            into.loop("c", columns, Binding.VECTOR, (one, j) -> {
                var rewriter = new Rewriter().with(column.name(), Expr.plus(first, j));
                if (!c.rows().isEmpty()) {
                    rewriter.with(c.rows().getFirst().name(), row);
                }
                for (int p = 0; p < tile.parts(); p++) {
                    rewriter.with(c.parts().get(p).accumulator(), one.let("sum", Expr.load(sums, Expr.plus(line, Expr.plus(Expr.index(p * tile.columns()), j)))));
                }
                rewriter.copy(c.epilogue()).forEach(one::add);
            });
        }
    }
}
