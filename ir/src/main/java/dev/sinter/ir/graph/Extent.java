package dev.sinter.ir.graph;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### extent
/// The value of a dim as a scalar i64: the `N` of a mean over a batch.
///
/// ```example
/// extent {dim = 3}
/// result = i64[] [3]
/// ```
public record Extent(Dim dim) implements Op, Evaluated, Pointwise {
    @Override
    public String name() {
        return "extent";
    }

    @Override
    public List<Value> operands() {
        return List.of();
    }

    @Override
    public Extent withOperands(List<Value> operands) {
        return this;
    }

    @Override
    public List<Dim> dims() {
        return List.of(dim);
    }

    @Override
    public Type.Tensor infer() {
        return new Type.Tensor(ElementType.I64, Shape.SCALAR);
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        return NdArray.ofIntegers(ElementType.I64, new long[0], dims.applyAsLong(dim));
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        return point.dim(dim);
    }
}
