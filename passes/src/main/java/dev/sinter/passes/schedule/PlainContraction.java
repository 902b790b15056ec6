package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import java.util.List;
import java.util.Map;

/// One accumulator for each element and part, vectors along the last free axis where that is possible. Accepts everything.
public final class PlainContraction implements ContractionSchedule {
    @Override
    public String name() {
        return "plain";
    }

    @Override
    public boolean accepts(Contraction contraction, Machine machine) {
        return true;
    }

    @Override
    public void emit(Contraction c, Machine machine, KernelSink out) {
        out.kernel("dot", into -> {
            var element = new Block();
            var step = new Block();
            var end = new Rewriter();
            Element left = null;
            Expr a = null;
            for (Contraction.Part part : c.parts()) {
                a = part.a() == left ? a : part.a().at(Map.of(), step);
                left = part.a();
                var sum = element.accumulator("sum", Expr.constant(c.type(), 0));
                step.assign(sum, accumulate(a, part.b().at(Map.of(), step), sum));
                end.with(part.accumulator(), sum);
            }
            steps(c, c.contracted(), step.statements()).forEach(element::add);
            end.copy(c.epilogue()).forEach(element::add);
            nest(c.free(), element, c.indices(), Stmt.Binding.PARALLEL, Stmt.Binding.VECTOR).forEach(into::add);
        });
    }

    /// One step of a sum: fused for floats.
    static Expr accumulate(Expr a, Expr b, Expr sum) {
        return a.type().isFloat() ? Expr.apply(Fn.FMA, a, b, sum) : Expr.apply(Fn.ADD, sum, Expr.apply(Fn.MUL, a, b));
    }

    /// Loops over all steps of a sum that are not left out.
    static List<Stmt> steps(Contraction c, List<Axis> axes, List<Stmt> body) {
        List<Stmt> inside = body;
        for (Axis axis : axes.reversed()) {
            var cut = c.cut(axis);
            inside = List.of(new Stmt.For(axis.name(), cut.map(Contraction.Cut::from).orElse(Expr.index(0)), cut.map(Contraction.Cut::to).orElseGet(() -> c.indices().dim(axis.extent())), 1,
                    Stmt.Binding.SERIAL, inside));
        }
        return inside;
    }

    /// Loops around statements, the innermost with a binding of its own.
    static List<Stmt> nest(List<Axis> axes, Block body, Indices indices, Stmt.Binding outer, Stmt.Binding innermost) {
        List<Stmt> inside = body.statements();
        for (int k = axes.size() - 1; k >= 0; k--) {
            Stmt.Binding binding = k == axes.size() - 1 ? innermost : outer;
            inside = List.of(new Stmt.For(axes.get(k).name(), Expr.index(0), indices.dim(axes.get(k).extent()), 1, binding, inside));
        }
        return inside;
    }
}
