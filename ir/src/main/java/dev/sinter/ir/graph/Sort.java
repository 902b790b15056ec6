package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Type;
import java.util.List;

/// ### arg_sort
/// The positions, along `axis`, of the elements in ascending (or descending) order; stable; NaN counts as larger than any number. An i64.
/// Sorted values are [TakeAlong] of it.
///
/// - (C1) `axis` is an axis of `x`; the elements are numbers.
public record Sort(Value x, int axis, boolean descending) implements Op {
    @Override
    public String name() {
        return "arg_sort";
    }

    @Override
    public List<Value> operands() {
        return List.of(x);
    }

    @Override
    public Sort withOperands(List<Value> operands) {
        return new Sort(operands.getFirst(), axis, descending);
    }

    @Override
    public Type.Tensor infer() {
        require(axis >= 0 && axis < x.rank() && x.element() != ElementType.BOOL, name(), "(C1) axis " + axis + " of " + x.type());
        return x.tensor().withElement(ElementType.I64);
    }
}
