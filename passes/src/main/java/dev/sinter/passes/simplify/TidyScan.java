package dev.sinter.passes.simplify;

import dev.sinter.ir.graph.Binary;
import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Broadcast;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Fill;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Parameter;
import dev.sinter.ir.graph.Pointwise;
import dev.sinter.ir.graph.Reduce;
import dev.sinter.ir.graph.Reduction;
import dev.sinter.ir.graph.Reshape;
import dev.sinter.ir.graph.Reverse;
import dev.sinter.ir.graph.Scan;
import dev.sinter.ir.graph.Slice;
import dev.sinter.ir.graph.Transpose;
import dev.sinter.ir.graph.Value;
import dev.sinter.passes.rewrite.Copy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// One scan, rebuilt with less in it.
///
/// - What only unused results need is not carried, stacked or read.
/// - What is the same in every step is a constant: carried values that stay as they are, slices of repeated sequences, and, computed once before the loop,
///   expensive functions of constants.
/// - A sum carried through the steps whose terms are contractions, or outer products, is one contraction after the loop, over time as well:
///   `Σ_t dot(x_t, y_t) = dot(x, y)`.
final class TidyScan {
    static final String UNUSED = "scan: only what is used";
    static final String CONSTANT = "scan: what does not change is constant";
    static final String HOISTED = "scan: functions of constants are computed before";
    static final String STACKED = "scan: what is known is not stacked";
    static final String SUMMED = "scan: sum of dot(x_t, y_t) = dot(x, y)";

    private final Scan s;
    private final Graph g;
    private final Consumer<String> fired;
    private final int c;
    private final int n;
    private final List<Value> p;
    private final List<Value> results;
    private final boolean[] needed;                            // of the body's results
    private boolean changed;

    private final Graph body = new Graph();
    private final Map<Value, Value> copies = new HashMap<>();  // from the old body to the new one
    private final Map<Value, Value> outside = new HashMap<>(); // loop-invariant values of the old body, in the surrounding graph
    private final List<Value> constants = new ArrayList<>();
    private final List<Value> constantParameters = new ArrayList<>();

    TidyScan(Scan s, boolean[] used, Graph g, Consumer<String> fired) {
        this.s = s;
        this.g = g;
        this.fired = fired;
        this.c = s.constants().size();
        this.n = s.initial().size();
        this.p = s.body().parameters();
        this.results = s.body().results();
        this.needed = used.clone();
    }

    /// The values of the parts of the scan (null for unused ones), or null if there is nothing to do.
    List<Value> parts() {
        Set<Value> reached = need();
        var parts = new Value[results.size()];
        var carried = carried(reached, parts);
        var sequences = constants(reached);
        var sequenceParameters = new HashMap<Value, Value>();  // parameter of the old body to the sequence
        for (int k : sequences) {
            sequenceParameters.put(p.get(k), s.sequences().get(k - c - n));
        }
        hoist(reached);
        var sums = sums(carried, reached);
        carried.removeAll(sums.keySet());

        // What is stacked: outputs, and operands of sums. Equal ones share a stack.
        var stacks = new ArrayList<Value>();
        for (int k = n; k < results.size(); k++) {
            Value r = results.get(k);
            if (needed[k] && (outside.containsKey(r) || sequenceParameters.containsKey(r))) {
                fire(STACKED);
                parts[k] = outside.containsKey(r) ? g.broadcast(outside.get(r), r.shape().insert(0, s.length()), IntStream.rangeClosed(1, r.rank()).boxed().toList())
                        : sequenceParameters.get(r);
            } else if (needed[k] && !stacks.contains(r)) {
                stacks.add(r);
            } else if (needed[k]) {
                fire(STACKED);
            }
        }
        sums.values().forEach(term -> operands(term).stream().filter(x -> !stacks.contains(x) && !sequenceParameters.containsKey(x)).forEach(stacks::add));
        if (!changed) {
            return null;
        }

        var parameters = new ArrayList<>(constantParameters);
        var initial = new ArrayList<Value>();
        for (int k : carried) {
            parameters.add(copies.get(p.get(c + k)));
            initial.add(s.initial().get(k));
        }
        var given = new ArrayList<Value>();
        for (int k : sequences) {
            parameters.add(copies.get(p.get(k)));
            given.add(s.sequences().get(k - c - n));
        }
        var wanted = new ArrayList<Value>();
        carried.forEach(k -> wanted.add(results.get(k)));
        wanted.addAll(stacks);
        List<Value> found = List.of();
        if (!wanted.isEmpty()) {
            var step = new Function(s.body().name(), parameters, Copy.into(body, wanted, copies));
            found = g.parts(g.add(new Scan(step, s.length(), s.reverse(), constants, initial, given)));
        }
        for (int i = 0; i < carried.size(); i++) {
            parts[carried.get(i)] = found.get(i);
        }
        for (int k = n; k < results.size(); k++) {
            if (needed[k] && parts[k] == null) {
                parts[k] = found.get(carried.size() + stacks.indexOf(results.get(k)));
            }
        }
        for (var sum : sums.entrySet()) {
            var whole = new ArrayList<Value>();
            for (Value x : operands(sum.getValue())) {
                whole.add(sequenceParameters.containsKey(x) ? sequenceParameters.get(x) : found.get(carried.size() + stacks.indexOf(x)));
            }
            parts[sum.getKey()] = g.plus(s.initial().get(sum.getKey()), overTime(sum.getValue(), whole));
        }
        return Arrays.asList(parts);
    }

    private void fire(String law) {
        changed = true;
        fired.accept(law);
    }

    /// Adds to `needed` the carried values that needed results depend on; everything these need.
    private Set<Value> need() {
        for (int k = 0; k < n; k++) {
            needed[k] &= results.get(k) != p.get(c + k);       // the final value is the initial one
        }
        while (true) {
            Set<Value> reached = Loops.reached(IntStream.range(0, needed.length).filter(k -> needed[k]).mapToObj(results::get).toList());
            boolean grew = false;
            for (int k = 0; k < n; k++) {
                if (!needed[k] && reached.contains(p.get(c + k)) && results.get(k) != p.get(c + k)) {
                    needed[k] = true;
                    grew = true;
                }
            }
            if (!grew) {
                boolean less = IntStream.range(0, p.size()).anyMatch(k -> (k < c || k >= c + n) && !reached.contains(p.get(k)))
                        || IntStream.range(0, needed.length).anyMatch(k -> !needed[k] && !(k < n && results.get(k) == p.get(c + k)));
                if (less) {
                    fire(UNUSED);
                }
                return reached;
            }
        }
    }

    /// The carried values that stay; those that never change become constants.
    private List<Integer> carried(Set<Value> reached, Value[] parts) {
        var carried = new ArrayList<Integer>();
        for (int k = 0; k < n; k++) {
            Value parameter = p.get(c + k);
            if (results.get(k) == parameter) {
                fire(CONSTANT);
                parts[k] = s.initial().get(k);
                if (reached.contains(parameter)) {
                    constant(parameter, s.initial().get(k));
                }
            } else if (needed[k]) {
                copies.put(parameter, body.add(parameter.op()));
                carried.add(k);
            }
        }
        return carried;
    }

    /// Makes the constants; the sequences that are none, as positions of parameters.
    private List<Integer> constants(Set<Value> reached) {
        for (int k = 0; k < c; k++) {
            if (reached.contains(p.get(k))) {
                constant(p.get(k), s.constants().get(k));
            }
        }
        var sequences = new ArrayList<Integer>();
        for (int k = c + n; k < p.size(); k++) {
            Value sequence = s.sequences().get(k - c - n);
            if (!reached.contains(p.get(k))) {
                continue;
            }
            if (sequence.op() instanceof Fill(_, double value)) {
                fire(CONSTANT);
                constant(p.get(k), g.fill(p.get(k).tensor(), value));
            } else if (sequence.op() instanceof Broadcast b && !b.axes().contains(0)) {
                fire(CONSTANT);
                constant(p.get(k), g.broadcast(b.x(), p.get(k).shape(), b.axes().stream().map(a -> a - 1).toList()));
            } else {
                int same = s.sequences().subList(0, k - c - n).indexOf(sequence) + c + n;
                if (sequences.contains(same)) {
                    fire(UNUSED);
                    copies.put(p.get(k), copies.get(p.get(same)));
                } else {
                    sequences.add(k);
                    copies.put(p.get(k), body.add(p.get(k).op()));
                }
            }
        }
        return sequences;
    }

    /// The value of the body `v` is `given` in every step.
    private void constant(Value v, Value given) {
        outside.put(v, given);
        if (given.op() instanceof Fill fill) {
            if (v.op() instanceof Parameter) {
                fire(CONSTANT);
            }
            copies.put(v, body.add(fill));
        } else if (constants.contains(given)) {
            fire(UNUSED);
            copies.put(v, constantParameters.get(constants.indexOf(given)));
        } else {
            Value parameter = body.parameter(v.op() instanceof Parameter q ? q.label() : "constant", v.tensor());
            constants.add(given);
            constantParameters.add(parameter);
            copies.put(v, parameter);
        }
    }

    /// Computes functions of constants in the surrounding graph, where that pays: not views, and not what is larger than what it is made of.
    private void hoist(Set<Value> reached) {
        var order = s.body().values().stream().filter(reached::contains).toList();
        Set<Value> invariant = new HashSet<>(outside.keySet());
        Set<Value> leaves = new HashSet<>();
        for (Value v : order) {
            if (!(v.op() instanceof Parameter) && v.op().operands().isEmpty()) {
                leaves.add(v);
            } else if (!(v.op() instanceof Parameter) && leaves.containsAll(v.op().operands())) {
                leaves.add(v);
            } else if (v.op().operands().stream().allMatch(o -> invariant.contains(o) || leaves.contains(o)) && !v.op().operands().isEmpty()) {
                invariant.add(v);
            }
        }
        Set<Value> frontier = new HashSet<>();
        for (Value v : order) {
            if (!invariant.contains(v) && !leaves.contains(v)) {
                v.op().operands().stream().filter(invariant::contains).forEach(frontier::add);
            }
        }
        IntStream.range(0, results.size()).filter(k -> needed[k]).mapToObj(results::get).filter(invariant::contains).forEach(frontier::add);
        var chosen = new ArrayList<Value>();
        for (Value v : order.reversed()) {
            if (frontier.contains(v) && !outside.containsKey(v)) {
                if (pays(v)) {
                    chosen.add(v);
                } else {
                    v.op().operands().stream().filter(invariant::contains).forEach(frontier::add);
                }
            }
        }
        for (Value v : chosen.reversed()) {
            fire(HOISTED);
            constant(v, Copy.into(g, List.of(v), outside).getFirst());
        }
        IntStream.range(n, results.size()).filter(k -> needed[k] && (invariant.contains(results.get(k)) || leaves.contains(results.get(k))))
                .forEach(k -> Copy.into(g, List.of(results.get(k)), outside));
    }

    private static boolean pays(Value v) {
        if (isView(v)) {
            return false;
        }
        return !(v.op() instanceof Pointwise)                  // a part of an inner loop, say
                || v.op().operands().stream().anyMatch(o -> source(o).shape().elements().minus(v.shape().elements()).isKnownNonNegative());
    }

    private static Value source(Value v) {
        Value x = v;
        while (isView(x)) {
            x = x.op().operands().getFirst();
        }
        return x;
    }

    private static boolean isView(Value v) {
        return v.op() instanceof Broadcast || v.op() instanceof Reshape || v.op() instanceof Transpose || v.op() instanceof Slice || v.op() instanceof Reverse;
    }

    /// Carried values that only add up contractions, with the terms. The operands of contractions are worth a stack; those of a plain sum only if they
    /// are stacked, or given, anyway.
    private Map<Integer, Value> sums(List<Integer> carried, Set<Value> reached) {
        Map<Value, Integer> uses = new HashMap<>();
        for (Value v : reached) {
            v.op().operands().forEach(o -> uses.merge(o, 1, Integer::sum));
        }
        IntStream.range(0, results.size()).filter(k -> needed[k]).forEach(k -> uses.merge(results.get(k), 1, Integer::sum));
        Set<Value> there = new HashSet<>(p.subList(c + n, p.size()));
        IntStream.range(n, results.size()).filter(k -> needed[k]).forEach(k -> there.add(results.get(k)));
        Map<Integer, Value> terms = new TreeMap<>();
        for (int k : carried) {
            Value parameter = p.get(c + k);
            if (results.get(k).op() instanceof Binary(BinaryFn fn, Value a, Value b) && fn == BinaryFn.ADD && uses.get(results.get(k)) == 1
                    && (a == parameter || b == parameter) && a != b && uses.get(parameter) == 1) {
                Value term = a == parameter ? b : a;
                if (isSum(term) && operands(term).stream().noneMatch(x -> outside.containsKey(x) || x.op().operands().isEmpty() && !(x.op() instanceof Parameter))) {
                    terms.put(k, term);
                    if (!(contraction(term).op() instanceof Reduce)) {
                        there.addAll(operands(term));
                    }
                }
            }
        }
        terms.values().removeIf(term -> !there.containsAll(operands(term)));
        terms.keySet().forEach(k -> fire(SUMMED));
        return terms;
    }

    private static Value contraction(Value term) {
        return term.op() instanceof Transpose t ? contraction(t.x()) : term;
    }

    private static boolean isSum(Value term) {
        return term.tensor().isFloat() && switch (term.op()) {
            case Transpose t -> isSum(t.x());
            case Dot _ -> true;
            case Reduce r -> r.kind() == Reduction.SUM;
            case Binary b -> isProduct(term) && b.a().op() instanceof Broadcast && b.b().op() instanceof Broadcast;
            default -> false;
        };
    }

    /// Whether `v` multiplies repeated tensors, which are better kept as they are than multiplied.
    private static boolean isProduct(Value v) {
        return v.op() instanceof Binary(BinaryFn fn, Value a, Value b) && fn == BinaryFn.MUL && (a.op() instanceof Broadcast || b.op() instanceof Broadcast);
    }

    /// What a term is made of, step by step.
    private static List<Value> operands(Value term) {
        return switch (term.op()) {
            case Transpose t -> operands(t.x());
            case Reduce r when isProduct(r.x()) -> operands(r.x());
            case Binary b -> Stream.of(b.a(), b.b()).map(o -> o.op() instanceof Broadcast r ? r.x() : o).toList();
            default -> term.op().operands();
        };
    }

    /// The sum of `term` over all steps, of whole sequences.
    private Value overTime(Value term, List<Value> whole) {
        return switch (term.op()) {
            case Transpose t -> g.transpose(overTime(t.x(), whole), t.order());
            case Dot d -> g.add(new Dot(whole.get(0), whole.get(1), later(d.batchA()), later(d.batchB()), first(later(d.contractA())), first(later(d.contractB()))));
            case Reduce r -> g.sum(isProduct(r.x()) ? product((Binary) r.x().op(), whole) : whole.getFirst(), first(later(r.axes())));
            case Binary b -> g.sum(product(b, whole), List.of(0));
            default -> throw new IllegalArgumentException(term + " is no sum");
        };
    }

    private Value product(Binary b, List<Value> whole) {
        return g.times(repeated(b.a(), whole.get(0)), repeated(b.b(), whole.get(1)));
    }

    private Value repeated(Value factor, Value whole) {
        return factor.op() instanceof Broadcast r ? g.broadcast(whole, r.to().insert(0, s.length()), first(later(r.axes()))) : whole;
    }

    private static List<Integer> later(List<Integer> axes) {
        return axes.stream().map(k -> k + 1).toList();
    }

    private static List<Integer> first(List<Integer> axes) {
        var all = new ArrayList<>(axes);
        all.addFirst(0);
        return all;
    }
}
