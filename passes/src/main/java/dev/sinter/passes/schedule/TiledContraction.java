package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A tile of accumulators in registers, its operands loaded from where they are. For convolutions, whose windows are plain loads of the padded image, and for
/// products that are too small or too skewed to be worth packing.
///
/// ```text
/// for every other free axis                                 (the outermost one is split among the team)
///   for tiles of `rows`, tiles of `across`, tiles of the vector axis
///     for every contracted: sum[r][s][v] = fma(splat a[r], b[s][v], sum[r][s][v])
///     epilogue, vector by vector
/// ```
///
/// The vector axis is one along which results lie side by side. `rows` are an axis that the vectors do not depend on, `across` one that the splats do not depend
/// on. Where the last tile does not fit, it is moved back so that it does, and some elements are computed twice: that is allowed, since an element's value
/// does not depend on its tile, unless the epilogue reads what it writes.
public final class TiledContraction implements ContractionSchedule {
    /// Operations of an epilogue, over all vectors of a tile, that may be written out one after the other.
    private static final int WRITTEN_OUT = 100;
    /// Elements of operands that stay in the second-level cache while tiles go over them again and again; beyond that they had better be packed.
    private static final double CACHED = 160 * 1024;
    /// The share of vector lanes below which another schedule does better.
    private static final double USEFUL = 0.45;

    @Override
    public String name() {
        return "tiled";
    }

    @Override
    public boolean accepts(Contraction contraction, Machine machine) {
        Contraction c = JoinAxes.of(contraction);
        return Plan.of(c, machine) != null && (footprint(c.a()) + footprint(c.b()) <= CACHED || !new PackedProduct().accepts(contraction, machine));
    }

    /// The elements of an operand's buffer.
    private static double footprint(Element operand) {
        Dim elements = operand.buffer().elements();
        var names = new HashMap<String, Long>();
        elements.names().forEach(name -> names.put(name, 64L));
        return elements.evaluate(names);
    }

    @Override
    public void emit(Contraction contraction, Machine machine, KernelSink out) {
        Contraction c = JoinAxes.of(contraction);
        new Emission(c, Plan.of(c, machine), out).emit();
    }

    /// The shape of a tile.
    ///
    /// @param vector  the axis of the vectors
    /// @param lanes   elements of a vector
    /// @param splats  the operand that is the same in all lanes; the other one is the vector operand
    /// @param rows    an axis that only the splat operand depends on, or null
    /// @param across  an axis that only the vector operand depends on, or null
    /// @param r       rows of a tile
    /// @param s       elements across of a tile
    /// @param v       vectors of a tile
    /// @param again   whether elements may be computed twice
    private record Plan(Axis vector, int lanes, boolean splatsAreA, Axis rows, Axis across, int r, int s, int v, boolean again, double score) {
        /// The best plan, or null if there is no good one.
        static Plan of(Contraction c, Machine machine) {
            Affine a = c.a().affine(c.indices()).orElse(null);
            Affine b = c.b().affine(c.indices()).orElse(null);
            if (!c.type().isFloat() || a == null || b == null || c.contracted().isEmpty() || machine.vectorBits() == 0) {
                return null;
            }
            c.indices().learn(c.epilogue());
            Plan best = null;
            for (Axis axis : c.free()) {
                Plan plan = along(axis, c, a, b, machine);
                if (plan != null && (best == null || plan.score > best.score)) {
                    best = plan;
                }
            }
            return best;
        }

        private static Plan along(Axis axis, Contraction c, Affine a, Affine b, Machine machine) {
            Dim inA = a.coefficient(axis.name());
            Dim inB = b.coefficient(axis.name());
            boolean plain = a.isLinearIn(axis.name()) && b.isLinearIn(axis.name()) && (inA.is(0) && isStride(inB) || inB.is(0) && isStride(inA));
            if (!plain) {
                return null;
            }
            int most = Vectoriser.lanesFor(c.indices(), c.epilogue(), axis.name(), machine, Map.of(c.accumulator(), c.type()));
            if (most == 1) {
                return null;
            }
            boolean again = !readsWhatItWrites(c.epilogue());
            long extent = axis.extent().known().orElse(1 << 20);
            int lanes = most;
            while (lanes > 2 && extent <= lanes / 2) {
                lanes /= 2;
            }
            double vectors = Math.ceil(extent / (double) lanes);
            double useful = extent / (vectors * lanes) * lanes / most;
            boolean strided = !(inA.is(0) ? inB : inA).is(1);
            boolean splatsAreA = inA.is(0);
            Affine splats = splatsAreA ? a : b;
            Affine moving = splatsAreA ? b : a;
            Axis rows = longest(c, axis, splats, moving);
            Axis across = longest(c, axis, moving, splats);
            int budget = machine.registers() >= 32 ? 24 : 12;
            Plan best = null;
            for (int v = 1; v <= Math.min(4, (int) vectors); v++) {
                for (int r = 1; r <= (rows == null ? 1 : 12); r++) {
                    for (int s = 1; s <= (across == null ? 1 : 4); s++) {
                        if (v * r * s > budget || v * s + 1 > machine.registers() / 3) {
                            continue;
                        }
                        double steps = 2.0 * v * r * s / (v * r * s + 0.35 * (v * s + r));
                        double latency = Math.min(1, v * r * s / 8.0);
                        double score = steps * latency * used(vectors, v) * (rows == null ? 1 : used(size(rows), r)) * (across == null ? 1 : used(size(across), s))
                                * useful * (strided ? 0.5 : 1);
                        if (best == null || score > best.score + 1e-9) {
                            best = new Plan(axis, lanes, splatsAreA, rows, across, r, s, v, again, score);
                        }
                    }
                }
            }
            return best != null && useful >= USEFUL ? best : null;
        }

        private static boolean isStride(Dim coefficient) {
            return coefficient.isConstant() && coefficient.value() >= 1 && coefficient.value() <= 4;
        }

        private static double size(Axis axis) {
            return axis.extent().known().orElse(64);
        }

        /// The share of tiles of `tile` that is not computed twice.
        private static double used(double extent, int tile) {
            return extent < tile ? 0.01 : extent / (Math.ceil(extent / tile) * tile);
        }

        /// A free axis that `in` depends on and `notIn` does not: one of a known extent before one that is not, the innermost before outer ones, unless it is short.
        private static Axis longest(Contraction c, Axis vector, Affine in, Affine notIn) {
            Axis best = null;
            for (Axis axis : c.free()) {
                boolean fits = axis != vector && in.mentions(axis.name()) && !notIn.mentions(axis.name());
                if (fits && (best == null || worth(axis) >= worth(best))) {
                    best = axis;
                }
            }
            return best;
        }

        private static double worth(Axis axis) {
            return axis.extent().isConstant() ? Math.min(axis.extent().value(), 4) : 3.5;
        }

        private static boolean readsWhatItWrites(List<Stmt> epilogue) {
            var written = epilogue.stream().filter(Stmt.Store.class::isInstance).map(s -> ((Stmt.Store) s).to()).toList();
            return epilogue.stream().anyMatch(s -> s instanceof Stmt.Let(_, Expr.Load load) && written.contains(load.buffer()));
        }
    }

    /// One contraction being emitted.
    private static final class Emission {
        private final Contraction c;
        private final Plan plan;
        private final KernelSink out;

        Emission(Contraction c, Plan plan, KernelSink out) {
            this.c = c;
            this.plan = plan;
            this.out = out;
        }

        void emit() {
            out.kernel("dot", into -> {
                var others = new ArrayList<Axis>();
                for (Axis axis : c.free()) {
                    if (axis != plan.vector && axis != plan.rows && axis != plan.across) {
                        others.add(axis);
                    }
                }
                others(others, 0, into);
            });
        }

        /// Loops over the axes that are not tiled.
        private void others(List<Axis> axes, int k, Block into) {
            if (k == axes.size()) {
                tiles(into, k == 0);
                return;
            }
            Axis axis = axes.get(k);
            var inside = new Block();
            others(axes, k + 1, inside);
            into.add(new Stmt.For(axis.name(), Expr.index(0), dim(axis.extent()), 1, k == 0 ? Stmt.Binding.PARALLEL : Stmt.Binding.SERIAL, inside.statements()));
        }

        private Expr dim(Dim dim) {
            return c.indices().dim(dim);
        }

        private void tiles(Block into, boolean outermost) {
            along(plan.rows, plan.r, into, outermost, (inRows, row, r) ->
                    along(plan.across, plan.s, inRows, false, (in, across, s) -> vectors(in, row, r, across, s)));
        }

        /// What stands in a loop over tiles: the first element of the tile, and how many there are.
        private interface Tile {
            void emit(Block into, Expr first, int count);
        }

        /// Tiles along an axis: `count` elements each, and a rest.
        private void along(Axis axis, int count, Block into, boolean parallel, Tile tile) {
            if (axis == null) {
                tile.emit(into, null, 1);
                return;
            }
            Stmt.Binding binding = parallel ? Stmt.Binding.PARALLEL : Stmt.Binding.SERIAL;
            Expr extent = dim(axis.extent());
            if (axis.extent().isConstant()) {
                long n = axis.extent().value();
                if (n == count) {
                    tile.emit(into, Expr.index(0), count);
                } else if (n % count == 0 || plan.again) {
                    into.loop(axis.name().name(), Expr.index(0), Expr.index((n + count - 1) / count), 1, binding, (b, t) -> {
                        Expr first = Expr.times(t, Expr.index(count));
                        tile.emit(b, b.let("first", n % count == 0 ? first : Expr.apply(Fn.MIN, first, Expr.index(n - count))), count);
                    });
                } else {
                    into.loop(axis.name().name(), Expr.index(0), extent, 1, binding, (b, t) -> tile.emit(b, t, 1));
                }
                return;
            }
            if (count == 1) {
                into.loop(axis.name().name(), Expr.index(0), extent, 1, binding, (b, t) -> tile.emit(b, t, 1));
                return;
            }
            if (parallel) {                                    // one parallel loop: the last tile goes through its rest one by one
                Dim tiles = axis.extent().plus(count - 1).floorDiv(count);
                into.loop(axis.name().name(), Expr.index(0), dim(tiles), 1, binding, (b, t) -> {
                    Expr first = b.let("first", Expr.times(t, Expr.index(count)));
                    Expr end = b.let("end", Expr.plus(first, Expr.index(count)));
                    var whole = new Block();
                    tile.emit(whole, first, count);
                    var rest = new Block();
                    rest.loop(axis.name().name(), first, extent, 1, Stmt.Binding.SERIAL, (d, i) -> tile.emit(d, i, 1));
                    b.add(new Stmt.If(Expr.apply(Fn.LE, end, extent), whole.statements(), rest.statements()));
                });
                return;
            }
            Expr full = into.let("full", Expr.times(Expr.apply(Fn.DIV, extent, Expr.index(count)), Expr.index(count)));
            into.loop(axis.name().name(), Expr.index(0), full, count, binding, (b, first) -> tile.emit(b, first, count));
            into.loop(axis.name().name(), full, extent, 1, Stmt.Binding.SERIAL, (b, i) -> tile.emit(b, i, 1));
        }

        /// Tiles along the vector axis.
        private void vectors(Block into, Expr row, int r, Expr across, int s) {
            int lanes = plan.lanes;
            Dim extent = plan.vector.extent();
            int width = plan.v * lanes;
            if (!extent.isConstant()) {
                Expr n = dim(extent);
                Expr full = into.let("full", Expr.times(Expr.apply(Fn.DIV, n, Expr.index(width)), Expr.index(width)));
                into.loop(plan.vector.name().name(), Expr.index(0), full, width, Stmt.Binding.SERIAL,
                        (b, first) -> tile(b, row, r, across, s, bases(first, plan.v), null));
                into.loop(plan.vector.name().name(), full, n, lanes, Stmt.Binding.SERIAL, (b, first) ->
                        tile(b, row, r, across, s, List.of(first), b.let("tail", new Expr.FirstLanes(Expr.apply(Fn.SUB, n, first), lanes))));
                return;
            }
            long n = extent.value();
            long count = (n + width - 1) / width;
            if (n < lanes) {
                tile(into, row, r, across, s, List.of(Expr.index(0)), into.let("tail", new Expr.FirstLanes(Expr.index(n), lanes)));
            } else if (n % width == 0) {
                loop(into, count, width, (b, first) -> tile(b, row, r, across, s, bases(first, plan.v), null));
            } else if (plan.again) {
                loop(into, count, width, (b, first) -> tile(b, row, r, across, s, bases(first, plan.v).stream()
                        .map(x -> clamped(b, x, n - lanes)).toList(), null));
            } else {
                long whole = n / lanes * lanes;
                if (whole > 0) {
                    into.loop(plan.vector.name().name(), Expr.index(0), Expr.index(whole), lanes, Stmt.Binding.SERIAL,
                            (b, first) -> tile(b, row, r, across, s, List.of(first), null));
                }
                if (whole < n) {
                    tile(into, row, r, across, s, List.of(Expr.index(whole)), into.let("tail", new Expr.FirstLanes(Expr.index(n - whole), lanes)));
                }
            }
        }

        private void loop(Block into, long count, int width, java.util.function.BiConsumer<Block, Expr> body) {
            if (count == 1) {
                body.accept(into, Expr.index(0));
            } else {
                into.loop(plan.vector.name().name(), Expr.index(0), Expr.index(count * width), width, Stmt.Binding.SERIAL, body::accept);
            }
        }

        private static Expr clamped(Block into, Expr x, long last) {
            return x instanceof Expr.Const(_, long value, _) ? Expr.index(Math.min(value, last)) : into.let("at", Expr.apply(Fn.MIN, x, Expr.index(last)));
        }

        private List<Expr> bases(Expr first, int v) {
            var bases = new ArrayList<Expr>();
            for (int k = 0; k < v; k++) {
                bases.add(Expr.plus(first, Expr.index((long) k * plan.lanes)));
            }
            return bases;
        }

        /// One tile: its sums, then its epilogue.
        private void tile(Block into, Expr row, int r, Expr across, int s, List<Expr> bases, Expr mask) {
            var sums = new Expr.Var[r][s][bases.size()];
            var zero = new Expr.Const(c.type(), 0, plan.lanes);
            for (var plane : sums) {
                for (var line : plane) {
                    for (int v = 0; v < line.length; v++) {
                        line[v] = into.accumulator("sum", zero);
                    }
                }
            }
            var step = new Block();
            Element splats = plan.splatsAreA ? c.a() : c.b();
            Element moving = plan.splatsAreA ? c.b() : c.a();
            var vectors = new Expr[s][bases.size()];
            for (int j = 0; j < s; j++) {
                for (int v = 0; v < bases.size(); v++) {
                    vectors[j][v] = load(moving, names(null, 0, across, j), bases.get(v), mask, step);
                }
            }
            for (int i = 0; i < r; i++) {
                Expr splat = step.let("a", new Expr.Splat(splats.at(names(row, i, null, 0), step), plan.lanes));
                for (int j = 0; j < s; j++) {
                    for (int v = 0; v < bases.size(); v++) {
                        step.assign(sums[i][j][v], Expr.apply(Fn.FMA, splat, vectors[j][v], sums[i][j][v]));
                    }
                }
            }
            List<Stmt> inside = step.statements();
            for (Axis axis : c.contracted().reversed()) {
                var fresh = Expr.Var.index(axis.name().name());
                c.indices().range(fresh, axis.extent());
                inside = List.of(new Stmt.For(fresh, Expr.index(0), dim(axis.extent()), 1, Stmt.Binding.SERIAL,
                        new Rewriter().with(axis.name(), fresh).copy(inside)));
            }
            inside.forEach(into::add);
            epilogue(into, row, r, across, s, bases, mask, sums);
        }

        private Map<Expr.Var, Expr> names(Expr row, int i, Expr across, int j) {
            var names = new HashMap<Expr.Var, Expr>();
            if (row != null) {
                names.put(plan.rows.name(), Expr.plus(row, Expr.index(i)));
            }
            if (across != null) {
                names.put(plan.across.name(), Expr.plus(across, Expr.index(j)));
            }
            return names;
        }

        private Expr load(Element element, Map<Expr.Var, Expr> names, Expr base, Expr mask, Block into) {
            var scalar = new Block();
            Expr value = element.at(names, scalar);
            c.indices().learn(scalar.statements());
            var lanes = Vectoriser.lanes(c.indices(), scalar.statements(), plan.vector.name(), base, plan.lanes, mask, Map.of()).orElseThrow();
            lanes.statements().forEach(into::add);
            return lanes.vector(value);
        }

        private void epilogue(Block into, Expr row, int r, Expr across, int s, List<Expr> bases, Expr mask, Expr.Var[][][] sums) {
            int vectors = r * s * bases.size();
            if (vectors == 1 || vectors * cost(c.epilogue()) <= WRITTEN_OUT) {
                for (int i = 0; i < r; i++) {
                    for (int j = 0; j < s; j++) {
                        for (int v = 0; v < bases.size(); v++) {
                            finish(into, names(row, i, across, j), bases.get(v), mask, sums[i][j][v]);
                        }
                    }
                }
                return;
            }
            Buffer tile = out.scratch("tile", c.type(), Dim.named(LoopProgram.MEMBERS.name()).times((long) vectors * plan.lanes));
            Expr start = into.let("tile", Expr.times(LoopProgram.MEMBER, Expr.index((long) vectors * plan.lanes)));
            int number = 0;
            for (var plane : sums) {
                for (var line : plane) {
                    for (Expr.Var sum : line) {
                        into.store(tile, Expr.plus(start, Expr.index((long) number++ * plan.lanes)), sum);
                    }
                }
            }
            into.loop("r", Expr.index(r), Stmt.Binding.SERIAL, (inR, i) -> inR.loop("s", Expr.index(s), Stmt.Binding.SERIAL, (b, j) -> {
                var names = new HashMap<Expr.Var, Expr>();
                if (row != null) {
                    names.put(plan.rows.name(), b.let("row", Expr.plus(row, i)));
                }
                if (across != null) {
                    names.put(plan.across.name(), b.let("across", Expr.plus(across, j)));
                }
                Expr line = b.let("line", Expr.plus(start, Expr.times(Expr.plus(Expr.times(i, Expr.index(s)), j), Expr.index((long) bases.size() * plan.lanes))));
                for (int v = 0; v < bases.size(); v++) {
                    Expr sum = b.let("sum", new Expr.Load(tile, Expr.plus(line, Expr.index((long) v * plan.lanes)), plan.lanes, 1, null));
                    finish(b, names, bases.get(v), mask, sum);
                }
            }));
        }

        /// The epilogue of one vector.
        private void finish(Block into, Map<Expr.Var, Expr> names, Expr base, Expr mask, Expr sum) {
            var rewriter = new Rewriter();
            names.forEach(rewriter::with);
            var scalar = rewriter.copy(c.epilogue());
            c.indices().learn(scalar);
            Vectoriser.lanes(c.indices(), scalar, plan.vector.name(), base, plan.lanes, mask, Map.of(c.accumulator(), sum)).orElseThrow()
                    .statements().forEach(into::add);
        }

        private static int cost(List<Stmt> epilogue) {
            int cost = 0;
            for (Stmt s : epilogue) {
                cost += s instanceof Stmt.Let(_, Expr.Apply(var fn, _)) && !fn.isPrimitive() ? 25 : 1;
            }
            return cost;
        }
    }
}
