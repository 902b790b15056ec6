package dev.sinter.passes.simplify;

import dev.sinter.ir.graph.Cond;
import dev.sinter.ir.graph.Fill;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Part;
import dev.sinter.ir.graph.Scan;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.While;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.rewrite.Copy;
import dev.sinter.passes.rewrite.Rewrite;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/// Laws of ops with regions. Unlike the others they look at the users: results that nobody reads are not computed.
final class Loops {
    static final String DECIDED = "cond(true, f, g) = f";
    static final String CONDITIONAL = "cond: only what is used";
    static final String WHILE = "while: what does not change is constant";

    private Loops() { }

    /// The function with its scans, while loops and conditionals tidied; the same if there is nothing to tidy.
    static Function tidy(Function f, Consumer<String> fired) {
        Map<Value, boolean[]> used = new HashMap<>();
        var values = f.values();
        for (Value v : values) {
            if (v.op() instanceof Part(Value tuple, int i)) {
                used.computeIfAbsent(tuple, t -> new boolean[((Type.Tuple) t.type()).parts().size()])[i] = true;
            }
        }
        if (used.isEmpty()) {
            return f;
        }
        var changed = new boolean[1];
        Function result = Rewrite.function(f, (before, op, g) -> {
            List<Value> tidier = switch (op) {
                case Scan s -> new TidyScan(s, used.get(before), g, fired).parts();
                case Cond c -> tidy(c, used.get(before), g, fired);
                case While w -> tidy(w, g, fired);
                default -> null;
            };
            changed[0] |= tidier != null;
            return tidier != null ? tidier : Rewrite.keep(op, g);
        });
        return changed[0] ? result : f;
    }

    /// Everything that `results` need.
    static Set<Value> reached(List<Value> results) {
        return new HashSet<>(new Function("needed", List.of(), results).values());
    }

    private static List<Value> tidy(Cond c, boolean[] used, Graph g, Consumer<String> fired) {
        if (c.condition().op() instanceof Fill(_, double chosen)) {
            fired.accept(DECIDED);
            return g.inline(chosen != 0 ? c.then() : c.otherwise(), c.arguments());
        }
        var results = IntStream.range(0, used.length).filter(k -> used[k]).boxed().toList();
        Set<Value> inThen = reached(results.stream().map(c.then().results()::get).toList());
        Set<Value> inOtherwise = reached(results.stream().map(c.otherwise().results()::get).toList());
        var arguments = IntStream.range(0, c.arguments().size()).filter(k -> !(c.arguments().get(k).op() instanceof Fill)
                && (inThen.contains(c.then().parameters().get(k)) || inOtherwise.contains(c.otherwise().parameters().get(k)))).boxed().toList();
        if (results.size() == used.length && arguments.size() == c.arguments().size()) {
            return null;
        }
        fired.accept(CONDITIONAL);
        Value less = g.add(new Cond(c.condition(), branch(c.then(), c.arguments(), arguments, results), branch(c.otherwise(), c.arguments(), arguments, results),
                arguments.stream().map(c.arguments()::get).toList()));
        var parts = new Value[used.length];
        for (int i = 0; i < results.size(); i++) {
            parts[results.get(i)] = g.part(less, i);
        }
        return Arrays.asList(parts);
    }

    private static Function branch(Function f, List<Value> given, List<Integer> arguments, List<Integer> results) {
        var g = new Graph();
        Map<Value, Value> copies = new HashMap<>();
        var parameters = new ArrayList<Value>();
        for (int k = 0; k < given.size(); k++) {
            Value p = f.parameters().get(k);
            if (given.get(k).op() instanceof Fill fill) {
                copies.put(p, g.add(fill));
            } else if (arguments.contains(k)) {
                copies.put(p, g.add(p.op()));
                parameters.add(copies.get(p));
            }
        }
        return new Function(f.name(), parameters, Copy.into(g, results.stream().map(f.results()::get).toList(), copies));
    }

    private static List<Value> tidy(While w, Graph g, Consumer<String> fired) {
        int c = w.constants().size();
        var kept = IntStream.range(0, w.initial().size()).filter(k -> w.body().results().get(k) != w.body().parameters().get(c + k)).boxed().toList();
        if (kept.size() == w.initial().size()) {
            return null;
        }
        fired.accept(WHILE);
        var order = new ArrayList<>(IntStream.range(0, c).boxed().toList());
        IntStream.range(0, w.initial().size()).filter(k -> !kept.contains(k)).forEach(k -> order.add(c + k));
        kept.forEach(k -> order.add(c + k));
        var operands = order.stream().map(w.operands()::get).toList();
        int constants = operands.size() - kept.size();
        Value less = g.add(new While(new Function(w.condition().name(), order.stream().map(w.condition().parameters()::get).toList(), w.condition().results()),
                new Function(w.body().name(), order.stream().map(w.body().parameters()::get).toList(), kept.stream().map(w.body().results()::get).toList()),
                operands.subList(0, constants), operands.subList(constants, operands.size())));
        var parts = new ArrayList<>(w.initial());
        for (int i = 0; i < kept.size(); i++) {
            parts.set(kept.get(i), g.part(less, i));
        }
        return parts;
    }
}
