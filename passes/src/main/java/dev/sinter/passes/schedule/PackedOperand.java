package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The moving operand of a [TiledContraction], copied in panels as wide as a tile.
final class PackedOperand {
    /// Steps of the sum that are copied for all vectors of a panel before the next ones.
    private static final int STRETCH = 64;

    private PackedOperand() { }

    /// Copies the moving operand so that its vectors lie together; the contraction of the copy.
    static Contraction of(Contraction c, TilePlan plan, KernelSink out) {
        Indices indices = c.indices();
        Element moving = plan.splatsAreA() ? c.b() : c.a();
        Affine index = moving.affine(indices).orElseThrow();
        var axes = new ArrayList<Axis>();
        c.free().stream().filter(x -> x != plan.vector() && index.mentions(x.name())).forEach(axes::add);
        c.contracted().stream().filter(x -> index.mentions(x.name())).forEach(axes::add);
        Dim width = plan.vector().extent().plus(plan.lanes() - 1).floorDiv(plan.lanes()).times(plan.lanes());
        Expr place = Expr.index(0);
        Dim elements = width;
        for (Axis axis : axes) {
            place = Expr.plus(Expr.times(place, indices.dim(axis.extent())), axis.name());
            elements = elements.times(axis.extent());
        }
        Expr at = Expr.plus(Expr.times(place, indices.dim(width)), plan.vector().name());
        Buffer copy = out.scratch("packed", c.type(), elements);
        out.kernel("pack", into -> {
            Axis deepest = axes.isEmpty() ? null : axes.getLast();
            if (deepest != null && c.contracted().contains(deepest) && index.isLinearIn(deepest.name()) && index.coefficient(deepest.name()).is(1) && deepest.extent().isConstant()) {
                turned(axes, plan.vector(), indices, (names, one) -> one.store(copy, renamed(at, names), moving.at(names, one))).forEach(into::add);
                return;
            }
            var element = new Block();
            element.store(copy, at, moving.at(Map.of(), element));
            Dim stride = index.coefficient(plan.vector().name());
            boolean vectors = stride.isConstant() && stride.value() >= 1 && stride.value() <= 4;
            var loops = new ArrayList<>(axes);
            loops.add(plan.vector());
            PlainContraction.nest(loops, element, indices, Stmt.Binding.PARALLEL, vectors ? Stmt.Binding.VECTOR : Stmt.Binding.SERIAL).forEach(into::add);
        });
        var packed = new Element(List.of(), Expr.load(copy, at));
        return new Contraction(c.type(), c.batch(), c.rows(), c.columns(), c.contracted(),
                plan.splatsAreA() ? c.a() : packed, plan.splatsAreA() ? packed : c.b(), c.accumulator(), c.epilogue(), c.stage(), c.cuts(), indices, c.fixed());
    }

    private static Expr renamed(Expr e, Map<Expr.Var, Expr> names) {
        var rewriter = new Rewriter();
        names.forEach(rewriter::with);
        return rewriter.copy(e);
    }

    private interface Copying {
        void emit(Map<Expr.Var, Expr> names, Block into);
    }

    /// Loops that read lines along the last of the axes, where vectors are to go across: a stretch of all lines before the next one, so that what is written stays in the nearest cache.
    private static List<Stmt> turned(List<Axis> axes, Axis across, Indices indices, Copying element) {
        var body = new Block();
        Axis along = axes.getLast();
        long end = along.extent().value();
        body.loop("k0", Expr.index(0), Expr.index(end), STRETCH, Stmt.Binding.SERIAL, (block, k0) -> {
            Expr endOfBlock = end % STRETCH == 0 ? Expr.plus(k0, Expr.index(STRETCH)) : block.let("k1", Expr.apply(Fn.MIN, Expr.plus(k0, Expr.index(STRETCH)), Expr.index(end)));
            block.loop("j", indices.dim(across.extent()), Stmt.Binding.SERIAL, (line, j) ->
                    line.loop("k", k0, endOfBlock, 1, Stmt.Binding.SERIAL, (one, k) -> {
                        indices.range(j, across.extent());
                        indices.range(k, along.extent());
                        element.emit(Map.of(across.name(), j, along.name(), k), one);
                    }));
        });
        var outer = axes.subList(0, axes.size() - 1);
        return outer.isEmpty() ? body.statements() : PlainContraction.nest(outer, body, indices, Stmt.Binding.PARALLEL, outer.size() == 1 ? Stmt.Binding.PARALLEL : Stmt.Binding.SERIAL);
    }
}
