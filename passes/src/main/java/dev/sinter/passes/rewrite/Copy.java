package dev.sinter.passes.rewrite;

import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Value;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;

/// Copies a part of a graph.
public final class Copy {
    private Copy() { }

    /// Copies of `wanted` in `g`, with everything they need down to the values that `copies` has already; copies made are added to it.
    public static List<Value> into(Graph g, List<Value> wanted, Map<Value, Value> copies) {
        var stack = new ArrayDeque<Value>();
        for (Value w : wanted) {
            stack.push(w);
            while (!stack.isEmpty()) {
                Value v = stack.peek();
                if (copies.containsKey(v)) {
                    stack.pop();
                    continue;
                }
                boolean ready = true;
                for (Value operand : v.op().operands().reversed()) {
                    if (!copies.containsKey(operand)) {
                        stack.push(operand);
                        ready = false;
                    }
                }
                if (ready) {
                    stack.pop();
                    g.at(v.origin());
                    copies.put(v, g.add(v.op().withOperands(v.op().operands().stream().map(copies::get).toList())));
                }
            }
        }
        return wanted.stream().map(copies::get).toList();
    }
}
