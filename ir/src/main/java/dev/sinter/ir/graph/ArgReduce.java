package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Type;
import java.util.List;

/// ### arg_max, arg_min
/// The position along `axis` of the largest (smallest) element, the first of equals; a NaN counts as more extreme than any number. An i64.
///
/// - (C1) `axis` is an axis of `x`, not known to be empty; the elements are numbers.
public record ArgReduce(boolean largest, Value x, int axis) implements Op {
    @Override
    public String name() {
        return largest ? "arg_max" : "arg_min";
    }

    @Override
    public List<Value> operands() {
        return List.of(x);
    }

    @Override
    public ArgReduce withOperands(List<Value> operands) {
        return new ArgReduce(largest, operands.getFirst(), axis);
    }

    @Override
    public Type.Tensor infer() {
        require(axis >= 0 && axis < x.rank() && !x.dim(axis).is(0) && x.element() != ElementType.BOOL, name(), "(C1) axis " + axis + " of " + x.type());
        return new Type.Tensor(ElementType.I64, x.shape().without(List.of(axis)));
    }
}
