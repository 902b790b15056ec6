package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;

/// ### while
/// A loop with a computed end: while `condition(constants…, carried…)` holds, `carried = body(constants…, carried…)`. Results: the final carried values.
/// It has a forward derivative but no reverse one (the number of steps is not known beforehand).
///
/// - (C1) both functions have a parameter for each constant and carried value, of its type.
/// - (C2) `condition` gives one scalar bool, `body` the carried types.
///
/// ```example
/// while ; %a {condition = func small(%n: i32[]) { %0 = fill {type = i32[], value = 100} %1 = lt %n, %0 return %1 }, body = func double(%n: i32[]) { %0 = add %n, %n return %0 }}
/// %a = i32[] [3]
/// result = i32[] [192]
/// ```
public record While(Function condition, Function body, List<Value> constants, List<Value> initial) implements Op {
    /// Copies the lists.
    public While {
        constants = List.copyOf(constants);
        initial = List.copyOf(initial);
    }

    @Override
    public String name() {
        return "while";
    }

    @Override
    public List<Value> operands() {
        var all = new ArrayList<>(constants);
        all.addAll(initial);
        return all;
    }

    @Override
    public While withOperands(List<Value> operands) {
        return new While(condition, body, operands.subList(0, constants.size()), operands.subList(constants.size(), operands.size()));
    }

    @Override
    public List<Function> regions() {
        return List.of(condition, body);
    }

    @Override
    public While withRegions(List<Function> regions) {
        return new While(regions.get(0), regions.get(1), constants, initial);
    }

    @Override
    public Type.Tuple infer() {
        Call.requireParameters(name(), condition, operands());
        Call.requireParameters(name(), body, operands());
        require(condition.results().size() == 1 && condition.results().getFirst().type().equals(new Type.Tensor(ElementType.BOOL, Shape.SCALAR)), name(),
                "(C2) the condition gives " + condition.results());
        var carried = initial.stream().map(Value::tensor).toList();
        require(body.results().stream().map(Value::tensor).toList().equals(carried), name(), "(C2) the carried values " + carried + " become " + body.results());
        return new Type.Tuple(carried);
    }
}
