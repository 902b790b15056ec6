package dev.sinter.passes.rewrite;

import dev.sinter.ir.graph.Call;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Op;
import dev.sinter.ir.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Puts the body of every called function in place of the call, in regions too. Afterwards there are no calls.
public final class InlineCalls {
    private final Map<Function, Function> done = new HashMap<>();

    private InlineCalls() { }

    /// The module without calls.
    public static Module run(Module m) {
        var pass = new InlineCalls();
        return Rewrite.module(m, pass::inlined);
    }

    /// The function without calls; the same if it has none.
    public static Function run(Function f) {
        return new InlineCalls().inlined(f);
    }

    private Function inlined(Function f) {
        Function known = done.get(f);
        if (known == null) {
            boolean regionsChange = false;
            for (Value v : f.values()) {
                regionsChange |= v.op() instanceof Call;
                for (Function region : v.op().regions()) {
                    regionsChange |= inlined(region) != region;
                }
            }
            known = regionsChange ? Rewrite.function(f, (op, g) -> op instanceof Call(Function callee, List<Value> arguments)
                    ? g.inline(inlined(callee), arguments) : Rewrite.keep(withInlinedRegions(op), g)) : f;
            done.put(f, known);
        }
        return known;
    }

    private Op withInlinedRegions(Op op) {
        var regions = op.regions();
        return regions.isEmpty() ? op : op.withRegions(regions.stream().map(this::inlined).toList());
    }
}
