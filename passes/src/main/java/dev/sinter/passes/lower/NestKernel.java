package dev.sinter.passes.lower;

import dev.sinter.ir.graph.Reduce;
import dev.sinter.ir.graph.Reduction;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.loop.math.ExpandMath;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.passes.fuse.Group;
import dev.sinter.passes.fuse.Reads;
import dev.sinter.passes.schedule.Abreast;
import dev.sinter.passes.schedule.Axis;
import dev.sinter.passes.schedule.Indices;
import dev.sinter.passes.schedule.Vectoriser;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// The loops of a group of elementwise values and reductions.
///
/// Over the rows run parallel loops. Within a row there are stages, each a nest over the inner axes that computes everything that does not need what the
/// stage itself reduces; between stages stand the values of the row itself. Vectors lie along the innermost inner axis; where nothing but
/// in-order reductions happens within a row, they lie along the last row axis.
final class NestKernel {
    /// The virtual lanes up to which each is an accumulator of its own, and vectors lie along the rows.
    private static final int FEW = 8;

    private final Group.Nest group;
    private final Table table;
    private final java.util.function.Function<Value, List<Place>> targets;
    private final Indices indices;
    private final List<Axis> rows;
    /// Operations of a reduction's term, over all accumulators, that may be written out one after the other.
    private static final int WRITTEN_OUT = 400;
    /// Operations of a reduction along a few short axes that are written out.
    private static final int A_POOL = 32;
    /// The vectors in which a stage may accumulate.
    private static final int MOST_ACCUMULATORS = 16;
    /// The arithmetic above which an element of a row is kept rather than computed again.
    private static final double DEAR = 10;

    private final Map<Value, Place> kept = new IdentityHashMap<>();
    private final Map<Value, Integer> level = new IdentityHashMap<>();

    private NestKernel(Group.Nest group, Table table, java.util.function.Function<Value, List<Place>> targets) {
        this.group = group;
        this.table = table;
        this.targets = targets;
        this.indices = table.indices();
        this.rows = Loops.axes("i", group.rows(), indices);
    }

    /// The statements of a group's kernel.
    ///
    /// @param places  where values are that the kernel reads from memory
    /// @param targets where each root is to be stored; empty if only the group reads it
    /// @param deps    for each root, the roots of the group that it reads
    static Loops.Built build(Group.Nest group, Table table, java.util.function.Function<Value, Place> places,
                             java.util.function.Function<Value, List<Place>> targets, java.util.function.Function<Value, List<Value>> deps) {
        var kernel = new NestKernel(group, table, targets);
        return new Loops.Built(kernel.build(places, deps), kernel.indices);
    }

    /// For each root, the stage in which it is computed: for a value of the row itself, the stage after which it is, -1 before all stages.
    static Map<Value, Integer> levels(Group.Nest group, java.util.function.Function<Value, List<Value>> deps) {
        Map<Value, Integer> levels = new IdentityHashMap<>();
        for (Value root : group.roots()) {
            boolean row = isRow(root, group);
            int l = row ? -1 : 0;
            for (Value d : deps.apply(root)) {
                boolean later = !row && (isRow(d, group) || d.op() instanceof Reduce);
                l = Math.max(l, levels.get(d) + (later ? 1 : 0));
            }
            levels.put(root, l);
        }
        return levels;
    }

    private Block build(java.util.function.Function<Value, Place> places, java.util.function.Function<Value, List<Value>> deps) {
        level.putAll(levels(group, deps));
        int stages = level.values().stream().mapToInt(l -> l + 1).max().orElse(0);
        keepRows(places, deps);
        java.util.function.Function<Value, Place> where = v -> kept.containsKey(v) ? kept.get(v) : places.apply(v);
        boolean alongRows = group.inner().isEmpty() || !rows.isEmpty() && group.roots().stream().allMatch(this::isAlongRows);
        var row = new Block();
        var elements = new Elements(where, indices, row);
        rowValues(-1, elements);
        for (int l = 0; l < stages; l++) {
            int stage = l;
            var inner = group.roots().stream().filter(r -> !isRow(r) && level.get(r) == stage).toList();
            if (!inner.isEmpty()) {
                stage(inner, elements, alongRows);
            }
            rowValues(l, elements);
        }
        return Loops.around(rows, row, true, alongRows, indices);
    }

    /// Gives memory to what a later stage reads again, if it is dear to compute and not in memory anyway: the place of a result that is made of it in a later stage, else scratch
    /// memory of one row. In a result's place it waits where the result goes anyway, and that memory is fetched while there is arithmetic to do.
    private void keepRows(java.util.function.Function<Value, Place> places, java.util.function.Function<Value, List<Value>> deps) {
        for (Value root : group.roots()) {
            for (Value d : deps.apply(root)) {
                boolean again = d.rank() > rows.size() && level.get(d) < level.get(root) && places.apply(d) == null && !kept.containsKey(d);
                if (again && reads(d, places).cost() >= DEAR) {
                    Place target = placeOfResult(d, places, deps);
                    kept.put(d, target == null ? scratchRow(d) : target);
                }
            }
        }
    }

    private Reads reads(Value root, java.util.function.Function<Value, Place> places) {
        return Reads.of(root, table.indices(), v -> places.apply(v) != null || group.roots().contains(v));
    }

    private Place scratchRow(Value d) {
        Dim row = Dim.product(group.inner());
        Buffer scratch = table.temp(d.element(), Dim.named(LoopProgram.MEMBERS.name()).times(row));
        var strides = new ArrayList<Dim>(java.util.Collections.nCopies(rows.size(), Dim.ZERO));
        strides.addAll(Place.rowMajor(new dev.sinter.ir.type.Shape(group.inner())));
        return new Place(scratch, Expr.times(LoopProgram.MEMBER, indices.dim(row)), strides);
    }

    /// Where the last of those that read `d` is stored, if that is an element of the same kind for each of `d`, and the kernel reads nothing else from there; else null.
    private Place placeOfResult(Value d, java.util.function.Function<Value, Place> places, java.util.function.Function<Value, List<Value>> deps) {
        var readers = group.roots().stream().filter(r -> deps.apply(r).contains(d)).toList();
        int last = readers.stream().mapToInt(level::get).max().orElseThrow();
        for (Value r : readers) {
            if (level.get(r) == last && !(r.op() instanceof Reduce) && r.type().equals(d.type())) {
                for (Place p : targets.apply(r)) {
                    boolean free = p.buffer().role() == Buffer.Role.OUTPUT || p.buffer().role() == Buffer.Role.TEMP;
                    if (free && kept.values().stream().noneMatch(k -> k.buffer() == p.buffer()) && !isRead(p.buffer(), places)) {
                        return p;
                    }
                }
            }
        }
        return null;
    }

    private boolean isRead(Buffer buffer, java.util.function.Function<Value, Place> places) {
        return group.roots().stream().flatMap(r -> reads(r, places).accesses().stream()).map(a -> places.apply(a.value())).anyMatch(p -> p != null && p.buffer() == buffer);
    }

    /// Whether a root has one element for each row and is not itself a reduction within the row.
    static boolean isRow(Value root, Group.Nest group) {
        return !(root.op() instanceof Reduce) && root.rank() == group.rows().size();
    }

    private boolean isRow(Value root) {
        return isRow(root, group);
    }

    private boolean isAlongRows(Value root) {
        if (root.op() instanceof Reduce(_, var x, var axes)) {
            int lanes = Lanes.of(x.shape().dims(), axes);
            return lanes == 1 || lanes <= FEW && isClose(x, axes);
        }
        return isRow(root);
    }

    /// Whether elements of neighbouring rows are so close in memory that loads across rows are worth their strides.
    private static boolean isClose(Value x, List<Integer> axes) {
        int lastKept = IntStream.range(0, x.rank()).filter(k -> !axes.contains(k)).max().orElse(-1);
        Dim stride = Dim.product(x.shape().dims().subList(lastKept + 1, x.rank()));
        return stride.isConstant() && stride.value() <= 2 * FEW;
    }

    private void rowValues(int stage, Elements elements) {
        List<Expr> index = Loops.names(rows);
        var stores = new ArrayList<Runnable>();                // after all loads: a store may be to the state that was read
        for (Value root : group.roots()) {
            if (isRow(root) && level.get(root) == stage) {
                Expr e = elements.compute(root, index);
                targets.apply(root).forEach(p -> stores.add(() -> elements.store(p, index, e)));
            }
        }
        stores.forEach(Runnable::run);
    }

    /// One pass over the inner axes.
    private void stage(List<Value> roots, Elements row, boolean alongRows) {
        var inner = Loops.axes("k", group.inner(), indices);
        var body = new Block();
        var elements = row.within(body);
        var sums = new ArrayList<Sum>();
        var stores = new ArrayList<Runnable>();
        for (Value root : roots) {
            if (root.op() instanceof Reduce reduce) {
                Expr x = elements.read(reduce.x(), operandIndex(reduce, inner));
                sums.add(Sum.of(root, reduce.kind(), body.let("term", x)));
            } else {
                var index = new ArrayList<>(Loops.names(rows));
                index.addAll(Loops.names(inner));
                Expr e = elements.compute(root, index);
                targets.apply(root).forEach(p -> stores.add(() -> elements.store(p, index, e)));
                if (kept.containsKey(root)) {
                    elements.store(kept.get(root), index, e);
                }
            }
        }
        stores.forEach(Runnable::run);
        indices.learn(body.statements());
        if (sums.isEmpty()) {
            Loops.around(inner, body, false, !alongRows, indices).statements().forEach(row.block()::add);
            return;
        }
        var reduce = (Reduce) sums.getFirst().root.op();
        int lanes = Lanes.of(reduce.x().shape().dims(), reduce.axes());
        List<Expr> results = lanes == 1 ? inOrder(sums, inner, body, row.block())
                : alongRows ? fewLanes(sums, inner, body, lanes, row.block())
                : lanes(sums, inner, body, lanes, row.block());
        for (int k = 0; k < sums.size(); k++) {
            Value root = sums.get(k).root;
            Expr result = row.block().let(root.op().name(), results.get(k));
            row.remember(root, Loops.names(rows), result);
            targets.apply(root).forEach(p -> row.store(p, Loops.names(rows), result));
        }
    }

    /// A reduction of a stage: what it combines, one element at a time.
    private record Sum(Value root, Fn by, Expr identity, Expr term) {
        static Sum of(Value root, Reduction kind, Expr term) {
            return new Sum(root, kind.combine(), kind.identityExpr(term.type()), term);
        }

        ElementType type() {
            return term.type();
        }

        Expr combine(Expr a, Expr b) {
            return Expr.apply(by, a, b);
        }

        /// Whether it is the largest or smallest of f32s.
        boolean isExtreme() {
            return type() == ElementType.F32 && (by == Fn.MAX || by == Fn.MIN);
        }
    }

    /// The index of a reduction's operand: kept axes are rows, reduced ones inner axes.
    private List<Expr> operandIndex(Reduce reduce, List<Axis> inner) {
        var kept = rows.iterator();
        var reduced = inner.iterator();
        return IntStream.range(0, reduce.x().rank())
                .mapToObj(k -> (Expr) (reduce.axes().contains(k) ? reduced.next() : kept.next()).name()).toList();
    }

    /// One accumulator; elements in the order of the axes.
    private List<Expr> inOrder(List<Sum> sums, List<Axis> inner, Block body, Block into) {
        var accumulators = new ArrayList<Expr.Var>();
        for (Sum s : sums) {
            accumulators.add(into.accumulator("sum", s.identity));
        }
        var inside = new Block();
        body.statements().forEach(inside::add);
        for (int k = 0; k < sums.size(); k++) {
            inside.assign(accumulators.get(k), sums.get(k).combine(accumulators.get(k), sums.get(k).term));
        }
        around(inner, inside).forEach(into::add);
        return List.copyOf(accumulators);
    }

    /// Loops around statements, written out where that is little: several sums over the few elements of a pool then load them once.
    private List<Stmt> around(List<Axis> axes, Block body) {
        Dim steps = Dim.product(axes.stream().map(Axis::extent).toList());
        boolean little = steps.isConstant() && steps.value() * cost(body.statements()) <= A_POOL;
        List<Stmt> inside = body.statements();
        for (Axis axis : axes.reversed()) {
            inside = List.of(new Stmt.For(axis.name(), Expr.index(0), indices.dim(axis.extent()), 1, little ? Stmt.Binding.UNROLLED : Stmt.Binding.SERIAL, inside));
        }
        return inside;
    }

    /// An accumulator for each of a few lanes; the last axis, of a known extent below 16, is written out.
    private List<Expr> fewLanes(List<Sum> sums, List<Axis> inner, Block body, int lanes, Block into) {
        long extent = inner.getLast().extent().value();
        var accumulators = new ArrayList<List<Expr.Var>>();
        for (Sum s : sums) {
            accumulators.add(IntStream.range(0, lanes).mapToObj(l -> into.accumulator("sum", s.identity)).toList());
        }
        var inside = new Block();
        for (long i = 0; i < extent; i++) {
            var copy = new dev.sinter.passes.schedule.Rewriter().with(inner.getLast().name(), Expr.index(i));
            copy.copy(body.statements()).forEach(inside::add);
            for (int k = 0; k < sums.size(); k++) {
                Expr.Var sum = accumulators.get(k).get((int) (i % lanes));
                inside.assign(sum, sums.get(k).combine(sum, copy.copy(sums.get(k).term)));
            }
        }
        indices.learn(inside.statements());
        around(inner.subList(0, inner.size() - 1), inside).forEach(into::add);
        var results = new ArrayList<Expr>();
        for (int k = 0; k < sums.size(); k++) {
            Sum s = sums.get(k);
            results.add(halve(new ArrayList<>(accumulators.get(k)), (a, b) -> into.let("half", s.combine(a, b))));
        }
        return results;
    }

    /// Combines by halving: element `l` with `l + size/2`.
    private static Expr halve(List<Expr> lanes, java.util.function.BinaryOperator<Expr> combine) {
        List<Expr> rest = lanes;
        while (rest.size() > 1) {
            int half = rest.size() / 2;
            var next = new ArrayList<Expr>();
            for (int l = 0; l < half; l++) {
                next.add(combine.apply(rest.get(l), rest.get(l + half)));
            }
            rest = next;
        }
        return rest.getFirst();
    }

    /// Virtual lanes along the last axis: in vectors where the machine has them and the body allows it, else one after the other.
    private List<Expr> lanes(List<Sum> sums, List<Axis> inner, Block body, int lanes, Block into) {
        Axis last = inner.getLast();
        int width = lanes < Vectoriser.FEWEST ? 1 : Math.min(lanes, Vectoriser.lanesFor(indices, body.statements(), last.name(), table.machine, Map.of()));
        int vectors = lanes / width;
        if (width == 1 || vectors * sums.size() > MOST_ACCUMULATORS) {
            return scratchLanes(sums, inner, body, lanes, width, into);
        }
        return 2 * vectors * cost(body.statements()) <= WRITTEN_OUT ? vectorLanes(sums, inner, new Block(), body, lanes, width, into)
                : afterwards(sums, inner, body, lanes, width, into);
    }

    /// Operations of statements; where a vector is loaded under a condition, its mask is made first, which is much code on the JVM.
    private static int cost(List<Stmt> statements) {
        return statements.stream().mapToInt(s -> s instanceof Stmt.Let(_, Expr.Apply(var fn, _)) && !fn.isPrimitive() ? 25
                : s instanceof Stmt.Let(_, Expr.Load load) && load.mask() != null ? 25 : 1).sum();
    }

    /// For terms that are dear: they are computed into scratch memory, a line of the last axis at a time, and combined from there. So their code stands
    /// once and not once for every accumulator.
    private List<Expr> afterwards(List<Sum> sums, List<Axis> inner, Block body, int lanes, int width, Block into) {
        Axis last = inner.getLast();
        var line = new Block();
        body.statements().forEach(line::add);
        var loads = new Block();
        var terms = new ArrayList<Sum>();
        Expr start = Expr.times(LoopProgram.MEMBER, indices.dim(last.extent()));
        for (Sum s : sums) {
            Buffer scratch = table.temp(s.type(), Dim.named(LoopProgram.MEMBERS.name()).times(last.extent()));
            line.store(scratch, Expr.plus(start, last.name()), s.term);
            terms.add(new Sum(s.root, s.by, s.identity, loads.let("term", Expr.load(scratch, Expr.plus(start, last.name())))));
        }
        indices.learn(loads.statements());
        return vectorLanes(terms, inner, Loops.around(List.of(last), line, false, true, indices), loads, lanes, width, into);
    }

    /// All lanes at once, in `lanes / width` accumulators for each reduction.
    ///
    /// @param before what is to be done for a line of the last axis before it is combined
    private List<Expr> vectorLanes(List<Sum> sums, List<Axis> inner, Block before, Block body, int lanes, int width, Block into) {
        if (sums.stream().noneMatch(Sum::isExtreme) || 2 * sums.size() * lanes / width > MOST_ACCUMULATORS) {
            return accumulated(sums, inner, before, body, lanes, width, into);
        }
        var terms = new Block();
        body.statements().forEach(terms::add);
        var parts = new ArrayList<Sum>();
        for (Sum s : sums) {
            if (s.isExtreme()) {
                Expr order = TotalOrder.of(s.term, terms);
                parts.add(new Sum(s.root, Fn.MAX, TotalOrder.lowest(), order));
                parts.add(new Sum(s.root, Fn.MIN, TotalOrder.highest(), order));
            } else {
                parts.add(s);
            }
        }
        var totals = accumulated(parts, inner, before, terms, lanes, width, into).iterator();
        var results = new ArrayList<Expr>();
        for (Sum s : sums) {
            Expr first = totals.next();
            if (s.isExtreme()) {
                Expr second = totals.next();
                results.add(TotalOrder.back(s.by == Fn.MAX ? first : second, first, second, into));
            } else {
                results.add(first);
            }
        }
        return results;
    }

    private List<Expr> accumulated(List<Sum> sums, List<Axis> inner, Block before, Block body, int lanes, int width, Block into) {
        Axis last = inner.getLast();
        int vectors = lanes / width;
        var accumulators = new ArrayList<List<Expr.Var>>();
        for (Sum s : sums) {
            Expr first = splat(s.identity, width);
            accumulators.add(IntStream.range(0, vectors).mapToObj(v -> into.accumulator("sum", first)).toList());
        }
        var pass = new Block();
        before.statements().forEach(pass::add);
        Expr extent = indices.dim(last.extent());
        Expr full = last.extent().isConstant() ? Expr.index(last.extent().value() / lanes * lanes)
                : pass.let("full", Expr.apply(Fn.SUB, extent, Expr.apply(Fn.AND, extent, Expr.index(lanes - 1))));
        var block = Expr.Var.index(last.name().name());
        var whole = new Block();
        var steps = new Block();
        ExpandMath.run(body.statements()).forEach(steps::add);
        var copies = new ArrayList<List<Stmt>>();
        for (int v = 0; v < vectors; v++) {
            var copy = new Block();
            accumulate(sums, accumulators, v, steps, last, Expr.plus(block, Expr.index((long) v * width)), width, null, copy);
            copies.add(copy.statements());
        }
        (Abreast.allows(copies.getFirst()) ? Abreast.of(copies) : copies.stream().flatMap(List::stream).toList()).forEach(whole::add);
        if (!(full instanceof Expr.Const(_, long n, _) && n == 0)) {
            pass.add(new Stmt.For(block, Expr.index(0), full, lanes, Stmt.Binding.SERIAL, whole.statements()));
        }
        if (!(last.extent().isConstant() && last.extent().value() % lanes == 0)) {
            for (int v = 0; v < vectors; v++) {
                Expr from = Expr.plus(full, Expr.index((long) v * width));
                int vector = v;
                if (last.extent().isConstant()) {
                    long left = last.extent().value() % lanes - (long) v * width;
                    if (left > 0) {
                        Expr mask = left >= width ? null : pass.let("tail", new Expr.FirstLanes(Expr.index(left), width));
                        accumulate(sums, accumulators, v, body, last, from, width, mask, pass);
                    }
                } else {
                    pass.when(Expr.apply(Fn.LT, from, extent), b -> {
                        Expr mask = b.let("tail", new Expr.FirstLanes(Expr.apply(Fn.SUB, extent, from), width));
                        accumulate(sums, accumulators, vector, body, last, from, width, mask, b);
                    });
                }
            }
        }
        Loops.around(inner.subList(0, inner.size() - 1), pass, false, false, indices).statements().forEach(into::add);
        var results = new ArrayList<Expr>();
        for (int k = 0; k < sums.size(); k++) {
            Sum s = sums.get(k);
            Expr vector = halve(new ArrayList<>(accumulators.get(k)), (a, b) -> into.let("half", s.combine(a, b)));
            results.add(into.let("total", new Expr.Halve(s.by, vector)));
        }
        return results;
    }

    private void accumulate(List<Sum> sums, List<List<Expr.Var>> accumulators, int v, Block body, Axis last, Expr from, int width, Expr mask, Block into) {
        var vector = Vectoriser.lanes(indices, body.statements(), last.name(), from, width, mask, Map.of()).orElseThrow();
        vector.statements().forEach(into::add);
        for (int k = 0; k < sums.size(); k++) {
            Sum s = sums.get(k);
            Expr term = vector.vector(s.term);
            if (mask != null) {
                term = Expr.apply(Fn.SELECT, mask, term, splat(s.identity, width));
            }
            Expr.Var sum = accumulators.get(k).get(v);
            into.assign(sum, s.combine(sum, term));
        }
    }

    private static Expr splat(Expr scalar, int lanes) {
        var c = (Expr.Const) scalar;
        return new Expr.Const(c.type(), c.bits(), lanes);
    }

    /// A group of lanes after the other, through scratch memory: for machines without vectors, or with small ones, and for bodies that are not vectors.
    private List<Expr> scratchLanes(List<Sum> sums, List<Axis> inner, Block body, int lanes, int width, Block into) {
        Axis last = inner.getLast();
        var scratch = new ArrayList<Buffer>();
        Expr base = Expr.times(LoopProgram.MEMBER, Expr.index(lanes));
        for (Sum s : sums) {
            scratch.add(table.temp(s.type(), Dim.named(LoopProgram.MEMBERS.name()).times(lanes)));
        }
        Expr extent = indices.dim(last.extent());
        into.loop("lane", Expr.index(0), Expr.index(lanes), width, Stmt.Binding.SERIAL, (b, lane) -> {
            indices.range(lane, Dim.constant(lanes));
            var accumulators = new ArrayList<List<Expr.Var>>();
            for (Sum s : sums) {
                Expr identity = s.identity;
                accumulators.add(List.of(b.accumulator("sum", width == 1 ? identity : splat(identity, width))));
            }
            var pass = new Block();
            pass.loop(last.name().name(), lane, extent, lanes, Stmt.Binding.SERIAL, (c, i) -> {
                if (width == 1) {
                    var copy = new dev.sinter.passes.schedule.Rewriter().with(last.name(), i);
                    copy.copy(body.statements()).forEach(c::add);
                    for (int k = 0; k < sums.size(); k++) {
                        Expr.Var sum = accumulators.get(k).getFirst();
                        c.assign(sum, sums.get(k).combine(sum, copy.copy(sums.get(k).term)));
                    }
                } else {
                    Expr mask = c.let("tail", new Expr.FirstLanes(Expr.apply(Fn.SUB, extent, i), width));
                    accumulate(sums, accumulators, 0, body, last, i, width, mask, c);
                }
            });
            Loops.around(inner.subList(0, inner.size() - 1), pass, false, false, indices).statements().forEach(b::add);
            for (int k = 0; k < sums.size(); k++) {
                b.store(scratch.get(k), Expr.plus(base, lane), accumulators.get(k).getFirst());
            }
        });
        var results = new ArrayList<Expr>();
        for (int k = 0; k < sums.size(); k++) {
            Sum s = sums.get(k);
            Buffer buffer = scratch.get(k);
            for (int half = lanes / 2; half >= 1; half /= 2) {
                int h = half;
                into.loop("lane", Expr.index(half), Stmt.Binding.SERIAL, (b, lane) -> {
                    Expr here = Expr.plus(base, lane);
                    b.store(buffer, here, s.combine(Expr.load(buffer, here), Expr.load(buffer, Expr.plus(here, Expr.index(h)))));
                });
            }
            results.add(into.let("total", Expr.load(buffer, base)));
        }
        return results;
    }
}
