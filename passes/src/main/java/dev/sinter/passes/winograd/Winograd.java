package dev.sinter.passes.winograd;

import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Origin;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.ElementType;
import dev.sinter.passes.rewrite.Fixed;
import dev.sinter.passes.rewrite.Rewrite;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Replaces convolutions by filters of 3 × 3 by ones that multiply less, where they are faster for it.
///
/// The filters are transformed ahead of calls, so they have to be the same at every call: made of state that the function does not write. Training steps
/// keep their convolutions.
public final class Winograd {
    private Winograd() { }

    /// The module with convolutions replaced where that pays.
    public static Module run(Module m) {
        return Rewrite.entries(m, e -> rewritten(e.function(), Fixed.of(e)));
    }

    /// A convolution that was found, and what becomes of it.
    ///
    /// @param function in which it is
    /// @param from     where it comes from
    /// @param sizes    its channels, filters and positions
    /// @param choice   how it is computed, and why
    public record Found(String function, Origin from, String sizes, String choice) { }

    /// The convolutions by filters of 3 × 3 in steps of 1 of a module that has not gone through [#run].
    public static List<Found> convolutions(Module m) {
        var found = new ArrayList<Found>();
        for (Module.Entry e : m.entries()) {
            Set<Value> fixed = Fixed.of(e);
            for (Value v : e.function().values()) {
                Convolution c = v.op() instanceof Dot d ? Convolution.of(d) : null;
                if (c != null) {
                    String choice = v.element() != ElementType.F32 ? "as it is, since it is not in f32"
                            : !fixed.contains(c.weight()) ? "as it is, since its filters are not the same at every call" : Choice.of(c).toString();
                    found.add(new Found(e.name(), v.origin(), c.channels() + " to " + c.filters() + " at " + c.positions(0) + " × " + c.positions(1), choice));
                }
            }
        }
        return found;
    }

    private static Function rewritten(Function f, Set<Value> fixed) {
        boolean any = f.values().stream().anyMatch(v -> way(v, fixed) != null);
        return !any ? f : Rewrite.function(f, (before, op, g) -> {
            Interpolation way = way(before, fixed);
            return way == null ? Rewrite.keep(op, g) : List.of(Convolution.of((Dot) op).byTiles(way, g));
        });
    }

    private static Interpolation way(Value v, Set<Value> fixed) {
        if (!(v.op() instanceof Dot d) || v.element() != ElementType.F32) {
            return null;
        }
        Convolution c = Convolution.of(d);
        return c != null && fixed.contains(c.weight()) ? Choice.of(c).way() : null;
    }
}
