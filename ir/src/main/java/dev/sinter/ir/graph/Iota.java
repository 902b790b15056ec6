package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Type;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### iota
/// The position along an axis: `result[i_0, …] = i_axis`.
///
/// - (C1) `axis` is an axis of the type.
/// - (C2) the elements are numbers.
///
/// ```example
/// iota {type = i64[2,3], axis = 1}
/// result = i64[2,3] [0, 1, 2, 0, 1, 2]
/// ```
public record Iota(Type.Tensor type, int axis) implements Op, Evaluated, Pointwise {
    @Override
    public String name() {
        return "iota";
    }

    @Override
    public List<Value> operands() {
        return List.of();
    }

    @Override
    public Iota withOperands(List<Value> operands) {
        return this;
    }

    @Override
    public Type.Tensor infer() {
        require(axis >= 0 && axis < type.rank(), name(), "(C1) axis " + axis + " of " + type);
        require(type.element() != ElementType.BOOL, name(), "(C2) positions are numbers, not bool");
        return type;
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray result = NdArray.zeros(type.element(), Evaluated.extents(type.shape(), dims));
        for (int i = 0; i < result.size(); i++) {
            result.setFromLong(i, result.index(i)[axis]);
        }
        return result;
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        Expr i = index.get(axis);
        return type.element() == ElementType.I64 ? i : new Expr.Cast(type.element(), i);
    }
}
