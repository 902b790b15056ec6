package dev.sinter.passes.differentiate;

import dev.sinter.ir.graph.Cond;
import dev.sinter.ir.graph.Differentiable;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.NotDifferentiableException;
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

/// Reverse mode: a function's values are computed in order, then cotangents flow back along the paths from the results to what is differentiated.
/// Cotangents of a value that is used more than once are added up. Null is a cotangent that is zero everywhere.
final class ReverseMode {
    private ReverseMode() { }

    /// A function's results and the cotangents of some of its arguments.
    ///
    /// @param results   one per result of the function
    /// @param gradients one per parameter of the function; null is zero
    record Gradients(List<Value> results, List<Value> gradients) { }

    /// The backward part of an op with regions, whose forward part is in the graph.
    interface Pullback {
        /// The cotangents of the operands, given those of the parts; null is zero.
        List<Value> apply(List<Value> partCotangents, Graph g);
    }

    /// An op with regions, its forward part in the graph.
    ///
    /// @param parts the values of its parts
    record Forward(List<Value> parts, Pullback pullback) { }

    /// Builds the values of `f` for `arguments` in `g`, and the cotangents of the arguments with respect to the parameters in `wrt`.
    ///
    /// @param f          has no calls and no derivatives inside
    /// @param wrt        which parameters
    /// @param cotangents one per result; null is zero
    static Gradients run(Function f, List<Value> arguments, boolean[] wrt, List<Value> cotangents, Graph g) {
        var given = new boolean[cotangents.size()];
        for (int k = 0; k < given.length; k++) {
            given[k] = cotangents.get(k) != null;
        }
        Activity dependent = Activity.forward(f, wrt);
        Activity wanted = Activity.backward(f, given);
        var values = f.values();

        Map<Value, List<Value>> primal = new HashMap<>();
        Map<Value, Pullback> pullbacks = new HashMap<>();
        for (int k = 0; k < arguments.size(); k++) {
            primal.put(f.parameters().get(k), List.of(arguments.get(k)));
        }
        for (Value v : values) {
            if (primal.containsKey(v)) {
                continue;
            }
            g.at(v.origin());
            if (v.op() instanceof Part(Value tuple, int i)) {
                primal.put(v, List.of(primal.get(tuple).get(i)));
                continue;
            }
            Op op = v.op().withOperands(v.op().operands().stream().map(o -> primal.get(o).getFirst()).toList());
            boolean[] live = Activity.and(dependent.flags(v), wanted.flags(v));
            if (!Activity.any(live) || v.type() instanceof Type.Tensor) {
                primal.put(v, Rewrite.keep(op, g));
                continue;
            }
            boolean[] active = dependent.of(v.op().operands());
            Forward forward = switch (op) {
                case Scan s -> ReverseScan.build(s, active, wanted.flags(v), g);
                case Cond c -> ReverseCond.build(c, Arrays.copyOfRange(active, 1, active.length), wanted.flags(v), g);
                case While _ -> throw new NotDifferentiableException(v, "the number of steps of a while loop is not known beforehand, so reverse mode "
                        + "has nowhere to keep what the way back needs; forward mode (jvp) works, and so does scan with a known length");
                default -> throw new NotDifferentiableException(v, "it has no derivative rule");
            };
            primal.put(v, forward.parts());
            pullbacks.put(v, forward.pullback());
        }

        Map<Value, Value[]> adjoints = new HashMap<>();
        for (int k = 0; k < given.length; k++) {
            if (given[k]) {
                add(adjoints, f.results().get(k), 0, cotangents.get(k), g);
            }
        }
        for (Value v : values.reversed()) {
            Value[] adjoint = adjoints.get(v);
            if (adjoint == null || v.op() instanceof Parameter || !Activity.any(dependent.flags(v))) {
                continue;
            }
            g.at(v.origin());
            if (v.op() instanceof Part(Value tuple, int i)) {
                add(adjoints, tuple, i, adjoint[0], g);
                continue;
            }
            List<Value> toOperands;
            if (pullbacks.containsKey(v)) {
                toOperands = pullbacks.get(v).apply(Arrays.asList(adjoint), g);
            } else {
                Value self = primal.get(v).getFirst();
                toOperands = rule(v, v.op().withOperands(v.op().operands().stream().map(o -> primal.get(o).getFirst()).toList())).vjp(self, adjoint[0], g);
            }
            var operands = v.op().operands();
            for (int k = 0; k < operands.size(); k++) {
                if (toOperands.get(k) != null && dependent.of(operands.get(k))) {
                    add(adjoints, operands.get(k), 0, toOperands.get(k), g);
                }
            }
        }
        var results = f.results().stream().map(r -> primal.get(r).getFirst()).toList();
        var gradients = new ArrayList<Value>();
        for (int k = 0; k < arguments.size(); k++) {
            Value[] adjoint = adjoints.get(f.parameters().get(k));
            gradients.add(adjoint == null || !wrt[k] ? null : adjoint[0]);
        }
        return new Gradients(results, gradients);
    }

    /// The rules of an op. @throws NotDifferentiableException at `v` if it has none
    static Differentiable rule(Value v, Op op) {
        if (op instanceof Differentiable rules) {
            return rules;
        }
        throw new NotDifferentiableException(v, "it has no derivative rule");
    }

    private static void add(Map<Value, Value[]> adjoints, Value v, int part, Value cotangent, Graph g) {
        Value[] sums = adjoints.computeIfAbsent(v, x -> new Value[x.type() instanceof Type.Tuple(var parts) ? parts.size() : 1]);
        sums[part] = Differentiable.plus(sums[part], cotangent, g);
    }
}
