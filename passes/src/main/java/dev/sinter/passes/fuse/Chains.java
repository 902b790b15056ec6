package dev.sinter.passes.fuse;

import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds contractions between tiles: groups that can be computed a block of tiles at a time.
final class Chains {
    private Chains() { }

    /// The groups, with such ones joined.
    ///
    /// @param reads  what each group loads; learns the new groups
    /// @param forced values that are read by others
    static List<Group> join(List<Group> groups, Map<Group, Set<Value>> reads, Set<Value> forced) {
        Map<Value, Group> makers = new IdentityHashMap<>();
        Map<Value, Integer> readers = new IdentityHashMap<>();
        for (Group g : groups) {
            g.roots().forEach(root -> makers.put(root, g));
            reads.get(g).forEach(v -> readers.merge(v, 1, Integer::sum));
        }
        var out = new ArrayList<Group>();
        var joined = Collections.newSetFromMap(new IdentityHashMap<Group, Boolean>());
        for (Group g : groups) {
            if (g instanceof Group.Tiles after && makers.get(after.combination().base()) instanceof Group.Product product && product.roots().size() == 1 && product.staged().isEmpty()
                    && product.roots().getFirst().op() instanceof Dot dot && makers.get(dot.a()) instanceof Group.Tiles before && before.combination().root() == dot.a()
                    && isPassed(dot.a(), readers, forced) && isPassed(product.roots().getFirst(), readers, forced)) {
                var rows = rows(before.combination(), dot, after.combination());
                if (rows.isPresent()) {
                    var chain = new Group.Chain(before, product, after, rows.get());
                    Set<Value> needs = Collections.newSetFromMap(new IdentityHashMap<>());
                    chain.groups().forEach(part -> needs.addAll(reads.get(part)));
                    chain.roots().forEach(needs::remove);
                    reads.put(chain, needs);
                    joined.addAll(chain.groups());
                    out.add(chain);
                    continue;
                }
            }
            out.add(g);
        }
        out.removeAll(joined);
        return out;
    }

    /// Whether a value is read by one group and by nothing else.
    private static boolean isPassed(Value v, Map<Value, Integer> readers, Set<Value> forced) {
        return readers.getOrDefault(v, 0) == 1 && !forced.contains(v);
    }

    /// The axes of tiles, if the contraction goes along the last axis of what is made of tiles, a place in a tile is a batch, and each row is a tile of both chains.
    private static Optional<List<Group.Chain.Rows>> rows(Combination before, Dot dot, Combination after) {
        int last = dot.a().rank() - 1;
        int batches = dot.batchA().size();
        if (!dot.contractA().equals(List.of(last)) || dot.freeB().size() != 1 || batches != before.chain().size() || batches != after.chain().size()) {
            return Optional.empty();
        }
        for (int k = 0; k < batches; k++) {
            if (axisOfRoot(before, before.op(k).axis()) < 0 || !dot.batchA().contains(axisOfRoot(before, before.op(k).axis())) || after.op(k).axis() >= batches) {
                return Optional.empty();
            }
        }
        var rows = new ArrayList<Group.Chain.Rows>();
        for (int k = 0; k < dot.freeA().size(); k++) {
            int axis = dot.freeA().get(k);
            Dim extent = dot.a().dim(axis);
            var made = before.index().stream().filter(at -> isWhole(at, axis, extent)).findFirst();
            var at = after.index().get(batches + k);
            boolean one = at.isEmpty() && extent.is(1);
            if (made.isEmpty() || !one && (at.size() != 1 || at.getFirst().equals(after.along()))) {
                return Optional.empty();
            }
            rows.add(new Group.Chain.Rows(made.get().getFirst(), one ? null : at.getFirst(), extent));
        }
        return Optional.of(rows);
    }

    private static boolean isWhole(List<Combination.At> digits, int axis, Dim extent) {
        return digits.size() == 1 && digits.getFirst().axis() == axis && digits.getFirst().weight().is(1) && digits.getFirst().extent().equals(extent);
    }

    /// The axis of the root that an axis of the last combination is; -1 if it is none by itself.
    private static int axisOfRoot(Combination c, int axis) {
        var digits = c.index().get(axis);
        return digits.size() == 1 && isWhole(digits, digits.getFirst().axis(), c.root().dim(digits.getFirst().axis())) ? digits.getFirst().axis() : -1;
    }
}
