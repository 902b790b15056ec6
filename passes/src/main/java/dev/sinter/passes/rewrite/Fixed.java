package dev.sinter.passes.rewrite;

import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Parameter;
import dev.sinter.ir.graph.Part;
import dev.sinter.ir.graph.Scan;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.While;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Which values of a function are the same whenever it is carried out: what is made of them alone is made once, ahead.
public final class Fixed {
    private Fixed() { }

    /// The values that are the same at every call: made of constants and of state that the function does not write.
    public static Set<Value> of(Module.Entry e) {
        var written = e.outputs().stream().filter(Module.Binding.OfState.class::isInstance).map(Module.Binding::name).collect(Collectors.toSet());
        var parameters = e.function().parameters();
        return from(e.function(), IntStream.range(0, parameters.size())
                .filter(k -> e.inputs().get(k) instanceof Module.Binding.OfState(String name) && !written.contains(name)).mapToObj(parameters::get).toList());
    }

    /// The values of an op's region that are the same in all rounds of its loop.
    public static Set<Value> of(Function region, Value op) {
        int constants = switch (op.op()) {
            case Scan scan -> scan.constants().size();
            case While loop -> loop.constants().size();
            default -> 0;
        };
        return from(region, region.parameters().subList(0, constants));
    }

    private static Set<Value> from(Function f, Collection<Value> parameters) {
        Set<Value> fixed = Collections.newSetFromMap(new IdentityHashMap<>());
        fixed.addAll(parameters);
        for (Value v : f.values()) {
            if (!(v.op() instanceof Parameter || v.op() instanceof Part) && v.op().regions().isEmpty() && v.op().dims().isEmpty() && fixed.containsAll(v.op().operands())) {
                fixed.add(v);
            }
        }
        return fixed;
    }
}
