package dev.sinter.passes.fuse;

import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Pointwise;
import dev.sinter.ir.graph.Reduce;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import dev.sinter.passes.schedule.Axis;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/// A group while it grows.
final class Draft {
    /// The arithmetic of one kernel's innermost body; more would not fit what virtual machines compile well.
    private static final double LARGEST = 200;
    private static final int MOST_ROOTS = 24;
    /// Inner axes shorter than this are no use for vectors.
    private static final int SHORT = 8;
    /// Rows below this number give too few members work.
    private static final double FEW_ROWS = 16;
    /// Work below this number of elements needs no second member.
    private static final double SMALL = 16384;
    /// More parts of a contraction's columns leave no registers for rows.
    private static final int MOST_PARTS = 6;

    final List<Value> roots = new ArrayList<>();
    final Set<Value> needs = Collections.newSetFromMap(new IdentityHashMap<>());
    /// Counts the groups of a function.
    private final int number;
    /// The numbers of the groups that must be computed before this one.
    private final BitSet before = new BitSet();
    private List<Dim> rows;
    private List<Dim> inner;
    private Reduce reduction;
    private List<Integer> order;
    private double cost;
    private Combination combination;
    private Quarters quarters;
    /// Of the last axis of a contraction's result, where values of the shape of a part have joined.
    private int parts = 1;

    /// A group of one root.
    Draft(int number, Value root, Reads reads) {
        this.number = number;
        roots.add(root);
        cost = reads == null ? 0 : reads.cost();
        if (root.op() instanceof Reduce reduce) {
            reduction = reduce;
            rows = root.shape().dims();
            inner = reduced(reduce);
        } else if (root.op() instanceof Pointwise && !Roots.hasManyParts(root)) {
            rows = root.shape().dims();
            inner = List.of();
        }
    }

    private static List<Dim> reduced(Reduce reduce) {
        return reduce.axes().stream().map(reduce.x()::dim).toList();
    }

    /// Whether the axes that a reduction removes are its operand's last.
    private static boolean isTrailing(Reduce reduce) {
        int kept = reduce.x().rank() - reduce.axes().size();
        return reduce.axes().equals(IntStream.range(kept, reduce.x().rank()).boxed().toList());
    }

    /// A group that no other root joins: a chain of combinations.
    Draft(int number, Combination combination) {
        this.number = number;
        roots.add(combination.root());
        this.combination = combination;
    }

    /// A group of a product by quarters.
    Draft(int number, Quarters quarters) {
        this.number = number;
        roots.add(quarters.result());
        this.quarters = quarters;
    }

    /// Whether the first root is a contraction.
    private boolean isProduct() {
        return roots.getFirst().op() instanceof Dot || quarters != null;
    }

    /// The finished group.
    ///
    /// @param staged what only this group's contraction reads, or null
    Group finish(Value staged) {
        if (combination != null) {
            return new Group.Tiles(combination);
        }
        if (isProduct()) {
            return new Group.Product(roots, parts, java.util.Optional.ofNullable(staged), java.util.Optional.ofNullable(quarters));
        }
        if (Roots.hasManyParts(roots.getFirst())) {
            return new Group.Parts(roots.getFirst());
        }
        return rows == null ? new Group.Single(roots.getFirst()) : new Group.Nest(rows, inner, roots);
    }

    /// Adds a root, or says why it cannot be computed here.
    ///
    /// @param stops values that are read from memory
    /// @return null if it was added
    String add(Value root, Reads reads, Predicate<Value> stops, java.util.function.Supplier<dev.sinter.passes.schedule.Indices> indices) {
        if (combination != null) {
            return "tiles of combinations are not left to others";
        }
        if (rows == null && !isProduct()) {
            return "'" + roots.getFirst().op().name() + "' has loops of its own";
        }
        if (Roots.hasManyParts(root)) {
            return "each of its many parts has loops of its own";
        }
        if (reads == null) {
            return "'" + root.op().name() + "' reads its operands many times";
        }
        if (cost + reads.cost() > LARGEST || roots.size() >= MOST_ROOTS) {
            return "the kernel would be too large";
        }
        String why = isProduct() ? epilogue(root, reads, stops, indices)
                : root.op() instanceof Reduce reduce ? reduction(root, reduce, reads) : elementwise(root, reads);
        if (why == null) {
            roots.add(root);
            cost += reads.cost();
        }
        return why;
    }

    private String epilogue(Value root, Reads reads, Predicate<Value> stops, java.util.function.Supplier<dev.sinter.passes.schedule.Indices> indices) {
        if (root.op() instanceof Reduce) {
            return "a reduction cannot follow a contraction in one kernel";
        }
        Value product = roots.getFirst();
        if (isPartOf(product, root)) {
            return ofParts(root, product, reads);
        }
        if (parts > 1) {
            return "the kernel has gone on with parts of the contraction";
        }
        boolean direct = reads.accesses().stream().anyMatch(a -> a.value() == product);
        if (roots.size() > 1 && !root.shape().equals(roots.get(1).shape())) {
            return "its shape " + root.shape() + " is not " + roots.get(1).shape();
        }
        if (roots.size() == 1 && !direct) {
            return "it does not read the contraction";
        }
        for (Reads.Access a : reads.accesses()) {
            if (a.value() != product && roots.contains(a.value()) && !reads.isInPlace(a)) {
                return "it reads '" + a.value().op().name() + "' at another index";
            }
        }
        if (direct) {
            List<Integer> axes = Epilogue.axes(root, product, stops, indices);
            if (axes == null || order != null && !order.equals(axes)) {
                return "it reads the contraction at another index";
            }
            order = axes;
        }
        return null;
    }

    /// Whether the shape is that of a part of the contraction's columns.
    private static boolean isPartOf(Value product, Value root) {
        int last = product.rank() - 1;
        if (last < 0 || root.rank() != product.rank() || !root.shape().dims().subList(0, last).equals(product.shape().dims().subList(0, last))
                || !root.dim(last).isConstant() || !product.dim(last).isConstant() || root.dim(last).value() < SHORT) {
            return false;
        }
        long count = product.dim(last).value() / root.dim(last).value();
        return count > 1 && count <= MOST_PARTS && count * root.dim(last).value() == product.dim(last).value();
    }

    /// Adds a root that has the shape of a part of the columns, or says why it cannot be computed here.
    private String ofParts(Value root, Value product, Reads reads) {
        int last = product.rank() - 1;
        long extent = root.dim(last).value();
        int count = (int) (product.dim(last).value() / extent);
        if (product.op() instanceof Dot dot && (!dot.batchA().isEmpty() || dot.freeA().size() > 1 || dot.freeB().size() != 1 || dot.contractA().size() != 1)) {
            return "the contraction is not a product of matrices";
        }
        if (parts > 1 && parts != count || order != null && !order.equals(IntStream.range(0, product.rank()).boxed().toList())) {
            return "it reads other parts of the contraction";
        }
        boolean any = false;
        for (Reads.Access a : reads.accesses()) {
            if (roots.contains(a.value())) {
                any = true;
                if (a.value().shape().equals(product.shape()) ? !isInPart(a, reads.axes(), extent) : !reads.isInPlace(a)) {
                    return "it reads '" + a.value().op().name() + "' at another index";
                }
            }
        }
        if (!any) {
            return "it does not read the contraction";
        }
        parts = count;
        return null;
    }

    /// Whether an access is at the axes themselves, but for a number of whole parts along the last one.
    private static boolean isInPart(Reads.Access access, List<Axis> axes, long extent) {
        int last = axes.size() - 1;
        return IntStream.range(0, last).allMatch(k -> Reads.isAxis(access.index().get(k), axes.get(k)))
                && access.index().get(last) instanceof dev.sinter.passes.schedule.Affine i && i.terms().size() == 1
                && i.coefficient(axes.get(last).name()).is(1) && i.constant().isConstant() && i.constant().value() % extent == 0;
    }

    private String elementwise(Value root, Reads reads) {
        List<Dim> shape = root.shape().dims();
        if (shape.equals(rows)) {
            return misread(reads, List.of(), reads.axes());
        }
        if (inner.isEmpty()) {
            if (reduction != null || shape.size() <= rows.size() || !shape.subList(0, rows.size()).equals(rows)) {
                return "its shape " + root.shape() + " is not " + rows;
            }
            if (rows.isEmpty()) {
                return "a scalar is loaded as easily as computed";
            }
            List<Dim> rest = shape.subList(rows.size(), shape.size());
            String why = unfit(rows, rest, reads);
            if (why == null) {
                inner = rest;
            }
            return why;
        }
        var both = new ArrayList<>(rows);
        both.addAll(inner);
        if (!shape.equals(both) || reduction != null && !isTrailing(reduction)) {
            return "its shape " + root.shape() + " is neither " + rows + " nor " + both;
        }
        return unfit(rows, inner, reads);
    }

    private String reduction(Value root, Reduce reduce, Reads reads) {
        List<Dim> kept = root.shape().dims();
        List<Dim> removed = reduced(reduce);
        if (reduction != null) {
            boolean same = reduce.axes().equals(reduction.axes()) && reduce.x().shape().equals(reduction.x().shape());
            if (!same) {
                return "it reduces " + reduce.x().shape() + " along " + reduce.axes() + ", the kernel " + reduction.x().shape() + " along " + reduction.axes();
            }
            return misread(reads, reads.axes(), keptAxes(reduce, reads));
        }
        if (kept.equals(rows) && (inner.isEmpty() || inner.equals(removed) && isTrailing(reduce))) {     // rows computed before, and perhaps columns
            String why = inner.isEmpty() ? misread(reads, List.of(), keptAxes(reduce, reads)) : unfit(rows, inner, reads);
            if (why == null) {
                reduction = reduce;
                inner = removed;
            }
            return why;
        }
        if (inner.isEmpty() && reduce.x().shape().dims().equals(rows) && isTrailing(reduce)) {           // what is reduced is computed here
            String narrow = narrow(kept, removed);
            if (narrow != null) {
                return narrow;
            }
            for (Reads.Access a : reads.accesses()) {
                if (roots.contains(a.value()) && !reads.isInPlace(a)) {
                    return "it reads '" + a.value().op().name() + "' at another index";
                }
            }
            rows = kept;
            inner = removed;
            reduction = reduce;
            return null;
        }
        return "it reduces " + reduce.x().shape() + " along " + reduce.axes() + ", the kernel computes " + rows;
    }

    private static List<Axis> keptAxes(Reduce reduce, Reads reads) {
        return IntStream.range(0, reads.axes().size()).filter(k -> !reduce.axes().contains(k)).mapToObj(reads.axes()::get).toList();
    }

    /// Why loops over `inner` within `rows` would be slow or wrong for a root of all these axes; null if they are fine.
    private String unfit(List<Dim> rows, List<Dim> inner, Reads reads) {
        String narrow = narrow(rows, inner);
        return narrow != null ? narrow : misread(reads, reads.axes(), reads.axes().subList(0, rows.size()));
    }

    private static String narrow(List<Dim> rows, List<Dim> inner) {
        Dim last = inner.getLast();
        if (last.isConstant() && last.value() < SHORT) {
            return "the inner axis of " + last + " is too short for vectors";
        }
        double parallel = rows.stream().mapToDouble(Roots::size).reduce(1, (x, y) -> x * y);
        double elements = inner.stream().mapToDouble(Roots::size).reduce(parallel, (x, y) -> x * y);
        if (parallel < FEW_ROWS && elements > SMALL) {
            return "with " + rows + " as rows few threads would have work";
        }
        return null;
    }

    /// Whether the reader reads this group's roots where they are made: those of the rows at the row's axes, others at all axes.
    private String misread(Reads reads, List<Axis> all, List<Axis> row) {
        for (Reads.Access a : reads.accesses()) {
            if (roots.contains(a.value()) && !isAt(a, isRow(a.value()) ? row : all)) {
                return "it reads '" + a.value().op().name() + "' at another index";
            }
        }
        return null;
    }

    private boolean isRow(Value root) {
        return root.rank() == rows.size();
    }

    private static boolean isAt(Reads.Access access, List<Axis> axes) {
        return access.index().size() == axes.size()
                && IntStream.range(0, axes.size()).allMatch(k -> Reads.isAxis(access.index().get(k), axes.get(k)));
    }

    /// Whether this group needs, perhaps through others, what `other` computes.
    boolean isAfter(Draft other) {
        return before.get(other.number);
    }

    /// Takes note that this group needs what another one computes.
    ///
    /// @param all the groups so far: those that need this one need the other one now
    void follow(Draft other, Collection<Draft> all) {
        if (other == this || isAfter(other)) {
            return;
        }
        before.or(other.before);
        before.set(other.number);
        for (Draft d : all) {
            if (d.isAfter(this)) {
                d.before.or(before);
            }
        }
    }
}
