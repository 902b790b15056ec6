package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;

/// ### gather
/// Slices of `x` along `axis`, chosen by `indices` (embedding lookup): the axis is replaced by all axes of `indices`:
/// `result[p…, j…, q…] = x[p…, indices[j…], q…]`. Indices are clamped into range.
///
/// - (C1) `axis` is an axis of `x`; `indices` are integers.
/// - (C2) where known, the axis is not empty.
public record Gather(Value x, Value indices, int axis) implements Op, Pointwise, Differentiable {
    @Override
    public String name() {
        return "gather";
    }

    @Override
    public List<Value> operands() {
        return List.of(x, indices);
    }

    @Override
    public Gather withOperands(List<Value> operands) {
        return new Gather(operands.get(0), operands.get(1), axis);
    }

    @Override
    public Type.Tensor infer() {
        require(axis >= 0 && axis < x.rank() && indices.element().isInteger(), name(), "(C1) axis " + axis + " of " + x.type() + " by " + indices.type());
        require(!x.dim(axis).is(0), name(), "(C2) nothing to choose from in " + x.type());
        return x.tensor().withShape(shape(x, indices, axis));
    }

    /// The shape of the result.
    static Shape shape(Value x, Value indices, int axis) {
        var dims = new ArrayList<Dim>(x.shape().dims().subList(0, axis));
        dims.addAll(indices.shape().dims());
        dims.addAll(x.shape().dims().subList(axis + 1, x.rank()));
        return new Shape(dims);
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        Expr chosen = new Expr.Cast(ElementType.I64, point.read(indices, index.subList(axis, axis + indices.rank())));
        var from = new ArrayList<Expr>(index.subList(0, axis));
        from.add(DynamicSlice.clamp(point, chosen, x.dim(axis).minus(Dim.ONE)));
        from.addAll(index.subList(axis + indices.rank(), index.size()));
        return point.read(x, from);
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        return tangents.getFirst() == null ? null : g.add(new Gather(tangents.getFirst(), indices, axis));
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        return Differentiable.perOperand(g.add(new ScatterAdd(g.zeros(x), indices, cotangent, axis)), null);
    }
}
