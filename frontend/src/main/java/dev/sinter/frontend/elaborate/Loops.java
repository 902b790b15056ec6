package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Expression;
import dev.sinter.frontend.ast.Name;
import dev.sinter.frontend.ast.Statement;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.source.Span;
import dev.sinter.ir.graph.Cond;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Parameter;
import dev.sinter.ir.graph.Part;
import dev.sinter.ir.graph.Scan;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.While;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/// `if`, `for`, `while` and `scan`. What is decided by what is known now happens now; the rest becomes `cond`, `scan` and `while` of the graph,
/// whose regions are elaborated in place on fresh parameters and then closed.
final class Loops {
    private static final int MAX_UNROLLED = 10_000;

    private final Elaborator e;
    private final Structure structure;

    Loops(Elaborator e) {
        this.e = e;
        this.structure = new Structure(e);
    }

    Datum conditional(Expression.Conditional c, Scope scope) {
        Datum condition = e.expressions.evaluate(c.condition(), scope);
        if (condition instanceof Datum.Truth(boolean holds)) return e.expressions.evaluate(holds ? c.whenTrue() : c.whenFalse(), scope);
        if (!(condition instanceof Datum.Array(Value chosen))) throw wrongCondition(condition, c.condition().span());
        if (chosen.element() != ElementType.BOOL || chosen.rank() > 0) throw wrongCondition(condition, c.condition().span());
        var before = e.state.snapshot();
        Branch yes = branch(c.whenTrue(), scope);
        var afterYes = e.state.snapshot();
        e.state.restore(before);
        Branch no = branch(c.whenFalse(), scope);
        var afterNo = e.state.snapshot();
        e.state.restore(before);
        var changed = new LinkedHashSet<>(e.state.changed(before, afterYes));
        changed.addAll(e.state.changed(before, afterNo));
        unify(yes, no, c);
        for (Variable v : changed) {
            Value otherwise = e.state.at(before, v, c.span());
            yes.results.add(afterYes.getOrDefault(v, otherwise));
            no.results.add(afterNo.getOrDefault(v, otherwise));
        }
        List<Value> parts = join(chosen, yes, no);
        int n = parts.size() - changed.size();
        int k = n;
        for (Variable v : changed) e.state.rebind(v, parts.get(k++));
        return structure.rebuild(yes.datum, parts.subList(0, n).iterator());
    }

    private static Failure wrongCondition(Datum condition, Span span) {
        if (condition instanceof Datum.Broken) return Failure.silent();
        var failure = Failure.of(Code.S0404, "the condition of `if` is one truth value", span, "found " + Show.kind(condition));
        return condition instanceof Datum.Array(Value v) && v.element() == ElementType.BOOL
            ? failure.help("`where(c, a, b)` chooses element by element; `all(c)` and `any(c)` make one truth value of many") : failure;
    }

    private record Branch(Graph graph, Datum datum, List<Value> results, Span span) { }

    /// Elaborates a branch in a graph of its own, so that what belongs to it can be told from what is around it.
    private Branch branch(Expression body, Scope scope) {
        Graph outer = e.graph;
        e.graph = new Graph();
        try {
            Datum datum = e.expressions.evaluate(body, scope);
            return new Branch(e.graph, datum, new ArrayList<>(structure.flatten(datum, false, body.span())), body.span());
        } finally {
            e.graph = outer;
        }
    }

    private void unify(Branch yes, Branch no, Expression.Conditional c) {
        if (!structure.sameForm(yes.datum, no.datum) || yes.results.size() != no.results.size()) {
            throw Failure.of(Code.S0405, "the branches of this `if` differ in form", c.span(), "one value is made by either branch")
                .with(yes.span, Show.kind(yes.datum)).with(no.span, Show.kind(no.datum));
        }
        for (int k = 0; k < yes.results.size(); k++) {
            Value a = yes.results.get(k);
            Value b = no.results.get(k);
            if (a.type().equals(b.type())) continue;
            if (a.element() == b.element() && (a.rank() == 0 || b.rank() == 0)) {
                if (a.rank() == 0) yes.results.set(k, yes.graph.broadcast(a, b.shape()));
                else no.results.set(k, no.graph.broadcast(b, a.shape()));
                continue;
            }
            throw Failure.of(Code.S0405, "the branches of this `if` differ in type", c.span(), "one value is made by either branch")
                .with(yes.span, Show.type(a)).with(no.span, Show.type(b));
        }
    }

    private List<Value> join(Value condition, Branch yes, Branch no) {
        Region a = close(yes, "then");
        Region b = close(no, "otherwise");
        var captured = new ArrayList<>(a.captured());
        b.captured().stream().filter(v -> !captured.contains(v)).forEach(captured::add);
        Cond cond = new Cond(condition, widen(a, captured), widen(b, captured), captured);
        return e.graph.parts(e.graph.add(cond));
    }

    private Region close(Branch branch, String name) {
        Graph own = branch.graph;
        return Region.close(own, name, List.of(), branch.results, v -> own.owns(v) && !(v.op() instanceof Parameter) && !(v.op() instanceof Part p && !own.owns(p.tuple())));
    }

    /// The function with a parameter for each of `captured`, in that order.
    private Function widen(Region region, List<Value> captured) {
        var parameters = new ArrayList<Value>();
        for (Value v : captured) {
            int k = region.captured().indexOf(v);
            parameters.add(k >= 0 ? region.function().parameters().get(k) : e.graph.parameter("unused", v.tensor()));
        }
        return new Function(region.function().name(), parameters, region.function().results());
    }

    /// A loop over a list runs now; one over a range whose end is a dim becomes a scan.
    void forLoop(Statement.For f, Scope scope) {
        Datum from = e.expressions.evaluate(f.from(), scope);
        boolean unknown = from instanceof Datum.Range(Dim a, Dim b) && !(a.isConstant() && b.isConstant())
            || from instanceof Datum.Array(Value v) && v.rank() > 0 && !v.dim(0).isConstant();
        if (unknown) {
            scanLoop(f, from, scope);
            return;
        }
        List<Datum> elements = e.expressions.elements(from, f.from().span());
        if (elements.size() > MAX_UNROLLED) {
            throw Failure.of(Code.S0902, "this loop runs " + elements.size() + " times at compile time", f.from().span(), "at most " + MAX_UNROLLED + " rounds are unrolled")
                .help("`scan` runs at the call");
        }
        for (Datum d : elements) {
            Scope body = scope.body();
            if (f.variables().size() == 1) body.define(f.variables().getFirst().text(), d);
            else e.statements.bind(f.span(), f.variables(), d, f.from().span(), body);
            e.statements.block(f.body(), body);
        }
    }

    private void scanLoop(Statement.For f, Datum from, Scope scope) {
        if (f.variables().size() != 1) throw Failure.of(Code.S0402, "a loop over an array has one variable", f.span(), "found " + f.variables().size());
        var names = carried(f.body(), scope);
        Datum start = Datum.Tuple.of(names.stream().map(scope::find).toList());
        Value sequence = e.arrays.of(from, null, f.from().span());
        var scanned = scan(start, List.of(sequence), sequence.dim(0), false, f.span(), (carry, elements) -> {
            Scope body = scope.inner();
            for (int k = 0; k < names.size(); k++) body.define(names.get(k), ((Datum.Tuple) carry).fields().get(k));
            Scope inside = body.body();
            inside.define(f.variables().getFirst().text(), new Datum.Array(elements.getFirst()));
            e.statements.block(f.body(), inside);
            return List.of(Datum.Tuple.of(names.stream().map(body::find).toList()), Datum.Tuple.of(List.of()));
        });
        for (int k = 0; k < names.size(); k++) scope.bind(names.get(k), ((Datum.Tuple) scanned.getFirst()).fields().get(k));
    }

    /// The names around a loop that its body binds anew.
    private static List<String> carried(Expression.Block body, Scope scope) {
        var names = new LinkedHashSet<String>();
        collect(body, names);
        Scope inside = scope.body();
        return names.stream().filter(inside::rebinds).toList();
    }

    private static void collect(Expression.Block body, LinkedHashSet<String> names) {
        for (Statement s : body.statements()) {
            switch (s) {
                case Statement.Bind(_, List<Name> bound, _) -> bound.forEach(n -> names.add(n.text()));
                case Statement.Define(_, Name name, _, _) -> names.add(name.text());
                case Statement.For(_, _, _, var inner) -> collect(inner, names);
                case Statement.While(_, _, var inner) -> collect(inner, names);
                default -> { }
            }
        }
    }

    void whileLoop(Statement.While w, Scope scope) {
        var names = carried(w.body(), scope);
        Datum start = Datum.Tuple.of(names.stream().map(scope::find).toList());
        if (names.isEmpty()) {
            throw Failure.of(Code.S0901, "nothing changes from one round of this loop to the next", w.span(), "the body binds no name that is bound before the loop");
        }
        boolean numbers = hasWholes(start);
        Datum end = numbers ? e.trying(() -> whileLoop(w, scope, names, start, true), () -> whileLoop(w, scope, names, start, false)) : whileLoop(w, scope, names, start, true);
        for (int k = 0; k < names.size(); k++) scope.bind(names.get(k), ((Datum.Tuple) end).fields().get(k));
    }

    /// Whether a number is carried whose element type the loop decides: i64 if that goes through, else real.
    private static boolean hasWholes(Datum start) {
        var leaves = new ArrayList<Datum>();
        leaves(start, leaves);
        return leaves.stream().anyMatch(Arrays::isWhole);
    }

    private Datum whileLoop(Statement.While w, Scope scope, List<String> names, Datum start, boolean wholes) {
        List<Value> initial = structure.flatten(start, wholes, w.span());
        for (int attempt = 0; ; attempt++) {
            var bound = initial.stream().map(v -> e.graph.parameter("carried", v.tensor())).toList();
            Scope body = scope.inner();
            Datum carry = structure.rebuild(start, bound.iterator());
            for (int k = 0; k < names.size(); k++) body.define(names.get(k), ((Datum.Tuple) carry).fields().get(k));
            Value condition = e.arrays.of(e.expressions.evaluate(w.condition(), body), null, w.condition().span());
            if (condition.element() != ElementType.BOOL || condition.rank() > 0) throw wrongCondition(new Datum.Array(condition), w.condition().span());
            if (Region.order(List.of(condition), Region.identitySet()).stream().noneMatch(bound::contains)) {
                throw Failure.of(Code.S0901, "the condition of this loop never changes", w.condition().span(), "it depends on none of " + String.join(", ", names.stream().map(n -> "`" + n + "`").toList()))
                    .help("bind what changes before the loop, and bind it anew in its body");
            }
            var before = e.state.snapshot();
            e.statements.block(w.body(), body.body());
            refuseState(before, w.span());
            Datum after = Datum.Tuple.of(names.stream().map(body::find).toList());
            List<Value> results = structure.flatten(after, wholes, w.span());
            List<Value> widened = attempt == 0 ? widened(start, initial, results) : null;
            if (widened != null) {
                initial = widened;
                continue;
            }
            results = matched(names, initial, results, w.span());
            Region step = Region.close(e.graph, "step", bound, results);
            Region test = Region.close(e.graph, "test", bound, List.of(condition));
            var captured = new ArrayList<>(step.captured());
            test.captured().stream().filter(v -> !captured.contains(v)).forEach(captured::add);
            var op = new While(extend(test, captured, bound.size()), extend(step, captured, bound.size()), captured, initial);
            return structure.rebuild(start, e.graph.parts(e.graph.add(op)).iterator());
        }
    }

    /// The closed function with a parameter for each of `captured`, and then its bound ones.
    private Function extend(Region region, List<Value> captured, int bound) {
        var own = region.function().parameters();
        var parameters = new ArrayList<>(widen(region, captured).parameters());
        parameters.addAll(own.subList(own.size() - bound, own.size()));
        return new Function(region.function().name(), parameters, region.function().results());
    }

    private void refuseState(Map<Variable, Value> before, Span span) {
        for (Variable v : e.state.changed(before, e.state.snapshot())) {
            throw Failure.of(Code.S0703, "`" + v.name() + "` is set inside a loop of the graph", span, "its value would not outlive the round")
                .help("carry the value through the loop and set the variable after it");
        }
    }

    /// The initial values with whole numbers turned into what the loop makes of them, or null if nothing changes.
    private List<Value> widened(Datum start, List<Value> initial, List<Value> results) {
        var leaves = new ArrayList<Datum>();
        leaves(start, leaves);
        var better = new ArrayList<>(initial);
        boolean changed = false;
        for (int k = 0; k < Math.min(initial.size(), results.size()); k++) {
            Datum leaf = leaves.get(k);
            Type.Tensor is = results.get(k).tensor();
            if (!(leaf instanceof Datum.Whole || leaf instanceof Datum.Real || leaf instanceof Datum.Sequence) || initial.get(k).type().equals(is)) continue;
            boolean wholeOfReals = is.element().isInteger() && !Arrays.isWhole(leaf);
            if (is.element() == ElementType.BOOL || wholeOfReals) continue;
            Value again = e.arrays.of(leaf, is.element(), null);
            if (again.rank() == 0 && is.rank() > 0) again = e.graph.broadcast(again, is.shape());
            better.set(k, again);
            changed = true;
        }
        return changed ? better : null;
    }

    private static void leaves(Datum datum, List<Datum> leaves) {
        switch (datum) {
            case Datum.Tuple(_, List<Datum> fields) -> fields.forEach(f -> leaves(f, leaves));
            case Datum.Sequence(List<Datum> elements) when !Arrays.isKnown(datum) -> elements.forEach(f -> leaves(f, leaves));
            case Datum.Nothing() -> { }
            default -> leaves.add(datum);
        }
    }

    /// The results in the types of the initial values.
    private List<Value> matched(List<String> names, List<Value> initial, List<Value> results, Span span) {
        if (results.size() != initial.size()) {
            throw Failure.of(Code.S0901, "what the loop carries changes its form", span, initial.size() + " arrays before, " + results.size() + " after a round");
        }
        var matched = new ArrayList<Value>();
        for (int k = 0; k < results.size(); k++) {
            Value v = results.get(k);
            Type.Tensor was = initial.get(k).tensor();
            if (v.element() == was.element() && v.rank() == 0 && was.rank() > 0) v = e.graph.broadcast(v, was.shape());
            if (!v.type().equals(was)) {
                String what = names.size() == initial.size() ? "`" + names.get(k) + "`" : "a carried value";
                throw Failure.of(Code.S0901, what + " changes its type from one round of the loop to the next", span,
                    "it begins as " + Show.type(was) + " and becomes " + Show.type(v));
            }
            matched.add(v);
        }
        return matched;
    }

    /// A scan. `body` maps the carried datum and the slices of the sequences to the next carried datum and the outputs; the result is
    /// the last carried datum and the stacked outputs.
    List<Datum> scan(Datum start, List<Value> sequences, Dim length, boolean reverse, Span span, BiFunction<Datum, List<Value>, List<Datum>> body) {
        return hasWholes(start) ? e.trying(() -> scan(start, sequences, length, reverse, span, body, true), () -> scan(start, sequences, length, reverse, span, body, false))
            : scan(start, sequences, length, reverse, span, body, true);
    }

    private List<Datum> scan(Datum start, List<Value> sequences, Dim length, boolean reverse, Span span, BiFunction<Datum, List<Value>, List<Datum>> body, boolean wholes) {
        List<Value> initial = structure.flatten(start, wholes, span);
        for (int attempt = 0; ; attempt++) {
            var bound = new ArrayList<Value>();
            initial.forEach(v -> bound.add(e.graph.parameter("carried", v.tensor())));
            var slices = sequences.stream().map(s -> e.graph.parameter("element", s.tensor().withShape(s.shape().without(List.of(0))))).toList();
            bound.addAll(slices);
            Value[] rounds = new Value[1];
            Keys outer = e.keys;
            e.keys = new Keys(() -> {
                rounds[0] = e.graph.parameter("key", new Type.Tensor(ElementType.I64, Shape.SCALAR));
                return rounds[0];
            });
            var before = e.state.snapshot();
            List<Datum> step;
            try {
                step = body.apply(structure.rebuild(start, bound.subList(0, initial.size()).iterator()), slices);
            } finally {
                e.keys = outer;
            }
            refuseState(before, span);
            if (!structure.sameForm(start, step.getFirst())) {
                throw Failure.of(Code.S0901, "what the loop carries changes its form", span, "it begins as " + Show.kind(start) + " and becomes " + Show.kind(step.getFirst()));
            }
            List<Value> carry = structure.flatten(step.getFirst(), wholes, span);
            List<Value> widened = attempt == 0 ? widened(start, initial, carry) : null;
            if (widened != null) {
                initial = widened;
                continue;
            }
            var results = new ArrayList<>(matched(List.of(), initial, carry, span));
            results.addAll(structure.flatten(step.get(1), false, span));
            var all = new ArrayList<>(sequences);
            if (rounds[0] != null) {
                bound.add(rounds[0]);
                all.add(Keys.forRounds(e.graph, e.keys.next(e.graph), Shape.of(length)));
            }
            Region region = Region.close(e.graph, "step", bound, results);
            Value scan = e.graph.add(new Scan(region.function(), length, reverse, region.captured(), initial, all));
            List<Value> parts = e.graph.parts(scan);
            return List.of(structure.rebuild(start, parts.subList(0, initial.size()).iterator()),
                structure.rebuild(step.get(1), parts.subList(initial.size(), parts.size()).iterator()));
        }
    }

    /// The primitive `scan(f, start, sequence, length, reverse)`.
    Datum scanCall(Bound b) {
        Datum sequence = b.get("sequence");
        List<Value> sequences = b.has("sequence") ? structure.flatten(asArrays(sequence), true, b.span("sequence")) : List.of();
        for (Value s : sequences) {
            if (s.rank() == 0) throw Failure.of(Code.S0505, "`scan` runs over the first axis", b.span("sequence"), "a scalar has no axes");
        }
        Dim length = b.has("length") ? e.arrays.extent(b.get("length"), b.span("length"))
            : sequences.isEmpty() ? null : sequences.getFirst().dim(0);
        if (length == null) throw Failure.of(Code.S0302, "`scan` needs a sequence or a length", b.call(), "takes (f, start, sequence?, length?, reverse?)");
        for (Value s : sequences) {
            if (!s.dim(0).equals(length)) {
                throw Failure.of(Code.S0501, "the sequences of `scan` differ in length", b.span("sequence"), s.dim(0) + " against " + length);
            }
        }
        Datum f = b.get("f");
        Datum like = asArrays(sequence);
        return Datum.Tuple.of(scan(b.get("start"), sequences, length, b.truth("reverse", false), b.call(), (carry, slices) -> {
            var arguments = new ArrayList<Datum>(List.of(carry));
            if (b.has("sequence")) arguments.add(structure.rebuild(like, slices.iterator()));
            Datum result = e.calls.apply(f, arguments, b.span("f"));
            if (!(result instanceof Datum.Tuple(_, List<Datum> fields)) || fields.size() != 2) {
                throw e.mismatch("a pair: what is carried on, and the output", result, b.span("f"));
            }
            return fields;
        }));
    }

    /// A list of numbers is one sequence; a tuple is several.
    private Datum asArrays(Datum sequence) {
        return sequence instanceof Datum.Range || sequence instanceof Datum.Sequence
            ? new Datum.Array(e.arrays.of(sequence, sequence instanceof Datum.Range ? ElementType.I64 : null, null)) : sequence;
    }
}
