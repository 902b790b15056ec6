package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### reverse
/// One axis backwards: `result[…, i, …] = x[…, n - 1 - i, …]`.
///
/// - (C1) `axis` is an axis of `x`.
///
/// ```example
/// reverse %a {axis = 0}
/// %a = f32[3] [1, 2, 3]
/// result = f32[3] [3, 2, 1]
/// ```
public record Reverse(Value x, int axis) implements Op, Evaluated, Pointwise, Differentiable {
    @Override
    public String name() {
        return "reverse";
    }

    @Override
    public List<Value> operands() {
        return List.of(x);
    }

    @Override
    public Reverse withOperands(List<Value> operands) {
        return new Reverse(operands.getFirst(), axis);
    }

    @Override
    public Type.Tensor infer() {
        require(axis >= 0 && axis < x.rank(), name(), "(C1) axis " + axis + " of " + x.type());
        return x.tensor();
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray in = operands.getFirst();
        return in.rearranged(in.extents(), index -> {
            index[axis] = in.extent(axis) - 1 - index[axis];
            return index;
        });
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        var from = new ArrayList<>(index);
        from.set(axis, Expr.apply(Fn.SUB, point.dim(x.dim(axis).minus(Dim.ONE)), index.get(axis)));
        return point.read(x, from);
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        return g.add(withOperands(tangents));
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        return List.of(g.add(new Reverse(cotangent, axis)));
    }
}
