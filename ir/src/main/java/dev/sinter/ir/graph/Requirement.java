package dev.sinter.ir.graph;

import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What must hold among the dims of a call, lest a shape have a negative extent or an op read beyond its operand: a window of 5 over `N` elements
/// requires `N-5` not to be negative. Whoever calls a function checks its requirements first; what holds for every call is not one.
///
/// @param notNegative the dim that must be at least 0
/// @param because     the value that needs it, for messages: `%3 = window`
public record Requirement(Dim notNegative, String because) {
    /// The requirements of a function and its regions, each dim once, in the order of the values.
    public static List<Requirement> of(Function function) {
        var found = new ArrayList<Requirement>();
        collect(function, new HashSet<>(), Collections.newSetFromMap(new IdentityHashMap<>()), found);
        return found;
    }

    private static void collect(Function function, Set<Dim> seen, Set<Function> entered, List<Requirement> found) {
        if (!entered.add(function)) {
            return;
        }
        var names = new Names(function);
        for (Value v : function.values()) {
            v.op().regions().forEach(region -> collect(region, seen, entered, found));   // first, so that the innermost value is named
            Stream<Type.Tensor> types = v.type() instanceof Type.Tuple(var parts) ? parts.stream() : Stream.of(v.tensor());
            Stream.concat(v.op().room().stream(), types.flatMap(t -> t.shape().dims().stream()))
                    .filter(d -> !d.isNonNegative() && seen.add(d))
                    .forEach(d -> found.add(new Requirement(d, names.of(v) + " = " + v.op().name())));
        }
    }

    /// Throws unless this holds.
    ///
    /// @param dims the dims of the call
    /// @throws IllegalArgumentException naming the value that needs it
    public void check(Map<String, Long> dims) {
        long value = notNegative.evaluate(dims);
        if (value < 0) {
            var involved = new TreeMap<>(dims);
            involved.keySet().retainAll(notNegative.names());
            throw new IllegalArgumentException(because + " requires " + notNegative + " >= 0, and it is " + value + " with " + involved);
        }
    }
}
