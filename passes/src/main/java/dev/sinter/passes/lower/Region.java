package dev.sinter.passes.lower;

import dev.sinter.ir.graph.Cond;
import dev.sinter.ir.graph.Constant;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Looped;
import dev.sinter.ir.graph.Part;
import dev.sinter.ir.graph.Pointwise;
import dev.sinter.ir.graph.Reduce;
import dev.sinter.ir.graph.Scan;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.passes.fuse.Fusion;
import dev.sinter.passes.fuse.Group;
import dev.sinter.passes.fuse.Reads;
import dev.sinter.passes.memory.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Lowers one function whose parameters are in memory and whose results are to be put there: an entry, or a region of control flow.
final class Region {
    /// A result, and where it goes.
    record Target(Value value, Place place) { }

    /// A group of values to compute, or (with `copied`) a value to copy to a place.
    private record Task(Group group, Target copied, Set<Value> reads) { }

    private final Table table;
    private final Map<Value, Place> places = new IdentityHashMap<>();
    private final Map<Value, List<Place>> targets = new IdentityHashMap<>();
    private final Map<Value, Set<Value>> parts = new IdentityHashMap<>();
    private final Set<Value> needed = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Value> roots = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Value> rows = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<Value, Place> direct = new IdentityHashMap<>();
    private final List<Target> late = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    /// What contractions have packed.
    private final Map<Object, Buffer> packed = new HashMap<>();
    private final Set<Buffer> given = new HashSet<>();

    private Region(Table table, Map<Value, Place> given) {
        this.table = table;
        places.putAll(given);
        given.values().forEach(p -> this.given.add(p.buffer()));
    }

    /// The steps that compute the results of a function.
    ///
    /// @param given   where each parameter is
    /// @param results which results are wanted, and where
    static List<Step> steps(Table table, Function function, Map<Value, Place> given, List<Target> results) {
        var region = new Region(table, given);
        region.lower(function, results);
        return region.steps;
    }

    /// Whether a result of control flow can be put where it is wanted at once. (Carried values have places of their own; state must wait for its readers.)
    private static boolean isStoredByControl(Target t, Map<Value, Place> direct) {
        boolean stored = t.value.op() instanceof Part(var tuple, int i)
                && (tuple.op() instanceof Cond || tuple.op() instanceof Scan scan && i >= scan.initial().size());
        return stored && t.place.buffer().role() != Buffer.Role.STATE && !direct.containsKey(t.value);
    }

    private void lower(Function unflattened, List<Target> wanted) {
        Function flat = Inline.calls(unflattened);
        Map<Value, Value> renamed = new IdentityHashMap<>();
        for (int k = 0; k < flat.results().size(); k++) {
            renamed.put(unflattened.results().get(k), flat.results().get(k));
        }
        var results = wanted.stream().map(t -> new Target(renamed.get(t.value), t.place)).toList();
        var values = new Function(flat.name(), flat.parameters(), results.stream().map(Target::value).toList()).values();
        Fusion fusion = Fusion.of(values, results.stream().map(Target::value).toList(), table::indices);
        table.decisions.addAll(fusion.decisions());
        var tasks = new ArrayList<Task>();
        for (Group g : fusion.groups()) {
            tasks.add(new Task(g, null, fusion.reads().get(g)));
            roots.addAll(g.roots());
            fusion.reads().get(g).forEach(needed::add);
            if (g instanceof Group.Chain) {
                needed.addAll(g.roots().subList(0, 2));
            }
        }
        rows.addAll(rows(values));
        for (Value v : values) {
            if (v.op() instanceof Part(var tuple, _)) {
                parts.computeIfAbsent(tuple, t -> new LinkedHashSet<>()).add(v);
            }
        }
        for (Target t : results) {
            if (roots.contains(t.value)) {
                targets.computeIfAbsent(t.value, v -> new ArrayList<>()).add(t.place);
            } else if (isStoredByControl(t, direct)) {
                direct.put(t.value, t.place);
            } else {                                           // a parameter, a constant, or a carried value
                tasks.add(new Task(null, t, Set.of(t.value)));
                needed.add(t.value);
            }
        }
        List<Integer> order = order(tasks);
        for (int k : order) {
            Task task = tasks.get(k);
            if (task.copied != null) {
                Value v = task.copied.value;
                steps.add(table.copy(place(v), task.copied.place, v.shape(), Origins.of(List.of(v))));
            } else {
                emit(task);
            }
        }
        for (Target t : late) {
            steps.add(table.copy(place(t.value), t.place, t.value.shape(), Origins.of(List.of(t.value))));
        }
    }

    /// An order in which every task finds what it reads, and finds the model's state as it was: what writes a tensor of the state comes after all that read it. Where
    /// that cannot be, the new value waits in a temp until the end.
    private List<Integer> order(List<Task> tasks) {
        var order = new Order(tasks.size());
        Map<Value, Integer> maker = new IdentityHashMap<>();
        for (int k = 0; k < tasks.size(); k++) {
            if (tasks.get(k).group != null) {
                for (Value root : tasks.get(k).group.roots()) {
                    maker.put(root, k);
                }
            }
        }
        for (int k = 0; k < tasks.size(); k++) {
            for (Value read : tasks.get(k).reads) {
                Integer from = maker.get(read.op() instanceof Part(var tuple, _) ? tuple : read);
                if (from != null) {
                    order.before(from, k);
                }
            }
        }
        for (int k = 0; k < tasks.size(); k++) {
            Task task = tasks.get(k);
            if (task.copied != null) {
                if (!admit(task.copied, k, tasks, order)) {
                    Place waiting = table.temp(task.copied.value);
                    late.add(new Target(relocated(task.copied.value, waiting), task.copied.place));
                    tasks.set(k, new Task(null, new Target(task.copied.value, waiting), task.reads));
                }
            } else {
                for (Value root : task.group.roots()) {
                    for (Place p : List.copyOf(targets.getOrDefault(root, List.of()))) {
                        if (!admit(new Target(root, p), k, tasks, order)) {
                            targets.get(root).remove(p);
                            needed.add(root);
                            late.add(new Target(root, p));
                        }
                    }
                }
            }
        }
        return order.sorted();
    }

    /// Values that are nothing but rows of contractions which go along them.
    private static Set<Value> rows(List<Value> values) {
        Set<Value> rows = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<Value> others = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Value v : values) {
            boolean alongRows = v.op() instanceof Dot d && d.a() != d.b() && d.contractA().equals(List.of(d.a().rank() - 1));
            if (alongRows) {
                rows.add(((Dot) v.op()).a());
                others.add(((Dot) v.op()).b());
            } else {
                others.addAll(v.op().operands());
            }
        }
        rows.removeAll(others);
        return rows;
    }

    /// A value that stands for another one in a place of its own.
    private Value relocated(Value value, Place place) {
        var stand = new dev.sinter.ir.graph.Graph().parameter("late", value.tensor());
        places.put(stand, place);
        return stand;
    }

    /// Demands that all readers of what is in `target` come before task `k`; false if they cannot.
    private boolean admit(Target target, int k, List<Task> tasks, Order order) {
        Buffer buffer = target.place.buffer();
        if (buffer.role() != Buffer.Role.STATE) {
            return true;
        }
        var readers = new ArrayList<Integer>();
        for (int r = 0; r < tasks.size(); r++) {
            Task task = tasks.get(r);
            boolean reads = task.reads.stream().anyMatch(v -> isIn(v, buffer));
            if (reads && (r == k ? !readsInPlace(task, target.value, buffer) : order.isBefore(k, r))) {
                return false;
            }
            if (reads) {
                readers.add(r);
            }
        }
        readers.forEach(r -> order.before(r, k));
        return true;
    }

    /// Whether every element of the buffer that a task reads is read where, and before, the element of the same index is written.
    private boolean readsInPlace(Task task, Value written, Buffer buffer) {
        if (task.group instanceof Group.Product product) {
            boolean operands = product.operands().stream().anyMatch(x -> isIn(x, buffer)
                    || x.op() instanceof Pointwise && Reads.of(x, table.indices(), this::isInMemory).accesses().stream().anyMatch(a -> isIn(a.value(), buffer)));
            return !operands && readsInPlace(product.roots().subList(1, product.roots().size()), buffer);
        }
        if (!(task.group instanceof Group.Nest nest)) {
            return false;
        }
        var levels = NestKernel.levels(nest, root -> dependencies(root, inside(nest.roots())));
        var readers = nest.roots().stream().filter(root -> Reads.of(root, table.indices(), this::isInMemory).accesses().stream().anyMatch(a -> isIn(a.value(), buffer))).toList();
        return NestKernel.isRow(written, nest) && readers.stream().allMatch(r -> NestKernel.isRow(r, nest) && levels.get(r) <= levels.get(written))
                && readsInPlace(readers, buffer);
    }

    private boolean readsInPlace(List<Value> elementwise, Buffer buffer) {
        for (Value root : elementwise) {
            Reads reads = Reads.of(root, table.indices(), this::isInMemory);
            if (reads.accesses().stream().anyMatch(a -> isIn(a.value(), buffer) && !reads.isInPlace(a))) {
                return false;
            }
        }
        return true;
    }

    private boolean isInMemory(Value v) {
        return roots.contains(v) || places.containsKey(v);
    }

    private boolean isIn(Value v, Buffer buffer) {
        return places.containsKey(v) && places.get(v).buffer() == buffer;
    }

    /// Where a value is.
    private Place place(Value v) {
        Place place = places.get(v);
        if (place == null && v.op() instanceof Constant(var data)) {
            return table.constant(data);
        }
        return place;
    }

    private void emit(Task task) {
        int before = steps.size();
        emit(task.group);
        // What is made of fixed values alone is fixed, too: the filters of a convolution that have been transformed.
        Set<Buffer> fixed = table.fixed();
        for (Step step : steps.subList(before, steps.size())) {
            if (step instanceof Step.Run run && run.reads().stream().anyMatch(fixed::contains) && run.reads().stream().allMatch(b -> fixed.contains(b) || run.writes().contains(b))) {
                run.writes().stream().filter(b -> b.role() == Buffer.Role.TEMP && b.elements().isConstant()).forEach(table::fix);
            }
        }
    }

    private void emit(Group group) {
        String origin = Origins.of(group.roots());
        switch (group) {
            case Group.Nest nest -> {
                locate(nest.roots());
                var inside = inside(nest.roots());
                var built = NestKernel.build(nest, table, this::place, this::stores, root -> dependencies(root, inside));
                steps.add(table.kernel(Origins.kernel(nest.roots()), origin, built));
            }
            case Group.Product product -> {
                locate(product.roots());
                steps.addAll(ProductKernel.steps(product, table, this::place, this::stores, packed, this::isWrittenOnce, origin));
            }
            case Group.Tiles(var combination) -> {
                locate(group.roots());
                steps.add(table.kernel("tiles", origin, TilesKernel.build(combination, table, this::place, this::stores)));
            }
            case Group.Chain chain -> {
                if (ChainKernel.isWorthwhile(chain, table.machine)) {
                    locate(List.of(chain.roots().getLast()));
                    steps.addAll(ChainKernel.steps(chain, table, this::place, this::stores));
                } else {
                    chain.groups().forEach(this::emit);
                }
            }
            case Group.Parts(var concat) -> {
                locate(List.of(concat));
                steps.addAll(PartsKernel.steps(concat, table, this::place, stores(concat), origin));
            }
            case Group.Single(var value) -> {
                if (value.op() instanceof Looped looped) {
                    locate(List.of(value));
                    steps.addAll(LoopedKernel.steps(value, looped, table, this::place, stores(value), origin));
                } else {
                    Control.of(table, this::place, direct).lower(value, parts.getOrDefault(value, Set.of()), places, steps);
                }
            }
        }
    }

    /// Gives places to roots: the first target, else, if another kernel reads the root, a temp.
    private void locate(List<Value> group) {
        for (Value root : group) {
            var wanted = targets.computeIfAbsent(root, r -> new ArrayList<>());
            if (wanted.isEmpty() && needed.contains(root)) {
                wanted.add(rows.contains(root) ? table.rows(root) : table.temp(root));
            }
            if (!wanted.isEmpty()) {
                places.put(root, wanted.getFirst());
            }
        }
    }

    /// Whether a buffer holds one value as long as this region runs. State may get its new value here, and what a loop carries the next one.
    private boolean isWrittenOnce(Buffer buffer) {
        return buffer.role() == Buffer.Role.TEMP && !given.contains(buffer);
    }

    private List<Place> stores(Value root) {
        return targets.getOrDefault(root, List.of());
    }

    private static Set<Value> inside(List<Value> roots) {
        Set<Value> inside = Collections.newSetFromMap(new IdentityHashMap<>());
        inside.addAll(roots);
        return inside;
    }

    private List<Value> dependencies(Value root, Set<Value> inside) {
        if (!(root.op() instanceof Pointwise || root.op() instanceof Reduce)) {
            return List.of();
        }
        return Reads.of(root, table.indices(), this::isInMemory).accesses().stream()
                .map(Reads.Access::value).filter(inside::contains).toList();
    }
}
