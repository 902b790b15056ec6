package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The shape of a register tile for a contraction, chosen by an estimate of what it costs.
///
/// @param vector         the axis of the vectors: one operand (the *moving* one) depends on it, the other one is the same in all lanes
/// @param lanes          elements of a vector
/// @param splatsAreA     whether the operand that is the same in all lanes is `a`
/// @param both           whether `vector` is an axis of the batch: both operands depend on it, and neither is the same in all lanes
/// @param packed         whether the moving operand is copied first, so that vectors of it lie together
/// @param scalarEpilogue whether results do not lie together along the vector axis, so that the epilogue takes them one by one
/// @param first          an axis of the tile, or null
/// @param second         another one, or null
/// @param r              elements of a tile along `first`
/// @param s              elements of a tile along `second`
/// @param v              vectors of a tile
/// @param again          whether elements may be computed twice
/// @param vectorsOutside whether tiles along the vector axis are the outer loop: each vector is then loaded from afar once
/// @param written        whether the steps are written out, so that sums share what they load
/// @param framed         whether the moving operand is read where it is, without the zeros around it ([FramedImage]), and not from a copied piece
/// @param rolling        whether it is read so a line at a time, and `r` lines of the result, which see the same line, are summed up at once ([RollingLines])
/// @param cycles         the estimate
record TilePlan(Axis vector, int lanes, boolean splatsAreA, boolean both, boolean packed, boolean scalarEpilogue, Axis first, Axis second,
                int r, int s, int v, boolean again, boolean vectorsOutside, boolean written, boolean framed, boolean rolling, double cycles) {
    /// What an extent that is not known before the call is taken for.
    private static final double USUAL = 64;
    private static final int[] SIZES = {1, 2, 3, 4, 5, 6, 7, 8, 12, 14};
    /// The sums of a tile where both operands are vectors, so that all that is loaded is as wide as they are.
    private static final int MOST_SUMS_OF_BOTH = 20;
    /// Elements of operands that stay in the second-level cache while tiles go over them again and again.
    private static final double CACHED = 160 * 1024;
    /// How much slower tiles become when the lines of an operand come from many pages.
    private static final double SCATTERED = 1.25;
    /// How much slower steps over several axes are than those over one, where no tables say where operands are ([Depth]).
    private static final double COUNTED = 1.3;
    /// How much slower a tile of few sums is.
    private static final double FEW_SUMS = 1.25;
    /// The same for windows, each row of which has a place of its own.
    private static final double FEW_SUMS_OF_WINDOWS = 1.6;
    /// Bytes that come from the second-level cache in a cycle.
    private static final double FROM_NEAR = 40;
    /// Bytes that come from the third-level cache in a cycle.
    private static final double FROM_AFAR = 25;
    /// Bytes of an operand that stay in the first-level cache from one tile to the next.
    private static final double NEAREST = 24 * 1024;
    /// The share of the time of loads from the second-level cache that multiply-adds do not hide.
    private static final double UNHIDDEN = 0.25;
    /// Sums of a tile: more are hardly faster, and take the JIT much longer.
    private static final int SUMS = 16;
    /// Sums of a tile where there are many multiply-adds: loads that are late then hold none of them up.
    private static final int MANY_SUMS = 24;
    /// Vectors of a tile that goes along other axes, too, or whose operands come from farther than the second-level cache.
    private static final int VECTORS = 4;
    /// Vectors of a tile of one line. Of a loop over few, the JIT writes out eight steps one after the other, and loads of which each goes 2 kB further at a time come from the
    /// second-level cache at half its speed: the processor does not fetch ahead for them. A loop over these many stays as it is.
    private static final int VECTORS_OF_A_LINE = 16;
    /// The fewest of them.
    private static final int FEWEST_OF_A_LINE = 12;
    /// The tiles that a line is cut into at least, so that members get equal shares.
    private static final int TILES_OF_A_LINE = 4;
    /// Bytes that the second-level cache holds most of, where each call or step of a loop reads them again.
    private static final double SECOND_LEVEL = 1.1e6;
    /// From so many multiply-adds on it pays that the JIT takes longer.
    private static final double MANY_STEPS = 32e6;
    /// Cycles to copy an element.
    private static final double COPY = 1.5;
    /// Cycles to copy an element of a window, whose lines are short.
    private static final double COPY_OF_WINDOWS = 3;
    /// Multiply-adds of a tile whose steps are written out: of more, the JIT makes no good code.
    private static final int MOST_WRITTEN = 128;
    /// The same for tiles as wide as the lines of an image.
    private static final int MOST_WRITTEN_FRAMED = 144;
    /// The same for those where a JIT compiles them, in methods of limited size.
    private static final int MOST_WRITTEN_IN_JIT = 80;
    /// Cycles to copy a vector of a piece of an operand.
    private static final double COPY_OF_PIECES = 2;
    /// Operations of a tile that a processor looks ahead at, its epilogue not counted.
    private static final double AHEAD = 250;
    /// How much slower tiles along an extent that is not known before the call are taken to be.
    private static final double OPEN = 1.05;
    /// The same where there are other axes to go along: of a single image all would be rests.
    private static final double OPEN_OF_SEVERAL = 1.15;
    /// Cycles until the result of a multiply-add is there.
    private static final double LATENCY = 4;
    /// Cycles for each operation of an epilogue that takes elements one by one.
    private static final double ALONE = 2;
    /// The same after a packed product, whose epilogue is one loop over many elements.
    private static final double ALONE_IN_LINES = 0.5;

    /// The best plan, or null if there is none.
    static TilePlan of(Contraction c, Machine machine) {
        return of(c, machine, MOST_WRITTEN_FRAMED);
    }

    /// The best plan where a JIT compiles the kernel while it runs, if that needs a kernel of its own.
    Optional<TilePlan> inJit(Contraction c, Machine machine) {
        return Optional.ofNullable(framed ? of(c, machine, MOST_WRITTEN_IN_JIT) : null).filter(plan -> plan.written && plan.width() * plan.r * plan.s != width() * r * s);
    }

    private static TilePlan of(Contraction c, Machine machine, int mostFramed) {
        Affine a = c.a().affine(c.indices()).orElse(null);
        Affine b = c.b().affine(c.indices()).orElse(null);
        if (!c.type().isFloat() || a == null || b == null || c.contracted().isEmpty() || machine.vectorBits() == 0) {
            return null;
        }
        c.indices().learn(c.epilogue());
        TilePlan best = null;
        for (Axis axis : c.free()) {
            boolean both = a.mentions(axis.name()) && b.mentions(axis.name());
            if ((both || a.mentions(axis.name()) || b.mentions(axis.name())) && !c.isOuter(axis) && !c.isCut(axis)) {
                for (boolean packed : c.stage().isPresent() || both || !c.cuts().isEmpty() ? new boolean[] {false} : new boolean[] {false, true}) {
                    TilePlan plan = along(axis, packed, c, a, b, machine, mostFramed);
                    if (plan != null && (best == null || plan.cycles < best.cycles)) {
                        best = plan;
                    }
                }
            }
        }
        return best;
    }

    private static TilePlan along(Axis axis, boolean packed, Contraction c, Affine a, Affine b, Machine machine, int mostFramed) {
        boolean both = a.mentions(axis.name()) && b.mentions(axis.name());
        boolean splatsAreA = both || !a.mentions(axis.name());
        Affine moving = splatsAreA ? b : a;
        Affine splats = splatsAreA ? a : b;
        Dim stride = moving.coefficient(axis.name());
        if (!packed && !(moving.isLinearIn(axis.name()) && stride.isConstant() && stride.value() >= 1 && stride.value() <= 4)
                || both && !(stride.is(1) && splats.isLinearIn(axis.name()) && splats.coefficient(axis.name()).is(1))) {
            return null;
        }
        int epilogueLanes = Vectoriser.lanesFor(c.indices(), c.epilogue(), axis.name(), machine, Map.of(c.accumulator(), c.type()));
        int lanes = epilogueLanes == 1 ? machine.lanes(c.type()) : epilogueLanes;
        double extent = size(axis);
        while (lanes > Vectoriser.FEWEST && extent <= lanes / 2) {
            lanes /= 2;
        }
        double vectors = Math.ceil(extent / lanes);
        boolean again = !ReadsOwnWrites.in(c.epilogue());
        double results = c.free().stream().mapToDouble(TilePlan::size).reduce(1, (x, y) -> x * y);
        double depth = c.contracted().stream().mapToDouble(TilePlan::size).reduce(1, (x, y) -> x * y);
        double steps = results / extent * vectors * depth;                 // vector multiply-adds
        double fixed = epilogueLanes == 1 ? results * ALONE * (4 + c.epilogue().size()) : results / lanes * c.epilogue().size();
        if (packed) {
            fixed += c.isFixed(splatsAreA ? c.b() : c.a()) ? 0 : COPY * covered(moving, c, axis) * extent;
        }
        double movingElements = footprint(splatsAreA ? c.b() : c.a());
        double splatElements = footprint(splatsAreA ? c.a() : c.b());
        boolean outside = movingElements > splatElements && (packed || again && axis.extent().isConstant());
        double inner = outside ? splatElements : movingElements;
        double rate = inner > CACHED ? FROM_AFAR : FROM_NEAR;
        double scattered = !packed && movingElements > CACHED ? SCATTERED : 1;
        double strided = !packed && !stride.is(1) ? 2 : 1;
        boolean tabled = c.contracted().stream().allMatch(x -> x.extent().isConstant());
        double counted = c.contracted().size() > 1 && !tabled ? COUNTED : 1;
        double tables = c.contracted().size() > 1 && tabled ? 1 : 0;
        double staged = again && epilogueLanes > 1 && c.stage().isPresent() && stride.is(1) && isClosed(c, axis, null) ? COPY_OF_PIECES * movingElements * product(c.stage().get().outer()) / lanes : 0;
        var axes = new ArrayList<Axis>();
        axes.add(null);
        c.free().stream().filter(x -> x != axis && size(x) > 1 && !c.isOuter(x) && !c.isCut(x)).forEach(axes::add);
        int budget = machine.registers() < 32 ? 12 : both ? MOST_SUMS_OF_BOTH : results * depth >= MANY_STEPS ? MANY_SUMS : SUMS;
        int held = machine.registers() >= 32 ? 8 : 4;
        boolean line = axes.size() == 1 && packed && axis.extent().isConstant() && movingElements * c.type().bytes() <= SECOND_LEVEL;
        TilePlan best = null;
        for (Axis first : axes) {
            for (Axis second : axes) {
                if (second != null && (first == null || first == second)) {
                    continue;
                }
                for (int r : SIZES) {
                    for (int s : SIZES) {
                        if (r > 1 != (first != null) || s > 1 != (second != null) || s > 4 || !fits(first, r, again) || !fits(second, s, again)) {
                            continue;
                        }
                        int movingCount = (uses(moving, first) ? r : 1) * (uses(moving, second) ? s : 1);
                        int splatCount = (uses(splats, first) ? r : 1) * (uses(splats, second) ? s : 1);
                        for (int v = 1; v <= Math.min(line ? VECTORS_OF_A_LINE : VECTORS, (int) vectors); v++) {
                            int sums = r * s * v;
                            boolean wide = staged > 0 && second == null && first != null && v == vectors;
                            boolean framed = wide && FramedImage.allows(c, !splatsAreA, axis, lanes, v, first, r);
                            if (wide && RollingLines.allows(c, !splatsAreA, axis, lanes, v, first, r, machine)) {
                                double cyclesOfLines = steps / depth / v * ofLine(depth, r, v) + fixed - staged;
                                if (best == null || cyclesOfLines < best.cycles * 0.999) {
                                    best = new TilePlan(axis, lanes, splatsAreA, both, false, false, first, null, r, 1, v, again, false, true, true, true, cyclesOfLines);
                                }
                            }
                            boolean ofOneLine = v >= FEWEST_OF_A_LINE && vectors % v == 0 && vectors / v >= TILES_OF_A_LINE;
                            boolean isHeld = v > VECTORS ? ofOneLine : movingCount * v <= held;
                            if (sums > budget || !isHeld && !framed) {
                                continue;
                            }
                            double loads = movingCount * v * strided + splatCount * (both ? v : 1) + tables;
                            double fetched = both ? v * lanes * (fresh(moving, first, r, c) * fresh(moving, second, s, c) + fresh(splats, first, r, c) * fresh(splats, second, s, c))
                                    : outside ? splatCount : movingCount * v * lanes;
                            double streamed = fetched * c.type().bytes() / rate;
                            double between = depth * (outside ? v * lanes : extent) * c.type().bytes();           // what is loaded before the same again
                            boolean isLate = !both && between > NEAREST && (!outside || scattered > 1);
                            double late = isLate ? UNHIDDEN * movingCount * v * lanes * c.type().bytes() / rate : 0;
                            double perStep = Math.max(Math.max(Math.max(sums / 2.0, loads / 2.0) + 0.15 * loads, 4), streamed) + late + 0.5;
                            double wasted = open(first, axes) * open(second, axes) * (again ? waste(vectors, v) : rest(extent / lanes, v)) * (first == null ? 1 : waste(size(first), r)) * (second == null ? 1 : waste(size(second), s));
                            double cycles = steps / sums * wasted * perStep * scattered * counted + fixed;
                            if (isHeld && (best == null || cycles < best.cycles * 0.999)) {
                                best = new TilePlan(axis, lanes, splatsAreA, both, packed, epilogueLanes == 1, first, second, r, s, v, again, outside && vectors > v, false, false, false, cycles);
                            }
                            double ofWritten = packed || both || !c.cuts().isEmpty() || sums * depth > (framed ? mostFramed : MOST_WRITTEN) || !isClosed(c, first, second) ? Double.POSITIVE_INFINITY
                                    : written(SharedLoads.of(moving, splats, c.contracted(), first, r, second, s), sums, v, strided, machine);
                            double cyclesOfWritten = steps / sums / depth * wasted * ofWritten * scattered + fixed - (framed ? staged : 0);
                            if (best == null || cyclesOfWritten < best.cycles * 0.999) {
                                best = new TilePlan(axis, lanes, splatsAreA, both, false, epilogueLanes == 1, first, second, r, s, v, again, outside && vectors > v && !framed, true, framed, false, cyclesOfWritten);
                            }
                        }
                    }
                }
            }
        }
        return best;
    }

    /// How many elements along an axis of the tile are not those of the steps just before: of windows that slide along it, all but one are.
    private static int fresh(Affine index, Axis axis, int count, Contraction c) {
        return !uses(index, axis) || index.coefficient(axis.name()).equals(index.coefficient(c.contracted().getLast().name())) ? 1 : count;
    }

    /// Whether all that a tile goes along has a known end and is seen linearly, so that its steps can be written out.
    private static boolean isClosed(Contraction c, Axis first, Axis second) {
        Affine a = c.a().affine(c.indices()).orElseThrow();
        Affine b = c.b().affine(c.indices()).orElseThrow();
        return c.contracted().stream().allMatch(x -> x.extent().isConstant() && a.isLinearIn(x.name()) && b.isLinearIn(x.name()))
                && java.util.stream.Stream.of(first, second).allMatch(x -> x == null || a.isLinearIn(x.name()) && b.isLinearIn(x.name()));
    }

    /// Cycles of a tile whose steps are written out; endless if it finds no room in the registers.
    private static double written(SharedLoads shared, int sums, int v, double strided, Machine machine) {
        if (sums + shared.splats() + v + 1 > machine.registers()) {
            return Double.POSITIVE_INFINITY;
        }
        double steps = shared.loads().stream().mapToInt(l -> l.uses().size()).sum() * v;
        double loads = shared.loads().size() * v * strided + shared.splats();
        double latency = LATENCY * shared.loads().size() * Math.min(1, (steps + loads) / AHEAD);      // sums that take the same elements wait for each other
        return Math.max(Math.max(steps / 2, loads / 2) + 0.15 * loads, latency) + 1;
    }

    /// Cycles of a line of the result where windows of `r` lines, of `depth` elements in all, go down the image line by line.
    private static double ofLine(double depth, int r, int v) {
        double loads = depth / r * v;
        return Math.max(depth * v / 2, loads / 2) + 0.15 * loads + 1;
    }

    /// What a product of packed panels costs, packing included: see [PackedProduct].
    static double packedCycles(Contraction c, Machine machine) {
        double rows = product(c.rows());
        double columns = product(c.columns());
        double depth = product(c.contracted());
        int lanes = machine.lanes(c.type());
        double panels = Math.ceil(columns / lanes) * lanes * depth;
        double idle = columns > lanes ? 1 : Packing.areWindows(c) ? FEW_SUMS_OF_WINDOWS : FEW_SUMS;
        double streamed = panels > CACHED ? panels * c.type().bytes() / FROM_AFAR : 0;
        double ofRows = product(c.batch()) * rows * depth > 2 * footprint(c.a()) ? COPY_OF_WINDOWS : COPY;
        double packing = (c.isFixed(c.a()) || Packing.liesWell(c) || Packing.areWindows(c) ? 0 : ofRows * rows) + (c.isFixed(c.b()) ? 0 : COPY * columns);
        boolean alone = Vectoriser.lanesFor(c.indices(), c.epilogue(), c.columns().getFirst().name(), machine, Map.of(c.accumulator(), c.type())) == 1;
        double epilogue = c.epilogue().size() * (alone ? ALONE_IN_LINES : 1.0 / lanes);
        return product(c.batch()) * (Math.max(idle * rows * panels / (1.8 * lanes), streamed) + packing * depth + rows * columns * epilogue);
    }

    /// How many elements some axes have, names taken for usual numbers.
    static double product(List<Axis> axes) {
        return axes.stream().mapToDouble(TilePlan::size).reduce(1, (x, y) -> x * y);
    }

    /// The elements of an operand's buffer, names taken for usual numbers.
    static double footprint(Element operand) {
        Dim elements = operand.buffer().elements();
        var names = new HashMap<String, Long>();
        elements.names().forEach(name -> names.put(name, name.equals(LoopProgram.MEMBERS.name()) ? 1 : (long) USUAL));
        return elements.evaluate(names);
    }

    /// The product of the extents of all axes but `vector` that an index mentions.
    private static double covered(Affine index, Contraction c, Axis vector) {
        double n = 1;
        for (Axis axis : c.free()) {
            n *= axis != vector && index.mentions(axis.name()) ? size(axis) : 1;
        }
        for (Axis axis : c.contracted()) {
            n *= index.mentions(axis.name()) ? size(axis) : 1;
        }
        return n;
    }

    private static boolean uses(Affine index, Axis axis) {
        return axis != null && index.mentions(axis.name());
    }

    private static double size(Axis axis) {
        if (axis.extent().isConstant()) {
            return axis.extent().value();
        }
        var names = new HashMap<String, Long>();
        axis.extent().names().forEach(name -> names.put(name, (long) USUAL));
        return Math.max(1, axis.extent().evaluate(names));
    }

    /// Whether tiles of `count` go along an axis.
    private static boolean fits(Axis axis, int count, boolean again) {
        return axis == null || !axis.extent().isConstant() || axis.extent().value() >= count && (again || axis.extent().value() % count == 0);
    }

    /// An extent that is not known before the call needs code for a rest, and is better left to the team.
    private static double open(Axis axis, List<Axis> axes) {
        return axis == null || axis.extent().isConstant() ? 1 : axes.size() > 2 ? OPEN_OF_SEVERAL : OPEN;
    }

    /// What is computed, over what is wanted.
    private static double waste(double extent, int tile) {
        return Math.ceil(extent / tile) * tile / extent;
    }

    /// How much slower it is to take the vectors that no whole tile is left for one by one.
    private static double rest(double vectors, int tile) {
        return 1 + (tile == 1 ? 0 : vectors % tile / vectors);
    }

    /// Elements of the vectors of a tile.
    int width() {
        return v * lanes;
    }

    /// This plan where the axis of the vectors has been cut into panels as wide as a tile.
    TilePlan inPanels(Axis withinPanel) {
        return new TilePlan(withinPanel, lanes, splatsAreA, both, packed, scalarEpilogue, first, second, r, s, v, again, false, written, framed, rolling, cycles);
    }

    /// Whether the moving operand depends on an axis of the tile.
    boolean movesWith(Axis axis, Contraction c) {
        Element moving = splatsAreA ? c.b() : c.a();
        return uses(moving.affine(c.indices()).orElseThrow(), axis);
    }

    /// Whether the splat operand depends on an axis of the tile.
    boolean splatsWith(Axis axis, Contraction c) {
        Element splats = splatsAreA ? c.a() : c.b();
        return uses(splats.affine(c.indices()).orElseThrow(), axis);
    }

    /// The statements' arithmetic, where a function of the math library counts as its steps do.
    static int cost(List<Stmt> epilogue) {
        int cost = 0;
        for (Stmt s : epilogue) {
            cost += s instanceof Stmt.Let(_, dev.sinter.ir.loop.Expr.Apply(var fn, _)) && !fn.isPrimitive() ? 25 : 1;
        }
        return cost;
    }
}
