package dev.sinter.ir.loop.math;

import dev.sinter.ir.loop.Expr;

/// `exp` and its relatives.
///
/// All reduce as Cody and Waite (*Software Manual for the Elementary Functions*, 1980) do: `x = n ln 2 + r` with `|r| ≤ ln 2 / 2`, where
/// `ln 2` is a sum of two floats, so that `fma` makes the first difference exact; then `exp x = 2ⁿ (1 + q)` with `q ≈ exp r - 1` a
/// polynomial. `n` is rounded by adding `1.5 · 2^23` (f64: `1.5 · 2^52`), which leaves it in the low bits of the sum; what is
/// added besides makes those bits the exponent of a float, so that a shift makes it one.
final class Exponentials {
    private static final double LN2_SINGLE = (float) 0.6931471805599453;
    private static final double LN2_SINGLE_REST = (float) -1.904654323148236e-9;
    private static final double LN2 = 0.6931471805599453;
    private static final double LN2_REST = 2.319046813846299558e-17;
    private static final double LOG2_E = 1.4426950408889634;

    /// `(exp r - 1 - r) / r²` on `|r| ≤ 0.348`; error of `exp r` relative 2^-28.2.
    private static final double[] SINGLE = {0.49999994, 0.1666652, 0.04166828, 0.008368882, 0.0013820379};
    /// The same, error of `exp r - 1` 2^-60.0.
    private static final double[] DOUBLE = {0.5, 0.16666666666666677, 0.041666666666666505, 0.008333333333321513, 0.001388888888896367,
        0.0001984126988648101, 2.4801587170785282e-05, 2.7557243800684e-06, 2.7557403472603365e-07, 2.5109196267076314e-08, 2.087527387535997e-09};

    private Exponentials() { }

    /// `x` divided by `ln 2`: `n`, the remainder, and `n + stored` in the low bits of `sum`.
    record Reduced(Expr sum, Expr n, Expr remainder) { }

    private static double roundingShift(Steps s) {
        return s.isSingle() ? 0x1.8p23 : 0x1.8p52;
    }

    /// Divides `x`, or `-x`, by `ln 2`, for `|x| < 2^10` (f32: `2^7`).
    ///
    /// @param stored what the low bits of the sum hold beside `n`
    static Reduced reduce(Steps s, Expr x, boolean negated, long stored) {
        var whole = whole(s, x, negated ? -LOG2_E : LOG2_E, stored);
        Expr high = s.fma(whole.n, s.isSingle() ? -LN2_SINGLE : -LN2, negated ? s.neg(x) : x);
        return new Reduced(whole.sum, whole.n, s.fma(whole.n, s.isSingle() ? -LN2_SINGLE_REST : -LN2_REST, high));
    }

    /// The same, where an error of `n · 2^-29` (f64: `n · 2^-55`) in the remainder does no harm.
    static Reduced reduceRoughly(Steps s, Expr x, boolean negated, long stored) {
        var whole = whole(s, x, negated ? -LOG2_E : LOG2_E, stored);
        return new Reduced(whole.sum, whole.n, s.fma(whole.n, s.isSingle() ? -LN2_SINGLE : -LN2, negated ? s.neg(x) : x));
    }

    /// `n`, without a remainder.
    private static Reduced whole(Steps s, Expr x, double factor, long stored) {
        double shift = roundingShift(s) + stored;
        Expr sum = factor == 1 ? s.add(x, shift) : s.fma(x, factor, shift);
        return new Reduced(sum, s.sub(sum, shift), null);
    }

    /// `exp r - 1` for a reduced `r`.
    static Expr expMinusOne(Steps s, Expr r) {
        Expr square = s.mul(r, r);
        return s.fma(square, s.polynomial(r, square, s.pick(SINGLE, DOUBLE)), r);
    }

    /// `(p + p q) · 2^n` for `|n| < 2 · bias`, where `p` is near 1 (null: is 1). It is rounded once more only if the result is
    /// subnormal, because the first of two powers keeps the product normal.
    ///
    /// @param x reduced with twice the bias stored, and what else is to be added to `n`
    static Expr scale(Steps s, Expr p, Expr q, Reduced x) {
        var halves = Halves.of(s, x);
        Expr first = halves.first(s);
        Expr factor = p == null ? first : s.mul(p, first);
        return s.mul(s.fma(factor, q, factor), halves.second(s));
    }

    /// The `n + 2 · bias` in low bits as a sum of two stored exponents. The bits above them are lost when they are shifted.
    private record Halves(Expr half, Expr rest) {
        static Halves of(Steps s, Reduced x) {
            Expr stored = s.bits(x.sum);
            Expr half = s.shiftRightLogical(stored, 1);
            return new Halves(half, s.sub(stored, half));
        }

        Expr first(Steps s) {
            return s.powerOfTwo(half);
        }

        Expr second(Steps s) {
            return s.powerOfTwo(rest);
        }

        /// One divided by the first.
        Expr inverse(Steps s) {
            return s.powerOfTwo(s.sub(s.whole(2L * s.bias()), half));
        }
    }

    /// Clips `x` to where `exp` is neither 0 nor infinite, and a little beyond.
    static Expr clip(Steps s, Expr x) {
        return s.atMost(s.atLeast(x, lowest(s)), s.isSingle() ? 89 : 710);
    }

    /// Where `exp` is 0 already.
    private static double lowest(Steps s) {
        return s.isSingle() ? -104 : -746;
    }

    /// `exp x`.
    static Expr exp(Steps s, Expr x) {
        Reduced reduced = reduce(s, clip(s, x), false, 2L * s.bias());
        return scale(s, null, expMinusOne(s, reduced.remainder), reduced);
    }

    /// What lifts `2ⁿ` for the least `n` to a normal number. It is odd as the bias is, so that what is stored is even, as in [#exp], and `n` is rounded like there.
    private static final int LIFT = 65;

    /// `exp x` for `x ≤ 0`, with the bits of [#exp]. As `n` is not above 0, one power holds `2^(n + 65)`, and a constant takes that back, with the one rounding of subnormal results.
    static Expr expOfNegative(Steps s, Expr x) {
        Reduced reduced = reduce(s, s.atLeast(x, lowest(s)), false, s.bias() + LIFT);
        Expr power = s.powerOfTwo(s.bits(reduced.sum));
        return s.mul(s.fma(power, expMinusOne(s, reduced.remainder), power), Math.scalb(1.0, -LIFT));
    }

    /// `2^x`: `n` is `x` rounded, and `r = (x - n) ln 2` has a small relative error.
    static Expr exp2(Steps s, Expr x) {
        Expr clipped = s.atMost(s.atLeast(x, s.isSingle() ? -151 : -1080), s.isSingle() ? 129 : 1025);
        Reduced whole = whole(s, clipped, 1, 2L * s.bias());
        Expr r = s.mul(s.sub(clipped, whole.n), LN2);
        return scale(s, null, expMinusOne(s, r), whole);
    }

    /// `exp x - 1 = 2 (2ⁿ⁻¹ q + (2ⁿ⁻¹ - ½))`; halved, so that `n` may be 128 (f64: 1024). A tiny `x` is its own result.
    static Expr expm1(Steps s, Expr x) {
        Expr clipped = s.atMost(s.atLeast(x, s.isSingle() ? -20 : -40), s.isSingle() ? 89 : 710);
        Reduced reduced = reduce(s, clipped, false, s.bias() - 1);
        Expr half = s.powerOfTwo(s.bits(reduced.sum));
        Expr y = s.mul(s.fma(expMinusOne(s, reduced.remainder), half, s.sub(half, 0.5)), 2);
        return s.select(s.less(s.abs(x), s.isSingle() ? 0x1p-26 : 0x1p-55), x, y);
    }

    /// `tanh |x|`, with the sign of `x`, from `t = ½ (exp(2|x|) - 1) = 2ⁿ⁻¹ q + (2ⁿ⁻¹ - ½)`: for `t ≥ 1` it is `1 - 1 / (t + 1)`, below it is
    /// `y = t / (t + 1)`, written `t - y t`, which damps the errors of the sum and of the quotient. Both are `c - y c` with `c` the smaller of `t` and 1.
    static Expr tanh(Steps s, Expr x) {
        Expr a = s.abs(x);
        Expr twice = s.atMost(s.add(a, a), s.isSingle() ? 18.2 : 38.2);
        Reduced reduced = reduceRoughly(s, twice, false, s.bias() - 1);
        Expr half = s.powerOfTwo(s.bits(reduced.sum));
        Expr t = s.fma(expMinusOne(s, reduced.remainder), half, s.sub(half, 0.5));
        Expr c = s.atMost(t, 1);
        Expr y = s.div(c, s.add(t, 1));
        return s.withSign(s.fma(s.neg(y), c, c), x);
    }

    /// `1 / (1 + exp(-x))`. With `exp(-x) = 2ⁿ (1 + q)` and `n = h + k` halved, it is `2^-h / ((2^-h + 2^k q) + 2^k)`: no infinity arises on the way, and
    /// the quotient is rounded once even where it is subnormal. The small sum comes first: where `n ≥ 24` (f64: 53) the power alone would swallow the other.
    static Expr sigmoid(Steps s, Expr x) {
        Reduced reduced = reduce(s, clip(s, x), true, 2L * s.bias());
        var halves = Halves.of(s, reduced);
        Expr inverse = halves.inverse(s);
        Expr power = halves.second(s);
        return s.div(inverse, s.add(s.fma(expMinusOne(s, reduced.remainder), power, inverse), power));
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
        Reduced reduced = reduce(s, s.atMost(a, s.isSingle() ? 90 : 711), false, 2L * s.bias() - 1);
        return scale(s, null, expMinusOne(s, reduced.remainder), reduced);
    }
}
