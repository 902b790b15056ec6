package dev.sinter.ir.loop.math;

import dev.sinter.ir.loop.Expr;

/// `asin`, `acos`, `atan` and `atan2`, in f64.
final class InverseTrigonometry {
    private static final double PI = 3.141592653589793;
    private static final double PI_REST = 1.2246467991473532e-16;

    /// `(atan t / t - 1) / t²` in `t²` on `|t| ≤ tan π/8`; relative error of `atan` 2^-57.2.
    private static final double[] ATAN = {-0.3333333333333319, 0.19999999999952936, -0.14285714280133352, 0.11111110780420372, -0.09090897673488774,
        0.0769205876667818, -0.06663088087083278, 0.058477763191232886, -0.05038808023075803, 0.03805221965519108, -0.017893965368031315};
    /// `(asin t / t - 1) / t²` in `t²` on `|t| ≤ ½`; relative error of `asin` 2^-58.2.
    private static final double[] ASIN = {0.1666666666666676, 0.07499999999970636, 0.04464285717477834, 0.030381942699375233, 0.02237221523547373,
        0.017351607379498483, 0.013980878156856266, 0.01139842487560742, 0.010783070316072575, 0.003695452673752507, 0.02173484457127236,
        -0.02103885477482154, 0.03265413220807513};

    private InverseTrigonometry() { }

    /// `atan x`.
    static Expr atan(Steps s, Expr x) {
        return s.withSign(angle(s, s.abs(x), s.number(1), null), x);
    }

    /// The angle of the point `(x, y)`.
    static Expr atan2(Steps s, Expr y, Expr x) {
        Expr n = s.abs(y);
        Expr d = s.abs(x);
        Expr scale = s.select(s.or(s.less(0x1p1020, n), s.less(0x1p1020, d)), 0.25, 1);        // n + d must not overflow
        Expr left = s.less(s.bits(x), s.whole(0));
        return s.withSign(angle(s, s.mul(n, scale), s.mul(d, scale), left), y);
    }

    /// The angle of `(d, n)`, both at least 0, or of `(-d, n)` where `left` is set (null: nowhere). The arc is turned by `π/4` or `π/2` so that the
    /// tangent of the rest is at most `tan π/8`.
    private static Expr angle(Steps s, Expr n, Expr d, Expr left) {
        Expr steep = s.less(s.mul(d, 2.414213562373095), n);
        Expr diagonal = s.and(s.less(0, n), s.lessOrEqual(s.mul(d, 0.41421356237309503), n));      // also for infinite n and d
        Expr sum = s.add(n, d);
        Expr difference = s.select(s.equal(n, d), 0, s.sub(n, d));
        Expr numerator = s.select(steep, s.neg(d), s.select(diagonal, difference, n));
        Expr denominator = s.select(steep, n, s.select(diagonal, sum, d));
        Expr quotient = s.select(s.equal(sum, 0), 0, s.div(numerator, denominator));
        Expr z = s.mul(quotient, quotient);
        Expr turned = s.select(steep, 0.5, s.select(diagonal, 0.25, 0));
        Expr t = quotient;
        if (left != null) {
            t = s.select(left, s.neg(quotient), quotient);
            turned = s.select(left, s.sub(1, turned), turned);
        }
        Expr rest = s.fma(turned, PI_REST, s.mul(s.mul(t, z), s.polynomial(z, ATAN)));
        return multipleOfPi(s, turned, s.add(t, rest), t, rest);
    }

    /// `turned π + t + rest`, where `turned` is a multiple of ¼, and `small = t + rest` is the result where it is 0.
    private static Expr multipleOfPi(Steps s, Expr turned, Expr small, Expr t, Expr rest) {
        Expr base = s.mul(turned, PI);
        Expr high = s.add(base, t);
        Expr low = s.add(s.sub(base, high), t);
        return s.select(s.equal(turned, 0), small, s.add(high, s.add(low, rest)));
    }

    /// `asin x`: for `|x| > ½` it is `π/2 - 2 asin √((1 - |x|) / 2)`.
    static Expr asin(Steps s, Expr x) {
        Expr a = s.abs(x);
        Expr large = s.less(0.5, a);
        Expr z = s.select(large, s.fma(a, -0.5, 0.5), s.mul(a, a));
        Expr t = s.select(large, s.sqrt(z), a);
        Expr p = s.fma(s.mul(t, z), s.polynomial(z, ASIN), t);
        Expr y = s.select(large, s.add(s.fma(p, -2, PI / 2), PI_REST / 2), p);
        return s.withSign(y, x);
    }

    /// `acos x`: for `x > ½` it is `2 asin √((1 - x) / 2)`, for `x < -½` it is `π - 2 asin √((1 + x) / 2)`, else `π/2 - asin x`.
    static Expr acos(Steps s, Expr x) {
        Expr a = s.abs(x);
        Expr large = s.less(0.5, a);
        Expr negative = s.less(x, 0);
        Expr z = s.select(large, s.fma(a, -0.5, 0.5), s.mul(a, a));
        Expr t = s.select(large, s.sqrt(z), x);
        Expr tail = s.mul(s.mul(t, z), s.polynomial(z, ASIN));
        Expr twice = s.mul(s.add(t, tail), 2);
        Expr outside = s.select(negative, s.sub(PI, s.sub(twice, PI_REST)), twice);
        Expr inside = s.sub(PI / 2, s.add(t, s.sub(tail, PI_REST / 2)));
        return s.select(large, outside, inside);
    }
}
