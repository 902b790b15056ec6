package dev.sinter.ir.graph;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Type;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### cast
/// Conversion by value to another element type, as [Expr.Cast] says.
///
/// ```example
/// cast %a {to = i32}
/// %a = f32[4] [1.9, -1.9, 1E10, NaN]
/// result = i32[4] [1, -1, 2147483647, 0]
/// ```
public record Cast(ElementType to, Value x) implements Op, Evaluated, Pointwise, Differentiable {
    @Override
    public String name() {
        return "cast";
    }

    @Override
    public List<Value> operands() {
        return List.of(x);
    }

    @Override
    public Cast withOperands(List<Value> operands) {
        return new Cast(to, operands.getFirst());
    }

    @Override
    public Type.Tensor infer() {
        return x.tensor().withElement(to);
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray in = operands.getFirst();
        NdArray result = NdArray.zeros(to, in.extents());
        for (int i = 0; i < result.size(); i++) {
            if (in.element().isFloat()) {
                result.set(i, in.get(i));
            } else {
                result.setFromLong(i, in.getLong(i));
            }
        }
        return result;
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        Expr e = point.read(x, index);
        return to == x.element() ? e : new Expr.Cast(to, e);
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        return to.isFloat() ? g.cast(to, tangents.getFirst()) : null;
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        return Differentiable.perOperand(x.element().isFloat() ? g.cast(x.element(), cotangent) : null);
    }
}
