package dev.sinter.passes.lower;

import dev.sinter.ir.graph.Value;
import java.util.List;
import java.util.stream.Collectors;

/// What kernels are called.
final class Origins {
    private Origins() { }

    /// What a kernel computes, for people: its roots' ops, with the place in the source of the last.
    static String of(List<Value> roots) {
        String ops = roots.stream().map(v -> v.op().name()).collect(Collectors.joining(", "));
        String place = roots.getLast().origin().toString();
        return place.isEmpty() ? ops : ops + " at " + place;
    }

    /// A name for a kernel: its last root's op.
    static String kernel(List<Value> roots) {
        return roots.getLast().op().name();
    }
}
