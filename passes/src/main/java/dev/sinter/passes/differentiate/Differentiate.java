package dev.sinter.passes.differentiate;

import dev.sinter.ir.graph.Differentiable;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Jvp;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.NotDifferentiableException;
import dev.sinter.ir.graph.Op;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Vjp;
import dev.sinter.passes.rewrite.InlineCalls;
import dev.sinter.passes.rewrite.Rewrite;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Expands every `vjp` and `jvp`, innermost first, in functions and in their regions. Afterwards there are none.
public final class Differentiate {
    private final Map<Function, Function> done = new HashMap<>();

    private Differentiate() { }

    /// The module without derivatives. @throws NotDifferentiableException with the place in the source and the reason
    public static Module run(Module m) {
        var pass = new Differentiate();
        return Rewrite.module(m, pass::expanded);
    }

    /// The function without derivatives; the same if it has none. @throws NotDifferentiableException with the place in the source and the reason
    public static Function run(Function f) {
        return new Differentiate().expanded(f);
    }

    private Function expanded(Function f) {
        Function known = done.get(f);
        if (known == null) {
            boolean changes = false;
            for (Value v : f.values()) {
                changes |= v.op() instanceof Vjp || v.op() instanceof Jvp;
                for (Function region : v.op().regions()) {
                    changes |= expanded(region) != region;
                }
            }
            known = changes ? Rewrite.function(f, this::expand) : f;
            done.put(f, known);
        }
        return known;
    }

    private List<Value> expand(Op op, Graph g) {
        return switch (op) {
            case Vjp v -> reverse(v, g);
            case Jvp j -> forward(j, g);
            default -> {
                var regions = op.regions();
                yield Rewrite.keep(regions.isEmpty() ? op : op.withRegions(regions.stream().map(this::expanded).toList()), g);
            }
        };
    }

    private List<Value> reverse(Vjp v, Graph g) {
        Function f = InlineCalls.run(expanded(v.function()));
        var wrt = new boolean[v.arguments().size()];
        v.wrt().forEach(k -> wrt[k] = true);
        var cotangents = new ArrayList<>(v.cotangents());
        while (cotangents.size() < f.results().size()) {
            cotangents.add(null);
        }
        var found = ReverseMode.run(f, v.arguments(), wrt, cotangents, g);
        var parts = new ArrayList<>(found.results());
        v.wrt().forEach(k -> parts.add(Differentiable.orZeros(found.gradients().get(k), v.arguments().get(k), g)));
        return parts;
    }

    private List<Value> forward(Jvp j, Graph g) {
        Function f = InlineCalls.run(expanded(j.function()));
        var tangents = new Value[j.arguments().size()];
        for (int i = 0; i < tangents.length && i < j.wrt().size(); i++) {
            tangents[j.wrt().get(i)] = j.tangents().get(i);
        }
        var found = ForwardMode.run(f, j.arguments(), Arrays.asList(tangents), g);
        var parts = new ArrayList<>(found.values());
        for (int k = 0; k < found.values().size(); k++) {
            if (found.values().get(k).tensor().isFloat()) {
                parts.add(Differentiable.orZeros(found.tangents().get(k), found.values().get(k), g));
            }
        }
        return parts;
    }
}
