package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;

/// ### cond
/// One of two functions of the same arguments, chosen by a scalar. Results: those of the chosen function.
///
/// - (C1) `condition` is a scalar bool.
/// - (C2) both functions have a parameter for each argument, of its type, and results of the same types.
///
/// ```example
/// cond %a; %b {then = func yes(%x: f32[]) { %0 = neg %x return %0 }, otherwise = func no(%x: f32[]) { return %x }}
/// %a = bool[] [1]
/// %b = f32[] [3]
/// result = f32[] [-3]
/// ```
public record Cond(Value condition, Function then, Function otherwise, List<Value> arguments) implements Op {
    /// Copies the list.
    public Cond {
        arguments = List.copyOf(arguments);
    }

    @Override
    public String name() {
        return "cond";
    }

    @Override
    public List<Value> operands() {
        var all = new ArrayList<Value>();
        all.add(condition);
        all.addAll(arguments);
        return all;
    }

    @Override
    public Cond withOperands(List<Value> operands) {
        return new Cond(operands.getFirst(), then, otherwise, operands.subList(1, operands.size()));
    }

    @Override
    public List<Function> regions() {
        return List.of(then, otherwise);
    }

    @Override
    public Cond withRegions(List<Function> regions) {
        return new Cond(condition, regions.get(0), regions.get(1), arguments);
    }

    @Override
    public Type.Tuple infer() {
        require(condition.type().equals(new Type.Tensor(ElementType.BOOL, Shape.SCALAR)), name(), "(C1) a condition of type " + condition.type());
        Call.requireParameters(name(), then, arguments);
        Call.requireParameters(name(), otherwise, arguments);
        var parts = then.results().stream().map(Value::tensor).toList();
        require(otherwise.results().stream().map(Value::tensor).toList().equals(parts), name(), "(C2) the branches give " + then.results() + " and " + otherwise.results());
        return new Type.Tuple(parts);
    }
}
