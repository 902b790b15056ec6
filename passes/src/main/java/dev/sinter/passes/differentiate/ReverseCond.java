package dev.sinter.passes.differentiate;

import dev.sinter.ir.graph.Cond;
import dev.sinter.ir.graph.Differentiable;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
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

/// Reverse mode through a conditional: the forward conditional also gives back what the chosen branch's derivative needs, and a second conditional on the same
/// scalar computes it. Residuals of both branches share slots of their type; a slot that a branch does not use is zero.
final class ReverseCond {
    private ReverseCond() { }

    /// One branch with its derivative.
    private record Branch(Function f, List<Value> parameters, List<Value> cotangents, ReverseMode.Gradients joint, List<Value> stored, Graph g) { }

    /// The forward conditional, in `g`, and its pullback.
    ///
    /// @param active which arguments derivatives are asked for
    /// @param wanted which parts may get cotangents
    static ReverseMode.Forward build(Cond c, boolean[] active, boolean[] wanted, Graph g) {
        var arguments = IntStream.range(0, active.length).filter(k -> active[k]).boxed().toList();
        var results = IntStream.range(0, wanted.length).filter(k -> wanted[k] && c.then().results().get(k).tensor().isFloat()).boxed().toList();
        Branch then = branch(c.then(), active, results);
        Branch otherwise = branch(c.otherwise(), active, results);

        var slots = new ArrayList<Type.Tensor>();
        int[] ofThen = assign(then.stored(), slots);
        int[] ofOtherwise = assign(otherwise.stored(), slots);
        var forward = g.parts(g.add(new Cond(c.condition(), forward(then, ofThen, slots), forward(otherwise, ofOtherwise, slots), c.arguments())));
        Function backThen = backward(then, ofThen, slots, arguments);
        Function backOtherwise = backward(otherwise, ofOtherwise, slots, arguments);

        return new ReverseMode.Forward(forward.subList(0, wanted.length), (partCotangents, h) -> {
            var given = new ArrayList<>(c.arguments());
            given.addAll(forward.subList(wanted.length, forward.size()));
            results.forEach(k -> given.add(Differentiable.orZeros(partCotangents.get(k), forward.get(k), h)));
            var found = h.parts(h.add(new Cond(c.condition(), backThen, backOtherwise, given)));
            var toOperands = new Value[1 + active.length];
            for (int i = 0; i < arguments.size(); i++) {
                toOperands[1 + arguments.get(i)] = found.get(i);
            }
            return Arrays.asList(toOperands);
        });
    }

    private static Branch branch(Function f, boolean[] active, List<Integer> results) {
        var g = new Graph();
        var parameters = f.parameters().stream().map(p -> g.add(p.op())).toList();
        var cotangents = new Value[f.results().size()];
        results.forEach(k -> cotangents[k] = g.parameter("ct", f.results().get(k).tensor()));
        var joint = ReverseMode.run(f, parameters, active, Arrays.asList(cotangents), g);
        var given = results.stream().map(k -> cotangents[k]).toList();
        var all = new ArrayList<>(parameters);
        all.addAll(given);
        var stored = Residuals.choose(all, parameters, List.of(), given, joint.gradients().stream().filter(Objects::nonNull).toList());
        return new Branch(f, parameters, given, joint, stored, g);
    }

    /// A slot of its type for each value, distinct ones, adding slots where there are too few.
    private static int[] assign(List<Value> stored, List<Type.Tensor> slots) {
        var taken = new boolean[slots.size() + stored.size()];
        var slot = new int[stored.size()];
        for (int k = 0; k < slot.length; k++) {
            int s = 0;
            while (s < slots.size() && (taken[s] || !slots.get(s).equals(stored.get(k).type()))) {
                s++;
            }
            if (s == slots.size()) {
                slots.add(stored.get(k).tensor());
            }
            taken[s] = true;
            slot[k] = s;
        }
        return slot;
    }

    private static Function forward(Branch branch, int[] slot, List<Type.Tensor> slots) {
        var filled = new Value[slots.size()];
        for (int k = 0; k < slot.length; k++) {
            filled[slot[k]] = branch.stored().get(k);
        }
        var results = new ArrayList<>(branch.joint().results());
        for (int s = 0; s < filled.length; s++) {
            results.add(filled[s] != null ? filled[s] : branch.g().fill(slots.get(s), 0));
        }
        return new Function(branch.f().name(), branch.parameters(), results);
    }

    private static Function backward(Branch branch, int[] slot, List<Type.Tensor> slots, List<Integer> arguments) {
        var g = new Graph();
        Map<Value, Value> copies = new HashMap<>();
        var parameters = new ArrayList<>(ReverseScan.copyParameters(branch.parameters(), g, copies));
        var residuals = slots.stream().map(t -> g.parameter("residual", t)).toList();
        parameters.addAll(residuals);
        parameters.addAll(ReverseScan.copyParameters(branch.cotangents(), g, copies));
        for (int k = 0; k < slot.length; k++) {
            copies.put(branch.stored().get(k), residuals.get(slot[k]));
        }
        var results = new ArrayList<Value>();
        for (int k : arguments) {
            Value gradient = branch.joint().gradients().get(k);
            results.add(gradient == null ? g.zeros(branch.parameters().get(k)) : Copy.into(g, List.of(gradient), copies).getFirst());
        }
        return new Function(branch.f().name() + "_back", parameters, results);
    }
}
