package dev.sinter.ir.loop.math;

import dev.sinter.ir.loop.Expr;

/// `erf`, `erfc` and `erfinv`.
final class ErrorFunctions {
    /// `-log(erfc x) / x - 1` on `0 ≤ x ≤ 3.95`; relative error of `erf` 2^-27.8.
    private static final double[] LOGARITHM_SINGLE = {0.12837917, 0.63661957, 0.102776304, -0.019147826, -0.00016948170, 0.0016756323, -0.00063732546,
        0.00011884617, -9.3856634e-06};

    private ErrorFunctions() { }

    /// `erf |x| = 1 - exp(-p)` in f32, with the sign of `x`, where `p = |x| + |x| P(|x|)`.
    static Expr erfSingle(Steps s, Expr x) {
        Expr a = s.atMost(s.abs(x), 3.95);
        Expr p = s.fma(s.polynomial(a, s.mul(a, a), LOGARITHM_SINGLE), a, a);
        Exponentials.Reduced reduced = Exponentials.reduceRoughly(s, p, true, s.bias());
        Expr power = s.powerOfTwo(s.bits(reduced.sum()));
        Expr y = s.fma(Exponentials.expMinusOne(s, reduced.remainder()), s.neg(power), s.sub(1, power));
        return s.withSign(y, x);
    }

    /// Where `½ erf x` is ½ in f32, and the quotient of the polynomials below is so too.
    private static final double FULL_SINGLE = 3.84;
    /// `½ erf x / x` as a quotient of polynomials in `x²` on `|x| ≤ 3.84`; absolute error of `½ erf x` 2^-27.3. All terms are positive, so that sums lose nothing.
    private static final double[] HALF_NUMERATOR = {0.95903784, 0.160998702, 0.0447783731, 0.00317989872, 0.000244380324, 1.78520008e-06};
    private static final double[] HALF_DENOMINATOR = {1.69985044, 0.851977527, 0.193382815, 0.025358675, 0.00197620853, 6.58670615e-05};

    /// `½ + ½ erf x`. What is below 0 is a difference, so only the absolute error is small there.
    static Expr halfPlusHalfErf(Steps s, Expr x) {
        if (!s.isSingle()) {
            return s.fma(erf(s, x), 0.5, 0.5);
        }
        Expr a = s.atMost(s.atLeast(x, -FULL_SINGLE), FULL_SINGLE);
        Expr square = s.mul(a, a);
        Expr numerator = s.mul(a, s.polynomial(square, HALF_NUMERATOR));
        return s.add(s.div(numerator, s.polynomial(square, HALF_DENOMINATOR)), 0.5);
    }

    /// Where the polynomial below crosses 0.
    private static final double FARTHEST_SINGLE = 5.640541;
    /// The fourth root of the share of a normal distribution below `b`, on `-5.640541 ≤ b ≤ 0`; absolute error of the share 2^-24.2.
    /// The root of a bell's tail is so smooth that a short polynomial without a quotient does, and where the tail is small, an error of the root hardly counts.
    private static final double[] TAIL_ROOT_SINGLE = {0.840896428, 0.167733923, -0.0501982756, -0.00465086941, 0.00379418232, 3.4236069e-05, -0.00030774987, -5.84648515e-05,
        -3.4029365e-06};

    /// `x Φ(x)`, with Φ the share of a normal distribution below `x`: `max(x, 0) - |x| Φ(-|x|)`. A NaN goes through the first term alone.
    static Expr gelu(Steps s, Expr x) {
        if (!s.isSingle()) {
            Expr z = s.atLeast(x, -1e30);
            return s.mul(z, halfPlusHalfErf(s, s.mul(z, 0.7071067811865476)));
        }
        Expr b = s.fromBits(s.minWhole(s.orWhole(s.bits(x), Integer.MIN_VALUE), s.bitsOf(-FARTHEST_SINGLE)));   // -|x|, but not below: of negative floats as integers the largest is farthest from 0
        Expr root = s.polynomial(b, TAIL_ROOT_SINGLE);
        Expr square = s.mul(root, root);
        return s.fma(b, s.mul(square, square), s.select(s.less(x, 0), 0, x));
    }

    /// `erf x / x - 1` in `x²` on `|x| ≤ 1`; relative error 2^-56.3.
    private static final double[] SMALL_DOUBLE = {0.1283791670955126, -0.376126389031841, 0.1128379167097109, -0.026866170648027907, 0.005223977652644549,
        -0.0008548328532117515, 0.00012055386028726885, -1.4926876908451988e-05, 1.6480979026048533e-06, -1.6556247582919283e-07,
        1.6007328363994923e-08, -1.644317152504897e-09, 1.4311068043064878e-10};
    /// `exp(x²) erfc(x) (1 + 2x)` in `(x - 3) / (x + 3)` on `½ ≤ x ≤ 27.3`; relative error 2^-53.1.6.
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
        Exponentials.Reduced reduced = Exponentials.reduce(s, square, true, 2L * s.bias());
        Expr r = s.sub(reduced.remainder(), s.fma(a, a, s.neg(square)));
        Expr q = Exponentials.expMinusOne(s, r);
        return Exponentials.scale(s, factor, q, reduced);
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

    /// `erfinv x / x` in `w - 2.5` on `0 ≤ w ≤ 5`, where `w = -log(1 - x²)`; relative error 2^-53.1.
    private static final double[] INVERSE_NEAR = {1.501409351110792, 0.24664027674416705, -0.004177317724382766, -0.0012527079078115775, 0.00021825026433864732,
        -4.996079597141492e-06, -3.4166195832508687e-06, 4.787252160858798e-07, 1.3416786982545738e-08, -1.0861167040929475e-08,
        9.073159644279161e-10, 1.1960610876416198e-10, -3.110841958301021e-11, 9.118186304915389e-13, 5.372880934321747e-13,
        -7.617185628553714e-14, -3.1928993294308313e-15, 1.901590682683466e-15, -1.0012818799378029e-16, -2.711438336938473e-17,
        2.4962424570103015e-18, 1.770432827708304e-19};
    /// The same in `√w - 3` on `5 ≤ w ≤ 14`.
    private static final double[] INVERSE_FAR = {2.8329767987282706, 1.0016752766934, 0.009445522011987376, -0.007643805570076871, 0.00568518241800758, -0.0035587940154424265,
        0.001483737342171721, -0.00014889810904810674, -0.00028312441615124123, 0.000205516634741811, -4.646031181282525e-05,
        -2.2873285501780985e-05, 2.193341470491204e-05, -5.9469877488607795e-06, -1.6476735978229261e-06, 1.9979519193776754e-06,
        -6.552328626893804e-07, -7.594472918048855e-08, 1.827355455400493e-07, -6.796123678299681e-08, -1.4061212565626109e-08,
        1.3112238607026569e-08};
    /// The same in `√w - 4.875` for `w ≥ 14`.
    private static final double[] INVERSE_FARTHEST = {4.7236171149637975, 1.0103244465623906, -5.0556819532250014e-05, -0.0002562887347707767, 8.942926148394963e-05,
        -2.3429531656860093e-05, 5.507979249250879e-06, -1.268329000870456e-06, 3.3148106948451445e-07, -1.209881307723128e-07,
        6.032869249992154e-08, -3.2317065368027387e-08, 1.5816009412813005e-08, -6.537067539279961e-09, 2.1030454734032286e-09,
        -4.3287719673809845e-10, -5.641023651431271e-12, 6.241214882257466e-11, -4.0945759133232016e-11, 1.1790955580881883e-11,
        1.0476158906847782e-12, -9.905732065552875e-13};

    /// `erfinv x` in f64. That `erfinv x / x` is smooth in `w` and, far out, in its root is an observation of M. Giles (*Approximating
    /// the erfinv function*, GPU Computing Gems, 2011).
    static Expr erfinv(Steps s, Expr x) {
        Expr a = s.abs(x);
        Expr rest = s.mul(s.sub(1, a), s.add(a, 1));
        Expr w = s.neg(Logarithms.log(s, rest));
        Expr root = s.sqrt(w);
        Expr near = s.less(w, 5);
        Expr far = s.less(w, 14);
        Expr t = s.select(near, s.sub(w, 2.5), s.sub(root, s.select(far, 3, 4.875)));
        Expr sum = null;
        for (int i = INVERSE_NEAR.length - 1; i >= 0; i--) {
            Expr c = s.select(near, s.number(INVERSE_NEAR[i]), s.select(far, INVERSE_FAR[i], INVERSE_FARTHEST[i]));
            sum = sum == null ? c : s.fma(sum, t, c);
        }
        return s.mul(x, s.select(s.equal(a, 1), Double.POSITIVE_INFINITY, sum));
    }
}
