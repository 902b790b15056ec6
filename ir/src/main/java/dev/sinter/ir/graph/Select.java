package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Type;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### select
/// `result[i] = condition[i] ? a[i] : b[i]`.
///
/// - (C1) `condition` is a bool tensor of the shape of `a`.
/// - (C2) `a` and `b` have the same type, which is the result's.
///
/// ```example
/// select %a, %b, %c
/// %a = bool[2] [1, 0]
/// %b = f32[2] [1, 2]
/// %c = f32[2] [3, 4]
/// result = f32[2] [1, 4]
/// ```
public record Select(Value condition, Value a, Value b) implements Op, Evaluated, Pointwise, Differentiable {
    @Override
    public String name() {
        return "select";
    }

    @Override
    public List<Value> operands() {
        return List.of(condition, a, b);
    }

    @Override
    public Select withOperands(List<Value> operands) {
        return new Select(operands.get(0), operands.get(1), operands.get(2));
    }

    @Override
    public Type.Tensor infer() {
        require(condition.type().equals(a.tensor().withElement(ElementType.BOOL)), name(), "(C1) a condition of type " + condition.type() + " for " + a.type());
        require(a.type().equals(b.type()), name(), "(C2) the operands differ: " + a.type() + " and " + b.type());
        return a.tensor();
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray yes = operands.get(1);
        NdArray result = NdArray.zeros(yes.element(), yes.extents());
        for (int i = 0; i < result.size(); i++) {
            result.copy(i, operands.getFirst().getLong(i) != 0 ? yes : operands.get(2), i);
        }
        return result;
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        return Expr.apply(Fn.SELECT, point.read(condition, index), point.read(a, index), point.read(b, index));
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        if (tangents.get(1) == null && tangents.get(2) == null) {
            return null;
        }
        return g.add(new Select(condition, Differentiable.orZeros(tangents.get(1), a, g), Differentiable.orZeros(tangents.get(2), b, g)));
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        Value zero = g.zeros(cotangent);
        return Differentiable.perOperand(null, g.add(new Select(condition, cotangent, zero)), g.add(new Select(condition, zero, cotangent)));
    }
}
