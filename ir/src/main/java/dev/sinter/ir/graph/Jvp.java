package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;

/// ### jvp
/// A function's results together with its Jacobian-vector product: forward mode as an op, expanded by the pass `differentiate`.
/// Tangent `k` belongs to argument `wrt[k]`; other arguments are constant. Results: those of the function, then the tangent of each floating result.
///
/// - (C1) the function has a parameter for each argument, of its type.
/// - (C2) there is a tangent for each position in `wrt`, of the argument's type.
/// - (C3) `wrt` are distinct positions of floating arguments.
public record Jvp(Function function, List<Value> arguments, List<Integer> wrt, List<Value> tangents) implements Op {
    /// Copies the lists.
    public Jvp {
        arguments = List.copyOf(arguments);
        wrt = List.copyOf(wrt);
        tangents = List.copyOf(tangents);
    }

    @Override
    public String name() {
        return "jvp";
    }

    @Override
    public List<Value> operands() {
        var all = new ArrayList<>(arguments);
        all.addAll(tangents);
        return all;
    }

    @Override
    public Jvp withOperands(List<Value> operands) {
        return new Jvp(function, operands.subList(0, arguments.size()), wrt, operands.subList(arguments.size(), operands.size()));
    }

    @Override
    public List<Function> regions() {
        return List.of(function);
    }

    @Override
    public Jvp withRegions(List<Function> regions) {
        return new Jvp(regions.getFirst(), arguments, wrt, tangents);
    }

    @Override
    public Type.Tuple infer() {
        Call.requireParameters(name(), function, arguments);
        require(tangents.stream().map(Value::tensor).toList().equals(selected(name(), arguments, wrt)), name(), "(C2) tangents " + tangents + " for the arguments " + wrt + " of " + arguments);
        var parts = new ArrayList<>(function.results().stream().map(Value::tensor).toList());
        function.results().stream().map(Value::tensor).filter(Type.Tensor::isFloat).forEach(parts::add);
        return new Type.Tuple(parts);
    }

    /// (C3): the types of the arguments at `wrt`.
    static List<Type.Tensor> selected(String op, List<Value> arguments, List<Integer> wrt) {
        require(wrt.stream().distinct().count() == wrt.size() && wrt.stream().allMatch(k -> k >= 0 && k < arguments.size() && arguments.get(k).tensor().isFloat()), op,
                "(C3) differentiated with respect to " + wrt + " of " + arguments);
        return wrt.stream().map(k -> arguments.get(k).tensor()).toList();
    }
}
