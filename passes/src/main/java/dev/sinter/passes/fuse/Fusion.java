package dev.sinter.passes.fuse;

import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Pad;
import dev.sinter.ir.graph.Parameter;
import dev.sinter.ir.graph.Part;
import dev.sinter.ir.graph.Pointwise;
import dev.sinter.ir.graph.Reduce;
import dev.sinter.ir.graph.Value;
import dev.sinter.passes.schedule.Indices;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// The kernels of a function: groups of roots.
///
/// @param groups    such that each can find what it reads, in some order
/// @param reads     for each group, the values from elsewhere that it loads: roots of other groups, parameters, constants
/// @param decisions what was considered
public record Fusion(List<Group> groups, Map<Group, Set<Value>> reads, List<Decision> decisions) {
    /// Groups the values of a function.
    ///
    /// @param values  operands first
    /// @param results values that must be in memory at the end
    /// @param indices makes a table that knows the dims of the program
    public static Fusion of(List<Value> values, List<Value> results, Supplier<Indices> indices) {
        return new Grouping(values, results, indices).group();
    }

    private static final class Grouping {
        /// How many groups that read the same value are tried.
        private static final int SIBLINGS = 4;

        private final List<Value> values;
        private final Supplier<Indices> indices;
        private final Set<Value> given = Collections.newSetFromMap(new IdentityHashMap<>());
        private final Set<Value> forced = Collections.newSetFromMap(new IdentityHashMap<>());
        private final Roots combinations;
        private final Set<Value> roots;
        private final Map<Value, Draft> home = new IdentityHashMap<>();
        private final Map<Value, List<Draft>> readers = new IdentityHashMap<>();
        private final Set<Draft> drafts = new LinkedHashSet<>();
        private final List<Decision> decisions = new ArrayList<>();

        Grouping(List<Value> values, List<Value> results, Supplier<Indices> indices) {
            this.values = values;
            this.indices = indices;
            forced.addAll(results);
            for (Value v : values) {
                if (v.op() instanceof Parameter) {
                    given.add(v);
                } else if (!(v.op() instanceof Pointwise || v.op() instanceof Reduce || v.op() instanceof Dot || v.op() instanceof Part)) {
                    forced.addAll(v.op().operands());
                }
            }
            this.combinations = Roots.of(values, given, forced, indices);
            this.roots = combinations.all();
        }

        Fusion group() {
            for (Value v : values) {
                if (roots.contains(v) && !(v.op() instanceof Part)) {
                    place(v);
                }
            }
            var groups = new ArrayList<Group>();
            Map<Group, Set<Value>> reads = new IdentityHashMap<>();
            Map<Draft, Draft> staged = new IdentityHashMap<>();
            Set<Draft> within = Collections.newSetFromMap(new IdentityHashMap<>());
            for (Draft d : drafts) {
                Draft reader = onlyReader(d);
                if (reader != null && staged.putIfAbsent(reader, d) == null) {
                    padded(d, within);
                }
            }
            for (Draft d : drafts) {
                if (staged.containsValue(d) || within.contains(d)) {
                    continue;
                }
                Draft inside = staged.get(d);
                Group g = d.finish(inside == null ? null : inside.roots.getFirst());
                groups.add(g);
                Set<Value> needs = Collections.newSetFromMap(new IdentityHashMap<>());
                needs.addAll(d.needs);
                if (inside != null) {
                    needs.removeAll(inside.roots);
                    needs.addAll(inside.needs);
                }
                d.roots.forEach(needs::remove);
                reads.put(g, needs);
            }
            return new Fusion(Chains.join(groups, reads, forced), reads, decisions);
        }

        /// The group of the contraction that alone reads a padded value, as one of its operands; null if there is none.
        private Draft onlyReader(Draft d) {
            Value made = d.roots.getFirst();
            if (d.roots.size() != 1 || !(made.op() instanceof Pad) || forced.contains(made)) {
                return null;
            }
            var all = readers.getOrDefault(made, List.of()).stream().distinct().toList();
            if (all.size() != 1 || !(all.getFirst().roots.getFirst().op() instanceof Dot dot)) {
                return null;
            }
            boolean once = dot.operands().stream().filter(x -> reads(x, made)).count() == 1;
            boolean again = all.getFirst().roots.stream().skip(1).anyMatch(root -> reads(root, made));
            return once && !again ? all.getFirst() : null;
        }

        /// Takes what a pad alone reads into its group, if that is a pad, too.
        private void padded(Draft d, Set<Draft> within) {
            Value x = ((Pad) d.roots.getFirst().op()).x();
            Draft inner = home.get(x);
            if (inner != null && inner.roots.size() == 1 && x.op() instanceof Pad && !forced.contains(x) && readers.get(x).stream().allMatch(r -> r == d)) {
                padded(inner, within);
                within.add(inner);
                d.needs.remove(x);
                d.needs.addAll(inner.needs);
            }
        }

        private boolean reads(Value v, Value made) {
            return v == made || v.op() instanceof Pointwise && !given.contains(v)
                    && Reads.of(v, indices.get(), this::isInMemory).accesses().stream().anyMatch(a -> a.value() == made);
        }

        private boolean isInMemory(Value v) {
            return roots.contains(v) || given.contains(v);
        }

        /// Puts a root into the group of what it reads, or of what reads the same, or into a new one.
        private void place(Value root) {
            Combination combination = combinations.combination(root);
            Quarters quarters = combinations.quarters(root);
            boolean readable = quarters == null && (root.op() instanceof Reduce || root.op() instanceof Pointwise);
            boolean fusible = readable && combination == null;
            Reads reads = readable ? Reads.of(root, indices.get(), this::isInMemory) : null;
            Set<Value> needs = needs(root, reads);
            var producers = producers(needs);
            Draft chosen = null;
            for (Draft candidate : combination != null || quarters != null ? List.<Draft>of() : byAmount(producers, needs)) {
                String why = chosen != null ? "it is computed with '" + chosen.roots.getFirst().op().name() + "'" : tryJoin(root, reads, candidate, producers);
                note(root, candidate, needs, why);
                if (why == null) {
                    chosen = candidate;
                }
            }
            for (Draft sibling : chosen != null || !fusible ? List.<Draft>of() : siblings(needs, producers)) {
                if (tryJoin(root, reads, sibling, producers) == null) {
                    chosen = sibling;
                    break;
                }
            }
            if (chosen == null) {
                chosen = combination != null ? new Draft(drafts.size(), combination) : quarters != null ? new Draft(drafts.size(), quarters) : new Draft(drafts.size(), root, reads);
                drafts.add(chosen);
            }
            home.put(root, chosen);
            chosen.needs.addAll(needs);
            for (Draft p : producers) {
                chosen.follow(p, drafts);
            }
            for (Value need : needs) {
                readers.computeIfAbsent(need, n -> new ArrayList<>()).add(chosen);
            }
        }

        /// Groups from which most is read come first, later ones before earlier ones.
        private static List<Draft> byAmount(List<Draft> producers, Set<Value> needs) {
            var sorted = new ArrayList<>(producers.reversed());
            sorted.sort(Comparator.comparingDouble(d -> -d.roots.stream().filter(needs::contains).mapToDouble(Roots::elements).max().orElse(0)));
            return sorted;
        }

        private String tryJoin(Value root, Reads reads, Draft draft, Collection<Draft> producers) {
            for (Draft p : producers) {
                if (p != draft && p.isAfter(draft)) {
                    return "a value in between is computed by another kernel";
                }
            }
            return draft.add(root, reads, this::isInMemory, indices);
        }

        /// What a root loads, if it has a kernel of its own.
        private Set<Value> needs(Value root, Reads reads) {
            Set<Value> needs = Collections.newSetFromMap(new IdentityHashMap<>());
            if (reads != null) {
                reads.accesses().forEach(a -> needs.add(a.value()));
            } else if (root.op() instanceof Dot || combinations.quarters(root) != null) {
                for (Value operand : root.op() instanceof Dot ? root.op().operands() : combinations.quarters(root).dot().operands()) {
                    if (isInMemory(operand) || !(operand.op() instanceof Pointwise)) {
                        needs.add(operand);
                    } else {
                        Reads.of(operand, indices.get(), this::isInMemory).accesses().forEach(a -> needs.add(a.value()));
                    }
                }
            } else {
                needs.addAll(root.op().operands());
            }
            return needs;
        }

        /// The groups that compute what is needed, in the order in which they began.
        private List<Draft> producers(Set<Value> needs) {
            Set<Draft> found = Collections.newSetFromMap(new IdentityHashMap<>());
            for (Value need : needs) {
                Draft d = home.get(need.op() instanceof Part(var tuple, _) ? tuple : need);
                if (d != null) {
                    found.add(d);
                }
            }
            return found.isEmpty() ? List.of() : drafts.stream().filter(found::contains).toList();
        }

        private List<Draft> siblings(Set<Value> needs, List<Draft> producers) {
            Set<Draft> found = Collections.newSetFromMap(new IdentityHashMap<>());
            for (Value need : needs) {
                var all = readers.getOrDefault(need, List.of());
                found.addAll(all.subList(Math.max(0, all.size() - SIBLINGS), all.size()));
            }
            found.removeAll(producers);
            return found.isEmpty() ? List.of() : drafts.stream().filter(found::contains).toList().reversed();
        }

        private void note(Value root, Draft candidate, Set<Value> needs, String why) {
            for (Value made : candidate.roots) {
                if (made != root && needs.contains(made)) {
                    decisions.add(new Decision(made.toString(), root.toString(), made.origin(), root.origin(), why == null, why == null ? "" : why));
                }
            }
        }
    }
}
