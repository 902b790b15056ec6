package dev.sinter.passes.fuse;

import dev.sinter.ir.graph.Value;
import dev.sinter.passes.schedule.Affine;
import dev.sinter.passes.schedule.Indices;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// How an elementwise value reads the result of a contraction that it might be computed with.
public final class Epilogue {
    private Epilogue() { }

    /// For each axis of `product`, the axis of `root` at which it is read: a permutation. Null if it is read otherwise, or not at all.
    ///
    /// @param stops values that are read from memory
    public static List<Integer> axes(Value root, Value product, Predicate<Value> stops, Supplier<Indices> indices) {
        Reads reads = Reads.of(root, indices.get(), v -> v == product || stops.test(v));
        List<Integer> found = null;
        for (Reads.Access access : reads.accesses()) {
            if (access.value() == product) {
                var axes = permutation(access, reads);
                if (axes == null || found != null && !found.equals(axes)) {
                    return null;
                }
                found = axes;
            }
        }
        return found;
    }

    /// The axes of the reader that are the indices of an access, if each is one, each once, all are, and they run over all that is read and no
    /// further: a concatenation reads its first part at its own index, too.
    static List<Integer> permutation(Reads.Access access, Reads reads) {
        if (access.index().size() != reads.axes().size()) {
            return null;
        }
        var axes = new ArrayList<Integer>();
        for (Object index : access.index()) {
            int axis = -1;
            for (int k = 0; k < reads.axes().size(); k++) {
                if (index instanceof Affine a && a.constant().is(0) && a.terms().size() == 1 && a.coefficient(reads.axes().get(k).name()).is(1)) {
                    axis = k;
                }
            }
            if (axis < 0 || axes.contains(axis) || !reads.axes().get(axis).extent().equals(access.value().dim(axes.size()))) {
                return null;
            }
            axes.add(axis);
        }
        return axes;
    }
}
