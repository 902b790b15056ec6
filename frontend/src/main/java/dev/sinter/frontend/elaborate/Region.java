package dev.sinter.frontend.elaborate;

import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Parameter;
import dev.sinter.ir.graph.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// Lambda lifting. A region is first elaborated in place, its bound values being fresh parameters; then it is *closed*: what it needs from
/// outside becomes further parameters, placed before the bound ones. What needs no parameter at all (constants) stays inside.
///
/// @param function the closed function: captured values first, bound ones after
/// @param captured the values to pass for the first parameters
record Region(Function function, List<Value> captured) {
    /// Closes over everything that does not depend on `bound`. A bound value may be any value of the graph: it is cut there.
    static Region close(Graph graph, String name, List<Value> bound, List<Value> results) {
        Set<Value> inside = identitySet();
        inside.addAll(bound);
        for (Value v : order(results, inside)) {
            if (!inside.contains(v) && v.op().operands().stream().anyMatch(inside::contains)) inside.add(v);
        }
        return close(graph, name, bound, results, inside::contains);
    }

    /// Closes over everything that `isInside` does not hold for.
    static Region close(Graph graph, String name, List<Value> bound, List<Value> results, Predicate<Value> isInside) {
        Set<Value> stops = identitySet();
        stops.addAll(bound);
        var order = order(results, stops);
        Set<Value> closed = identitySet();
        for (Value v : order) {
            if (!stops.contains(v) && !(v.op() instanceof Parameter) && closed.containsAll(v.op().operands())) closed.add(v);
        }
        Map<Value, Value> copies = new IdentityHashMap<>();
        Map<Value, Value> captures = new LinkedHashMap<>();
        var parameters = new ArrayList<Value>();
        for (Value b : bound) {
            Value parameter = graph.parameter("x", b.tensor());
            copies.put(b, parameter);
            parameters.add(parameter);
        }
        for (Value v : order) {
            if (copies.containsKey(v) || closed.contains(v) || !isInside.test(v)) continue;
            var operands = v.op().operands().stream().map(o -> copy(graph, o, copies, captures, closed, isInside)).toList();
            copies.put(v, graph.add(v.op().withOperands(operands)));
        }
        var copied = results.stream().map(r -> copy(graph, r, copies, captures, closed, isInside)).toList();
        var all = new ArrayList<>(captures.values());
        all.addAll(parameters);
        return new Region(new Function(name, all, copied), List.copyOf(captures.keySet()));
    }

    private static Value copy(Graph graph, Value v, Map<Value, Value> copies, Map<Value, Value> captures, Set<Value> closed, Predicate<Value> isInside) {
        Value known = copies.get(v);
        if (known != null) return known;
        if (closed.contains(v)) return v;
        if (isInside.test(v) && !(v.op() instanceof Parameter)) throw new IllegalStateException("a value is used before it is computed: " + v);
        return captures.computeIfAbsent(v, c -> graph.parameter("c", c.tensor()));
    }

    /// The values that `results` need, operands first, not looking behind `stops`.
    static List<Value> order(List<Value> results, Set<Value> stops) {
        Set<Value> done = identitySet();
        Set<Value> opened = identitySet();
        var order = new ArrayList<Value>();
        var stack = new ArrayDeque<Value>();
        for (Value result : results) {
            stack.push(result);
            while (!stack.isEmpty()) {
                Value v = stack.peek();
                if (done.contains(v)) {
                    stack.pop();
                } else if (stops.contains(v) || !opened.add(v)) {
                    stack.pop();
                    done.add(v);
                    order.add(v);
                } else {
                    for (Value operand : v.op().operands().reversed()) {
                        if (!done.contains(operand)) stack.push(operand);
                    }
                }
            }
        }
        return order;
    }

    /// `results` with values replaced.
    static List<Value> substitute(Graph graph, List<Value> results, Map<Value, Value> replacements) {
        Map<Value, Value> copies = new IdentityHashMap<>(replacements);
        for (Value v : order(results, replacements.keySet())) {
            if (copies.containsKey(v)) continue;
            var operands = v.op().operands().stream().map(copies::get).toList();
            copies.put(v, operands.equals(v.op().operands()) ? v : graph.add(v.op().withOperands(operands)));
        }
        return results.stream().map(copies::get).toList();
    }

    /// An empty set of values.
    static Set<Value> identitySet() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }
}
