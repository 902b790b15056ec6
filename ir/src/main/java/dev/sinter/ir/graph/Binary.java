package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Type;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### Elementwise functions of two operands
/// `result[i] = fn(a[i], b[i])`, of the type of the operands, or bool for a comparison.
///
/// - (C1) `a` and `b` have the same type.
/// - (C2) the element type is in the function's domain.
///
/// ```example
/// max %a, %b
/// %a = f32[3] [1, 2, NaN]
/// %b = f32[3] [3, -1, 0]
/// result = f32[3] [3, 2, NaN]
/// ```
public record Binary(BinaryFn fn, Value a, Value b) implements Op, Evaluated, Pointwise, Differentiable {
    @Override
    public String name() {
        return fn.toString();
    }

    @Override
    public List<Value> operands() {
        return List.of(a, b);
    }

    @Override
    public Binary withOperands(List<Value> operands) {
        return new Binary(fn, operands.get(0), operands.get(1));
    }

    @Override
    public Type.Tensor infer() {
        require(a.type().equals(b.type()), name(), "(C1) the operands differ: " + a.type() + " and " + b.type());
        ElementType e = a.element();
        boolean fits = switch (fn.domain) {
            case FLOAT -> e.isFloat();
            case INTEGER -> e.isInteger();
            case NUMBER -> e != ElementType.BOOL;
            case BITS -> !e.isFloat();
            case ANY -> true;
        };
        require(fits, name(), "(C2) not defined for " + e);
        return fn.isComparison() ? a.tensor().withElement(ElementType.BOOL) : a.tensor();
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray left = operands.get(0);
        NdArray right = operands.get(1);
        ElementType e = left.element();
        NdArray result = NdArray.zeros(fn.isComparison() ? ElementType.BOOL : e, left.extents());
        for (int i = 0; i < result.size(); i++) {
            if (e.isFloat()) {
                result.set(i, fn.real.applyAsDouble(left.get(i), right.get(i)));
            } else {
                boolean shift = fn == BinaryFn.SHL || fn == BinaryFn.SHR || fn == BinaryFn.USHR;
                long x = fn == BinaryFn.USHR && e == ElementType.I32 ? left.getLong(i) & 0xffff_ffffL : left.getLong(i);
                long y = shift ? right.getLong(i) & (8L * e.bytes() - 1) : right.getLong(i);
                result.setLong(i, fn.integer.applyAsLong(x, y));
            }
        }
        return result;
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        return Expr.apply(fn.loop, point.read(a, index), point.read(b, index));
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        Value ta = tangents.get(0) == null ? null : Partials.first(fn, tangents.get(0), a, b, self, g);
        Value tb = tangents.get(1) == null ? null : Partials.second(fn, tangents.get(1), a, b, self, g);
        return Differentiable.plus(ta, tb, g);
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        return Differentiable.perOperand(Partials.first(fn, cotangent, a, b, self, g), Partials.second(fn, cotangent, a, b, self, g));
    }
}
