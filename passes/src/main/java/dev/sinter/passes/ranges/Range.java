package dev.sinter.passes.ranges;

import static dev.sinter.ir.graph.BinaryFn.ADD;
import static dev.sinter.ir.graph.BinaryFn.MUL;
import static dev.sinter.ir.graph.BinaryFn.SUB;

import dev.sinter.ir.graph.Binary;
import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Broadcast;
import dev.sinter.ir.graph.Fill;
import dev.sinter.ir.graph.Reduce;
import dev.sinter.ir.graph.Reduction;
import dev.sinter.ir.graph.Reshape;
import dev.sinter.ir.graph.Transpose;
import dev.sinter.ir.graph.Unary;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.ElementType;
import java.util.List;
import java.util.stream.IntStream;

/// Between which numbers the elements of a tensor of floats lie, as far as that shows without knowing its inputs.
///
/// An element may also be NaN, or infinite because a sum or product was too large for its type. Little is understood, but what stands below a division in
/// normalisations is.
///
/// @param low  no element is below
/// @param high no element is above
public record Range(double low, double high) {
    private static final Range ANYTHING = new Range(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    /// How far back a value is looked at.
    private static final int DEPTH = 10;
    /// More than the relative errors of a function and of the sum of as many elements as there can be.
    private static final double ERRORS = 0.5;
    /// More elements than there can be.
    private static final double MOST_ELEMENTS = 0x1p50;
    /// Between it and its reciprocal, the reciprocals of f32s are normal numbers; of f64s, those between that of [#LARGE_DOUBLE] and it.
    private static final double LARGE_SINGLE = 0x1p120;
    private static final double LARGE_DOUBLE = 0x1p1000;

    /// The bounds of the elements of `v`.
    public static Range of(Value v) {
        return of(v, DEPTH);
    }

    /// Whether each element of `v` may be divided by as well by multiplying with its reciprocal: that is a normal number, and so as exact as any, or the element is 0 or
    /// infinite, whose reciprocals are each other.
    public static boolean haveReciprocals(Value v) {
        double large = v.element() == ElementType.F32 ? LARGE_SINGLE : LARGE_DOUBLE;
        Range y = of(v);
        return y.low >= 1 / large && y.high <= large;
    }

    /// Whether no element of `v` is above 0.
    public static boolean areNotPositive(Value v) {
        return of(v).high <= 0;
    }

    private static Range of(Value v, int depth) {
        if (depth == 0 || !v.element().isFloat()) {
            return ANYTHING;
        }
        return switch (v.op()) {
            case Fill(_, double c) -> new Range(c, c);
            case Broadcast b -> of(b.x(), depth - 1);
            case Reshape r -> of(r.x(), depth - 1);
            case Transpose t -> of(t.x(), depth - 1);
            case Unary u -> of(u, depth);
            case Binary b -> of(b, depth);
            case Reduce r when r.kind() == Reduction.SUM -> ofSum(r, depth);
            default -> ANYTHING;
        };
    }

    private static Range of(Unary u, int depth) {
        Range x = of(u.x(), depth - 1);
        return switch (u.fn()) {
            case EXP -> positive(Math.exp(x.low), Math.exp(x.high));
            case SQRT -> positive(Math.sqrt(Math.max(0, x.low)), Math.sqrt(u.x().element() == ElementType.F32 ? Float.MAX_VALUE : Double.MAX_VALUE));
            case ABS -> new Range(Math.max(0, Math.max(x.low, -x.high)), Math.max(Math.abs(x.low), Math.abs(x.high)));
            case SIGMOID -> new Range(0, 1);
            case TANH, ERF, SIN, COS -> new Range(-1, 1);
            default -> ANYTHING;
        };
    }

    private static Range of(Binary b, int depth) {
        BinaryFn fn = b.fn();
        if (fn == MUL && b.a() == b.b()) {
            return new Range(0, Double.POSITIVE_INFINITY);
        }
        if (fn == SUB) {
            return isBelowItsLargest(b, null) ? new Range(Double.NEGATIVE_INFINITY, 0) : ANYTHING;
        }
        if (fn != ADD && fn != MUL) {
            return ANYTHING;
        }
        Range x = of(b.a(), depth - 1);
        Range y = of(b.b(), depth - 1);
        if (x.low < 0 || y.low < 0) {
            return ANYTHING;
        }
        return fn == ADD ? positive(x.low + y.low, x.high + y.high)
                : positive(x.low * y.low, x.high == 0 || y.high == 0 ? 0 : x.high * y.high);
    }

    private static Range ofSum(Reduce sum, int depth) {
        Range x = of(sum.x(), depth - 1);
        return x.low < 0 ? ANYTHING : positive(largest(sum.x(), sum.axes()), x.high * MOST_ELEMENTS);
    }

    /// What the largest of the non-negative elements along some axes is at least.
    private static double largest(Value v, List<Integer> axes) {
        return v.op() instanceof Unary(var fn, Value(Binary b, _, _)) && fn == UnaryFn.EXP && isBelowItsLargest(b, axes) ? 1 : 0;
    }

    /// Whether `b` is what its elements along some axes lack to the largest of them, so that the largest difference is 0.
    ///
    /// @param axes the axes must be among these; null for any
    private static boolean isBelowItsLargest(Binary b, List<Integer> axes) {
        return b.fn() == SUB && b.b().op() instanceof Broadcast(Value(Reduce(var kind, Value x, var along), _, _), var to, var kept) && kind == Reduction.MAX
                && x == b.a() && to.equals(x.shape()) && kept.equals(IntStream.range(0, x.rank()).filter(k -> !along.contains(k)).boxed().toList()) && (axes == null || axes.containsAll(along));
    }

    /// Range of what was computed with errors.
    private static Range positive(double low, double high) {
        return new Range(low * (1 - ERRORS), high * (1 + ERRORS));
    }
}
