package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;

/// ### vjp
/// A function's results together with its vector-Jacobian product: reverse mode as an op, expanded by the pass `differentiate`.
/// Cotangent `k` belongs to result `k`; results beyond the cotangents are auxiliary and carry none. Results: those of the function, then the
/// gradient with respect to each argument in `wrt`.
///
/// - (C1) the function has a parameter for each argument, of its type.
/// - (C2) there is at most one cotangent per result, of its type, which is floating.
/// - (C3) `wrt` are distinct positions of floating arguments.
public record Vjp(Function function, List<Value> arguments, List<Integer> wrt, List<Value> cotangents) implements Op {
    /// Copies the lists.
    public Vjp {
        arguments = List.copyOf(arguments);
        wrt = List.copyOf(wrt);
        cotangents = List.copyOf(cotangents);
    }

    @Override
    public String name() {
        return "vjp";
    }

    @Override
    public List<Value> operands() {
        var all = new ArrayList<>(arguments);
        all.addAll(cotangents);
        return all;
    }

    @Override
    public Vjp withOperands(List<Value> operands) {
        return new Vjp(function, operands.subList(0, arguments.size()), wrt, operands.subList(arguments.size(), operands.size()));
    }

    @Override
    public List<Function> regions() {
        return List.of(function);
    }

    @Override
    public Vjp withRegions(List<Function> regions) {
        return new Vjp(regions.getFirst(), arguments, wrt, cotangents);
    }

    @Override
    public Type.Tuple infer() {
        Call.requireParameters(name(), function, arguments);
        require(cotangents.size() <= function.results().size(), name(), "(C2) " + cotangents.size() + " cotangents for " + function.results().size() + " results");
        for (int k = 0; k < cotangents.size(); k++) {
            Type.Tensor type = function.results().get(k).tensor();
            require(type.isFloat() && cotangents.get(k).type().equals(type), name(), "(C2) a cotangent of type " + cotangents.get(k).type() + " for a result of type " + type);
        }
        var parts = new ArrayList<>(function.results().stream().map(Value::tensor).toList());
        parts.addAll(Jvp.selected(name(), arguments, wrt));
        return new Type.Tuple(parts);
    }
}
