package dev.sinter.passes.lower;

import dev.sinter.ir.graph.Cond;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Part;
import dev.sinter.ir.graph.Scan;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.While;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.passes.memory.Step;
import dev.sinter.passes.schedule.Indices;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Control flow of the graph as control flow of the program.
///
/// The slices of a scan are read and written where they lie. A carried value has two halves: a step reads the one and writes the other.
final class Control {
    private final Table table;
    private final java.util.function.Function<Value, Place> places;

    private final Map<Value, Place> wanted;

    private Control(Table table, java.util.function.Function<Value, Place> places, Map<Value, Place> wanted) {
        this.table = table;
        this.places = places;
        this.wanted = wanted;
    }

    /// @param places where operands are
    /// @param wanted where some of the results are to be put
    static Control of(Table table, java.util.function.Function<Value, Place> places, Map<Value, Place> wanted) {
        return new Control(table, places, wanted);
    }

    private Place result(Value part) {
        Place place = wanted.get(part);
        return place == null ? table.temp(part) : place;
    }

    /// Appends the steps of an op with regions.
    ///
    /// @param parts the results that are wanted
    /// @param found gets the places of the parts
    void lower(Value value, Set<Value> parts, Map<Value, Place> found, List<Step> steps) {
        switch (value.op()) {
            case Scan scan -> scan(scan, parts, found, steps);
            case While loop -> loop(loop, parts, found, steps);
            case Cond cond -> cond(cond, parts, found, steps);
            default -> throw new UnsupportedOperationException("'" + value.op().name() + "' cannot be lowered"
                    + (value.origin().toString().isEmpty() ? "" : " (" + value.origin() + ")"));
        }
    }

    private void scan(Scan scan, Set<Value> parts, Map<Value, Place> found, List<Step> steps) {
        Indices indices = table.indices();
        Expr length = indices.dim(scan.length());
        var step = Expr.Var.index("step");
        Expr time = scan.reverse() ? table.argument("time", Expr.apply(Fn.SUB, Expr.plus(length, Expr.index(-1)), step)) : step;
        Map<Value, Place> given = new IdentityHashMap<>();
        var results = new ArrayList<Region.Target>();
        var parameters = scan.body().parameters().iterator();
        scan.constants().forEach(c -> given.put(parameters.next(), places.apply(c)));
        var outside = given.values().stream().map(Place::buffer).filter(table::fix).toList();    // copies of these leave the loop
        for (int k = 0; k < scan.initial().size(); k++) {
            Value initial = scan.initial().get(k);
            Shape shape = initial.shape();
            Buffer halves = table.temp(initial.element(), shape.elements().times(2));
            steps.add(table.copy(places.apply(initial), Place.at(halves, Expr.index(0), shape), shape, "carried value " + k));
            given.put(parameters.next(), half(halves, step, shape, indices));
            results.add(new Region.Target(scan.body().results().get(k), half(halves, Expr.plus(step, Expr.index(1)), shape, indices)));
            int part = k;
            with(parts, part, p -> found.put(p, half(halves, length, shape, indices)));
        }
        for (Value sequence : scan.sequences()) {
            given.put(parameters.next(), slice(places.apply(sequence), time, indices));
        }
        for (int k = scan.initial().size(); k < scan.body().results().size(); k++) {
            Value result = scan.body().results().get(k);
            with(parts, k, p -> {
                Place stack = result(p);
                found.put(p, stack);
                results.add(new Region.Target(result, slice(stack, time, indices)));
            });
        }
        var body = new ArrayList<>(Region.steps(table, scan.body(), given, results));
        table.unfix(outside);
        steps.addAll(Invariants.takeFrom(body, step));
        var slices = new HashSet<Buffer>();
        scan.sequences().forEach(s -> slices.add(places.apply(s).buffer()));
        steps.add(new Step.For(step, length, BackAndForth.of(body, slices, table.argument("turn", Expr.apply(Fn.AND, step, Expr.index(1))), table)));
    }

    /// One of the two halves of a carried value, by whether `step` is odd.
    private Place half(Buffer halves, Expr step, Shape shape, Indices indices) {
        Expr odd = Expr.apply(Fn.AND, step, Expr.index(1));
        return Place.at(halves, table.argument("half", Expr.times(odd, indices.dim(shape.elements()))), shape);
    }

    private Place slice(Place whole, Expr time, Indices indices) {
        Place slice = whole.slice(time, indices::dim);
        return new Place(slice.buffer(), table.argument("slice", slice.base()), slice.strides());
    }

    private static void with(Set<Value> parts, int i, java.util.function.Consumer<Value> action) {
        parts.stream().filter(p -> ((Part) p.op()).i() == i).forEach(action);
    }

    private void loop(While loop, Set<Value> parts, Map<Value, Place> found, List<Step> steps) {
        Map<Value, Place> inCondition = new IdentityHashMap<>();
        Map<Value, Place> inBody = new IdentityHashMap<>();
        for (int k = 0; k < loop.constants().size(); k++) {
            Place place = places.apply(loop.constants().get(k));
            inCondition.put(loop.condition().parameters().get(k), place);
            inBody.put(loop.body().parameters().get(k), place);
        }
        var results = new ArrayList<Region.Target>();
        var copies = new ArrayList<Step>();
        for (int k = 0; k < loop.initial().size(); k++) {
            Value initial = loop.initial().get(k);
            Place now = table.temp(initial);
            Place next = table.temp(initial);
            int parameter = loop.constants().size() + k;
            steps.add(table.copy(places.apply(initial), now, initial.shape(), "carried value " + k));
            inCondition.put(loop.condition().parameters().get(parameter), now);
            inBody.put(loop.body().parameters().get(parameter), now);
            results.add(new Region.Target(loop.body().results().get(k), next));
            copies.add(table.copy(next, now, initial.shape(), "carried value " + k));
            with(parts, k, p -> found.put(p, now));
        }
        Buffer goes = table.temp(ElementType.BOOL, Dim.ONE);
        var head = Region.steps(table, loop.condition(), inCondition,
                List.of(new Region.Target(loop.condition().results().getFirst(), Place.whole(goes, Shape.SCALAR))));
        var body = new ArrayList<>(Region.steps(table, loop.body(), inBody, results));
        body.addAll(copies);
        steps.add(new Step.While(head, goes, Expr.index(0), body));
    }

    private void cond(Cond cond, Set<Value> parts, Map<Value, Place> found, List<Step> steps) {
        parts.forEach(p -> found.put(p, result(p)));
        Place condition = places.apply(cond.condition());
        steps.add(new Step.If(condition.buffer(), table.outside(condition.base()), branch(cond.then(), cond, parts, found), branch(cond.otherwise(), cond, parts, found)));
    }

    private List<Step> branch(Function function, Cond cond, Set<Value> parts, Map<Value, Place> found) {
        Map<Value, Place> given = new IdentityHashMap<>();
        for (int k = 0; k < cond.arguments().size(); k++) {
            given.put(function.parameters().get(k), places.apply(cond.arguments().get(k)));
        }
        var results = new ArrayList<Region.Target>();
        for (Value p : parts) {
            results.add(new Region.Target(function.results().get(((Part) p.op()).i()), found.get(p)));
        }
        return Region.steps(table, function, given, results);
    }
}
