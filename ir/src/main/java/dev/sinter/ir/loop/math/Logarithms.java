package dev.sinter.ir.loop.math;

import dev.sinter.ir.loop.Expr;

/// `log` and its relatives.
///
/// All write `x = 2ᵏ (1 + f)` with `√½ ≤ 1 + f < √2`, by integer arithmetic on the bits. In f32, `log(1 + f) = f - f²/2 + f³ P(f)`
/// needs no division. In f64, `log(1 + f) = 2 artanh(v)` with `v = f / (2 + f)` is arranged as in FDLIBM (Sun Microsystems, 1993):
/// `f - (f²/2 - v (f²/2 + R))`, with a polynomial `R` in `v²`.
final class Logarithms {
    private static final double LN2_SINGLE = (float) 0.6931471805599453;
    private static final double LN2_SINGLE_REST = (float) -1.904654323148236e-9;
    /// `ln 2` with 21 trailing zero bits, so that products with exponents are exact.
    private static final double LN2_HIGH = 0.6931471803691238;
    private static final double LN2_LOW = 1.9082149292705877e-10;

    /// `(log(1 + f) - f + f²/2) / f³`; relative error of the logarithm 2^-27.3.
    private static final double[] SINGLE = {0.3333333, -0.2500083, 0.20001271, -0.16623001, 0.14200377, -0.13162372, 0.1277326, -0.07643887};
    /// `(2 artanh(v) / v - 2) / v²` in `v²`; relative error of the logarithm 2^-58.1.
    private static final double[] DOUBLE = {0.6666666666666735, 0.39999999999407493, 0.28571428744140204, 0.22222198378625224, 0.18183575156789983,
        0.15313756001584644, 0.14799063539590449};

    private Logarithms() { }

    /// `x = 2ᵏ (1 + f)`: the exponent as a float and as an integer, and the fraction.
    record Parts(Expr k, Expr integer, Expr f) { }

    /// Takes a positive finite number apart.
    static Parts parts(Steps s, Expr x) {
        Expr tiny = s.less(x, s.isSingle() ? Float.MIN_NORMAL : Double.MIN_NORMAL);
        Expr normal = s.select(tiny, s.mul(x, s.isSingle() ? 0x1p23 : 0x1p52), x);
        Parts parts = partsOfNormal(s, normal);
        Expr k = s.sub(parts.k(), s.select(tiny, (double) s.fractionBits(), 0));
        return new Parts(k, parts.integer(), parts.f());
    }

    /// Takes a positive normal number apart.
    static Parts partsOfNormal(Steps s, Expr x) {
        long root = s.bitsOf(Math.sqrt(0.5));
        Expr above = s.addWhole(s.bits(x), -root);
        Expr integer = s.shiftRight(above, s.fractionBits());
        Expr m = s.fromBits(s.addWhole(s.andWhole(above, (1L << s.fractionBits()) - 1), root));
        return new Parts(s.toFloat(integer), integer, s.sub(m, 1));
    }

    /// `k ln 2 + log(1 + f)`.
    static Expr sum(Steps s, Expr k, Expr f) {
        if (s.isSingle()) {
            Expr square = s.mul(f, f);
            Expr tail = s.fma(square, s.fma(f, s.polynomial(f, SINGLE), -0.5), s.mul(k, LN2_SINGLE_REST));
            return s.fma(k, LN2_SINGLE, s.add(f, tail));
        }
        Expr v = s.div(f, s.add(f, 2));
        Expr z = s.mul(v, v);
        Expr r = s.mul(z, s.polynomial(z, DOUBLE));
        Expr halfSquare = s.mul(s.mul(f, 0.5), f);
        Expr rest = s.fma(v, s.add(halfSquare, r), s.mul(k, LN2_LOW));
        return s.fma(k, LN2_HIGH, s.sub(f, s.sub(halfSquare, rest)));
    }

    /// Replaces a logarithm `y` of `x` where `x` is 0, negative, infinite or NaN.
    static Expr atTheEdges(Steps s, Expr x, Expr y) {
        Expr positive = s.select(s.less(0, x), y, s.select(s.equal(x, 0), Double.NEGATIVE_INFINITY, Double.NaN));
        return s.select(s.less(x, Double.POSITIVE_INFINITY), positive, x);
    }

    /// `log x`.
    static Expr log(Steps s, Expr x) {
        Parts parts = parts(s, x);
        return atTheEdges(s, x, sum(s, parts.k(), parts.f()));
    }

    /// `log(1 + x)`.
    static Expr log1p(Steps s, Expr x) {
        return log1pTimesPower(s, x, null);
    }

    /// `log(1 + x)`, plus `ln 2` where `doubled` is set (null: nowhere): of the rounded sum `u`, with what was lost, `2^-k (1 + x - u)`, added to
    /// the fraction (exact where `k = 0`).
    private static Expr log1pTimesPower(Steps s, Expr x, Expr doubled) {
        Expr u = s.add(x, 1);
        Expr virtual = s.sub(u, 1);
        Expr lost = s.add(s.sub(1, s.sub(u, virtual)), s.sub(x, virtual));
        Parts parts = partsOfNormal(s, u);
        Expr enough = s.select(s.less(u, 0x1p64), s.sub(s.whole(s.bias()), parts.integer()), s.whole(0));
        Expr f = s.fma(lost, s.powerOfTwo(enough), parts.f());
        Expr k = doubled == null ? parts.k() : s.add(parts.k(), s.select(doubled, 1, 0));
        Expr y = atTheEdges(s, u, sum(s, k, f));
        return s.select(s.less(s.abs(x), s.isSingle() ? 0x1p-25 : 0x1p-54), x, y);
    }

    /// `log x / ln 2`; exact for powers of two.
    static Expr log2(Steps s, Expr x) {
        Parts parts = parts(s, x);
        Expr log = sum(s, s.number(0), parts.f());
        Expr y = s.fma(log, 1 / Math.log(2), s.fma(log, 2.0355273740931033e-17, parts.k()));
        return atTheEdges(s, x, y);
    }

    /// `log x / ln 10`.
    static Expr log10(Steps s, Expr x) {
        Parts parts = parts(s, x);
        Expr log = sum(s, s.number(0), parts.f());
        Expr fraction = s.fma(log, 0.4342944819032518, s.fma(log, 1.098319650216765e-17, s.mul(parts.k(), LOG10_2_LOW)));
        return atTheEdges(s, x, s.fma(parts.k(), LOG10_2_HIGH, fraction));
    }

    /// `log10 2` in 41 bits, and the rest.
    private static final double LOG10_2_HIGH = 0.30102999566361177;
    private static final double LOG10_2_LOW = 3.694239077158931e-13;

    /// `asinh |x| = log(1 + |x| + x² / (1 + √(x² + 1)))`, or `log 2|x|` where that is as good.
    static Expr asinh(Steps s, Expr x) {
        Expr a = s.abs(x);
        Expr large = s.less(0x1p60, a);
        Expr square = s.mul(a, a);
        Expr sum = s.add(a, s.div(square, s.add(s.sqrt(s.add(square, 1)), 1)));
        return s.withSign(log1pTimesPower(s, s.select(large, a, sum), large), x);
    }

    /// `acosh x = log(1 + t + √(t (t + 2)))` with `t = x - 1`, or `log 2x` where that is as good.
    static Expr acosh(Steps s, Expr x) {
        Expr large = s.less(0x1p60, x);
        Expr t = s.sub(x, 1);
        Expr sum = s.add(t, s.sqrt(s.fma(t, t, s.add(t, t))));
        Expr y = log1pTimesPower(s, s.select(large, x, sum), large);
        return s.select(s.less(x, 1), Double.NaN, y);
    }

    /// `atanh |x| = ½ log(1 + 2|x| + 2|x| |x| / (1 - |x|))`.
    static Expr atanh(Steps s, Expr x) {
        Expr a = s.abs(x);
        Expr twice = s.add(a, a);
        Expr y = s.mul(log1p(s, s.fma(twice, s.div(a, s.sub(1, a)), twice)), 0.5);
        return s.withSign(s.select(s.less(1, a), Double.NaN, y), x);
    }
}
