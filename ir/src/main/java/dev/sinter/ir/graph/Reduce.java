package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.type.Type;
import java.util.List;

/// ### reduce
/// Combines along axes, which disappear: `result[p…] = combine over k… of x[p…, k…]`; the identity for no elements. The order of combination is that of the
/// numerics contract (virtual lanes along the last axis, in order along others).
///
/// - (C1) `axes` are distinct axes of `x`, increasing.
/// - (C2) the elements can be combined: bools for `all` and `any`, numbers for the others.
public record Reduce(Reduction kind, Value x, List<Integer> axes) implements Op {
    /// Copies `axes`.
    public Reduce {
        axes = List.copyOf(axes);
    }

    @Override
    public String name() {
        return "reduce_" + kind;
    }

    @Override
    public List<Value> operands() {
        return List.of(x);
    }

    @Override
    public Reduce withOperands(List<Value> operands) {
        return new Reduce(kind, operands.getFirst(), axes);
    }

    @Override
    public Type.Tensor infer() {
        for (int k = 0; k < axes.size(); k++) {
            require(axes.get(k) >= 0 && axes.get(k) < x.rank() && (k == 0 || axes.get(k - 1) < axes.get(k)), name(), "(C1) axes " + axes + " of " + x.type());
        }
        require(kind.accepts(x.element()), name(), "(C2) not defined for " + x.element());
        return x.tensor().withShape(x.shape().without(axes));
    }
}
