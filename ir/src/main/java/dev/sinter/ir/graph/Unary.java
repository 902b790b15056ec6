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

/// ### Elementwise functions of one operand
/// `result[i] = fn(x[i])`, of the type of `x`.
///
/// - (C1) the element type is in the function's domain.
///
/// ```example
/// floor %a
/// %a = f32[3] [-0.5, 0, 2.5]
/// result = f32[3] [-1, 0, 2]
/// ```
public record Unary(UnaryFn fn, Value x) implements Op, Evaluated, Pointwise, Differentiable {
    @Override
    public String name() {
        return fn.toString();
    }

    @Override
    public List<Value> operands() {
        return List.of(x);
    }

    @Override
    public Unary withOperands(List<Value> operands) {
        return new Unary(fn, operands.getFirst());
    }

    @Override
    public Type.Tensor infer() {
        ElementType e = x.element();
        boolean fits = switch (fn.domain) {
            case FLOAT -> e.isFloat();
            case NUMBER -> e != ElementType.BOOL;
            case BITS -> !e.isFloat();
        };
        require(fits, name(), "(C1) not defined for " + e);
        return x.tensor();
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray in = operands.getFirst();
        NdArray result = NdArray.zeros(in.element(), in.extents());
        for (int i = 0; i < result.size(); i++) {
            if (in.element().isFloat()) {
                result.set(i, fn.real.applyAsDouble(in.get(i)));
            } else {
                long value = fn.integer.applyAsLong(in.getLong(i));
                result.setLong(i, in.element() == ElementType.BOOL ? value & 1 : value);
            }
        }
        return result;
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        Expr e = point.read(x, index);
        if (fn != UnaryFn.SIGN) {
            return Expr.apply(fn.loop, e);
        }
        Expr named = point.let("x", e);
        Expr zero = Expr.constant(x.element(), 0);
        return Expr.apply(Fn.SELECT, Expr.apply(Fn.LT, zero, named), Expr.constant(x.element(), 1),
                Expr.apply(Fn.SELECT, Expr.apply(Fn.LT, named, zero), Expr.constant(x.element(), -1), named));
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        return Partials.unary(fn, tangents.getFirst(), x, self, g);
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        return Differentiable.perOperand(Partials.unary(fn, cotangent, x, self, g));
    }
}
