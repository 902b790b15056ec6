package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A tile of accumulators in registers, its operands loaded from where they are. For convolutions, whose windows are plain loads of the padded image, and for
/// products that are too small or too skewed to be worth packing.
///
/// ```text
/// for every other free axis                                 (the outermost one is split among the team)
///   for tiles of the first axis, of the second axis, of the vector axis      (of the vector axis first where more is loaded along it)
///     for every contracted: sum[r][s][v] = fma(splat a[r][s], b[r][s][v], sum[r][s][v])
///     epilogue, vector by vector
/// ```
///
/// Where the last tile does not fit, it is moved back so that it does, and some elements are computed twice: that is allowed, since an element's value
/// does not depend on its tile, unless the epilogue reads what it writes. A moving operand that is copied first is laid out in panels as wide as a tile, in the
/// order of the steps. See [TilePlan] for what is chosen.
public final class TiledContraction implements ContractionSchedule {
    /// Operations of an epilogue, over all vectors of a tile, that may be written out one after the other.
    private static final int WRITTEN_OUT = 100;
    /// Steps of windows that slide along a line that may be written out.
    private static final int MOST_SLIDING = 8;
    /// Multiply-adds of those.
    private static final int SLIDING_WRITTEN = 64;
    /// Masked vectors of a tile that may be stored one after the other.
    private static final int MASKED = 8;

    @Override
    public String name() {
        return "tiled";
    }

    @Override
    public boolean accepts(Contraction contraction, Machine machine) {
        Contraction c = JoinAxes.withoutUnits(JoinAxes.of(contraction));
        TilePlan plan = TilePlan.of(c, machine);
        return plan != null && (c.cuts().isEmpty() || Depth.allows(c)) && (!new PackedProduct().accepts(contraction, machine) || plan.cycles() <= TilePlan.packedCycles(contraction, machine));
    }

    @Override
    public void emit(Contraction contraction, Machine machine, KernelSink out) {
        Contraction joined = JoinAxes.withoutUnits(JoinAxes.of(contraction));
        TilePlan plan = TilePlan.of(joined, machine);
        Contraction c = Deinterleaved.of(joined, plan, out);
        Axis vector = plan.vector();
        Axis panel = null;
        if (plan.packed() && vector.extent().isConstant() && vector.extent().value() > plan.width() && vector.extent().value() % plan.width() == 0) {
            panel = Axis.of("panel", Dim.constant(vector.extent().value() / plan.width()));
            Axis within = Axis.of(vector.name().name(), Dim.constant(plan.width()));
            c = split(c, vector, panel, within);
            panel = plan.vectorsOutside() ? panel : null;
            plan = plan.inPanels(within);
        }
        var emission = new Emission(plan.packed() ? PackedOperand.of(c, plan, out) : c, plan, panel, machine, out);
        Contraction whole = c;
        plan.inJit(c, machine).ifPresentOrElse(inJit -> out.kernel("dot", emission::emit, new Emission(whole, inJit, null, machine, out)::emit),
                () -> out.kernel("dot", emission::emit));
    }

    /// The contraction with one axis cut in two.
    private static Contraction split(Contraction c, Axis axis, Axis outer, Axis inner) {
        Indices indices = c.indices();
        indices.range(outer.name(), outer.extent());
        indices.range(inner.name(), inner.extent());
        var names = Map.of(axis.name(), Expr.plus(Expr.times(outer.name(), indices.dim(inner.extent())), inner.name()));
        var rewriter = new Rewriter();
        names.forEach(rewriter::with);
        return new Contraction(c.type(), split(c.batch(), axis, outer, inner), split(c.rows(), axis, outer, inner), split(c.columns(), axis, outer, inner), c.contracted(),
                split(c.a(), names, indices), split(c.b(), names, indices), c.accumulator(), rewriter.copy(c.epilogue()), c.stage(), c.cuts(), indices, c.fixed());
    }

    private static List<Axis> split(List<Axis> axes, Axis axis, Axis outer, Axis inner) {
        return axes.stream().flatMap(x -> x == axis ? Stream.of(outer, inner) : Stream.of(x)).toList();
    }

    private static Element split(Element element, Map<Expr.Var, Expr> names, Indices indices) {
        var block = new Block();
        Expr value = element.at(names, block);
        indices.learn(block.statements());
        return new Element(block.statements(), value);
    }

    /// One contraction being emitted.
    private static final class Emission {
        private final Contraction c;
        private final TilePlan plan;
        private final Axis outermost;
        private final KernelSink out;
        private final FramedImage image;
        private final Depth depth;
        private final Axis slide;

        /// @param outermost the axis to go through first, or null for the longest that no tile goes along
        Emission(Contraction c, TilePlan plan, Axis outermost, Machine machine, KernelSink out) {
            this.c = c;
            this.plan = plan;
            this.outermost = outermost;
            this.out = out;
            this.image = plan.framed() ? new FramedImage(c, plan, out) : null;
            Axis last = c.contracted().getLast();
            Depth apart = slides(last, machine) ? Depth.of(c.without(last), out).orElse(null) : null;
            this.slide = apart == null ? null : last;
            this.depth = plan.written() ? null : apart != null ? apart : Depth.of(c, out).orElse(null);
        }

        /// Whether the steps along an axis are better written out: the elements that all lanes share are those of the next element's step before, as where windows slide along a line, and
        /// loading them is what takes the time.
        private boolean slides(Axis last, Machine machine) {
            int sums = plan.r() * plan.s();                    // about as many shared elements are held at once
            boolean few = last.extent().isConstant() && last.extent().value() <= MOST_SLIDING && sums * last.extent().value() <= SLIDING_WRITTEN && 2 * sums + 1 <= machine.registers();
            if (!few || plan.v() > 1 || plan.written() || plan.both() || !c.cuts().isEmpty() || c.contracted().size() == 1) {
                return false;
            }
            Affine splats = (plan.splatsAreA() ? c.a() : c.b()).affine(c.indices()).orElseThrow();
            Affine moving = (plan.splatsAreA() ? c.b() : c.a()).affine(c.indices()).orElseThrow();
            return splats.isLinearIn(last.name()) && moving.isLinearIn(last.name()) && Stream.of(plan.first(), plan.second()).anyMatch(x -> x != null && splats.isLinearIn(x.name())
                    && !splats.coefficient(x.name()).is(0) && splats.coefficient(x.name()).equals(splats.coefficient(last.name())));
        }

        void emit(Block into) {
            var others = new ArrayList<Axis>();
            for (Axis axis : c.free()) {
                if (!axis.extent().is(1) && axis != plan.vector() && axis != plan.first() && axis != plan.second()) {
                    others.add(axis);
                }
            }
            Optional.ofNullable(outermost).or(() -> others.stream().max(Comparator.comparing(c::isOuter)
                    .thenComparingDouble(a -> a.extent().isConstant() ? a.extent().value() : Double.POSITIVE_INFINITY))).ifPresent(a -> {
                others.remove(a);
                others.addFirst(a);
            });
            others.sort(Comparator.comparing(a -> !c.isOuter(a)));
            if (others.isEmpty() && !isParallel()) {                 // one member does it all: a body that mentions its scratch would be run by each
                into.loop("once", Expr.index(0), Expr.index(1), 1, Stmt.Binding.PARALLEL, (b, _) -> others(others, 1, b));
                return;
            }
            others(others, 0, into);
        }

        /// Whether the outermost loop over tiles is one, and can be split among the team.
        private boolean isParallel() {
            Axis axis = plan.vectorsOutside() ? plan.vector() : plan.first();
            int count = plan.vectorsOutside() ? plan.width() : plan.r();
            boolean constant = axis != null && axis.extent().isConstant();
            return plan.vectorsOutside() ? constant && axis.extent().value() > count && (plan.again() || axis.extent().value() % count == 0)
                    : axis != null && !(constant && axis.extent().value() == count);
        }

        /// Loops over the axes that are not tiled.
        private void others(List<Axis> axes, int k, Block into) {
            if (c.stage().isPresent() && !plan.framed() && k == c.stage().get().outer().size()) {
                c.stage().get().statements().forEach(into::add);
            }
            if (k >= axes.size()) {
                if (plan.rolling()) {
                    vectors(into, false, (b, bases, left) -> new RollingLines(c, plan, image).emit(b, bases, (inLine, line, sums) -> {
                        for (int v = 0; v < sums.length; v++) {
                            finish(inLine, names(new Corner(line, 1, null, 1), Expr.index(0), Expr.index(0)), bases.get(v), null, sums[v]);
                        }
                    }));
                    return;
                }
                if (plan.framed()) {
                    image.tiles(into, (in, first) -> vectors(in, false, (b, bases, left) -> tile(b, new Corner(first, plan.r(), null, 1), bases, left)));
                    return;
                }
                if (plan.vectorsOutside()) {
                    vectors(into, k == 0, (inVectors, bases, left) -> along(plan.first(), plan.r(), inVectors, false, (inFirst, first, r) ->
                            along(plan.second(), plan.s(), inFirst, false, (in, second, s) -> tile(in, new Corner(first, r, second, s), bases, left))));
                    return;
                }
                along(plan.first(), plan.r(), into, k == 0, (inFirst, first, r) -> along(plan.second(), plan.s(), inFirst, false, (inSecond, second, s) ->
                        vectors(inSecond, false, (in, bases, left) -> tile(in, new Corner(first, r, second, s), bases, left))));
                return;
            }
            Axis axis = axes.get(k);
            var inside = new Block();
            others(axes, k + 1, inside);
            into.add(new Stmt.For(axis.name(), Expr.index(0), dim(axis.extent()), 1, Stmt.Binding.PARALLEL, inside.statements()));
        }

        private Expr dim(Dim dim) {
            return c.indices().dim(dim);
        }

        /// Where a tile begins along its two axes (null where there is none), and how far it goes.
        private record Corner(Expr first, int r, Expr second, int s) { }

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
                } else {
                    into.loop(axis.name().name(), Expr.index(0), Expr.index((n + count - 1) / count), 1, Stmt.Binding.PARALLEL, (b, t) -> {
                        Expr first = Expr.times(t, Expr.index(count));
                        tile.emit(b, b.let("first", n % count == 0 ? first : Expr.apply(Fn.MIN, first, Expr.index(n - count))), count);
                    });
                }
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

        /// What stands in a loop over vectors: where each begins, and how many lanes of the only one there are (null for all).
        private interface Vectors {
            void emit(Block into, List<Expr> bases, Expr left);
        }

        /// Tiles along the vector axis.
        private void vectors(Block into, boolean parallel, Vectors tile) {
            int lanes = plan.lanes();
            Dim extent = plan.vector().extent();
            String name = plan.vector().name().name();
            int width = plan.width();
            if (!extent.isConstant()) {
                Expr n = dim(extent);
                Expr full = into.let("full", Expr.times(Expr.apply(Fn.DIV, n, Expr.index(width)), Expr.index(width)));
                into.loop(name, Expr.index(0), full, width, Stmt.Binding.SERIAL, (b, first) -> tile.emit(b, bases(first, plan.v()), null));
                into.loop(name, full, n, lanes, Stmt.Binding.SERIAL, (b, first) -> tile.emit(b, List.of(first), Expr.apply(Fn.SUB, n, first)));
                return;
            }
            long n = extent.value();
            long count = (n + width - 1) / width;
            if (n < lanes) {
                tile.emit(into, List.of(Expr.index(0)), Expr.index(n));
            } else if (n % width == 0) {
                loop(into, count, width, parallel, (b, first) -> tile.emit(b, bases(first, plan.v()), null));
            } else if (plan.again()) {
                loop(into, count, width, parallel, (b, first) -> tile.emit(b, bases(first, plan.v()).stream()
                        .map(x -> clamped(b, x, n - lanes)).toList(), null));
            } else {
                long tiles = n / width * width;
                long whole = n / lanes * lanes;
                if (tiles > 0) {
                    loop(into, n / width, width, false, (b, first) -> tile.emit(b, bases(first, plan.v()), null));
                }
                if (tiles < whole) {
                    into.loop(name, Expr.index(tiles), Expr.index(whole), lanes, Stmt.Binding.SERIAL, (b, first) -> tile.emit(b, List.of(first), null));
                }
                if (whole < n) {                               // in a loop of one step: what stands in a loop becomes a method of its own, which the JIT compiles well
                    into.loop("once", Expr.index(1), Stmt.Binding.SERIAL, (b, _) -> tile.emit(b, List.of(Expr.index(whole)), Expr.index(n - whole)));
                }
            }
        }

        private void loop(Block into, long count, int width, boolean parallel, java.util.function.BiConsumer<Block, Expr> body) {
            if (count == 1) {
                body.accept(into, Expr.index(0));
            } else if (parallel) {
                into.loop("tile", Expr.index(0), Expr.index(count), 1, Stmt.Binding.PARALLEL, (b, t) ->
                        body.accept(b, b.let(plan.vector().name().name(), Expr.times(t, Expr.index(width)))));
            } else {
                into.loop(plan.vector().name().name(), Expr.index(0), Expr.index(count * width), width, Stmt.Binding.SERIAL, body::accept);
            }
        }

        private static Expr clamped(Block into, Expr x, long last) {
            return x instanceof Expr.Const(_, long value, _) ? Expr.index(Math.min(value, last)) : into.let("at", Expr.apply(Fn.MIN, x, Expr.index(last)));
        }

        private List<Expr> bases(Expr first, int v) {
            var bases = new ArrayList<Expr>();
            for (int k = 0; k < v; k++) {
                bases.add(Expr.plus(first, Expr.index((long) k * plan.lanes())));
            }
            return bases;
        }

        /// One tile: its sums, then its epilogue.
        ///
        /// @param left how many lanes of the only vector there are; null for all
        private void tile(Block into, Corner corner, List<Expr> bases, Expr left) {
            Expr mask = left == null ? null : into.let("tail", new Expr.FirstLanes(left, plan.lanes()));
            Expr maskOfLoads = plan.packed() || hasRoom() ? null : mask;      // copies have room for whole vectors
            int r = corner.r();
            int s = corner.s();
            var sums = new Expr.Var[r][s][bases.size()];
            if (depth != null && !depth.around().isEmpty()) {
                var tile = new Stored(into, sums);
                tile.clear(into);
                var resumed = new Block();
                tile.resume(resumed);
                resumed.add(steps(corner, bases, maskOfLoads, sums));
                tile.keep(resumed);
                PlainContraction.steps(c, depth.around(), resumed.statements()).forEach(into::add);
                epilogue(into, tile, corner, bases, left, mask);
                return;
            }
            var zero = new Expr.Const(c.type(), 0, plan.lanes());
            for (var plane : sums) {
                for (var line : plane) {
                    for (int v = 0; v < line.length; v++) {
                        line[v] = into.accumulator("sum", zero);
                    }
                }
            }
            if (plan.written()) {
                written(into, corner, bases, maskOfLoads, sums);
            } else {
                into.add(steps(corner, bases, maskOfLoads, sums));
            }
            int vectors = r * s * bases.size();
            if (plan.scalarEpilogue() || vectors > 1 && (mask != null && vectors > MASKED || vectors * TilePlan.cost(c.epilogue()) > WRITTEN_OUT)) {
                var tile = new Stored(into, sums);
                tile.keep(into);
                epilogue(into, tile, corner, bases, left, mask);
                return;
            }
            for (int i = 0; i < r; i++) {
                for (int j = 0; j < s; j++) {
                    for (int v = 0; v < bases.size(); v++) {
                        finish(into, names(corner, Expr.index(i), Expr.index(j)), bases.get(v), mask, sums[i][j][v]);
                    }
                }
            }
        }

        /// The sums of a tile over all steps that are counted together.
        private Stmt steps(Corner corner, List<Expr> bases, Expr mask, Expr.Var[][][] sums) {
            if (depth == null) {
                return counted(c.contracted(), step(corner, bases, mask, sums, c.a(), c.b(), new Block()).statements());
            }
            var k = Expr.Var.index("k");
            c.indices().range(k, depth.count());
            var step = new Block();
            Element a = depth.a().at(k, step);
            Element b = depth.b().at(k, step);
            var cut = c.cut(depth.steps().getFirst());
            Dim each = Dim.product(depth.steps().stream().skip(1).map(Axis::extent).toList());
            Expr from = cut.map(x -> Expr.times(x.from(), dim(each))).orElse(Expr.index(0));
            Expr to = cut.map(x -> Expr.times(x.to(), dim(each))).orElse(dim(depth.count()));
            var body = slide == null ? step(corner, bases, mask, sums, a, b, step) : sliding(corner, bases, mask, sums, a, b, step);
            return new Stmt.For(k, from, to, 1, Stmt.Binding.SERIAL, body.statements());
        }

        /// All steps along the axis that windows slide along; what several sums need is loaded once.
        private Block sliding(Corner corner, List<Expr> bases, Expr mask, Expr.Var[][][] sums, Element a, Element b, Block into) {
            Affine index = (plan.splatsAreA() ? c.a() : c.b()).affine(c.indices()).orElseThrow();
            Dim ofSplats = index.coefficient(slide.name());
            Dim ofMoving = (plan.splatsAreA() ? c.b() : c.a()).affine(c.indices()).orElseThrow().coefficient(slide.name());
            var known = new HashMap<Dim, Expr>();
            for (long k = 0; k < slide.extent().value(); k++) {
                Element splats = moved(plan.splatsAreA() ? a : b, ofSplats.times(k));
                Element moving = moved(plan.splatsAreA() ? b : a, ofMoving.times(k));
                var vectors = new HashMap<List<Integer>, Expr>();
                for (int i = 0; i < sums.length; i++) {
                    for (int j = 0; j < sums[i].length; j++) {
                        var names = names(corner, Expr.index(i), Expr.index(j));
                        Dim distance = distance(index, plan.first(), i).plus(distance(index, plan.second(), j)).plus(ofSplats.times(k));
                        Expr splat = known.computeIfAbsent(distance, _ -> into.let("a", new Expr.Splat(splats.at(names, into), plan.lanes())));
                        var at = List.of(plan.movesWith(plan.first(), c) ? i : 0, plan.movesWith(plan.second(), c) ? j : 0);
                        Expr vector = vectors.computeIfAbsent(at, _ -> load(moving, names, bases.getFirst(), mask, into));
                        into.assign(sums[i][j][0], Expr.apply(Fn.FMA, splat, vector, sums[i][j][0]));
                    }
                }
            }
            return into;
        }

        private static Dim distance(Affine index, Axis axis, int i) {
            return axis == null || i == 0 ? Dim.ZERO : index.coefficient(axis.name()).times(i);
        }

        private Element moved(Element element, Dim by) {
            return new Element(element.statements(), Expr.load(element.buffer(), Expr.plus(((Expr.Load) element.value()).index(), dim(by))));
        }

        /// The steps over all of these axes, counted in one loop: of loops within loops the JIT keeps no sums in registers, and written out it compiles them for seconds.
        private Stmt counted(List<Axis> axes, List<Stmt> body) {
            Dim count = Dim.product(axes.stream().map(Axis::extent).toList());
            var step = Expr.Var.index(axes.getLast().name().name());
            c.indices().range(step, count);
            var inside = new Block();
            var rewriter = new Rewriter();
            Expr rest = step;
            for (int k = axes.size() - 1; k >= 0; k--) {
                Axis axis = axes.get(k);
                if (k == 0) {
                    rewriter.with(axis.name(), rest);
                } else {
                    Expr extent = dim(axis.extent());
                    rewriter.with(axis.name(), inside.let(axis.name().name(), Expr.apply(Fn.REM, rest, extent)));
                    rest = inside.let("rest", Expr.apply(Fn.DIV, rest, extent));
                }
            }
            rewriter.copy(body).forEach(inside::add);
            return new Stmt.For(step, Expr.index(0), dim(count), 1, Stmt.Binding.SERIAL, inside.statements());
        }

        /// Whether a whole vector can be loaded from wherever an element is: the buffer goes on behind the last one.
        private boolean hasRoom() {
            return plan.both() ? hasRoom(c.a()) && hasRoom(c.b()) : hasRoom(plan.splatsAreA() ? c.b() : c.a());
        }

        private boolean hasRoom(Element moving) {
            Affine index = moving.affine(c.indices()).orElse(null);
            Dim last = index == null ? null : c.indices().largest(index);
            if (last == null) {
                return false;
            }
            Dim reach = index.coefficient(plan.vector().name()).times(plan.lanes() - 1).plus(Dim.ONE);     // lanes may be elements apart
            return moving.buffer().elements().minus(last).minus(reach).isNonNegative();
        }

        /// One step of the sums.
        private Block step(Corner corner, List<Expr> bases, Expr mask, Expr.Var[][][] sums, Element a, Element b, Block step) {
            Element splats = plan.splatsAreA() ? a : b;
            Element moving = plan.splatsAreA() ? b : a;
            int[] movingSteps = {plan.movesWith(plan.first(), c) ? 1 : 0, plan.movesWith(plan.second(), c) ? 1 : 0};
            int[] splatSteps = {plan.splatsWith(plan.first(), c) ? 1 : 0, plan.splatsWith(plan.second(), c) ? 1 : 0};
            var vectors = new HashMap<List<Integer>, Expr>();
            var known = new HashMap<List<Integer>, Expr>();
            for (int i = 0; i < sums.length; i++) {
                for (int j = 0; j < sums[i].length; j++) {
                    var names = names(corner, Expr.index(i), Expr.index(j));
                    for (int v = 0; v < sums[i][j].length; v++) {
                        Expr base = bases.get(v);
                        Expr splat = known.computeIfAbsent(List.of(i * splatSteps[0], j * splatSteps[1], plan.both() ? v : 0), at ->
                                plan.both() ? load(splats, names, base, mask, step) : step.let("a", new Expr.Splat(splats.at(names, step), plan.lanes())));
                        Expr vector = vectors.computeIfAbsent(List.of(i * movingSteps[0], j * movingSteps[1], v), at -> load(moving, names, base, mask, step));
                        step.assign(sums[i][j][v], Expr.apply(Fn.FMA, splat, vector, sums[i][j][v]));
                    }
                }
            }
            return step;
        }

        /// All steps of the sums, one after the other: what several of them need is loaded once.
        private void written(Block into, Corner corner, List<Expr> bases, Expr mask, Expr.Var[][][] sums) {
            Element splats = plan.splatsAreA() ? c.a() : c.b();
            Element moving = plan.splatsAreA() ? c.b() : c.a();
            Affine indexOfSplats = splats.affine(c.indices()).orElseThrow();
            Affine index = moving.affine(c.indices()).orElseThrow();
            Dim stride = index.coefficient(plan.vector().name());
            Expr splatsAt = into.let("a", start(indexOfSplats, corner, Expr.index(0)));
            Expr start = image == null ? null : image.start(corner.first(), into);
            var at = image != null ? bases : bases.stream().map(base -> into.let("b", start(index, corner, base))).toList();
            var known = new HashMap<Dim, Expr>();
            for (var load : SharedLoads.of(index, indexOfSplats, c.contracted(), plan.first(), corner.r(), plan.second(), corner.s()).loads()) {
                Expr distance = dim(load.distance());
                var one = load.uses().getFirst();
                var vectors = at.stream().map(b -> into.let("b", image != null ? image.vector(into, start, corner.first(), one.i(), one.step(), b)
                        : new Expr.Load(moving.buffer(), Expr.plus(b, distance), plan.lanes(), (int) stride.value(), mask))).toList();
                for (var use : load.uses()) {
                    Expr splat = known.computeIfAbsent(use.splat(), d -> into.let("a", new Expr.Splat(Expr.load(splats.buffer(), Expr.plus(splatsAt, dim(d))), plan.lanes())));
                    Expr.Var[] line = sums[use.i()][use.j()];
                    for (int v = 0; v < line.length; v++) {
                        into.assign(line[v], Expr.apply(Fn.FMA, splat, vectors.get(v), line[v]));
                    }
                }
            }
        }

        /// Where a tile begins in an operand, at the first step.
        private Expr start(Affine index, Corner corner, Expr base) {
            var rewriter = new Rewriter().with(plan.vector().name(), base);
            names(corner, Expr.index(0), Expr.index(0)).forEach(rewriter::with);
            c.contracted().forEach(axis -> rewriter.with(axis.name(), Expr.index(0)));
            return rewriter.copy(c.indices().expression(index));
        }

        private Map<Expr.Var, Expr> names(Corner corner, Expr i, Expr j) {
            var names = new HashMap<Expr.Var, Expr>();
            c.free().stream().filter(axis -> axis.extent().is(1) && axis != plan.vector()).forEach(axis -> names.put(axis.name(), Expr.index(0)));
            if (corner.first() != null) {
                names.put(plan.first().name(), Expr.plus(corner.first(), i));
            }
            if (corner.second() != null) {
                names.put(plan.second().name(), Expr.plus(corner.second(), j));
            }
            return names;
        }

        private Expr load(Element element, Map<Expr.Var, Expr> names, Expr base, Expr mask, Block into) {
            return vector(element, names, base, mask, into).or(() -> vector(element.direct(c.indices()), names, base, mask, into)).orElseThrow();
        }

        private Optional<Expr> vector(Element element, Map<Expr.Var, Expr> names, Expr base, Expr mask, Block into) {
            var scalar = new Block();
            Expr value = scalar.let("b", element.at(names, scalar));
            c.indices().learn(scalar.statements());
            var lanes = Vectoriser.lanes(c.indices(), scalar.statements(), plan.vector().name(), base, plan.lanes(), mask, Map.of());
            return lanes.map(found -> {
                found.statements().forEach(into::add);
                return found.vector(value);
            });
        }

        /// The sums of a tile in scratch memory of the member's own.
        private final class Stored {
            private final Expr.Var[][][] sums;
            private final Buffer buffer;
            private final Expr start;

            Stored(Block into, Expr.Var[][][] sums) {
                long elements = (long) sums.length * sums[0].length * sums[0][0].length * plan.lanes();
                this.sums = sums;
                this.buffer = out.scratch("tile", c.type(), Dim.named(LoopProgram.MEMBERS.name()).times(elements));
                this.start = into.let("tile", Expr.times(LoopProgram.MEMBER, Expr.index(elements)));
            }

            private interface Sum {
                void at(Expr.Var[] line, int v, Expr place);
            }

            private void each(Sum sum) {
                long number = 0;
                for (var plane : sums) {
                    for (var line : plane) {
                        for (int v = 0; v < line.length; v++) {
                            sum.at(line, v, Expr.plus(start, Expr.index(number++ * plan.lanes())));
                        }
                    }
                }
            }

            void clear(Block into) {
                each((_, _, place) -> into.store(buffer, place, new Expr.Const(c.type(), 0, plan.lanes())));
            }

            void keep(Block into) {
                each((line, v, place) -> into.store(buffer, place, line[v]));
            }

            void resume(Block into) {
                each((line, v, place) -> line[v] = into.accumulator("sum", new Expr.Load(buffer, place, plan.lanes(), 1, null)));
            }
        }

        /// Hands stored sums to the epilogue: its code stands once, and may be scalar.
        private void epilogue(Block into, Stored tile, Corner corner, List<Expr> bases, Expr left, Expr mask) {
            int lanes = plan.lanes();
            int line = bases.size() * lanes;
            into.loop("r", Expr.index(corner.r()), Stmt.Binding.SERIAL, (inR, i) -> inR.loop("s", Expr.index(corner.s()), Stmt.Binding.SERIAL, (b, j) -> {
                var names = names(corner, i, j);
                names.replaceAll((axis, at) -> b.let(axis.name(), at));
                Expr from = b.let("line", Expr.plus(tile.start, Expr.times(Expr.plus(Expr.times(i, Expr.index(corner.s())), j), Expr.index(line))));
                for (int v = 0; v < bases.size(); v++) {
                    Expr at = Expr.plus(from, Expr.index((long) v * lanes));
                    Expr base = bases.get(v);
                    if (!plan.scalarEpilogue()) {
                        finish(b, names, base, mask, b.let("sum", new Expr.Load(tile.buffer, at, lanes, 1, null)));
                        continue;
                    }
                    b.loop("l", left == null ? Expr.index(lanes) : Expr.apply(Fn.MIN, left, Expr.index(lanes)), Stmt.Binding.SERIAL, (d, l) -> {
                        var rewriter = new Rewriter().with(plan.vector().name(), d.let("at", Expr.plus(base, l)))
                                .with(c.accumulator(), d.let("sum", Expr.load(tile.buffer, Expr.plus(at, l))));
                        names.forEach(rewriter::with);
                        rewriter.copy(c.epilogue()).forEach(d::add);
                    });
                }
            }));
        }

        /// The epilogue of one vector.
        private void finish(Block into, Map<Expr.Var, Expr> names, Expr base, Expr mask, Expr sum) {
            var rewriter = new Rewriter();
            names.forEach(rewriter::with);
            var scalar = rewriter.copy(c.epilogue());
            c.indices().learn(scalar);
            Vectoriser.lanes(c.indices(), scalar, plan.vector().name(), base, plan.lanes(), mask, Map.of(c.accumulator(), sum)).orElseThrow()
                    .statements().forEach(into::add);
        }
    }
}
