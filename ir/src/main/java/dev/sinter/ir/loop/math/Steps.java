package dev.sinter.ir.loop.math;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.ElementType;
import java.util.List;

/// The notation in which the functions are written: every step is a named value in a block, of one float type and one number of lanes.
/// Plain doubles are constants, rounded to the type.
final class Steps {
    private final Block into;
    private final ElementType type;
    private final int lanes;

    private Steps(Block into, ElementType type, int lanes) {
        this.into = into;
        this.type = type;
        this.lanes = lanes;
    }

    /// Steps on values like `x`, which is f32 or f64.
    static Steps on(Expr x, Block into) {
        return new Steps(into, x.type(), x.lanes());
    }

    /// The same lanes with the other float type.
    Steps with(ElementType other) {
        return new Steps(into, other, lanes);
    }

    /// Whether the type is f32, not f64.
    boolean isSingle() {
        return type == ElementType.F32;
    }

    /// The first for f32, the second for f64.
    <T> T pick(T single, T twice) {
        return isSingle() ? single : twice;
    }

    /// The integer type of the same size.
    ElementType bitsType() {
        return isSingle() ? ElementType.I32 : ElementType.I64;
    }

    /// The bits of the fraction of a float.
    int fractionBits() {
        return isSingle() ? 23 : 52;
    }

    /// What is added to an exponent to store it.
    int bias() {
        return isSingle() ? 127 : 1023;
    }

    // Constants and names

    /// A float constant.
    Expr number(double value) {
        return new Expr.Const(type, Double.doubleToRawLongBits(type.round(value)), lanes);
    }

    /// An integer constant of the size of the floats.
    Expr whole(long value) {
        return new Expr.Const(bitsType(), value, lanes);
    }

    /// The bits of a float constant, as an integer.
    long bitsOf(double value) {
        return isSingle() ? Float.floatToRawIntBits((float) value) : Double.doubleToRawLongBits(value);
    }

    private Expr let(String hint, Expr value) {
        return into.let(hint, value);
    }

    /// Any primitive function.
    Expr apply(Fn fn, Expr... arguments) {
        return let("m", new Expr.Apply(fn, List.of(arguments)));
    }

    // Arithmetic

    Expr add(Expr a, Expr b) {
        return apply(Fn.ADD, a, b);
    }

    Expr add(Expr a, double b) {
        return add(a, number(b));
    }

    Expr sub(Expr a, Expr b) {
        return apply(Fn.SUB, a, b);
    }

    Expr sub(Expr a, double b) {
        return sub(a, number(b));
    }

    Expr sub(double a, Expr b) {
        return sub(number(a), b);
    }

    Expr mul(Expr a, Expr b) {
        return apply(Fn.MUL, a, b);
    }

    Expr mul(Expr a, double b) {
        return mul(a, number(b));
    }

    Expr div(Expr a, Expr b) {
        return apply(Fn.DIV, a, b);
    }

    Expr div(double a, Expr b) {
        return div(number(a), b);
    }

    /// `a * b + c`, rounded once.
    Expr fma(Expr a, Expr b, Expr c) {
        return apply(Fn.FMA, a, b, c);
    }

    Expr fma(Expr a, double b, Expr c) {
        return fma(a, number(b), c);
    }

    Expr fma(Expr a, Expr b, double c) {
        return fma(a, b, number(c));
    }

    Expr fma(Expr a, double b, double c) {
        return fma(a, number(b), number(c));
    }

    Expr neg(Expr a) {
        return apply(Fn.NEG, a);
    }

    Expr abs(Expr a) {
        return apply(Fn.ABS, a);
    }

    Expr sqrt(Expr a) {
        return apply(Fn.SQRT, a);
    }

    Expr rint(Expr a) {
        return apply(Fn.RINT, a);
    }

    Expr floor(Expr a) {
        return apply(Fn.FLOOR, a);
    }

    Expr trunc(Expr a) {
        return apply(Fn.TRUNC, a);
    }

    /// `c[0] + c[1] x + c[2] x² + …` by Horner's scheme.
    Expr polynomial(Expr x, double... c) {
        Expr sum = number(c[c.length - 1]);
        for (int i = c.length - 2; i >= 0; i--) {
            sum = fma(sum, x, c[i]);
        }
        return sum;
    }

    /// The same in pairs, `(c[0] + c[1] x) + (c[2] + c[3] x) x² + …` (Estrin, 1960), of which all are computed at once.
    Expr polynomial(Expr x, Expr square, double... c) {
        Expr sum = null;
        for (int i = (c.length - 1) / 2 * 2; i >= 0; i -= 2) {
            Expr pair = i + 1 < c.length ? fma(x, c[i + 1], c[i]) : number(c[i]);
            sum = sum == null ? pair : fma(sum, square, pair);
        }
        return sum;
    }

    /// The polynomial whose coefficients are `yes` where `which` is set, else `no`; both have equally many.
    Expr polynomial(Expr which, Expr x, double[] yes, double[] no) {
        Expr sum = null;
        for (int i = yes.length - 1; i >= 0; i--) {
            Expr c = select(which, number(yes[i]), number(no[i]));
            sum = sum == null ? c : fma(sum, x, c);
        }
        return sum;
    }

    // Comparison and selection

    Expr less(Expr a, Expr b) {
        return apply(Fn.LT, a, b);
    }

    Expr less(Expr a, double b) {
        return less(a, number(b));
    }

    Expr less(double a, Expr b) {
        return less(number(a), b);
    }

    Expr lessOrEqual(Expr a, Expr b) {
        return apply(Fn.LE, a, b);
    }

    Expr equal(Expr a, Expr b) {
        return apply(Fn.EQ, a, b);
    }

    Expr equal(Expr a, double b) {
        return equal(a, number(b));
    }

    Expr different(Expr a, Expr b) {
        return apply(Fn.NE, a, b);
    }

    Expr and(Expr a, Expr b) {
        return apply(Fn.AND, a, b);
    }

    Expr or(Expr a, Expr b) {
        return apply(Fn.OR, a, b);
    }

    Expr xor(Expr a, Expr b) {
        return apply(Fn.XOR, a, b);
    }

    Expr not(Expr a) {
        return apply(Fn.NOT, a);
    }

    Expr select(Expr condition, Expr yes, Expr no) {
        return apply(Fn.SELECT, condition, yes, no);
    }

    Expr select(Expr condition, double yes, Expr no) {
        return select(condition, number(yes), no);
    }

    Expr select(Expr condition, Expr yes, double no) {
        return select(condition, yes, number(no));
    }

    Expr select(Expr condition, double yes, double no) {
        return select(condition, number(yes), number(no));
    }

    /// `x`, but not below `limit`; NaN stays.
    Expr atLeast(Expr x, double limit) {
        return select(less(x, limit), limit, x);
    }

    /// `x`, but not above `limit`; NaN stays.
    Expr atMost(Expr x, double limit) {
        return select(less(limit, x), limit, x);
    }

    // Bits

    /// The bits of a float as an integer.
    Expr bits(Expr x) {
        return let("m", new Expr.Bitcast(bitsType(), x));
    }

    /// The float with these bits.
    Expr fromBits(Expr x) {
        return let("m", new Expr.Bitcast(type, x));
    }

    /// An integer converted to the float type.
    Expr toFloat(Expr x) {
        return let("m", new Expr.Cast(type, x));
    }

    /// A value converted to another element type.
    Expr cast(ElementType to, Expr x) {
        return let("m", new Expr.Cast(to, x));
    }

    Expr addWhole(Expr a, long b) {
        return apply(Fn.ADD, a, whole(b));
    }

    Expr andWhole(Expr a, long b) {
        return apply(Fn.AND, a, whole(b));
    }

    Expr orWhole(Expr a, long b) {
        return apply(Fn.OR, a, whole(b));
    }

    Expr minWhole(Expr a, long b) {
        return apply(Fn.MIN, a, whole(b));
    }

    Expr shiftLeft(Expr a, int count) {
        return apply(Fn.SHL, a, new Expr.Const(a.type(), count, lanes));
    }

    Expr shiftRight(Expr a, int count) {
        return apply(Fn.SHR, a, new Expr.Const(a.type(), count, lanes));
    }

    Expr shiftRightLogical(Expr a, int count) {
        return apply(Fn.USHR, a, new Expr.Const(a.type(), count, lanes));
    }

    /// The float 2ⁿ from the stored exponent `n + bias`, which is not clipped.
    Expr powerOfTwo(Expr stored) {
        return fromBits(shiftLeft(stored, fractionBits()));
    }

    /// The non-negative `magnitude` (or NaN) with the sign of `sign`.
    Expr withSign(Expr magnitude, Expr sign) {
        Expr bit = andWhole(bits(sign), isSingle() ? Integer.MIN_VALUE : Long.MIN_VALUE);
        return fromBits(or(bits(magnitude), bit));
    }

    /// `x` with its sign flipped where the sign of `sign` is set.
    Expr flipSign(Expr x, Expr sign) {
        Expr bit = andWhole(bits(sign), isSingle() ? Integer.MIN_VALUE : Long.MIN_VALUE);
        return fromBits(xor(bits(x), bit));
    }
}
