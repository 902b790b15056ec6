package dev.sinter.passes.simplify;

import static dev.sinter.passes.simplify.Rule.rule;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Bitcast;
import dev.sinter.ir.graph.Constant;
import dev.sinter.ir.graph.Evaluated;
import dev.sinter.ir.graph.Extent;
import dev.sinter.ir.graph.Fill;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.util.List;

/// Ops of constants are computed now, by their reference meaning. Only small tensors are: a constant takes room in the artifact, and whoever writes
/// `ones(10000, 10000)` must not have them built by the compiler.
final class Constants {
    private static final int LIMIT = 4096;

    private Constants() { }

    static final List<Rule> RULES = List.of(
            rule("constant of equal elements = fill", (op, v, g) -> op instanceof Constant(NdArray data) ? uniform(data, v, g) : null),
            rule("extent of a number = fill", (op, v, g) -> op instanceof Extent(Dim dim) && dim.isConstant() ? g.fill(v.tensor(), dim.value()) : null),
            rule("f(fill) = fill", (op, v, g) -> op instanceof Evaluated e && (Arithmetic.isElementwise(op) || op instanceof Bitcast)
                    && op.operands().stream().allMatch(Arithmetic::isFill) ? uniform(e.evaluate(op.operands().stream().map(o -> scalar((Fill) o.op())).toList(), Dim::value), v, g) : null),
            rule("f(constant) = constant", (op, v, g) -> op instanceof Evaluated e && !op.operands().isEmpty() && isSmall(v) && op.operands().stream().allMatch(Constants::isKnown)
                    ? constant(e.evaluate(op.operands().stream().map(Constants::array).toList(), Dim::value), v, g) : null));

    private static boolean isSmall(Value v) {
        Dim elements = v.shape().elements();
        return v.shape().isStatic() && elements.isConstant() && elements.value() <= LIMIT;
    }

    private static boolean isKnown(Value v) {
        return (v.op() instanceof Constant || v.op() instanceof Fill) && isSmall(v);
    }

    private static NdArray array(Value v) {
        if (v.op() instanceof Constant(NdArray data)) {
            return data;
        }
        double c = ((Fill) v.op()).value();
        NdArray a = NdArray.zeros(v.element(), v.shape().extents());
        for (int i = 0; i < a.size(); i++) {
            a.set(i, c);
        }
        return a;
    }

    private static NdArray scalar(Fill f) {
        return NdArray.scalar(f.type().element(), f.value());
    }

    private static Value constant(NdArray data, Value v, Graph g) {
        Value fill = uniform(data, v, g);
        return fill != null ? fill : g.constant(data);
    }

    /// A fill of the type of `v`, if all elements are one number that a fill can hold.
    private static Value uniform(NdArray data, Value v, Graph g) {
        if (data.size() == 0) {
            return g.fill(v.tensor(), 0);
        }
        double first = data.get(0);
        for (int i = 1; i < data.size(); i++) {
            if (Double.compare(data.get(i), first) != 0 || data.element() == ElementType.I64 && data.getLong(i) != data.getLong(0)) {
                return null;
            }
        }
        return data.element() == ElementType.I64 && Math.abs(data.getLong(0)) > 1L << 53 ? null : g.fill(v.tensor(), first);
    }
}
