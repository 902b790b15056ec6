package dev.sinter.passes.fuse;

import dev.sinter.ir.graph.Combine;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import dev.sinter.passes.schedule.Affine;
import dev.sinter.passes.schedule.Indices;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// A chain of [Combine]s, each along another axis of the same tile, and an elementwise value of the last one's result: computed together, a tile at a time, so
/// that nothing in between is ever in memory.
///
/// The root's axes are those of the last combination in some order, except that an axis of the root may be read as several digits, `h / m` and `h % m`, where a reshape has put
/// tiles, or blocks, side by side; and that an axis of the combination may be a number of several digits.
///
/// @param root  what is computed
/// @param chain the combinations, the first one first; the root may be the last of them
/// @param index for each axis of the last combination, how it is read: the digits of the index, the most significant one first; none for the index 0
public record Combination(Value root, List<Value> chain, List<List<At>> index) {
    /// A digit of an index of the root: `i / weight % extent`.
    ///
    /// @param axis   of the root
    /// @param weight how far apart along that axis two values of the digit are
    /// @param extent how many values the digit has
    public record At(int axis, Dim weight, Dim extent) { }

    /// Copies the lists.
    public Combination {
        chain = List.copyOf(chain);
        index = index.stream().map(List::copyOf).toList();
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
        var places = new ArrayList<List<At>>();
        for (int k = 0; k < index.size(); k++) {
            List<At> digits = root == last ? List.of(new At(k, Dim.ONE, root.dim(k))) : digits(index.get(k), last.dim(k), reads);
            if (digits == null) {
                return null;
            }
            places.add(digits);
        }
        var combination = new Combination(root, chain, places);
        return combination.covers() && combination.along() != null ? combination : null;
    }

    /// Whether an axis of the last combination is one of a tile.
    private boolean isSmall(int axis) {
        return chain.stream().anyMatch(v -> ((Combine) v.op()).axis() == axis);
    }

    /// The digit along which vectors go: the least significant one of the root's last axis, where it is all of an axis that is none of a tile's. Null if there is none.
    public At along() {
        for (int k = 0; k < index.size(); k++) {
            if (index.get(k).size() == 1 && index.get(k).getFirst().axis() == root.rank() - 1 && index.get(k).getFirst().weight().is(1)) {
                return isSmall(k) ? null : index.get(k).getFirst();
            }
        }
        return null;
    }

    /// The digits of an axis of the root, the least significant one first.
    private List<At> digits(int axis) {
        var all = new ArrayList<At>();
        Dim next = Dim.ONE;
        for (boolean found = true; found; ) {
            Dim weight = next;
            At digit = index.stream().flatMap(List::stream).filter(at -> at.axis() == axis && at.weight().equals(weight) && !all.contains(at)).findFirst().orElse(null);
            found = digit != null;
            if (found) {
                all.add(digit);
                next = next.times(digit.extent());
            }
        }
        return all;
    }

    /// Whether every axis of the root is the combination's: whole, or in digits. There may be a rest if they are a place in a tile of combinations and the number of the tile.
    private boolean covers() {
        int count = 0;
        for (int axis = 0; axis < root.rank(); axis++) {
            var digits = digits(axis);
            count += digits.size();
            Dim all = Dim.product(digits.stream().map(At::extent).toList());
            boolean exact = all.equals(root.dim(axis));
            boolean rest = digits.size() == 2 && isSmall(axisOf(digits.get(0))) && !isSmall(axisOf(digits.get(1))) && index.get(axisOf(digits.get(0))).size() == 1
                    && digits.get(1).extent().equals(root.dim(axis).plus(digits.get(0).extent()).minus(Dim.ONE).floorDiv(digits.get(0).extent()));
            if (!exact && !rest) {
                return false;
            }
        }
        return count == index.stream().mapToInt(List::size).sum();
    }

    private int axisOf(At digit) {
        return IntStream.range(0, index.size()).filter(k -> index.get(k).contains(digit)).findFirst().orElseThrow();
    }

    /// The digits of an index, if it is a number of such; null if not.
    private static List<At> digits(Object index, Dim extent, Reads reads) {
        if (!(index instanceof Affine a) || !a.constant().is(0)) {
            return null;
        }
        if (a.isConstant()) {
            return extent.is(1) ? List.of() : null;
        }
        var left = new LinkedHashMap<>(a.terms());
        var digits = new ArrayList<At>();
        Dim next = Dim.ONE;
        while (!left.isEmpty()) {
            Dim weight = next;
            var atom = left.entrySet().stream().filter(t -> t.getValue().equals(weight)).map(Map.Entry::getKey).findFirst().orElse(null);
            At digit = atom == null ? null : digit(atom, reads);
            if (digit == null) {
                return null;
            }
            left.remove(atom);
            digits.addFirst(digit);
            next = next.times(digit.extent());
        }
        return next.equals(extent) ? digits : null;
    }

    private static At digit(Affine.Atom atom, Reads reads) {
        return switch (atom) {
            case Affine.Name(var name) -> {
                int axis = axis(name, reads);
                yield axis < 0 ? null : new At(axis, Dim.ONE, reads.axes().get(axis).extent());
            }
            case Affine.Quotient(var x, var by) -> {
                At of = digit(x, reads);
                yield of == null ? null : new At(of.axis(), of.weight().times(by), of.extent().plus(by).minus(Dim.ONE).floorDiv(by));
            }
            case Affine.Remainder(var x, var by) -> {
                At of = digit(x, reads);
                yield of == null ? null : new At(of.axis(), of.weight(), by);
            }
        };
    }

    private static At digit(Affine x, Reads reads) {
        return x.constant().is(0) && x.terms().size() == 1 && x.terms().values().iterator().next().is(1) ? digit(x.terms().keySet().iterator().next(), reads) : null;
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
