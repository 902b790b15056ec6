package dev.sinter.ir.graph;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// A row-major tensor seen along one axis, as `before × extent × after`: `before * after` lines, each of `extent` elements that lie `after` apart.
record Lines(Dim before, Dim extent, Dim after) {
    /// The columns that one iteration of [#forEachStrip] takes at a time: lines of a cache.
    private static final int STRIP = 64;

    static Lines along(Shape shape, int axis) {
        return new Lines(Dim.product(shape.dims().subList(0, axis)), shape.dim(axis), Dim.product(shape.dims().subList(axis + 1, shape.rank())));
    }

    /// The number of lines.
    Dim count() {
        return before.times(after);
    }

    /// The position of the first element of a line.
    Expr start(Looped.Memory memory, Block in, Expr line) {
        if (after.is(1)) {
            return in.let("start", Expr.times(line, memory.dim(extent)));
        }
        Expr width = memory.dim(after);
        Expr p = in.let("p", Expr.apply(Fn.DIV, line, width));
        Expr q = Expr.apply(Fn.SUB, line, Expr.times(p, width));
        return in.let("start", Expr.plus(Expr.times(p, memory.dim(extent.times(after))), q));
    }

    /// One parallel loop over the lines.
    void forEach(Looped.Memory memory, Block into, BiConsumer<Block, Expr> body) {
        into.loop("line", memory.dim(count()), Stmt.Binding.PARALLEL, body::accept);
    }

    /// The columns `from … to - 1` of the matrix `p`, for a body that works on neighbouring lines together.
    interface Strip {
        void lower(Block in, Expr p, Expr from, Expr to);
    }

    /// One parallel loop over strips of neighbouring lines.
    void forEachStrip(Looped.Memory memory, Block into, Strip body) {
        Dim strips = after.plus(STRIP - 1).floorDiv(STRIP);
        into.loop("strip", memory.dim(before.times(strips)), Stmt.Binding.PARALLEL, (in, n) -> {
            if (strips.is(1)) {
                body.lower(in, n, Expr.index(0), memory.dim(after));
                return;
            }
            Expr p = in.let("p", Expr.apply(Fn.DIV, n, memory.dim(strips)));
            Expr from = in.let("from", Expr.times(Expr.apply(Fn.SUB, n, Expr.times(p, memory.dim(strips))), Expr.index(STRIP)));
            body.lower(in, p, from, in.let("to", Expr.apply(Fn.MIN, Expr.plus(from, Expr.index(STRIP)), memory.dim(after))));
        });
    }

    /// `i` moved into `0 … extent - 1`, as an i64.
    Expr clamp(Looped.Memory memory, Block in, Expr i) {
        Expr wide = i.type() == ElementType.I64 ? i : new Expr.Cast(ElementType.I64, i);
        return in.let("clamped", Expr.apply(Fn.MAX, Expr.index(0), Expr.apply(Fn.MIN, wide, memory.dim(extent.minus(Dim.ONE)))));
    }

    /// Runs `body` if lines have elements.
    void unlessEmpty(Looped.Memory memory, Block in, Consumer<Block> body) {
        if (extent.isConstant()) {
            if (extent.value() > 0) {
                body.accept(in);
            }
        } else {
            in.when(Expr.apply(Fn.LT, Expr.index(0), memory.dim(extent)), body);
        }
    }
}
