package dev.sinter.passes.differentiate;

import dev.sinter.ir.graph.Broadcast;
import dev.sinter.ir.graph.Cast;
import dev.sinter.ir.graph.Fold;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Parameter;
import dev.sinter.ir.graph.Part;
import dev.sinter.ir.graph.Pointwise;
import dev.sinter.ir.graph.Reshape;
import dev.sinter.ir.graph.Reverse;
import dev.sinter.ir.graph.Transpose;
import dev.sinter.ir.graph.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What the way back needs from the way forward. A region's body and its derivative are built as one graph; the values that do not depend on cotangents
/// can be computed on the way forward, and of these the way back gets
///
/// - for free: parameters that it can be given again, and what depends on loop-invariant parameters only;
/// - recomputed: elementwise functions of what it has anyway;
/// - stored: the rest. Instead of a view (a broadcast, say) its operand is stored.
final class Residuals {
    private Residuals() { }

    /// The values to be stored.
    ///
    /// @param parameters all parameters of the joint graph
    /// @param free       those of them that the way back has too
    /// @param invariant  those of `free` whose functions cost nothing to have again
    /// @param cotangents those of `parameters` that are known on the way back only
    /// @param gradients  what the way back computes
    static List<Value> choose(List<Value> parameters, List<Value> free, List<Value> invariant, List<Value> cotangents, List<Value> gradients) {
        var order = new Function("joint", parameters, gradients).values();
        Set<Value> backward = new HashSet<>(cotangents);
        for (Value v : order) {
            if (v.op().operands().stream().anyMatch(backward::contains)) {
                backward.add(v);
            }
        }
        Set<Value> needed = new HashSet<>();
        for (Value v : order) {
            if (backward.contains(v)) {
                v.op().operands().stream().filter(o -> !backward.contains(o)).forEach(needed::add);
            }
        }
        gradients.stream().filter(v -> !backward.contains(v)).forEach(needed::add);

        var forward = order.stream().filter(v -> !backward.contains(v)).toList();
        Set<Value> constant = new HashSet<>(invariant);
        for (Value v : forward) {
            if (!(v.op() instanceof Parameter) && constant.containsAll(v.op().operands())) {
                constant.add(v);
            }
        }
        Set<Value> available = new HashSet<>(free);
        available.addAll(constant);
        for (Value v : forward) {
            if (recomputable(v) && available.containsAll(v.op().operands())) {
                available.add(v);
            }
        }
        for (Value v : forward.reversed()) {
            if (needed.contains(v) && !available.contains(v) && isView(v)) {
                needed.add(v.op().operands().getFirst());
            }
        }
        var stored = new ArrayList<Value>();
        for (Value v : forward) {
            if (available.contains(v)) {
                continue;
            }
            if (recomputable(v) && available.containsAll(v.op().operands())) {
                available.add(v);
            } else if (needed.contains(v)) {
                stored.add(v);
                available.add(v);
            }
        }
        return stored;
    }

    private static boolean recomputable(Value v) {
        return v.op() instanceof Pointwise && !(v.op() instanceof Fold) || v.op() instanceof Part;
    }

    private static boolean isView(Value v) {
        return switch (v.op()) {
            case Broadcast _, Reshape _, Transpose _, Reverse _ -> true;
            case Cast c -> c.x().element().bytes() <= c.to().bytes();
            default -> false;
        };
    }
}
