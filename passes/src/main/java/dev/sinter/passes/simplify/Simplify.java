package dev.sinter.passes.simplify;

import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Jvp;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Op;
import dev.sinter.ir.graph.Parameter;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Vjp;
import dev.sinter.passes.rewrite.Rewrite;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Applies the laws of this package to every value, operands first, until none fits; then tidies loops, and so on until nothing changes. Work is
/// bounded: each value of a function pays for a fixed number of applications.
///
/// Runs after differentiation: it takes `stop_gradient` away. Functions inside `vjp` and `jvp` are left alone for that reason.
public final class Simplify {
    /// All laws, in the order in which they are tried.
    static final List<Rule> RULES = Stream.of(Arithmetic.RULES, Movement.RULES, Reductions.RULES, OneHot.RULES, Contractions.RULES, Constants.RULES).flatMap(List::stream).toList();

    private static final int ROUNDS = 6;
    private static final int APPLICATIONS_PER_VALUE = 40;

    private final Map<Function, Function> done = new HashMap<>();
    private final Consumer<String> fired;

    private Simplify(Consumer<String> fired) {
        this.fired = fired;
    }

    /// The simplified module.
    public static Module run(Module m) {
        var pass = new Simplify(law -> { });
        return Rewrite.module(m, pass::simplified);
    }

    /// The simplified function; the same if no law fits.
    public static Function run(Function f) {
        return run(f, law -> { });
    }

    /// The simplified function; `fired` hears the name of each law that was applied.
    public static Function run(Function f, Consumer<String> fired) {
        return new Simplify(fired).simplified(f);
    }

    private Function simplified(Function f) {
        Function known = done.get(f);
        if (known == null) {
            known = f;
            for (int round = 0; round < ROUNDS; round++) {
                known = new Laws(known).run();
                Function tidied = Loops.tidy(known, fired);
                if (tidied == known) {
                    break;                                     // the laws have come to an end by themselves
                }
                known = tidied;
            }
            done.put(f, known);
            done.put(known, known);
        }
        return known;
    }

    /// One function on its way through the laws.
    private final class Laws {
        private final Function f;
        private final List<Value> values;
        private final Graph g = new Graph();
        private final Map<Value, Value> simplest = new HashMap<>();       // of values of the function and of `g`
        private final Map<Value, Value> replacement = new HashMap<>();    // applied, the result not yet simplified itself
        private long budget;
        private boolean changed;

        Laws(Function f) {
            this.f = f;
            this.values = f.values();
            this.budget = 1000 + (long) APPLICATIONS_PER_VALUE * values.size();
        }

        Function run() {
            for (Value p : f.parameters()) {
                Value copy = g.add(p.op());
                simplest.put(p, copy);
                simplest.put(copy, copy);
            }
            values.forEach(this::simplify);
            var result = new Function(f.name(), f.parameters().stream().map(simplest::get).toList(), f.results().stream().map(simplest::get).toList());
            return changed || result.values().size() != values.size() ? result : f;
        }

        /// Fills `simplest` for `value`, iteratively: results of laws may be deep.
        private void simplify(Value value) {
            var stack = new ArrayDeque<Value>();
            stack.push(value);
            while (!stack.isEmpty()) {
                Value v = stack.peek();
                if (simplest.containsKey(v)) {
                    stack.pop();
                    continue;
                }
                Value next = replacement.get(v);
                if (next == null) {
                    boolean ready = true;
                    for (Value operand : v.op().operands().reversed()) {
                        if (!simplest.containsKey(operand)) {
                            stack.push(operand);
                            ready = false;
                        }
                    }
                    if (!ready) {
                        continue;
                    }
                    g.at(v.origin());
                    Value u = g.add(withSimplestRegions(v.op().withOperands(v.op().operands().stream().map(simplest::get).toList())));
                    next = u == v ? applied(v) : u;
                    if (next == null) {
                        simplest.put(v, v);
                        stack.pop();
                        continue;
                    }
                    replacement.put(v, next);
                }
                if (simplest.containsKey(next)) {
                    simplest.put(v, simplest.get(next));
                    stack.pop();
                } else if (replacement.containsKey(next) && reaches(next, v)) {
                    throw new IllegalStateException("laws go round in circles at " + v + " and " + next);
                } else {
                    stack.push(next);
                }
            }
        }

        private boolean reaches(Value from, Value to) {
            Value v = from;
            while (v != null && v != to) {
                v = replacement.get(v);
            }
            return v == to;
        }

        private Value applied(Value v) {
            if (budget <= 0 || v.op() instanceof Parameter) {
                return null;
            }
            for (Rule rule : RULES) {
                Value next = rule.step().apply(v.op(), v, g);
                if (next != null && next != v) {
                    if (!next.type().equals(v.type())) {
                        throw new IllegalStateException("the law '" + rule + "' makes " + next.type() + " of " + v.type());
                    }
                    budget--;
                    changed = true;
                    fired.accept(rule.law());
                    return next;
                }
            }
            return null;
        }

        private Op withSimplestRegions(Op op) {
            if (op instanceof Vjp || op instanceof Jvp) {
                return op;
            }
            var regions = op.regions();
            if (regions.isEmpty()) {
                return op;
            }
            var simpler = regions.stream().map(Simplify.this::simplified).toList();
            if (simpler.equals(regions)) {
                return op;
            }
            changed = true;
            return op.withRegions(simpler);
        }
    }
}
