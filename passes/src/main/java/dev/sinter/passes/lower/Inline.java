package dev.sinter.passes.lower;

import dev.sinter.ir.graph.Call;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Parameter;
import dev.sinter.ir.graph.Part;
import dev.sinter.ir.graph.Value;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// Copies the bodies of called functions to where they are called.
final class Inline {
    private Inline() { }

    /// The function without calls (those within its regions stay).
    static Function calls(Function function) {
        if (function.values().stream().noneMatch(v -> v.op() instanceof Call)) {
            return function;
        }
        var graph = new Graph();
        Map<Value, Value> copies = new IdentityHashMap<>();
        function.parameters().forEach(p -> copies.put(p, p));
        return new Function(function.name(), function.parameters(), into(graph, function, copies));
    }

    private static List<Value> into(Graph graph, Function function, Map<Value, Value> copies) {
        Map<Value, List<Value>> results = new IdentityHashMap<>();
        for (Value v : function.values()) {
            if (v.op() instanceof Call(var called, var arguments)) {
                Map<Value, Value> bound = new IdentityHashMap<>();
                for (int k = 0; k < arguments.size(); k++) {
                    bound.put(called.parameters().get(k), copies.get(arguments.get(k)));
                }
                results.put(v, into(graph, called, bound));
            } else if (v.op() instanceof Part(var tuple, int i) && results.containsKey(tuple)) {
                copies.put(v, results.get(tuple).get(i));
            } else if (!(v.op() instanceof Parameter)) {
                graph.at(v.origin());
                copies.put(v, graph.add(v.op().withOperands(v.op().operands().stream().map(copies::get).toList())));
            }
        }
        return function.results().stream().map(copies::get).toList();
    }
}
