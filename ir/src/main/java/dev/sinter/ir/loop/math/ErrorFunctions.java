package dev.sinter.ir.loop.math;

import dev.sinter.ir.loop.Expr;

/// `erf`, `erfc` and `erfinv`.
final class ErrorFunctions {
    /// Where the f32 forms of `erf` meet.
    private static final double MIDDLE = 0.92;
    /// `erf x / x - 1` in `x²` on `|x| ≤ 0.92`; relative error 2^-30.1.
    private static final double[] SMALL_SINGLE = {0.12837917, -0.3761263, 0.11283626, -0.02685573, 0.0051923925, -0.00080495153, 7.9950565e-05};
    /// `-log(erfc x)` on `0.92 ≤ x ≤ 3.95`; relative error of `erf` 2^-29.3.
    private static final double[] LARGE_SINGLE = {0.00019568804, 1.1276755, 0.6371825, 0.10393134, -0.022226768, 0.0030431726, -0.00019593211};

    private ErrorFunctions() { }

    /// `erf x` in f32: `x (1 + P(x²))` near 0, `1 - exp(-Q(|x|))` beyond, one polynomial with selected coefficients.
    static Expr erfSingle(Steps s, Expr x) {
        Expr a = s.atMost(s.abs(x), 3.95);
        Expr large = s.less(MIDDLE, a);
        Expr p = s.polynomial(large, s.select(large, a, s.mul(a, a)), LARGE_SINGLE, SMALL_SINGLE);
        Exponentials.Reduced reduced = Exponentials.reduce(s, p, -1);
        Expr power = s.powerOfTwo(Exponentials.integer(s, reduced, s.bias()));
        Expr beyond = s.fma(Exponentials.expOfReduced(s, reduced.remainder()), s.neg(power), 1);
        return s.select(large, s.withSign(beyond, x), s.fma(x, p, x));
    }

    /// `erf x / x - 1` in `x²` on `|x| ≤ 1`; relative error 2^-56.3.
    private static final double[] SMALL_DOUBLE = {0.1283791670955126, -0.376126389031841, 0.1128379167097109, -0.026866170648027907, 0.005223977652644549,
        -0.0008548328532117515, 0.00012055386028726885, -1.4926876908451988e-05, 1.6480979026048533e-06, -1.6556247582919283e-07,
        1.6007328363994923e-08, -1.644317152504897e-09, 1.4311068043064878e-10};
    /// `exp(x²) erfc(x) (1 + 2x)` in `(x - 3) / (x + 3)` on `½ ≤ x ≤ 27.3`; relative error 2^-54.6.
    private static final double[] SCALED_DOUBLE = {1.2530080582697296, -0.1356211061245811, -0.047562294353434155, 0.1296451587027475, -0.11927366341636267,
        0.06830802734462114, -0.02377051489260273, 0.002529391801526953, 0.0018886900303755863, -0.0007798320923704788, -0.00010515739364083352,
        0.0001250980303155461, 4.938627791697885e-06, -2.0094537332426222e-05, -7.005832400936964e-07, 3.455191445722651e-06, 3.0166682800308395e-07,
        -5.865967148440723e-07, -8.269996063448103e-08, 7.224859324778249e-08, 7.933739772430649e-09};

    /// `erfc a` for `a ≥ ½`, with a relative error of about two units: `exp(-a²)` times a smooth function. The map of the half line to an
    /// interval and the factor `1 + 2a` are those of Schonfelder (*Mathematics of Computation* 32, 1978).
    private static Expr complement(Steps s, Expr a) {
        Expr p = s.polynomial(s.div(s.sub(a, 3), s.add(a, 3)), SCALED_DOUBLE);
        Expr factor = s.div(p, s.fma(a, 2, 1));
        Expr square = s.mul(a, a);
        Exponentials.Reduced reduced = Exponentials.reduce(s, square, -1);
        Expr r = s.sub(reduced.remainder(), s.fma(a, a, s.neg(square)));
        Expr q = Exponentials.expMinusOne(s, r);
        return Exponentials.scale(s, s.fma(q, factor, factor), reduced, 0);
    }

    private static Expr nearZero(Steps s, Expr x) {
        return s.fma(x, s.polynomial(s.mul(x, x), SMALL_DOUBLE), x);
    }

    /// `erf x`: in f64 `1 - erfc|x|` for `|x| ≥ 1`, else a polynomial.
    static Expr erf(Steps s, Expr x) {
        if (s.isSingle()) {
            return erfSingle(s, x);
        }
        Expr a = s.atMost(s.abs(x), 6);
        Expr beyond = s.withSign(s.sub(1, complement(s, a)), x);
        return s.select(s.less(a, 1), nearZero(s, x), beyond);
    }

    /// `erfc x` in f64: `1 - erf x` for `x < ½`, where that loses nothing, and `2 - erfc(-x)` below -1.
    static Expr erfc(Steps s, Expr x) {
        Expr a = s.atMost(s.abs(x), 28);
        Expr beyond = complement(s, a);
        Expr far = s.select(s.less(x, 0), s.sub(2, beyond), beyond);
        Expr near = s.and(s.less(-1, x), s.less(x, 0.5));
        return s.select(near, s.sub(1, nearZero(s, x)), far);
    }
}
