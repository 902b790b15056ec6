package dev.sinter.passes.differentiate;

import dev.sinter.ir.graph.Differentiable;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Parameter;
import dev.sinter.ir.graph.Scan;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.rewrite.Copy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/// Reverse mode through a scan: back-propagation through time. The forward scan gets further outputs, the residuals of its steps; a scan in the opposite
/// direction then carries the cotangents of the carried values and the sums of those of the constants, and stacks those of the sequences.
///
/// ```
/// forward:   (constants, h, x_t)                      → (h', y_t, r_t)
/// backward:  (constants, (ct h', ct constants), (ct y_t, x_t, r_t)) → ((ct h, ct constants + …), ct x_t)
/// ```
final class ReverseScan {
    private ReverseScan() { }

    /// The forward scan, in `g`, and its pullback.
    ///
    /// @param active which operands derivatives are asked for
    /// @param wanted which parts may get cotangents
    static ReverseMode.Forward build(Scan s, boolean[] active, boolean[] wanted, Graph g) {
        int c = s.constants().size();
        int n = s.initial().size();
        var operands = active.clone();
        boolean[] dependent = Activity.forward(s, operands).of(s.body().results());
        var parts = wanted.clone();
        Activity.backward(s, parts);
        var carried = IntStream.range(0, n).filter(k -> operands[c + k] && parts[k]).boxed().toList();
        var outputs = IntStream.range(n, parts.length).filter(k -> dependent[k] && parts[k]).boxed().toList();
        var constants = IntStream.range(0, c).filter(k -> operands[k]).boxed().toList();
        var sequences = IntStream.range(c + n, operands.length).filter(k -> operands[k]).boxed().toList();

        // One step and its derivative, as one graph.
        var joint = new Graph();
        var parameters = s.body().parameters().stream().map(p -> joint.add(p.op())).toList();
        var cotangents = new Value[parts.length];
        for (int k : carried) {
            cotangents[k] = cotangent("h", s.body().results().get(k), joint);
        }
        for (int k : outputs) {
            cotangents[k] = cotangent("y", s.body().results().get(k), joint);
        }
        var wrt = new boolean[operands.length];
        constants.forEach(k -> wrt[k] = true);
        carried.forEach(k -> wrt[c + k] = true);
        sequences.forEach(k -> wrt[k] = true);
        var step = ReverseMode.run(s.body(), parameters, wrt, Arrays.asList(cotangents), joint);
        var gradients = step.gradients();

        // What to store on the way forward.
        var given = Arrays.stream(cotangents).filter(Objects::nonNull).toList();
        var all = new ArrayList<>(parameters);
        all.addAll(given);
        var invariant = parameters.subList(0, c);
        var free = new ArrayList<>(invariant);
        free.addAll(parameters.subList(c + n, parameters.size()));
        var stored = Residuals.choose(all, free, invariant, given, gradients.stream().filter(Objects::nonNull).toList());
        var results = new ArrayList<>(step.results());
        results.addAll(stored);
        var forward = g.parts(g.add(s.withBody(new Function(s.body().name(), parameters, results))));
        var residuals = forward.subList(parts.length, forward.size());

        // The step back.
        var back = new Graph();
        Map<Value, Value> copies = new HashMap<>();
        var inConstants = copyParameters(invariant, back, copies);
        var inCotangents = new ArrayList<Value>();
        carried.forEach(k -> inCotangents.add(copyParameter(cotangents[k], back, copies)));
        var inSums = constants.stream().map(k -> back.parameter("sum", parameters.get(k).tensor())).toList();
        var inOutputs = outputs.stream().map(k -> copyParameter(cotangents[k], back, copies)).toList();
        var inSequences = copyParameters(parameters.subList(c + n, parameters.size()), back, copies);
        var inStored = new ArrayList<Value>();
        for (Value r : stored) {
            Value p = back.parameter("residual", r.tensor());
            copies.put(r, p);
            inStored.add(p);
        }
        var outResults = new ArrayList<Value>();
        for (int k : carried) {
            outResults.add(gradient(gradients.get(c + k), parameters.get(c + k), back, copies));
        }
        for (int i = 0; i < constants.size(); i++) {
            Value gradient = gradients.get(constants.get(i));
            outResults.add(gradient == null ? inSums.get(i) : back.plus(inSums.get(i), Copy.into(back, List.of(gradient), copies).getFirst()));
        }
        for (int k : sequences) {
            outResults.add(gradient(gradients.get(k), parameters.get(k), back, copies));
        }
        var inAll = new ArrayList<>(inConstants);
        inAll.addAll(inCotangents);
        inAll.addAll(inSums);
        inAll.addAll(inOutputs);
        inAll.addAll(inSequences);
        inAll.addAll(inStored);
        var backward = new Function(s.body().name() + "_back", inAll, outResults);

        return new ReverseMode.Forward(forward.subList(0, parts.length), (partCotangents, h) -> {
            var initial = new ArrayList<Value>();
            carried.forEach(k -> initial.add(Differentiable.orZeros(partCotangents.get(k), forward.get(k), h)));
            constants.forEach(k -> initial.add(h.zeros(s.constants().get(k))));
            var stacks = new ArrayList<Value>();
            outputs.forEach(k -> stacks.add(Differentiable.orZeros(partCotangents.get(k), forward.get(k), h)));
            stacks.addAll(s.sequences());
            stacks.addAll(residuals);
            var found = h.parts(h.add(new Scan(backward, s.length(), !s.reverse(), s.constants(), initial, stacks)));
            var toOperands = new Value[operands.length];
            int next = 0;
            for (int k : carried) {
                toOperands[c + k] = found.get(next++);
            }
            for (int k : constants) {
                toOperands[k] = found.get(next++);
            }
            for (int k : sequences) {
                toOperands[k] = found.get(next++);
            }
            return Arrays.asList(toOperands);
        });
    }

    private static Value cotangent(String hint, Value result, Graph g) {
        return g.parameter("ct_" + hint, (Type.Tensor) result.type());
    }

    private static Value gradient(Value gradient, Value of, Graph g, Map<Value, Value> copies) {
        return gradient == null ? g.zeros(of) : Copy.into(g, List.of(gradient), copies).getFirst();
    }

    static List<Value> copyParameters(List<Value> parameters, Graph g, Map<Value, Value> copies) {
        return parameters.stream().map(p -> copyParameter(p, g, copies)).toList();
    }

    /// A parameter like `p`, to stand for it.
    static Value copyParameter(Value p, Graph g, Map<Value, Value> copies) {
        Value copy = g.parameter(((Parameter) p.op()).label(), p.tensor());
        copies.put(p, copy);
        return copy;
    }
}
