package dev.sinter.ir.graph;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Type;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### stop_gradient
/// The identity, with derivative zero in both modes.
///
/// ```example
/// stop_gradient %a
/// %a = f32[2] [1, 2]
/// result = f32[2] [1, 2]
/// ```
public record StopGradient(Value x) implements Op, Evaluated, Pointwise, Differentiable {
    @Override
    public String name() {
        return "stop_gradient";
    }

    @Override
    public List<Value> operands() {
        return List.of(x);
    }

    @Override
    public StopGradient withOperands(List<Value> operands) {
        return new StopGradient(operands.getFirst());
    }

    @Override
    public Type.Tensor infer() {
        return x.tensor();
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        return operands.getFirst();
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        return point.read(x, index);
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        return null;
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        return Differentiable.perOperand((Value) null);
    }
}
