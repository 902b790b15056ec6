package dev.sinter.passes.fuse;

import dev.sinter.ir.graph.Value;
import dev.sinter.passes.schedule.Affine;
import dev.sinter.passes.schedule.Indices;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// How an elementwise value reads the result of a contraction that it might be computed with.
public final class Epilogue {
    private Epilogue() { }

    /// For each axis of `product`, the axis of `root` at which it is read: a permutation of the axes that have more than one element; -1 for the others. Null if it is read
    /// otherwise, or not at all.
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
    /// further: a concatenation reads its first part at its own index, too. Axes of one element come and go.
    static List<Integer> permutation(Reads.Access access, Reads reads) {
        var axes = new ArrayList<Integer>();
        for (Object index : access.index()) {
            int axis = access.value().dim(axes.size()).is(1) ? -1 : axis(index, reads);
            if (axis < 0 ? !access.value().dim(axes.size()).is(1) : axes.contains(axis) || !reads.axes().get(axis).extent().equals(access.value().dim(axes.size()))) {
                return null;
            }
            axes.add(axis);
        }
        boolean all = IntStream.range(0, reads.axes().size()).allMatch(k -> axes.contains(k) || reads.axes().get(k).extent().is(1));
        return all ? axes : null;
    }

    /// The axis that an index is; -1 for none.
    private static int axis(Object index, Reads reads) {
        for (int k = 0; k < reads.axes().size(); k++) {
            if (index instanceof Affine a && a.constant().is(0) && a.terms().size() == 1 && a.coefficient(reads.axes().get(k).name()).is(1)) {
                return k;
            }
        }
        return -1;
    }
}
