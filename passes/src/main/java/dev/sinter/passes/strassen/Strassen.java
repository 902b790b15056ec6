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
import dev.sinter.passes.rewrite.ThinProduct;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Replaces large products of matrices by ones that multiply less, where they are faster for it: seven products of quarters instead of one product.
///
/// Sums of a matrix that is the same at every call, or in every round of a loop, are made ahead. Other matrices pay for theirs.
public final class Strassen {
    private Strassen() { }

    /// The module with products replaced where that pays.
    public static Module run(Module m) {
        return Rewrite.entries(m, e -> rewritten(e.function(), new Around(Fixed.of(e), users(e.function()))));
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
            collect(e.name(), e.function(), new Around(Fixed.of(e), users(e.function())), found);
        }
        return found;
    }

    /// What decides beside a product itself.
    ///
    /// @param fixed values that are the same whenever the function is carried out
    /// @param users who reads a value
    private record Around(Set<Value> fixed, Map<Value, List<Value>> users) {
        static Around of(Function region, Value op) {
            return new Around(Fixed.of(region, op), Strassen.users(region));
        }
    }

    private static Map<Value, List<Value>> users(Function f) {
        Map<Value, List<Value>> users = new IdentityHashMap<>();
        f.values().forEach(v -> v.op().operands().stream().distinct().forEach(x -> users.computeIfAbsent(x, _ -> new ArrayList<>()).add(v)));
        return users;
    }

    private static void collect(String function, Function f, Around around, List<Found> into) {
        for (Value v : f.values()) {
            Product p = product(v);
            if (p != null) {
                into.add(new Found(function, v.origin(), String.format("%.0f × %.0f × %.0f", p.rows(), p.depth(), p.columns()), saving(v, p, around).toString()));
            }
            v.op().regions().forEach(region -> collect(function, region, Around.of(region, v), into));
        }
    }

    private static Product product(Value v) {
        return v.op() instanceof Dot d && v.element() == ElementType.F32 ? Product.of(d) : null;
    }

    private static Saving saving(Value v, Product p, Around around) {
        boolean fixedRight = around.fixed.contains(p.dot().b());
        boolean thin = fixedRight && p.dot().a() != p.dot().b() && ThinProduct.is(v, p.rows() * p.depth(), x -> around.users.getOrDefault(x, List.of()));
        return thin ? Saving.ofThin(p.rows(), p.depth(), p.columns()) : Saving.of(p.rows(), p.depth(), p.columns(), around.fixed.contains(p.dot().a()), fixedRight);
    }

    private static boolean pays(Value v, Around around) {
        Product p = product(v);
        return p != null && saving(v, p, around).isWorthwhile();
    }

    /// The function with its products and those of its regions replaced; the same function if there are none.
    private static Function rewritten(Function f, Around around) {
        boolean any = f.values().stream().anyMatch(v -> pays(v, around) || v.op().regions().stream().anyMatch(region -> rewritten(region, Around.of(region, v)) != region));
        return any ? Rewrite.function(f, (before, op, g) -> step(before, op, around, g)) : f;
    }

    private static List<Value> step(Value before, Op op, Around around, Graph g) {
        if (pays(before, around)) {
            return List.of(Product.of((Dot) op).byQuarters(Bilinear.STRASSEN, g));
        }
        Op inner = op.regions().isEmpty() ? op : op.withRegions(op.regions().stream().map(region -> rewritten(region, Around.of(region, before))).toList());
        return Rewrite.keep(inner, g);
    }
}
