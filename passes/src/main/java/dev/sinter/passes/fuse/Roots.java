package dev.sinter.passes.fuse;

import dev.sinter.ir.graph.Combine;
import dev.sinter.ir.graph.Concat;
import dev.sinter.ir.graph.Constant;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Fill;
import dev.sinter.ir.graph.Pad;
import dev.sinter.ir.graph.Pointwise;
import dev.sinter.ir.graph.Reduce;
import dev.sinter.ir.graph.Reshape;
import dev.sinter.ir.graph.Transpose;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Window;
import dev.sinter.ir.type.Dim;
import dev.sinter.passes.rewrite.ThinProduct;
import dev.sinter.passes.schedule.Indices;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// Decides which values are roots. What is not pointwise is one; so is what must be in memory (a result, an operand of an op with loops of its own) and what
/// would be computed again so often that a store and loads are cheaper; so is the last of the elementwise values that follow a contraction, which are computed
/// with it.
final class Roots {
    /// What a name of a dim is taken for when sizes are compared.
    private static final long TYPICAL = 32;
    /// The arithmetic up to which pointwise values are computed where they are read.
    private static final double LONGEST = 200;
    /// The arithmetic up to which a value is rather computed again than stored beside the one that it is made of.
    private static final double CHEAP = 2;
    private static final double LOAD = 2;
    private static final double STORE = 4;

    private final Supplier<Indices> indices;
    private final Map<Value, Reads> local = new IdentityHashMap<>();
    private final Map<Value, Double> chain = new IdentityHashMap<>();
    private final Map<Value, Double> demand = new IdentityHashMap<>();
    /// Pointwise values that can be computed where a contraction's result is stored.
    private final Set<Value> epilogues = Collections.newSetFromMap(new IdentityHashMap<>());
    /// Values that some epilogue reads in place.
    private final Set<Value> continued = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Value> roots = Collections.newSetFromMap(new IdentityHashMap<>());
    /// Combinations that only other combinations read.
    private final Set<Value> within = Collections.newSetFromMap(new IdentityHashMap<>());
    /// For each combination that no other one reads, the pointwise values that could be computed where its result is stored, operands first.
    private final Map<Value, List<Value>> following = new LinkedHashMap<>();
    private final Map<Value, Value> headOf = new IdentityHashMap<>();
    private final Map<Value, List<Value>> users = new IdentityHashMap<>();
    /// What combinations read their tiles through: pads and windows, whose arithmetic is the same for all lanes.
    private final Set<Value> seenThrough = Collections.newSetFromMap(new IdentityHashMap<>());
    /// Roots for no other reason than that it would be dear to compute them again.
    private final Set<Value> dear = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<Value, Combination> combinations = new IdentityHashMap<>();
    private final Set<Value> inTiles = Collections.newSetFromMap(new IdentityHashMap<>());
    /// Products by quarters that are one kernel, and what is computed on the way to them.
    private final Map<Value, Quarters> quarters = new IdentityHashMap<>();
    private final Set<Value> inQuarters = Collections.newSetFromMap(new IdentityHashMap<>());

    private Roots(Supplier<Indices> indices) {
        this.indices = indices;
    }

    /// The roots among `values`, which are in order, operands first.
    ///
    /// @param given  values that are in memory already
    /// @param forced values that must be in memory
    static Roots of(List<Value> values, Set<Value> given, Set<Value> forced, Supplier<Indices> indices) {
        var roots = new Roots(indices);
        for (Value v : values) {
            v.op().operands().stream().distinct().forEach(operand -> roots.users.computeIfAbsent(operand, x -> new ArrayList<>()).add(v));
        }
        values.forEach(v -> roots.quarters(v, given, forced));
        for (Value v : values) {
            roots.forward(v, given.contains(v), forced.contains(v));
        }
        List.copyOf(roots.following.keySet()).forEach(roots::tiles);
        for (Value v : values.reversed()) {
            roots.backward(v);
        }
        roots.roots.removeAll(given);
        return roots;
    }

    /// The roots.
    Set<Value> all() {
        return roots;
    }

    /// The chain of combinations that a root is computed with, or null.
    Combination combination(Value root) {
        return combinations.get(root);
    }

    /// How a root is computed by quarters, or null.
    Quarters quarters(Value root) {
        return quarters.get(root);
    }

    /// Whether a value is put together of so many parts that each has loops of its own.
    static boolean hasManyParts(Value v) {
        return v.op() instanceof Concat c && c.hasManyParts();
    }

    /// The number of elements, names taken for typical numbers.
    static double elements(Value v) {
        if (!isTensor(v)) {
            return 0;
        }
        double n = 1;
        for (Dim d : v.shape()) {
            n *= size(d);
        }
        return n;
    }

    /// A dim's value, names taken for typical numbers.
    static double size(Dim d) {
        if (d.isConstant()) {
            return d.value();
        }
        var names = new HashMap<String, Long>();
        d.names().forEach(name -> names.put(name, TYPICAL));
        return Math.max(1, d.evaluate(names));
    }

    private static boolean isTensor(Value v) {
        return v.type() instanceof dev.sinter.ir.type.Type.Tensor;
    }

    /// Notes a thin product by quarters, of which nothing else reads anything on the way.
    private void quarters(Value v, Set<Value> given, Set<Value> forced) {
        Quarters q = given.contains(v) ? null : Quarters.of(v);
        if (q != null && ThinProduct.is(v, elements(q.dot().a()) * 4 / 7, x -> users.getOrDefault(x, List.of())) && q.within().stream().allMatch(x -> !given.contains(x) && !forced.contains(x) && users.get(x).size() == 1)) {
            quarters.put(v, q);
            inQuarters.addAll(q.within());
        }
    }

    private boolean isProduct(Value v) {
        return v.op() instanceof Dot || quarters.containsKey(v);
    }

    private void forward(Value v, boolean given, boolean forced) {
        if (inQuarters.contains(v) || quarters.containsKey(v)) {
            if (quarters.containsKey(v)) {
                roots.add(v);
            }
            chain.put(v, LOAD);
            return;
        }
        if (given || v.op() instanceof Constant || !(v.op() instanceof Pointwise)) {
            if (!(v.op() instanceof Constant)) {
                roots.add(v);
            }
            chain.put(v, LOAD);
            return;
        }
        Reads reads = Reads.of(v, indices.get(), operand -> true);
        local.put(v, reads);
        if (v.op() instanceof Combine) {
            chain.put(v, LOAD);
            headOf.put(v, v);
            if (forced || !users.get(v).stream().allMatch(u -> u.op() instanceof Combine)) {
                following.put(v, new ArrayList<>());
            } else {
                within.add(v);
            }
            if (forced) {
                roots.add(v);
            }
            return;
        }
        var heads = reads.accesses().stream().map(a -> headOf.get(a.value())).filter(following::containsKey).distinct().toList();
        if (!heads.isEmpty()) {
            Value latest = following.keySet().stream().filter(heads::contains).reduce((x, y) -> y).orElseThrow();
            heads.stream().filter(h -> h != latest).forEach(this::tiles);
            if (reads.accesses().stream().anyMatch(a -> headOf.get(a.value()) == latest)) {
                headOf.put(v, latest);
                following.get(latest).add(v);
            }
        }
        double cost = reads.cost();
        for (Reads.Access a : reads.accesses()) {
            cost += roots.contains(a.value()) ? LOAD : chain.get(a.value());
        }
        chain.put(v, cost);
        var products = reads.accesses().stream().filter(a -> isProduct(a.value()) || epilogues.contains(a.value())).toList();
        if (products.size() == 1 && !isCheapBeside(v, reads, products.getFirst().value()) && Epilogue.permutation(products.getFirst(), reads) != null) {
            epilogues.add(v);
            continued.add(products.getFirst().value());
        }
        if (forced || cost > LONGEST || hasManyParts(v)) {
            roots.add(v);
            if (!forced && !hasManyParts(v)) {
                dear.add(v);
            }
        }
    }

    /// Whether a value is so cheap to compute from a value that follows a contraction, and from nothing else, that it is not stored with it: the other one is in
    /// memory anyway, since sums are taken of it.
    private boolean isCheapBeside(Value v, Reads reads, Value followed) {
        return epilogues.contains(followed) && reads.cost() <= CHEAP && reads.accesses().stream().allMatch(a -> a.value() == followed || a.value().op() instanceof Fill)
                && users.get(followed).stream().anyMatch(u -> u != v && isSummed(u));
    }

    /// Whether a value is a contraction or reduction, or a view that is read by one.
    private boolean isSummed(Value v) {
        return v.op() instanceof Dot || v.op() instanceof Reduce
                || (v.op() instanceof Window || v.op() instanceof Transpose || v.op() instanceof Reshape) && users.getOrDefault(v, List.of()).stream().anyMatch(this::isSummed);
    }

    /// Whether lines of a pad would be gathered through a transpose.
    private boolean isPaddedSideways(Value v) {
        return v.op() instanceof Transpose t && t.order().getLast() != v.rank() - 1
                && users.getOrDefault(v, List.of()).stream().anyMatch(u -> u.op() instanceof Pad && !seenThrough.contains(u));
    }

    private void backward(Value v) {
        if (!isTensor(v) || inQuarters.contains(v)) {
            return;
        }
        if (quarters.containsKey(v)) {
            quarters.get(v).dot().operands().forEach(sums -> sums.op().operands().forEach(x -> want(x, elements(x))));
            return;
        }
        double elements = Math.max(1, elements(v));
        double wanted = demand.getOrDefault(v, 0.0);
        if (v.op() instanceof Combine c) {
            combine(v, c, wanted);
            return;
        }
        if (local.containsKey(v) && !roots.contains(v) && !inTiles.contains(v)) {
            double times = wanted / elements;
            double cost = chain.get(v);
            boolean inMemory = local.get(v).accesses().size() == 1 && local.get(v).cost() == 0;
            if (isLastOfEpilogue(v) && wanted > 0 || isPaddedSideways(v) && wanted > 0
                    || !inMemory && !seenThrough.contains(v) && (times - 1) * (cost - LOAD) > STORE + LOAD * times) {
                roots.add(v);
            }
        }
        double evaluated = roots.contains(v) ? elements : wanted;
        switch (v.op()) {
            case Reduce reduce -> want(reduce.x(), elements(reduce.x()));
            case Dot dot -> {
                contracted(dot.a(), elements * product(dot, dot.contractA()));
                contracted(dot.b(), elements * product(dot, dot.contractA()));
            }
            case Concat c when c.hasManyParts() -> c.parts().forEach(part -> want(part, elements(part)));
            default -> {
                if (local.containsKey(v)) {
                    local.get(v).accesses().forEach(a -> want(a.value(), evaluated));
                }
            }
        }
    }

    /// Chooses the value that is computed with a combination: the last one that follows it such that nothing before is wanted elsewhere.
    private void tiles(Value head) {
        var all = new ArrayList<Value>();
        all.add(head);
        all.addAll(following.remove(head));
        for (int k = all.size() - 1; k > 0; k--) {
            var inside = all.subList(0, k + 1);
            var before = all.subList(0, k);
            boolean alone = before.stream().allMatch(v -> (!roots.contains(v) || dear.contains(v)) && inside.containsAll(users.get(v)));
            Combination c = alone ? Combination.of(all.get(k), x -> isGiven(x) && !before.contains(x), indices) : null;
            if (c != null) {
                roots.removeAll(before.stream().filter(dear::contains).toList());
                roots.add(all.get(k));
                combinations.put(all.get(k), c);
                inTiles.addAll(inside);
                return;
            }
        }
    }

    private boolean isGiven(Value v) {
        return roots.contains(v) && !(v.op() instanceof Combine);
    }

    private void combine(Value v, Combine c, double wanted) {
        if (!inTiles.contains(v) && !within.contains(v) && wanted > 0) {
            roots.add(v);
        }
        if (roots.contains(v)) {
            Combination own = Combination.of(v, x -> x != v && roots.contains(x), indices);
            if (own != null) {
                combinations.put(v, own);
            }
        }
        int along = v.rank() - 1;                              // where the axis of the vectors is
        Value turned = null;
        Value seen = c.x();
        while (local.containsKey(seen) && (seen.op() instanceof Pad || isView(seen))) {
            seenThrough.add(seen);
            if (seen.op() instanceof Transpose t) {
                turned = along == seen.rank() - 1 ? seen : turned;
                along = t.order().get(along);
            } else if (seen.op() instanceof Reshape) {
                turned = null;
                break;
            }
            seen = seen.op().operands().getFirst();
        }
        if (turned != null && along != seen.rank() - 1) {      // vectors would be gathered, again and again
            roots.add(turned);
        }
        want(c.x(), Math.max(1, elements(c.x())));
    }

    private static double product(Dot dot, List<Integer> axes) {
        return axes.stream().mapToDouble(k -> size(dot.a().dim(k))).reduce(1, (x, y) -> x * y);
    }

    private boolean isLastOfEpilogue(Value v) {
        return epilogues.contains(v) && !continued.contains(v);
    }

    /// An operand of a contraction is read many times, so it is computed on the way only if it is another view of what is in memory. Where a contraction's result is
    /// stored with its axes exchanged, it is stored like that at once.
    private void contracted(Value operand, double times) {
        Value seen = operand;
        while (local.containsKey(seen) && !roots.contains(seen)) {
            if (!isView(seen) || isLastOfEpilogue(seen)) {
                roots.add(seen);
            } else if (local.get(seen).accesses().isEmpty()) {
                break;
            } else {
                seen = local.get(seen).accesses().getFirst().value();
            }
        }
        want(operand, times);
    }

    /// Whether an element is an element of another value at a position linear in the axes, without arithmetic.
    private boolean isView(Value v) {
        Reads reads = local.get(v);
        return reads.cost() == 0 && (reads.accesses().isEmpty()
                || reads.accesses().size() == 1 && reads.accesses().getFirst().isLinear() && !reads.accesses().getFirst().guarded());
    }

    private void want(Value v, double times) {
        if (isTensor(v)) {
            demand.merge(v, times, Double::sum);
        }
    }
}
