package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Joins neighbouring axes of a contraction that everything sees as one: the channels and places of packed weights, the rows of a batch.
final class JoinAxes {
    private JoinAxes() { }

    /// The contraction with as few axes as possible.
    static Contraction of(Contraction contraction) {
        Contraction c = contraction;
        for (boolean changed = true; changed; ) {
            changed = false;
            for (int list = 0; list < 4 && !changed; list++) {
                List<Axis> axes = lists(c).get(list);
                for (int k = 0; k + 1 < axes.size() && !changed; k++) {
                    Contraction joined = joined(c, list, k);
                    changed = joined != null;
                    c = changed ? joined : c;
                }
            }
        }
        return c;
    }

    /// The contraction without axes of one element.
    static Contraction withoutUnits(Contraction c) {
        var rewriter = new HashMap<Expr.Var, Expr>();
        c.free().stream().filter(x -> x.extent().is(1)).forEach(x -> rewriter.put(x.name(), Expr.index(0)));
        if (rewriter.isEmpty()) {
            return c;
        }
        var epilogue = new Rewriter();
        rewriter.forEach(epilogue::with);
        var parts = c.parts().stream().map(p -> new Contraction.Part(element(p.a(), rewriter), element(p.b(), rewriter), p.accumulator())).toList();
        return new Contraction(c.type(), longer(c.batch()), longer(c.rows()), longer(c.columns()), c.contracted(), parts,
                epilogue.copy(c.epilogue()), c.stage().map(s -> stage(s, rewriter)), c.cuts(), c.indices(), c.fixed());
    }

    private static Contraction.Stage stage(Contraction.Stage stage, Map<Expr.Var, Expr> names) {
        var rewriter = new Rewriter();
        names.forEach(rewriter::with);
        var framed = stage.framed().map(f -> new Contraction.Framed(f.ofA(), element(f.image(), names), f.sides()));
        return new Contraction.Stage(longer(stage.outer()), rewriter.copy(stage.statements()), framed);
    }

    private static List<Axis> longer(List<Axis> axes) {
        return axes.stream().filter(x -> !x.extent().is(1)).toList();
    }

    private static Element element(Element e, Map<Expr.Var, Expr> names) {
        var block = new Block();
        Expr value = e.at(names, block);
        return new Element(block.statements(), value);
    }

    private static List<List<Axis>> lists(Contraction c) {
        return List.of(c.batch(), c.rows(), c.columns(), c.contracted());
    }

    private static Contraction joined(Contraction c, int list, int k) {
        Axis a = lists(c).get(list).get(k);
        Axis b = lists(c).get(list).get(k + 1);
        if (c.isOuter(a) || c.isOuter(b) || c.isCut(a) || c.isCut(b) || c.isFramed(a) || c.isFramed(b)) {
            return null;
        }
        var one = Expr.Var.index(b.name().name());
        Axis both = new Axis(one, a.extent().times(b.extent()));
        Element left = element(c.a(), a, b, one, c.indices());
        Element right = left == null ? null : element(c.b(), a, b, one, c.indices());
        List<Stmt> epilogue = right == null ? null : JoinLoops.joined(c.epilogue(), a, b, one, c.indices());
        if (epilogue == null) {
            return null;
        }
        c.indices().range(one, both.extent());
        var lists = new ArrayList<>(lists(c));
        var axes = new ArrayList<>(lists.get(list));
        axes.remove(k + 1);
        axes.set(k, both);
        lists.set(list, axes);
        c.indices().learn(left.statements());
        c.indices().learn(right.statements());
        c.indices().learn(epilogue);
        return new Contraction(c.type(), lists.get(0), lists.get(1), lists.get(2), lists.get(3), left, right, c.accumulator(), epilogue, c.stage(), c.cuts(), c.indices(), c.fixed());
    }

    private static Element element(Element e, Axis a, Axis b, Expr.Var one, Indices indices) {
        indices.learn(e.statements());
        var value = Expr.Var.fixed("value", e.value().type(), 1);
        var all = new ArrayList<>(e.statements());
        all.add(new Stmt.Let(value, e.value()));
        List<Stmt> joined = JoinLoops.joined(all, a, b, one, indices);
        return joined == null ? null : new Element(joined, ((Stmt.Let) joined.getLast()).name());
    }
}
