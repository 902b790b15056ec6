package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;

/// ### scan
/// A loop over time with carried values. The body maps `(constants…, carried…, elements…)` to `(carried'…, outputs…)`; step `t` gets slice `t` of every
/// sequence along its first axis, and its outputs become slice `t` of the stacked results. Steps run from 0 to `length - 1`, or downwards if `reverse`.
/// Results: the final carried values, then the stacks.
///
/// - (C1) the body has a parameter for each constant, initial value and sequence, of its (its slice's) type.
/// - (C2) the first dim of every sequence is `length`.
/// - (C3) the body's first results have the types of the carried values.
///
/// ```example
/// scan ; %a; %b {length = 3, reverse = false, body = func step(%sum: f32[], %x: f32[]) { %next = add %sum, %x return %next, %sum }}
/// %a = f32[] [0]
/// %b = f32[3] [1, 2, 3]
/// result = f32[] [6]
/// ```
public record Scan(Function body, Dim length, boolean reverse, List<Value> constants, List<Value> initial, List<Value> sequences) implements Op {
    /// Copies the lists.
    public Scan {
        constants = List.copyOf(constants);
        initial = List.copyOf(initial);
        sequences = List.copyOf(sequences);
    }

    @Override
    public String name() {
        return "scan";
    }

    @Override
    public List<Value> operands() {
        var all = new ArrayList<>(constants);
        all.addAll(initial);
        all.addAll(sequences);
        return all;
    }

    @Override
    public Scan withOperands(List<Value> operands) {
        int c = constants.size();
        int s = c + initial.size();
        return new Scan(body, length, reverse, operands.subList(0, c), operands.subList(c, s), operands.subList(s, operands.size()));
    }

    @Override
    public List<Dim> dims() {
        return List.of(length);
    }

    @Override
    public List<Function> regions() {
        return List.of(body);
    }

    @Override
    public Scan withRegions(List<Function> regions) {
        return new Scan(regions.getFirst(), length, reverse, constants, initial, sequences);
    }

    /// The same scan with another body of the same signature.
    public Scan withBody(Function other) {
        return new Scan(other, length, reverse, constants, initial, sequences);
    }

    /// The number of stacked results.
    public int outputs() {
        return body.results().size() - initial.size();
    }

    @Override
    public Type.Tuple infer() {
        var operands = operands();
        require(body.parameters().size() == operands.size(), name(), "(C1) the body has " + body.parameters().size() + " parameters for " + operands.size() + " operands");
        int firstSequence = constants.size() + initial.size();
        for (int k = 0; k < operands.size(); k++) {
            Type.Tensor type = operands.get(k).tensor();
            if (k >= firstSequence) {
                require(type.rank() >= 1 && type.shape().dim(0).equals(length), name(), "(C2) a sequence of type " + type + " for " + length + " steps");
                type = type.withShape(type.shape().without(List.of(0)));
            }
            require(body.parameters().get(k).type().equals(type), name(), "(C1) parameter " + k + " of the body is " + body.parameters().get(k).type() + ", given " + type);
        }
        require(body.results().size() >= initial.size(), name(), "(C3) the body gives back " + body.results().size() + " values for " + initial.size() + " carried ones");
        var parts = new ArrayList<Type.Tensor>();
        for (int k = 0; k < body.results().size(); k++) {
            Type.Tensor type = body.results().get(k).tensor();
            if (k < initial.size()) {
                require(type.equals(initial.get(k).type()), name(), "(C3) carried value " + k + " begins as " + initial.get(k).type() + " and becomes " + type);
                parts.add(type);
            } else {
                parts.add(type.withShape(type.shape().insert(0, length)));
            }
        }
        return new Type.Tuple(parts);
    }
}
