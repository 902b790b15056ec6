package dev.sinter.passes.rewrite;

import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Op;
import dev.sinter.ir.graph.Parameter;
import dev.sinter.ir.graph.Part;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/// Rebuilds functions op by op.
public final class Rewrite {
    private Rewrite() { }

    /// What becomes of one op.
    @FunctionalInterface
    public interface Step {
        /// The values that stand for the results of `op`, whose operands are values of `g` already: one, or as many as the op has parts.
        List<Value> rewrite(Op op, Graph g);
    }

    /// What becomes of one op, known by the value that it computes in the function as it was.
    @FunctionalInterface
    public interface StepAt {
        /// As [Step#rewrite]; null stands for a part that nothing uses.
        List<Value> rewrite(Value before, Op op, Graph g);
    }

    /// The function with every op but parameters and parts replaced by what `step` makes of it.
    public static Function function(Function f, Step step) {
        return function(f, (before, op, g) -> step.rewrite(op, g));
    }

    /// The function with every op but parameters and parts replaced by what `step` makes of it.
    public static Function function(Function f, StepAt step) {
        var g = new Graph();
        Map<Value, List<Value>> results = new HashMap<>();
        for (Value v : f.values()) {
            g.at(v.origin());
            if (v.op() instanceof Part(Value tuple, int i)) {
                results.put(v, Collections.singletonList(results.get(tuple).get(i)));
            } else if (v.op() instanceof Parameter) {
                results.put(v, List.of(g.add(v.op())));
            } else {
                var operands = new ArrayList<Value>();
                v.op().operands().forEach(o -> operands.add(results.get(o).getFirst()));
                results.put(v, step.rewrite(v, v.op().withOperands(operands), g));
            }
        }
        return new Function(f.name(), f.parameters().stream().map(p -> results.get(p).getFirst()).toList(),
                f.results().stream().map(r -> results.get(r).getFirst()).toList());
    }

    /// The values of an op as it is: the node, or its parts.
    public static List<Value> keep(Op op, Graph g) {
        Value v = g.add(op);
        return v.type() instanceof Type.Tuple ? g.parts(v) : List.of(v);
    }

    /// The module with every entry's function replaced; the same module if none changes.
    public static Module module(Module m, UnaryOperator<Function> pass) {
        return entries(m, e -> pass.apply(e.function()));
    }

    /// The module with every entry's function replaced by what `pass` makes of the entry; the same module if none changes.
    public static Module entries(Module m, java.util.function.Function<Module.Entry, Function> pass) {
        var entries = new ArrayList<Module.Entry>();
        boolean changed = false;
        for (Module.Entry e : m.entries()) {
            Function f = pass.apply(e);
            changed |= f != e.function();
            entries.add(f == e.function() ? e : e.withFunction(f));
        }
        return changed ? new Module(m.name(), m.state(), entries) : m;
    }
}
