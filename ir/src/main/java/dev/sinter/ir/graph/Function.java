package dev.sinter.ir.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// A closed function: everything its results need comes from its parameters. Compares by identity.
///
/// @param name       for people; unique among the entries of a module
/// @param parameters values whose op is [Parameter]
/// @param results    tensors
public record Function(String name, List<Value> parameters, List<Value> results) {
    /// Copies the lists and checks their form.
    public Function {
        parameters = List.copyOf(parameters);
        results = List.copyOf(results);
        for (Value p : parameters) {
            if (!(p.op() instanceof Parameter)) {
                throw new IllegalArgumentException("'" + p + "' is not a parameter");
            }
        }
        results.forEach(Value::tensor);
    }

    /// Every value that the results need and every parameter, operands before users, in an order that depends on the graph's structure only.
    /// Regions are not entered.
    public List<Value> values() {
        Set<Value> done = Collections.newSetFromMap(new IdentityHashMap<>());
        var order = new ArrayList<Value>();
        var stack = new ArrayDeque<Value>();
        parameters.forEach(p -> {
            if (done.add(p)) {
                order.add(p);
            }
        });
        Set<Value> opened = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Value result : results) {
            stack.push(result);
            while (!stack.isEmpty()) {
                Value v = stack.peek();
                if (done.contains(v)) {
                    stack.pop();
                } else if (opened.add(v)) {
                    for (Value operand : v.op().operands().reversed()) {
                        if (!done.contains(operand)) {
                            stack.push(operand);
                        }
                    }
                } else {
                    stack.pop();
                    done.add(v);
                    order.add(v);
                }
            }
        }
        return order;
    }

    @Override
    public boolean equals(Object that) {
        return this == that;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return "func " + name;
    }
}
