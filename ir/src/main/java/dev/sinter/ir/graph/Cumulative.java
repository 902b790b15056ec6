package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.type.Type;
import java.util.List;

/// ### cumulative_sum, cumulative_prod, cumulative_max, cumulative_min
/// Running combination along an axis, inclusive: `result[…, i, …] = combine of x[…, j, …] over j <= i` (`j >= i` if `reverse`), in order.
///
/// - (C1) `axis` is an axis of `x`; the kind accepts its elements.
public record Cumulative(Reduction kind, Value x, int axis, boolean reverse) implements Op {
    @Override
    public String name() {
        return "cumulative_" + kind;
    }

    @Override
    public List<Value> operands() {
        return List.of(x);
    }

    @Override
    public Cumulative withOperands(List<Value> operands) {
        return new Cumulative(kind, operands.getFirst(), axis, reverse);
    }

    @Override
    public Type.Tensor infer() {
        require(axis >= 0 && axis < x.rank() && kind.accepts(x.element()), name(), "(C1) axis " + axis + " of " + x.type());
        return x.tensor();
    }
}
