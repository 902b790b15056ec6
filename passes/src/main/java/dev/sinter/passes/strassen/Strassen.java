package dev.sinter.passes.strassen;

import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Op;
import dev.sinter.ir.graph.Origin;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.ElementType;
import dev.sinter.passes.rewrite.Fixed;
import dev.sinter.passes.rewrite.Rewrite;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Replaces large products of matrices by ones that multiply less, where they are faster for it: seven products of quarters instead of one product.
///
/// Sums of a matrix that is the same at every call, or in every round of a loop, are made ahead. Other matrices pay for theirs.
public final class Strassen {
    private Strassen() { }

    /// The module with products replaced where that pays.
    public static Module run(Module m) {
        return Rewrite.entries(m, e -> rewritten(e.function(), Fixed.of(e)));
    }

    /// A product that was found, and what becomes of it.
    ///
    /// @param function in which it is
    /// @param from     where it comes from
    /// @param sizes    its rows, the terms of its sums, its columns
    /// @param choice   how it is computed
    public record Found(String function, Origin from, String sizes, String choice) { }

    /// The products in f32 of matrices with even extents, of a module that has not gone through [#run].
    public static List<Found> products(Module m) {
        var found = new ArrayList<Found>();
        for (Module.Entry e : m.entries()) {
            collect(e.name(), e.function(), Fixed.of(e), found);
        }
        return found;
    }

    private static void collect(String function, Function f, Set<Value> fixed, List<Found> into) {
        for (Value v : f.values()) {
            Product p = product(v);
            if (p != null) {
                into.add(new Found(function, v.origin(), String.format("%.0f × %.0f × %.0f", p.rows(), p.depth(), p.columns()), saving(p, fixed).toString()));
            }
            v.op().regions().forEach(region -> collect(function, region, Fixed.of(region, v), into));
        }
    }

    private static Product product(Value v) {
        return v.op() instanceof Dot d && v.element() == ElementType.F32 ? Product.of(d) : null;
    }

    private static Saving saving(Product p, Set<Value> fixed) {
        return Saving.of(p.rows(), p.depth(), p.columns(), fixed.contains(p.dot().a()), fixed.contains(p.dot().b()));
    }

    private static boolean pays(Value v, Set<Value> fixed) {
        Product p = product(v);
        return p != null && saving(p, fixed).isWorthwhile();
    }

    /// The function with its products and those of its regions replaced; the same function if there are none.
    private static Function rewritten(Function f, Set<Value> fixed) {
        boolean any = f.values().stream().anyMatch(v -> pays(v, fixed) || v.op().regions().stream().anyMatch(region -> rewritten(region, Fixed.of(region, v)) != region));
        return any ? Rewrite.function(f, (before, op, g) -> step(before, op, fixed, g)) : f;
    }

    private static List<Value> step(Value before, Op op, Set<Value> fixed, Graph g) {
        if (pays(before, fixed)) {
            return List.of(Product.of((Dot) op).byQuarters(Bilinear.STRASSEN, g));
        }
        Op inner = op.regions().isEmpty() ? op : op.withRegions(op.regions().stream().map(region -> rewritten(region, Fixed.of(region, before))).toList());
        return Rewrite.keep(inner, g);
    }
}
