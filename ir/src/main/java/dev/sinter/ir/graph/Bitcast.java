package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Type;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### bitcast
/// The same bits read as another element type. No derivative.
///
/// - (C1) both types have the same size and neither is bool.
///
/// ```example
/// bitcast %a {to = i32}
/// %a = f32[2] [1, -0.0]
/// result = i32[2] [1065353216, -2147483648]
/// ```
public record Bitcast(ElementType to, Value x) implements Op, Evaluated, Pointwise {
    @Override
    public String name() {
        return "bitcast";
    }

    @Override
    public List<Value> operands() {
        return List.of(x);
    }

    @Override
    public Bitcast withOperands(List<Value> operands) {
        return new Bitcast(to, operands.getFirst());
    }

    @Override
    public Type.Tensor infer() {
        require(to.bytes() == x.element().bytes() && to.bytes() > 1, name(), "(C1) " + x.element() + " read as " + to);
        return x.tensor().withElement(to);
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray in = operands.getFirst();
        NdArray result = NdArray.zeros(to, in.extents());
        for (int i = 0; i < result.size(); i++) {
            long bits = switch (in.element()) {
                case F32 -> Float.floatToRawIntBits((float) in.get(i));
                case F64 -> Double.doubleToRawLongBits(in.get(i));
                default -> in.getLong(i);
            };
            switch (to) {
                case F32 -> result.set(i, Float.intBitsToFloat((int) bits));
                case F64 -> result.set(i, Double.longBitsToDouble(bits));
                default -> result.setLong(i, bits);
            }
        }
        return result;
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        Expr e = point.read(x, index);
        return to == x.element() ? e : new Expr.Bitcast(to, e);
    }
}
