package dev.sinter.ir.graph;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Type;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### fill
/// A tensor with the same number in every element: `result[i] = value`. Scalars are fills of rank 0.
///
/// `value` is representable in the element type (integers up to 2^53; beyond that use [Constant]).
///
/// ```example
/// fill {type = f32[3], value = 0.5}
/// result = f32[3] [0.5, 0.5, 0.5]
/// ```
public record Fill(Type.Tensor type, double value) implements Op, Evaluated, Pointwise {
    /// Rounds `value` to the element type, and makes every NaN the same one.
    public Fill {
        value = type.element().round(value);
    }

    @Override
    public String name() {
        return "fill";
    }

    @Override
    public List<Value> operands() {
        return List.of();
    }

    @Override
    public Fill withOperands(List<Value> operands) {
        return this;
    }

    @Override
    public Type.Tensor infer() {
        return type;
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray result = NdArray.zeros(type.element(), Evaluated.extents(type.shape(), dims));
        for (int i = 0; i < result.size(); i++) {
            result.set(i, value);
        }
        return result;
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        return Expr.constant(type.element(), value);
    }
}
