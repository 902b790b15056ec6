package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.source.Span;
import dev.sinter.ir.graph.Call;
import dev.sinter.ir.graph.Jvp;
import dev.sinter.ir.graph.StopGradient;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Vjp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// `grad`, `value_and_grad`, `vjp` and `jvp`: functions from functions. The function is elaborated on fresh parameters, closed, and
/// differentiated by an op of the graph; the formulas are no business of the frontend.
final class Derivatives {
    private final Elaborator e;
    private final Structure structure;

    Derivatives(Elaborator e) {
        this.e = e;
        this.structure = new Structure(e);
    }

    /// A function elaborated on fresh parameters.
    ///
    /// @param bound the parameters, flat
    /// @param given what is to be passed for them
    /// @param sizes how many belong to each argument
    /// @param result what the function gives
    private record Traced(List<Value> bound, List<Value> given, List<Integer> sizes, List<Datum> arguments, Datum result,
                          Map<Variable, Value> before, Map<Variable, Value> after) { }

    private Traced trace(Datum f, List<Datum> arguments, Span span, Span call) {
        requireFunction(f, span);
        var given = new ArrayList<Value>();
        var bound = new ArrayList<Value>();
        var sizes = new ArrayList<Integer>();
        var inside = new ArrayList<Datum>();
        for (Datum a : arguments) {
            if (a instanceof Datum.Closure || a instanceof Datum.Native || a instanceof Datum.Part || a instanceof Datum.Truth || a instanceof Datum.Nothing) {
                sizes.add(0);
                inside.add(a);
                continue;
            }
            var flat = structure.flatten(a, false, call);
            var fresh = flat.stream().map(v -> e.graph.parameter("x", v.tensor())).toList();
            given.addAll(flat);
            bound.addAll(fresh);
            sizes.add(flat.size());
            inside.add(structure.rebuild(a, fresh.iterator()));
        }
        var before = e.state.snapshot();
        Datum result = e.calls.apply(f, inside, call);
        if (result instanceof Datum.Broken) throw Failure.silent();
        return new Traced(bound, given, sizes, arguments, result, before, e.state.snapshot());
    }

    private void requireFunction(Datum f, Span span) {
        if (f instanceof Datum.Broken) throw Failure.silent();
        if (!(f instanceof Datum.Closure || f instanceof Datum.Native || f instanceof Datum.Part)) {
            throw e.mismatch("a function", f, span).help("`x => …` makes a function of an expression");
        }
    }

    /// `grad(f, wrt: 0, over: none)`: with respect to an argument, several, or variables of the model.
    Datum grad(Bound b, boolean withValue) {
        requireFunction(b.get("f"), b.span("f"));
        return new Datum.Native("", List.of("*"), arguments -> {
            var list = List.copyOf(arguments.values().values());
            return b.has("over") ? overVariables(b, list, withValue, arguments.call()) : overArguments(b, list, withValue, arguments.call());
        });
    }

    private Datum overArguments(Bound b, List<Datum> arguments, boolean withValue, Span call) {
        List<Integer> positions = positions(b, arguments.size());
        Traced t = trace(b.get("f"), arguments, b.span("f"), call);
        var wrt = new ArrayList<Integer>();
        for (int p : positions) {
            int from = t.sizes.subList(0, p).stream().mapToInt(Integer::intValue).sum();
            if (t.sizes.get(p) == 0) throw notReal(t.arguments.get(p), b, call);
            IntStream.range(from, from + t.sizes.get(p)).forEach(wrt::add);
        }
        for (int k : wrt) {
            if (!t.given.get(k).tensor().isFloat()) throw notReal(new Datum.Array(t.given.get(k)), b, call);
        }
        Value result = scalar(t.result, b, call);
        var gradients = differentiate(t, List.of(result), wrt, List.of(e.graph.ones(result)));
        var it = gradients.subList(1, gradients.size()).iterator();
        var parts = positions.stream().map(p -> structure.rebuild(t.arguments.get(p), it)).toList();
        Datum gradient = b.get("wrt") instanceof Datum.Sequence ? Datum.Tuple.of(parts) : parts.getFirst();
        return withValue ? Datum.Tuple.of(List.of(new Datum.Array(gradients.getFirst()), gradient)) : gradient;
    }

    private static Failure notReal(Datum found, Bound b, Span call) {
        return Failure.of(Code.S0702, "a gradient is taken with respect to real arrays", call, "the argument is " + Show.kind(found))
            .with(b.span("f"), "the function to be differentiated");
    }

    private List<Integer> positions(Bound b, int arguments) {
        var positions = new ArrayList<Integer>();
        List<Datum> listed = b.get("wrt") instanceof Datum.Sequence(List<Datum> many) ? many : b.has("wrt") ? List.of(b.get("wrt")) : List.of(Datum.Whole.of(0));
        for (Datum d : listed) {
            long p = e.arrays.known(d, b.span("wrt"));
            if (p < 0 || p >= arguments) {
                throw Failure.of(Code.S0702, "the function has no argument number " + p, b.span("wrt"), arguments == 0 ? "it is called without arguments"
                    : "it is called with " + arguments + (arguments == 1 ? " argument, number 0" : " arguments, 0 to " + (arguments - 1)));
            }
            positions.add((int) p);
        }
        return positions;
    }

    private Value scalar(Datum result, Bound b, Span call) {
        Value v = result instanceof Datum.Tuple ? null : e.arrays.of(result, null, call);
        if (v == null || v.rank() > 0 || !v.tensor().isFloat()) {
            var failure = Failure.of(Code.S0701, "a gradient is taken of one real number", b.span("f"), "this function gives " + Show.kind(result));
            throw v != null && v.rank() > 0 ? failure.help("take the `sum` or the `mean` of the result, or use `jacobian` or `vjp`") : failure;
        }
        return v;
    }

    /// Gradients with respect to variables: of one variable an array, of a model a list.
    private Datum overVariables(Bound b, List<Datum> arguments, boolean withValue, Span call) {
        var variables = Training.variables(e, b.get("over"), b.span("over"));
        var values = variables.stream().map(v -> e.state.read(v, b.span("over"))).toList();
        Datum result = e.calls.apply(b.get("f"), arguments, call);
        Value loss = scalar(result, b, call);
        Region region = Region.close(e.graph, "f", values, List.of(loss));
        int captured = region.captured().size();
        var all = new ArrayList<>(region.captured());
        all.addAll(values);
        Value vjp = e.graph.add(new Vjp(region.function(), all, IntStream.range(captured, all.size()).boxed().toList(), List.of(e.graph.ones(loss))));
        var parts = e.graph.parts(vjp);
        var gradients = parts.subList(1, parts.size()).stream().map(v -> (Datum) new Datum.Array(v)).toList();
        Datum gradient = b.get("over") instanceof Datum.Place || gradients.size() == 1 && !(b.get("over") instanceof Datum.Part)
            ? gradients.getFirst() : new Datum.Sequence(gradients);
        return withValue ? Datum.Tuple.of(List.of(new Datum.Array(parts.getFirst()), gradient)) : gradient;
    }

    /// The parts of a `vjp`: the results, and the gradients; variables that the function sets become auxiliary results.
    private List<Value> differentiate(Traced t, List<Value> results, List<Integer> wrt, List<Value> cotangents) {
        var set = set(t);
        var all = new ArrayList<>(results);
        all.addAll(set.values());
        Region region = Region.close(e.graph, "f", t.bound, all);
        int captured = region.captured().size();
        var operands = new ArrayList<>(region.captured());
        operands.addAll(t.given);
        Value vjp = e.graph.add(new Vjp(region.function(), operands, wrt.stream().map(k -> k + captured).toList(), cotangents));
        return withState(e.graph.parts(vjp), results.size(), List.copyOf(set.keySet()));
    }

    private Map<Variable, Value> set(Traced t) {
        var set = new LinkedHashMap<Variable, Value>();
        for (Variable v : e.state.changed(t.before, t.after)) set.put(v, t.after.get(v));
        return set;
    }

    /// Takes the values of variables out of the results.
    private List<Value> withState(List<Value> parts, int results, List<Variable> set) {
        var left = new ArrayList<>(parts);
        for (int k = 0; k < set.size(); k++) e.state.rebind(set.get(k), left.remove(results));
        return left;
    }

    /// `vjp(f, x, …)`: the result, and the function that pulls a cotangent of it back to the arguments.
    Datum vjp(Bound b) {
        var arguments = new ArrayList<>(b.values().values());
        if (arguments.isEmpty()) throw Failure.of(Code.S0302, "`vjp` takes a function and its arguments", b.call(), "nothing given");
        Datum f = arguments.removeFirst();
        var given = List.copyOf(arguments);
        Traced t = trace(f, given, b.span("0"), b.call());
        var results = structure.flatten(t.result, false, b.call());
        var all = new ArrayList<>(results);
        Region forward = Region.close(e.graph, "f", t.bound, all);
        var operands = new ArrayList<>(forward.captured());
        int captured = operands.size();
        operands.addAll(t.given);
        var wrt = IntStream.range(0, t.given.size()).filter(k -> t.given.get(k).tensor().isFloat()).boxed().toList();
        Value known = e.graph.add(new Call(forward.function(), operands));
        Datum value = structure.rebuild(t.result, e.graph.parts(known).iterator());
        var pull = new Datum.Native("", List.of("cotangent"), back -> {
            var cotangents = new ArrayList<Value>();
            var flat = structure.flatten(back.get("cotangent"), false, back.span("cotangent"));
            if (flat.size() != results.size()) throw e.mismatch(results.size() + " cotangents", back.get("cotangent"), back.span("cotangent"));
            for (int k = 0; k < flat.size(); k++) {
                Value c = flat.get(k);
                if (c.rank() == 0 && c.element() == results.get(k).element()) c = e.graph.broadcast(c, results.get(k).shape());
                if (!c.type().equals(results.get(k).type())) {
                    throw Failure.of(Code.S0503, "a cotangent has the type of the result", back.span("cotangent"),
                        "expected " + Show.type(results.get(k)) + ", found " + Show.type(c));
                }
                cotangents.add(c);
            }
            Value op = e.graph.add(new Vjp(forward.function(), operands, wrt.stream().map(k -> k + captured).toList(), cotangents));
            var gradients = e.graph.parts(op).subList(results.size(), results.size() + wrt.size()).iterator();
            var parts = new ArrayList<Datum>();
            for (int a = 0, k = 0; a < given.size(); k += t.sizes.get(a++)) {
                var flatArgument = new ArrayList<Value>();
                for (int j = k; j < k + t.sizes.get(a); j++) flatArgument.add(wrt.contains(j) ? gradients.next() : e.graph.zeros(t.given.get(j)));
                parts.add(structure.rebuild(t.arguments.get(a), flatArgument.iterator()));
            }
            return parts.size() == 1 ? parts.getFirst() : Datum.Tuple.of(parts);
        });
        return Datum.Tuple.of(List.of(value, pull));
    }

    /// `jvp(f, x, v)`: the result, and how it changes when x moves along v; several arguments and their tangents are tuples.
    Datum jvp(Bound b) {
        Datum point = b.get("at");
        Datum direction = b.get("along");
        boolean several = point instanceof Datum.Tuple;
        var arguments = several ? ((Datum.Tuple) point).fields() : List.of(point);
        Traced t = trace(b.get("f"), arguments, b.span("f"), b.call());
        var tangents = structure.flatten(direction, false, b.span("along"));
        if (tangents.size() != t.given.size()) throw e.mismatch(t.given.size() + " directions", direction, b.span("along"));
        var wrt = new ArrayList<Integer>();
        var moved = new ArrayList<Value>();
        for (int k = 0; k < t.given.size(); k++) {
            if (!t.given.get(k).tensor().isFloat()) continue;
            Value v = tangents.get(k);
            if (v.rank() == 0 && v.element() == t.given.get(k).element()) v = e.graph.broadcast(v, t.given.get(k).shape());
            if (!v.type().equals(t.given.get(k).type())) {
                throw Failure.of(Code.S0503, "a direction has the type of its argument", b.span("along"), "expected " + Show.type(t.given.get(k)) + ", found " + Show.type(v));
            }
            wrt.add(k);
            moved.add(v);
        }
        var results = structure.flatten(t.result, false, b.call());
        Region region = Region.close(e.graph, "f", t.bound, results);
        int captured = region.captured().size();
        var operands = new ArrayList<>(region.captured());
        operands.addAll(t.given);
        var parts = e.graph.parts(e.graph.add(new Jvp(region.function(), operands, wrt.stream().map(k -> k + captured).toList(), moved)));
        var derivatives = parts.subList(results.size(), parts.size()).iterator();
        var filled = new ArrayList<Value>();
        for (Value r : results) filled.add(r.tensor().isFloat() ? derivatives.next() : e.graph.zeros(r));
        return Datum.Tuple.of(List.of(structure.rebuild(t.result, parts.subList(0, results.size()).iterator()), structure.rebuild(t.result, filled.iterator())));
    }

    /// `stop_gradient(x)`, through tuples and lists.
    Datum stop(Bound b) {
        var stopped = structure.flatten(b.get("x"), false, b.span("x")).stream().map(v -> e.graph.add(new StopGradient(v))).toList();
        return structure.rebuild(b.get("x"), stopped.iterator());
    }
}
