package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.type.Type;
import java.util.List;

/// ### part
/// Result `i` of an op with several.
///
/// - (C1) the operand is a tuple with more than `i` parts.
public record Part(Value tuple, int i) implements Op {
    @Override
    public String name() {
        return "part";
    }

    @Override
    public List<Value> operands() {
        return List.of(tuple);
    }

    @Override
    public Part withOperands(List<Value> operands) {
        return new Part(operands.getFirst(), i);
    }

    @Override
    public Type.Tensor infer() {
        require(tuple.type() instanceof Type.Tuple(var parts) && i >= 0 && i < parts.size(), name(), "(C1) part " + i + " of " + tuple.type());
        return ((Type.Tuple) tuple.type()).parts().get(i);
    }
}
