package dev.sinter.passes.fuse;

import dev.sinter.ir.graph.Combine;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.loop.Expr;
import dev.sinter.passes.schedule.Affine;
import dev.sinter.passes.schedule.Indices;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// A chain of [Combine]s, each along another axis of the same tile, and an elementwise value of the last one's result: computed together, a tile at a time, so
/// that nothing in between is ever in memory.
///
/// The root's axes are those of the last combination in some order, except that one axis of the root may run over tiles and within a tile: it is then read as
/// `h / m` and `h % m`, where a reshape has put tiles side by side.
///
/// @param root  what is computed
/// @param chain the combinations, the first one first; the root may be the last of them
/// @param index for each axis of the last combination, how it is read
public record Combination(Value root, List<Value> chain, List<At> index) {
    /// How an axis of the last combination is read.
    ///
    /// @param axis of the root; -1 if the index is 0
    /// @param part whether all of that axis, the number of its tile, or the place in the tile
    /// @param tile the extent of a tile, where the axis runs over several
    public record At(int axis, Part part, long tile) { }

    /// What of an axis is meant.
    public enum Part { WHOLE, NUMBER, PLACE }

    /// Copies the lists.
    public Combination {
        chain = List.copyOf(chain);
        index = List.copyOf(index);
    }

    /// The last of the chain.
    public Value last() {
        return chain.getLast();
    }

    /// Combination `k` of the chain.
    public Combine op(int k) {
        return (Combine) chain.get(k).op();
    }

    /// What the first combination reads.
    public Value base() {
        return op(0).x();
    }

    /// The combination that `root` is or reads, with the index at which it does; null if there is none, or several, or it is read in another way.
    ///
    /// @param stops values that are in memory
    static Combination of(Value root, Predicate<Value> stops, Supplier<Indices> indices) {
        Value last = root;
        List<Object> index;
        Reads reads = Reads.of(root, indices.get(), v -> v.op() instanceof Combine || stops.test(v));
        if (root.op() instanceof Combine) {
            index = new ArrayList<>(reads.axes().stream().map(a -> (Object) a).toList());
        } else {
            var found = reads.accesses().stream().filter(a -> a.value().op() instanceof Combine && !stops.test(a.value())).toList();
            if (found.size() != 1 || found.getFirst().guarded()) {
                return null;
            }
            last = found.getFirst().value();
            index = found.getFirst().index();
        }
        var chain = new ArrayList<Value>();
        for (Value v = last; v.op() instanceof Combine c && (v == last || !stops.test(v)); v = c.x()) {
            chain.addFirst(v);
        }
        var small = chain.stream().map(v -> ((Combine) v.op()).axis()).toList();
        if (small.stream().distinct().count() != small.size()) {
            return null;
        }
        var places = new ArrayList<At>();
        for (int k = 0; k < index.size(); k++) {
            At at = root == last ? new At(k, Part.WHOLE, 1) : at(index.get(k), last, k, reads);
            if (at == null || at.part() == Part.PLACE && !small.contains(k) || at.part() == Part.NUMBER && small.contains(k)) {
                return null;
            }
            places.add(at);
        }
        int lastAxis = lastAxis(places, root);
        return covers(places, root) && lastAxis >= 0 && !small.contains(lastAxis) ? new Combination(root, chain, places) : null;
    }

    /// The axis of the combination that is the root's last.
    private static int lastAxis(List<At> places, Value root) {
        for (int k = 0; k < places.size(); k++) {
            if (places.get(k).axis() == root.rank() - 1 && places.get(k).part() == Part.WHOLE) {
                return k;
            }
        }
        return -1;
    }

    /// Whether every axis of the root is one of the combination's, or is a number and a place of the same tiles.
    private static boolean covers(List<At> places, Value root) {
        for (int axis = 0; axis < root.rank(); axis++) {
            int of = axis;
            var here = places.stream().filter(p -> p.axis() == of).toList();
            boolean whole = here.size() == 1 && here.getFirst().part() == Part.WHOLE;
            boolean split = here.size() == 2 && here.stream().noneMatch(p -> p.part() == Part.WHOLE) && here.get(0).part() != here.get(1).part()
                    && here.get(0).tile() == here.get(1).tile();
            if (!whole && !split && !(here.isEmpty() && root.dim(axis).is(1))) {
                return false;
            }
        }
        return true;
    }

    private static At at(Object index, Value last, int k, Reads reads) {
        if (!(index instanceof Affine a)) {
            return null;
        }
        if (a.isConstant() && a.constant().is(0) && last.dim(k).is(1)) {
            return new At(-1, Part.WHOLE, 1);
        }
        if (!a.constant().is(0) || a.terms().size() != 1 || !a.terms().values().iterator().next().is(1)) {
            return null;
        }
        return switch (a.terms().keySet().iterator().next()) {
            case Affine.Name(var name) -> {
                int axis = axis(name, reads);
                yield axis >= 0 && reads.axes().get(axis).extent().equals(last.dim(k)) ? new At(axis, Part.WHOLE, 1) : null;
            }
            case Affine.Quotient(var x, var by) -> split(x, by, Part.NUMBER, reads);
            case Affine.Remainder(var x, var by) -> last.dim(k).equals(by) ? split(x, by, Part.PLACE, reads) : null;
        };
    }

    private static At split(Affine x, dev.sinter.ir.type.Dim by, Part part, Reads reads) {
        boolean plain = by.isConstant() && x.constant().is(0) && x.terms().size() == 1 && x.terms().values().iterator().next().is(1);
        int axis = plain && x.terms().keySet().iterator().next() instanceof Affine.Name(var name) ? axis(name, reads) : -1;
        return axis < 0 ? null : new At(axis, part, by.value());
    }

    private static int axis(Expr.Var name, Reads reads) {
        for (int k = 0; k < reads.axes().size(); k++) {
            if (reads.axes().get(k).name() == name) {
                return k;
            }
        }
        return -1;
    }
}
