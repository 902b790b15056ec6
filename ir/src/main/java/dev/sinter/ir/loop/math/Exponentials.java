package dev.sinter.ir.loop.math;

import dev.sinter.ir.loop.Expr;

/// `exp` and its relatives.
///
/// All reduce as Cody and Waite (*Software Manual for the Elementary Functions*, 1980) do: `x = n ln 2 + r` with `|r| ≤ ln 2 / 2`, where
/// `ln 2` is a sum of two floats, so that `fma` makes the first difference exact; then `exp x = 2ⁿ (1 + q)` with `q ≈ exp r - 1` a
/// polynomial. `n` is rounded by adding `1.5 · 2^23` (f64: `1.5 · 2^52`), which leaves it in the low bits of the sum.
final class Exponentials {
    private static final double LN2_SINGLE = (float) 0.6931471805599453;
    private static final double LN2_SINGLE_REST = (float) -1.904654323148236e-9;
    private static final double LN2 = 0.6931471805599453;
    private static final double LN2_REST = 2.319046813846299558e-17;
    private static final double LOG2_E = 1.4426950408889634;

    /// `(exp r - 1 - r) / r²` on `|r| ≤ 0.348`; error of `exp r - 1` relative 2^-26.0.
    private static final double[] SINGLE = {0.49999997, 0.16666538, 0.04166774, 0.008367318, 0.0013837893};
    /// The same, error 2^-60.0.
    private static final double[] DOUBLE = {0.5, 0.16666666666666677, 0.041666666666666505, 0.008333333333321513, 0.001388888888896367,
        0.0001984126988648101, 2.4801587170785282e-05, 2.7557243800684e-06, 2.7557403472603365e-07, 2.5109196267076314e-08, 2.087527387535997e-09};
    /// Where `tanh` changes its form: `t = 2`, `tanh |x| = ½`.
    private static final double TANH_DAMPED = 2;

    private Exponentials() { }

    /// `x` divided by `ln 2`: `n`, whose integer is in the low bits of `sum`, and the remainder.
    record Reduced(Expr sum, Expr n, Expr remainder) { }

    private static double roundingShift(Steps s) {
        return s.isSingle() ? 0x1.8p23 : 0x1.8p52;
    }

    /// Divides `times · x` by `ln 2`, for `|times · x| < 2^10` (f32: `2^7`) and `times` a power of two.
    static Reduced reduce(Steps s, Expr x, double times) {
        Expr sum = s.fma(x, LOG2_E * times, roundingShift(s));
        Expr n = s.sub(sum, roundingShift(s));
        Expr scaled = times == 1 ? x : s.mul(x, times);
        Expr high = s.fma(n, s.isSingle() ? -LN2_SINGLE : -LN2, scaled);
        return new Reduced(sum, n, s.fma(n, s.isSingle() ? -LN2_SINGLE_REST : -LN2_REST, high));
    }

    /// `exp r - 1` for a reduced `r`.
    static Expr expMinusOne(Steps s, Expr r) {
        return s.fma(s.mul(r, r), s.polynomial(r, s.pick(SINGLE, DOUBLE)), r);
    }

    /// The integer `n + extra` of a reduced argument.
    static Expr integer(Steps s, Reduced x, long extra) {
        return s.addWhole(s.bits(x.sum()), extra - s.bitsOf(roundingShift(s)));
    }

    /// `(p + p q) · 2^(n + extra)` for `|n + extra| < 2 · bias`, where `p` is near 1 (null: is 1). It is rounded once more only if the result is
    /// subnormal, because the first of two powers keeps the product normal.
    static Expr scale(Steps s, Expr p, Expr q, Reduced x, long extra) {
        Expr stored = integer(s, x, 2 * s.bias() + extra);
        Expr half = s.shiftRightLogical(stored, 1);
        Expr first = s.powerOfTwo(half);
        Expr factor = p == null ? first : s.mul(p, first);
        return s.mul(s.fma(factor, q, factor), s.powerOfTwo(s.sub(stored, half)));
    }

    /// `exp` of a reduced argument, times `2^extra`.
    private static Expr expOf(Steps s, Reduced x, long extra) {
        return scale(s, null, expMinusOne(s, x.remainder()), x, extra);
    }

    /// `2^(n + extra)` for a normal result.
    private static Expr power(Steps s, Reduced x, long extra) {
        return s.powerOfTwo(integer(s, x, s.bias() + extra));
    }

    /// Clips `x` to where `exp` is neither 0 nor infinite, and a little beyond.
    static Expr clip(Steps s, Expr x) {
        return s.atMost(s.atLeast(x, s.isSingle() ? -104 : -746), s.isSingle() ? 89 : 710);
    }

    /// `exp x`.
    static Expr exp(Steps s, Expr x) {
        return expOf(s, reduce(s, clip(s, x), 1), 0);
    }

    /// `2^x`: `n` is `x` rounded, and `r = (x - n) ln 2` has a small relative error.
    static Expr exp2(Steps s, Expr x) {
        Expr clipped = s.atMost(s.atLeast(x, s.isSingle() ? -151 : -1080), s.isSingle() ? 129 : 1025);
        Expr sum = s.add(clipped, roundingShift(s));
        Expr n = s.sub(sum, roundingShift(s));
        Expr r = s.mul(s.sub(clipped, n), LN2);
        return expOf(s, new Reduced(sum, n, r), 0);
    }

    /// `exp x - 1 = 2 (2ⁿ⁻¹ q + (2ⁿ⁻¹ - ½))`; halved, so that `n` may be 128 (f64: 1024). A tiny `x` is its own result.
    static Expr expm1(Steps s, Expr x) {
        Expr clipped = s.atMost(s.atLeast(x, s.isSingle() ? -20 : -40), s.isSingle() ? 89 : 710);
        Reduced reduced = reduce(s, clipped, 1);
        Expr q = expMinusOne(s, reduced.remainder());
        Expr half = power(s, reduced, -1);
        Expr y = s.mul(s.fma(q, half, s.sub(half, 0.5)), 2);
        return s.select(s.less(s.abs(x), s.isSingle() ? 0x1p-26 : 0x1p-55), x, y);
    }

    /// `tanh |x|`, with the sign of `x`, from `t = exp(2|x|) - 1 = 2ⁿ q + (2ⁿ - 1)`. For large `t` it is `1 - 2 / (t + 2)`; for small `t`
    /// it is `y = t / (t + 2)`, written `t/2 - y t/2`, which damps the errors of the sum and of the quotient.
    static Expr tanh(Steps s, Expr x) {
        Expr a = s.atMost(s.abs(x), s.isSingle() ? 9.1 : 19.1);
        Reduced reduced = reduce(s, a, 2);
        Expr q = expMinusOne(s, reduced.remainder());
        Expr power = power(s, reduced, 0);
        Expr t = s.fma(q, power, s.sub(power, 1));
        Expr t2 = s.fma(q, power, s.add(power, 1));
        Expr small = s.less(t, TANH_DAMPED);
        Expr y = s.div(s.select(small, t, 2), t2);
        Expr c = s.select(small, s.mul(t, 0.5), 1);
        return s.withSign(s.fma(s.neg(y), c, c), x);
    }

    /// `1 / (1 + exp(-x))`. With `exp(-x) = 2ⁿ (1 + q)` and `n = h + k` halved, it is `2^-h / (2^-h + 2^k + 2^k q)`: no infinity arises on the way, and
    /// the quotient is rounded once even where it is subnormal. What the sum
    /// of the two powers loses where `n ≥ 24` (f64: 53) is added again.
    static Expr sigmoid(Steps s, Expr x) {
        Expr clipped = s.atMost(s.atLeast(x, s.isSingle() ? -104 : -746), s.isSingle() ? 89 : 710);
        Reduced reduced = reduce(s, clipped, -1);
        Expr q = expMinusOne(s, reduced.remainder());
        Expr stored = integer(s, reduced, 2 * s.bias());
        Expr half = s.shiftRightLogical(stored, 1);
        Expr inverse = s.powerOfTwo(s.sub(s.whole(2 * s.bias()), half));
        Expr power = s.powerOfTwo(s.sub(stored, half));
        Expr sum = s.add(power, inverse);
        Expr lost = s.sub(inverse, s.sub(sum, power));
        return s.div(inverse, s.add(s.fma(q, power, lost), sum));
    }

    /// `sinh |x| = h - ¼ / h` with `h = ½ exp|x|` for `|x| ≥ 1`, below an odd polynomial.
    static Expr sinh(Steps s, Expr x) {
        Expr a = s.abs(x);
        Expr h = halfExp(s, a);
        Expr large = s.withSign(s.sub(h, s.div(0.25, h)), x);
        Expr z = s.mul(x, x);
        Expr small = s.fma(s.mul(x, z), s.polynomial(z, s.pick(SINH_SINGLE, SINH_DOUBLE)), x);
        return s.select(s.less(a, 1), s.select(s.equal(x, 0), x, small), large);
    }

    /// `(sinh x / x - 1) / x²` in `x²` on `|x| ≤ 1`; relative error of `sinh` 2^-31.6.
    private static final double[] SINH_SINGLE = {0.16666667, 0.0083333105, 0.00019842896, 2.7822132e-06};
    /// The same, error 2^-61.8.
    private static final double[] SINH_DOUBLE = {0.16666666666666669, 0.008333333333332912, 0.0001984126984159341, 2.755731910675641e-06,
        2.5052130998801902e-08, 1.605665916044099e-10, 7.77660032928211e-13};

    /// `cosh x = h + ¼ / h` with `h = ½ exp|x|`.
    static Expr cosh(Steps s, Expr x) {
        Expr h = halfExp(s, s.abs(x));
        return s.add(h, s.div(0.25, h));
    }

    /// `½ exp a` for `a ≥ 0`, infinite only where `sinh a` is.
    private static Expr halfExp(Steps s, Expr a) {
        return expOf(s, reduce(s, s.atMost(a, s.isSingle() ? 90 : 711), 1), -1);
    }
}
