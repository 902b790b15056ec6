package dev.sinter.passes.lower;

import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.passes.fuse.Epilogue;
import dev.sinter.passes.fuse.Group;
import dev.sinter.passes.memory.Step;
import dev.sinter.passes.schedule.Axis;
import dev.sinter.passes.schedule.Contraction;
import dev.sinter.passes.schedule.ContractionSchedule;
import dev.sinter.passes.schedule.Element;
import dev.sinter.passes.schedule.Finish;
import dev.sinter.passes.schedule.Indices;
import dev.sinter.passes.schedule.KernelSink;
import dev.sinter.passes.schedule.Schedules;
import dev.sinter.passes.schedule.TiledContraction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/// The kernels of a contraction with its epilogue.
final class ProductKernel {
    private ProductKernel() { }

    /// The steps that compute a group.
    ///
    /// @param places        where values are that the kernels read from memory
    /// @param targets       where each root is to be stored
    /// @param made          what contractions have made of values before, and can share
    /// @param isWrittenOnce whether a buffer holds one value from the step that writes it on
    static List<Step> steps(Group.Product group, Table table, Function<Value, Place> places, Function<Value, List<Place>> targets, Map<Object, Buffer> made,
                            Predicate<Buffer> isWrittenOnce, String origin) {
        var steps = new ArrayList<Step>();
        Contraction contraction = group.staged().flatMap(staged -> unpadded(group, staged, table, places, targets).or(() -> staged(group, staged, table, places, targets)))
                .orElseGet(() -> contraction(group, table, located(group, table, places, steps), targets));
        ContractionSchedule schedule = Schedules.of(contraction, table.machine);
        schedule.emit(contraction, table.machine, new KernelSink() {
            @Override
            public void kernel(String hint, Consumer<Block> body) {
                var block = new Block();
                body.accept(block);
                steps.add(table.kernel(hint, origin, block, contraction.indices(), Finish.Team.MENTIONED));
            }

            @Override
            public void kernel(String hint, Consumer<Block> body, Consumer<Block> inJit) {
                kernel(hint, body);
                var block = new Block();
                inJit.accept(block);
                table.inJit((Step.Run) steps.getLast(), block, contraction.indices(), Finish.Team.MENTIONED);
            }

            @Override
            public Buffer scratch(String hint, ElementType type, Dim elements) {
                return table.temp(type, elements);
            }

            @Override
            public boolean isReadInColumns(Buffer buffer) {
                return table.isReadInColumns(buffer);
            }

            @Override
            public Buffer made(Buffer of, Object key, String buffer, String kernel, ElementType type, Dim elements, BiConsumer<Block, Buffer> body) {
                boolean stays = key != null && isWrittenOnce.test(of);
                Buffer before = stays ? made.get(key) : null;
                if (before != null) {
                    return before;
                }
                Buffer now = KernelSink.super.made(of, key, buffer, kernel, type, elements, body);
                if (stays) {
                    made.put(key, now);
                }
                return now;
            }
        });
        return steps;
    }

    /// The contraction without the terms that a padded operand makes zero, if they are many.
    private static Optional<Contraction> unpadded(Group.Product group, Value padded, Table table, Function<Value, Place> places, Function<Value, List<Place>> targets) {
        Unpadded unpadded = group.parts() > 1 ? null : Unpadded.of(padded, (Dot) group.roots().getFirst().op(), table::indices);
        Place source = unpadded == null ? null : places.apply(unpadded.source());
        if (source == null || unpadded.between(padded).anyMatch(v -> places.apply(v) != null)) {
            return Optional.empty();
        }
        Place before = unpadded.place(source, table.indices());
        Contraction c = contraction(group, table, v -> v == padded ? before : places.apply(v), targets);
        return Optional.of(new Contraction(c.type(), c.batch(), c.rows(), c.columns(), c.contracted(), c.parts(), c.epilogue(), c.stage(), unpadded.cuts(c), c.indices(), c.fixed()));
    }

    /// The contraction with an operand that is computed piece by piece, if pieces are small and the schedule for that is the best.
    private static Optional<Contraction> staged(Group.Product group, Value value, Table table, Function<Value, Place> places, Function<Value, List<Place>> targets) {
        Staging staging = Staging.of(value, (Dot) group.roots().getFirst().op(), table::indices);
        if (staging == null || group.parts() > 1) {
            return Optional.empty();
        }
        Place piece = staging.place(table);
        Contraction c = contraction(group, table, v -> v == value ? piece : places.apply(v), targets);
        var framed = framed(group, value, c, table, places, targets);
        var staged = new Contraction(c.type(), c.batch(), c.rows(), c.columns(), c.contracted(), c.parts(), c.epilogue(),
                Optional.of(staging.stage(c, piece, places, framed)), List.of(), c.indices(), c.fixed());
        return new TiledContraction().accepts(staged, table.machine) ? Optional.of(staged) : Optional.empty();
    }

    /// The operand without the zeros around it, if what is within them is in memory.
    private static Optional<Contraction.Framed> framed(Group.Product group, Value padded, Contraction c, Table table, Function<Value, Place> places, Function<Value, List<Place>> targets) {
        Unpadded unpadded = Unpadded.around(padded, (Dot) group.roots().getFirst().op(), table::indices);
        Place source = unpadded == null || unpadded.slides().isEmpty() ? null : places.apply(unpadded.source());
        if (source == null || unpadded.between(padded).anyMatch(v -> places.apply(v) != null)) {
            return Optional.empty();
        }
        Place before = unpadded.place(source, table.indices());
        Contraction image = contraction(group, table, v -> v == padded ? before : places.apply(v), targets);
        var names = new HashMap<Expr.Var, Expr>();
        rename(image.free(), c.free(), names);
        rename(image.contracted(), c.contracted(), names);
        boolean ofA = unpadded.slides().getFirst().ofA();
        var block = new Block();
        Expr value = (ofA ? image.a() : image.b()).at(names, block);
        c.indices().learn(block.statements());
        return Optional.of(new Contraction.Framed(ofA, new Element(block.statements(), value), unpadded.cuts(c)));
    }

    private static void rename(List<Axis> from, List<Axis> to, Map<Expr.Var, Expr> names) {
        for (int k = 0; k < from.size(); k++) {
            names.put(from.get(k).name(), to.get(k).name());
        }
    }

    /// Where values are once the one that might have been computed piece by piece is in memory as a whole.
    private static Function<Value, Place> located(Group.Product group, Table table, Function<Value, Place> places, List<Step> steps) {
        if (group.staged().isEmpty()) {
            return places;
        }
        Value value = group.staged().get();
        Place whole = table.temp(value);
        var nest = new Group.Nest(value.shape().dims(), List.of(), List.of(value));
        steps.add(table.kernel(Origins.kernel(nest.roots()), Origins.of(nest.roots()),
                NestKernel.build(nest, table, places, v -> List.of(whole), v -> List.of())));
        return v -> v == value ? whole : places.apply(v);
    }

    private static Contraction contraction(Group.Product group, Table table, Function<Value, Place> places, Function<Value, List<Place>> targets) {
        return contraction(group, table, places, targets, null);
    }

    /// @param block the axis that numbers the rows of a block, which places have along the last axis of rows; null for all rows
    static Contraction contraction(Group.Product group, Table table, Function<Value, Place> places, Function<Value, List<Place>> targets, Dim block) {
        if (group.quarters().isPresent()) {
            return QuarteredProduct.contraction(group, group.quarters().get(), table, places, targets);
        }
        Value product = group.roots().getFirst();
        var dot = (Dot) product.op();
        Indices indices = table.indices();
        note(dot.a(), dot.contractA(), places, table);
        note(dot.b(), dot.contractB(), places, table);
        var batch = Loops.axes("g", dot.batchA().stream().map(dot.a()::dim).toList(), indices);
        var rows = Loops.axes("i", block == null ? dot.freeA().stream().map(dot.a()::dim).toList() : List.of(block), indices);
        var ofRows = new ArrayList<>(Loops.names(rows));
        while (ofRows.size() < dot.freeA().size()) {
            ofRows.addFirst(Expr.index(0));
        }
        var columns = Loops.axes("j", dot.freeB().stream().map(dot.b()::dim).toList(), indices);
        var contracted = Loops.axes("k", dot.contractA().stream().map(dot.a()::dim).toList(), indices);
        Element a = element(dot.a(), index(dot.a().rank(), List.of(dot.batchA(), dot.freeA(), dot.contractA()), List.of(Loops.names(batch), ofRows, Loops.names(contracted))), places, indices);
        if (group.parts() > 1) {
            Axis whole = columns.removeLast();
            Axis part = Axis.of(whole.name().name(), whole.extent().floorDiv(group.parts()));
            indices.range(part.name(), part.extent());
            columns.add(part);
        }
        List<Expr> indexB = index(dot.b().rank(), List.of(dot.batchB(), dot.freeB(), dot.contractB()), List.of(Loops.names(batch), Loops.names(columns), Loops.names(contracted)));

        var free = new ArrayList<Axis>(batch);
        free.addAll(rows);
        free.addAll(columns);
        var names = new ArrayList<>(Loops.names(batch));
        names.addAll(ofRows);
        names.addAll(Loops.names(columns));
        var epilogue = new Block();
        var elements = new Elements(places, indices, epilogue);
        var parts = new ArrayList<Contraction.Part>();
        var inPart = new ArrayList<List<Expr>>();
        for (int n = 0; n < group.parts(); n++) {
            var accumulator = Expr.Var.fixed("sum", product.element(), 1);
            List<Expr> index = group.parts() == 1 ? names : moved(names, columns.getLast(), n);
            parts.add(new Contraction.Part(a, element(dot.b(), group.parts() == 1 ? indexB : moved(indexB, columns.getLast(), n), places, indices), accumulator));
            inPart.add(index);
            elements.remember(product, index, accumulator);
            targets.apply(product).forEach(p -> elements.store(p, index, accumulator));
        }
        var others = group.roots().subList(1, group.roots().size());
        var computed = new ArrayList<List<Expr>>();
        var at = new ArrayList<List<List<Expr>>>();
        for (Value root : others) {
            boolean ofWhole = group.parts() == 1 || root.shape().equals(product.shape());
            List<List<Expr>> indexes = group.parts() == 1 ? List.of(order(others.getFirst(), product, free, places, table)) : ofWhole ? inPart : List.of(Loops.names(free));
            at.add(indexes);
            computed.add(indexes.stream().map(index -> elements.compute(root, index)).toList());
        }
        for (int k = 0; k < others.size(); k++) {
            for (int n = 0; n < computed.get(k).size(); n++) {
                Expr e = computed.get(k).get(n);
                List<Expr> index = at.get(k).get(n);
                targets.apply(others.get(k)).forEach(p -> elements.store(p, index, e));
            }
        }
        return new Contraction(product.element(), batch, rows, columns, contracted, parts, epilogue.statements(), Optional.empty(), List.of(), indices, table.fixed());
    }

    private static void note(Value operand, List<Integer> contracted, Function<Value, Place> places, Table table) {
        Place place = places.apply(operand);
        if (place != null) {
            table.readBySum(place.buffer(), contracted.contains(operand.rank() - 1));
        }
    }

    /// An index in another part of the columns.
    private static List<Expr> moved(List<Expr> index, Axis column, int part) {
        Expr there = Expr.plus(column.name(), Expr.index(part * column.extent().value()));
        return index.stream().map(e -> e == column.name() ? there : e).toList();
    }

    /// An epilogue's index: the axes of the product in its order, 0 along an axis of one element.
    private static List<Expr> order(Value root, Value product, List<Axis> free, Function<Value, Place> places, Table table) {
        return ordered(root, product, Loops.names(free), places, table);
    }

    static List<Expr> ordered(Value root, Value product, List<Expr> free, Function<Value, Place> places, Table table) {
        List<Integer> axes = Epilogue.axes(root, product, v -> places.apply(v) != null, table::indices);
        var index = new Expr[root.rank()];
        Arrays.fill(index, Expr.index(0));
        for (int k = 0; k < free.size(); k++) {
            if (axes.get(k) >= 0) {
                index[axes.get(k)] = free.get(k);
            }
        }
        return List.of(index);
    }

    /// The index of an operand: its axes are those of some lists, matched by position.
    static List<Expr> index(int rank, List<List<Integer>> positions, List<List<Expr>> axes) {
        var index = new Expr[rank];
        for (int g = 0; g < positions.size(); g++) {
            for (int k = 0; k < positions.get(g).size(); k++) {
                index[positions.get(g).get(k)] = axes.get(g).get(k);
            }
        }
        return List.of(index);
    }

    static Element element(Value operand, List<Expr> index, Function<Value, Place> places, Indices indices) {
        var block = new Block();
        Expr value = new Elements(places, indices, block).read(operand, index);
        return new Element(block.statements(), value);
    }
}
