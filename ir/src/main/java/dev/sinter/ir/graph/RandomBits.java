package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.array.Threefry;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### random_bits
/// 64 random bits in every element, a pure function of the key and the element's row-major position:
/// `result[i] = threefry2x32(key, position(i))` ([Fn#THREEFRY]). New keys are random bits too.
///
/// - (C1) `key` is a scalar i64.
///
/// ```example
/// random_bits %a {to = [1]}
/// %a = i64[] [0]
/// result = i64[1] [-7369490985612476071]
/// ```
public record RandomBits(Value key, Shape to) implements Op, Evaluated, Pointwise {
    @Override
    public String name() {
        return "random_bits";
    }

    @Override
    public List<Value> operands() {
        return List.of(key);
    }

    @Override
    public RandomBits withOperands(List<Value> operands) {
        return new RandomBits(operands.getFirst(), to);
    }

    @Override
    public Type.Tensor infer() {
        require(key.type().equals(new Type.Tensor(ElementType.I64, Shape.SCALAR)), name(), "(C1) a key of type " + key.type());
        return new Type.Tensor(ElementType.I64, to);
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray result = NdArray.zeros(ElementType.I64, Evaluated.extents(to, dims));
        for (int i = 0; i < result.size(); i++) {
            result.setLong(i, Threefry.bits(operands.getFirst().getLong(0), i));
        }
        return result;
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        Expr position = Expr.index(0);
        for (int k = 0; k < index.size(); k++) {
            position = Expr.plus(Expr.times(position, point.dim(to.dim(k))), index.get(k));
        }
        return Expr.apply(Fn.THREEFRY, point.read(key, List.of()), position);
    }
}
