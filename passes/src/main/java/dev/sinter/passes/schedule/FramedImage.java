package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import java.util.HashMap;
import java.util.Map;

/// The vectors of an image with zeros around it, loaded from the image itself, for tiles that are as wide as its lines.
///
/// The first and the last tile see lines above and below the image, which are zeros, and are written apart; all others go by in a loop. Vectors at the left and the right end of a line
/// have lanes outside of it: masks make them zeros. A vector that would begin before the buffer or end behind it is loaded from within, and moved by way of scratch memory.
final class FramedImage {
    private final Contraction c;
    private final TilePlan plan;
    private final Contraction.Framed framed;
    private final Affine index;
    private final Contraction.Cut along;
    private final Contraction.Cut down;
    private final Buffer scratch;

    FramedImage(Contraction c, TilePlan plan, KernelSink out) {
        this.c = c;
        this.plan = plan;
        this.framed = c.stage().orElseThrow().framed().orElseThrow();
        this.index = framed.image().affine(c.indices()).orElseThrow();
        this.along = side(framed, plan.vector());
        this.down = side(framed, plan.first());
        this.scratch = out.scratch("edge", c.type(), Dim.named(LoopProgram.MEMBERS.name()).times(3L * plan.lanes()));
    }

    /// Whether tiles of `r` lines, each of `v` whole vectors, can read an image where it is.
    static boolean allows(Contraction c, boolean ofA, Axis vector, int lanes, int v, Axis first, int r) {
        Contraction.Framed framed = framed(c, ofA, vector, lanes, v, first);
        if (framed == null) {
            return false;
        }
        Contraction.Cut down = side(framed, first);
        long n = first.extent().value();
        return n > 2L * r && down.low() <= r && lastWithin(n, r) + r + down.contracted().extent().value() - 1 <= down.high();
    }

    /// Whether lines, each of `v` whole vectors, can read an image where it is one after the other ([RollingLines]): windows of `r` lines move down a line at a time, and down a window is the outermost
    /// axis of the sum.
    static boolean allowsLines(Contraction c, boolean ofA, Axis vector, int lanes, int v, Axis first, int r) {
        Contraction.Framed framed = framed(c, ofA, vector, lanes, v, first);
        if (framed == null) {
            return false;
        }
        Contraction.Cut down = side(framed, first);
        Affine index = framed.image().affine(c.indices()).orElseThrow();
        Axis outermost = c.contracted().stream().filter(x -> !x.extent().is(1)).findFirst().orElse(null);
        long n = first.extent().value();
        return down.contracted() == outermost && outermost.extent().is(r) && index.coefficient(first.name()).equals(index.coefficient(down.contracted().name()))
                && n >= r && down.low() < r && n <= down.high();
    }

    /// The image, if vectors of the tiles go along its lines.
    private static Contraction.Framed framed(Contraction c, boolean ofA, Axis vector, int lanes, int v, Axis first) {
        Contraction.Framed framed = c.stage().flatMap(Contraction.Stage::framed).orElse(null);
        Affine index = framed == null || framed.ofA() != ofA ? null : framed.image().affine(c.indices()).orElse(null);
        Contraction.Cut along = index == null ? null : side(framed, vector);
        Contraction.Cut down = index == null ? null : side(framed, first);
        boolean fits = along != null && down != null && framed.sides().size() == 2 && vector.extent().isConstant() && first.extent().isConstant() && index.isLinear() && index.coefficient(vector.name()).is(1)
                && along.high() - along.low() >= lanes && vector.extent().value() >= lanes && (long) v * lanes >= vector.extent().value();
        return fits ? framed : null;
    }

    /// The first line of the last tile of those that lie between the first `r` lines and the last.
    private static long lastWithin(long n, int r) {
        return r + (n - 2L * r - 1) / r * r;
    }

    private static Contraction.Cut side(Contraction.Framed framed, Axis free) {
        return framed.sides().stream().filter(s -> s.free() == free).findFirst().orElse(null);
    }

    /// What stands where a tile begins at a line.
    interface Tile {
        void emit(Block into, Expr first);
    }

    /// The tiles, from the first line to the last.
    void tiles(Block into, Tile tile) {
        long n = plan.first().extent().value();
        tile.emit(into, Expr.index(0));
        into.loop(plan.first().name().name(), Expr.index(plan.r()), Expr.index(lastWithin(n, plan.r()) + 1), plan.r(), Stmt.Binding.SERIAL, tile::emit);
        tile.emit(into, Expr.index(n - plan.r()));
    }

    /// The place of a tile's first element in the image, along all axes but the contracted ones.
    Expr start(Expr first, Block into) {
        var rewriter = new Rewriter().with(plan.vector().name(), Expr.index(0)).with(plan.first().name(), first);
        c.contracted().forEach(axis -> rewriter.with(axis.name(), Expr.index(0)));
        return into.let("b", rewriter.copy(c.indices().expression(index)));
    }

    /// A vector.
    ///
    /// @param start what [#start] gave
    /// @param first the first line of the tile
    /// @param line  the line of the tile that it is for
    /// @param step  the number of the step that it is for
    /// @param base  where it begins along a line of the result
    Expr vector(Block into, Expr start, Expr first, int line, int step, Expr base) {
        var at = places(step);
        long y = line + at.get(down.contracted());
        boolean outside = first instanceof Expr.Const(_, long from, _) && (from + y < down.low() || from + y >= down.high());
        if (outside) {
            return new Expr.Const(c.type(), 0, plan.lanes());
        }
        long x = ((Expr.Const) base).bits();
        Dim distance = index.coefficient(plan.first().name()).times(line).plus(x);
        for (var place : at.entrySet()) {
            distance = distance.plus(index.coefficient(place.getKey().name()).times(place.getValue()));
        }
        x += at.get(along.contracted());
        int lanes = plan.lanes();
        long before = Math.max(0, along.low() - x);                  // lanes to the left of the image
        long within = Math.min(lanes, along.high() - x);             // lanes that are not to the right of it
        Expr place = Expr.plus(start, c.indices().dim(distance));
        if (before == 0 && within == lanes) {
            return load(framed.image().buffer(), place, null);
        }
        if (before >= lanes || within <= 0) {
            return new Expr.Const(c.type(), 0, lanes);
        }
        Expr mask = before > 0 ? Expr.apply(Fn.NOT, new Expr.FirstLanes(Expr.index(before), lanes)) : new Expr.FirstLanes(Expr.index(within), lanes);
        if (isWithinBuffer(first, distance)) {                       // all of it can be loaded, and only then be masked, which asks nothing
            return Expr.apply(Fn.SELECT, mask, load(framed.image().buffer(), place, null), new Expr.Const(c.type(), 0, lanes));
        }
        return apart(into, into.let("b", place), before > 0 ? before : within - lanes, mask);
    }

    /// A vector of which one end may lie outside of the buffer: it does for one line of many, since what is before an image is mostly another image.
    ///
    /// @param moved by how many elements the vector must be moved to lie within
    private Expr apart(Block into, Expr place, long moved, Expr mask) {
        Expr.Var vector = into.accumulator("b", new Expr.Const(c.type(), 0, plan.lanes()));
        Expr last = Expr.apply(Fn.SUB, c.indices().dim(framed.image().buffer().elements()), Expr.index(plan.lanes()));
        Expr isInside = moved > 0 ? Expr.apply(Fn.LE, Expr.index(0), place) : Expr.apply(Fn.LE, place, last);
        var inside = new Block();
        inside.assign(vector, load(framed.image().buffer(), place, mask));
        var outside = new Block();
        Expr room = outside.let("edge", Expr.times(LoopProgram.MEMBER, Expr.index(3L * plan.lanes())));
        Expr within = outside.let("b", load(framed.image().buffer(), Expr.plus(place, Expr.index(moved)), null));
        outside.store(scratch, Expr.plus(room, Expr.index(plan.lanes())), within);
        outside.assign(vector, load(scratch, Expr.plus(room, Expr.index(plan.lanes() - moved)), mask));
        into.add(new Stmt.If(isInside, inside.statements(), outside.statements()));
        return vector;
    }

    private Expr load(Buffer buffer, Expr place, Expr mask) {
        return new Expr.Load(buffer, place, plan.lanes(), 1, mask);
    }

    /// Whether all lanes of a vector are elements of the image's buffer, wherever the axes around the tile are.
    private boolean isWithinBuffer(Expr first, Dim distance) {
        long n = plan.first().extent().value();
        Dim from = Dim.constant(first instanceof Expr.Const(_, long constant, _) ? constant : plan.rolling() ? 0 : plan.r());
        Dim to = first instanceof Expr.Const ? from : Dim.constant(plan.rolling() ? n - plan.r() : lastWithin(n, plan.r()));
        Dim lines = index.coefficient(plan.first().name());
        Dim lowest = index.constant().plus(distance).plus(lines.times(from));
        Dim others = Dim.ZERO;
        for (Axis axis : c.free()) {
            if (axis != plan.first() && axis != plan.vector()) {
                others = others.plus(index.coefficient(axis.name()).times(axis.extent().minus(Dim.ONE)));
            }
        }
        Dim behind = index.constant().plus(distance).plus(lines.times(to)).plus(others).plus(plan.lanes());
        return lowest.isNonNegative() && framed.image().buffer().elements().minus(behind).isNonNegative();
    }

    /// Where the contracted axes are at a step.
    Map<Axis, Long> places(int step) {
        var places = new HashMap<Axis, Long>();
        long rest = step;
        for (Axis axis : c.contracted().reversed()) {
            places.put(axis, rest % axis.extent().value());
            rest /= axis.extent().value();
        }
        return places;
    }
}
