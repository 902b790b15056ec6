package dev.sinter.passes.differentiate;

import dev.sinter.ir.graph.Cond;
import dev.sinter.ir.graph.Differentiable;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Op;
import dev.sinter.ir.graph.Parameter;
import dev.sinter.ir.graph.Part;
import dev.sinter.ir.graph.Scan;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.While;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.rewrite.Rewrite;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Forward mode: one walk over a function that computes every value together with its tangent. A loop becomes one loop that carries both. Null is a
/// tangent that is zero everywhere.
final class ForwardMode {
    private ForwardMode() { }

    /// Values with their tangents.
    ///
    /// @param tangents one per value; null is zero
    record Dual(List<Value> values, List<Value> tangents) { }

    /// Builds the results of `f` for `arguments` in `g`, with their tangents.
    ///
    /// @param f        has no calls and no derivatives inside
    /// @param tangents one per parameter; null is zero
    static Dual run(Function f, List<Value> arguments, List<Value> tangents, Graph g) {
        Map<Value, Dual> duals = new HashMap<>();
        for (int k = 0; k < arguments.size(); k++) {
            duals.put(f.parameters().get(k), dual(arguments.get(k), tangents.get(k)));
        }
        for (Value v : f.values()) {
            if (duals.containsKey(v)) {
                continue;
            }
            g.at(v.origin());
            if (v.op() instanceof Part(Value tuple, int i)) {
                duals.put(v, dual(duals.get(tuple).values().get(i), duals.get(tuple).tangents().get(i)));
                continue;
            }
            var values = new ArrayList<Value>();
            var inner = new ArrayList<Value>();
            for (Value operand : v.op().operands()) {
                values.add(duals.get(operand).values().getFirst());
                inner.add(duals.get(operand).tangents().getFirst());
            }
            Op op = v.op().withOperands(values);
            if (inner.stream().allMatch(t -> t == null)) {
                var parts = Rewrite.keep(op, g);
                duals.put(v, new Dual(parts, Arrays.asList(new Value[parts.size()])));
            } else if (v.type() instanceof Type.Tensor(var element, var _)) {
                Value self = g.add(op);
                duals.put(v, dual(self, element.isFloat() ? ReverseMode.rule(v, op).jvp(self, inner, g) : null));
            } else {
                duals.put(v, switch (op) {
                    case Scan s -> scan(s, inner, g);
                    case While w -> loop(w, inner, g);
                    case Cond c -> cond(c, inner.subList(1, inner.size()), g);
                    default -> throw new IllegalArgumentException("'" + op.name() + "' is not expanded");
                });
            }
        }
        return new Dual(f.results().stream().map(r -> duals.get(r).values().getFirst()).toList(),
                Arrays.asList(f.results().stream().map(r -> duals.get(r).tangents().getFirst()).toArray(Value[]::new)));
    }

    private static Dual dual(Value value, Value tangent) {
        return new Dual(List.of(value), Arrays.asList(tangent));
    }

    /// A function of values to one of values and of the tangents of some: parameters and results are grouped, each group followed by its tangents.
    private static final class Doubled {
        final Graph g = new Graph();
        final List<Value> parameters = new ArrayList<>();
        final List<Value> arguments = new ArrayList<>();       // the function's own parameters
        final List<Value> tangents = new ArrayList<>();

        void parameters(List<Value> group, List<Boolean> active) {
            for (Value p : group) {
                Value copy = g.add(p.op());
                parameters.add(copy);
                arguments.add(copy);
            }
            for (int k = 0; k < group.size(); k++) {
                Value t = active.get(k) ? g.parameter("d" + ((Parameter) group.get(k).op()).label(), group.get(k).tensor()) : null;
                tangents.add(t);
                if (t != null) {
                    parameters.add(t);
                }
            }
        }

        /// Results `from … to - 1` and the tangents of those that are active.
        List<Value> results(Dual results, int from, int to, List<Boolean> active) {
            var all = new ArrayList<>(results.values().subList(from, to));
            for (int k = from; k < to; k++) {
                if (active.get(k - from)) {
                    all.add(Differentiable.orZeros(results.tangents().get(k), results.values().get(k), g));
                }
            }
            return all;
        }
    }

    private static Dual scan(Scan s, List<Value> tangents, Graph g) {
        int c = s.constants().size();
        int n = s.initial().size();
        var operands = flags(tangents);
        Activity inside = Activity.forward(s, operands);
        var constants = list(operands, 0, c);
        var carried = list(operands, c, c + n);
        var sequences = list(operands, c + n, operands.length);
        var outputs = list(inside.of(s.body().results()), n, s.body().results().size());

        var body = new Doubled();
        var p = s.body().parameters();
        body.parameters(p.subList(0, c), constants);
        body.parameters(p.subList(c, c + n), carried);
        body.parameters(p.subList(c + n, p.size()), sequences);
        Dual step = run(s.body(), body.arguments, body.tangents, body.g);
        var results = body.results(step, 0, n, carried);
        results.addAll(body.results(step, n, n + outputs.size(), outputs));
        Value both = g.add(new Scan(new Function(s.body().name(), body.parameters, results), s.length(), s.reverse(),
                group(s.constants(), tangents.subList(0, c), constants, g), group(s.initial(), tangents.subList(c, c + n), carried, g),
                group(s.sequences(), tangents.subList(c + n, tangents.size()), sequences, g)));
        var parts = g.parts(both);
        int split = n + (int) carried.stream().filter(a -> a).count();
        return join(ungroup(parts.subList(0, split), carried), ungroup(parts.subList(split, parts.size()), outputs));
    }

    private static Dual loop(While w, List<Value> tangents, Graph g) {
        int c = w.constants().size();
        var operands = flags(tangents);
        Activity.forward(w, operands);
        var constants = list(operands, 0, c);
        var carried = list(operands, c, operands.length);

        var condition = new Doubled();
        condition.parameters(w.condition().parameters().subList(0, c), constants);
        condition.parameters(w.condition().parameters().subList(c, operands.length), carried);
        var body = new Doubled();
        body.parameters(w.body().parameters().subList(0, c), constants);
        body.parameters(w.body().parameters().subList(c, operands.length), carried);
        Dual step = run(w.body(), body.arguments, body.tangents, body.g);
        Value both = g.add(new While(
                new Function(w.condition().name(), condition.parameters, condition.g.inline(w.condition(), condition.arguments)),
                new Function(w.body().name(), body.parameters, body.results(step, 0, carried.size(), carried)),
                group(w.constants(), tangents.subList(0, c), constants, g), group(w.initial(), tangents.subList(c, tangents.size()), carried, g)));
        return ungroup(g.parts(both), carried);
    }

    private static Dual cond(Cond c, List<Value> tangents, Graph g) {
        var arguments = flags(tangents);
        var active = list(arguments, 0, arguments.length);
        var then = new Doubled();
        then.parameters(c.then().parameters(), active);
        Dual ifTrue = run(c.then(), then.arguments, then.tangents, then.g);
        var otherwise = new Doubled();
        otherwise.parameters(c.otherwise().parameters(), active);
        Dual ifFalse = run(c.otherwise(), otherwise.arguments, otherwise.tangents, otherwise.g);
        var results = new ArrayList<Boolean>();
        for (int k = 0; k < ifTrue.values().size(); k++) {
            results.add(ifTrue.tangents().get(k) != null || ifFalse.tangents().get(k) != null);
        }
        Value both = g.add(new Cond(c.condition(),
                new Function(c.then().name(), then.parameters, then.results(ifTrue, 0, results.size(), results)),
                new Function(c.otherwise().name(), otherwise.parameters, otherwise.results(ifFalse, 0, results.size(), results)),
                group(c.arguments(), tangents, active, g)));
        return ungroup(g.parts(both), results);
    }

    private static boolean[] flags(List<Value> tangents) {
        var flags = new boolean[tangents.size()];
        for (int k = 0; k < flags.length; k++) {
            flags[k] = tangents.get(k) != null;
        }
        return flags;
    }

    private static List<Boolean> list(boolean[] flags, int from, int to) {
        var list = new ArrayList<Boolean>();
        for (int k = from; k < to; k++) {
            list.add(flags[k]);
        }
        return list;
    }

    private static List<Value> group(List<Value> values, List<Value> tangents, List<Boolean> active, Graph g) {
        var all = new ArrayList<>(values);
        for (int k = 0; k < values.size(); k++) {
            if (active.get(k)) {
                all.add(Differentiable.orZeros(tangents.get(k), values.get(k), g));
            }
        }
        return all;
    }

    private static Dual ungroup(List<Value> parts, List<Boolean> active) {
        var tangents = new ArrayList<Value>();
        int next = active.size();
        for (boolean a : active) {
            tangents.add(a ? parts.get(next++) : null);
        }
        return new Dual(parts.subList(0, active.size()), tangents);
    }

    private static Dual join(Dual a, Dual b) {
        var values = new ArrayList<>(a.values());
        values.addAll(b.values());
        var tangents = new ArrayList<>(a.tangents());
        tangents.addAll(b.tangents());
        return new Dual(values, tangents);
    }
}
