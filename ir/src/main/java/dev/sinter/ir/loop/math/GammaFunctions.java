package dev.sinter.ir.loop.math;

import dev.sinter.ir.loop.Expr;

/// `lgamma` and `digamma`, in f64.
final class GammaFunctions {
    private static final double PI = Math.PI;

    /// `lgamma(1 + w) / (w (w - 1))` in `w - ½` on `0 ≤ w ≤ 1`; relative error 2^-54.6.
    private static final double[] UNIT = {0.4831289505409809, -0.14595989591430608, 0.06291140107456437, -0.03130848750100938, 0.01679709863127601,
        -0.009425622448635379, 0.005446457839031101, -0.0032120740693595655, 0.001922916315264194, -0.0011644146798449777, 0.0007115190305139507,
        -0.00043799182676833586, 0.0002713140755013594, -0.00016892808267839255, 0.00010535322675872141, -6.608810193996662e-05,
        4.303414314507558e-05, -2.7371117859206697e-05, 1.317384173755661e-05, -8.053407706294067e-06, 1.2149760626474642e-05, -7.990800320324496e-06};
    /// `y (lgamma y - (y - ½) (log y - 1) + ½ - log √2π)` in `1/y²` for `y ≥ 8`; error 2^-58.3.
    private static final double[] STIRLING = {0.0833333333333331, -0.002777777777358669, 0.0007936505764957185, -0.0005951896860027547,
        0.0008364587613586914, -0.001633435431263614};
    /// `log √2π - ½`.
    private static final double STIRLING_CONSTANT = 0.4189385332046727;

    /// The positive zero of `digamma`, in two parts, and `digamma x / (x - zero)` in `x - 1.609375` on `0.93 ≤ x ≤ 2.29`; relative error
    /// 2^-53.8.
    private static final double ZERO = 1.4616321449683622;
    private static final double ZERO_REST = 9.549995429965697e-17;
    private static final double[] AROUND_ZERO = {0.9074177208795742, -0.375878438803796, 0.1979343599126476, -0.11330934254701845, 0.06736241068808206,
        -0.040824772427141644, 0.025001845534558153, -0.015402498603260189, 0.009521457298369325, -0.00589792189327458,
        0.0036579433279114557, -0.0022703082969055023, 0.001408791254873932, -0.0008748580266139267, 0.0005480409377023924,
        -0.0003409472206378292, 0.0001961410123835446, -0.00012074457856200041, 0.00011048706777205864, -7.032319711343974e-05,
        -7.143911827048196e-06, 5.859993326055308e-06, 3.822587437623202e-05, -2.427671430879138e-05};
    /// `y² (log y - 1/2y - digamma y)` in `1/y²` for `y ≥ 8`; error of `digamma` 2^-58.9.
    private static final double[] ASYMPTOTIC = {0.08333333333332583, -0.008333333323899616, 0.0039682500063366955, -0.004165897909125569,
        0.007499529940615108, -0.01727065838705516};
    /// Numerator and denominator of `1/(y+1) + … + 1/(y+7)`.
    private static final double[] SHIFT_NUMERATOR = {13068, 26264, 20307, 7840, 1610, 168, 7};
    private static final double[] SHIFT_DENOMINATOR = {5040, 13068, 13132, 6769, 1960, 322, 28, 1};

    /// `sin(πr) / r` in `r²` on `|r| ≤ ½`; relative error 2^-54.5.
    private static final double[] SIN_PI = {3.141592653589793, -5.167712780049969, 2.550164039877294, -0.5992645293187382, 0.08214588656989247,
        -0.007370430478758954, 0.00046629968874988546, -2.190318535332738e-05, 7.694726592400608e-07};

    private GammaFunctions() { }

    /// `log|Γ(x)|`: for negative `x` by reflection, `log(π / |x sin πx|) - lgamma|x|`, but for tiny ones, where it is `lgamma|x|`.
    static Expr lgamma(Steps s, Expr x) {
        Expr a = s.abs(x);
        Expr positive = ofPositive(s, a);
        Expr r = s.sub(x, s.rint(x));
        Expr reflected = s.sub(Logarithms.log(s, s.div(PI, s.mul(a, s.abs(sinPi(s, r))))), positive);
        Expr y = s.select(s.less(x, -0x1p-60), reflected, positive);
        return s.select(s.equal(a, Double.POSITIVE_INFINITY), a, y);
    }

    private static Expr sinPi(Steps s, Expr r) {
        return s.mul(r, s.polynomial(s.mul(r, r), SIN_PI));
    }

    /// `lgamma a` for `a ≥ 0`: Stirling's series from 8 on; below, by the recurrence, `lgamma(1 + w)` with `0 ≤ w ≤ 1` and the logarithm of
    /// the product of `a - 1, a - 2, … 1 + w`, or, where `a < 1`, less that of `a`.
    private static Expr ofPositive(Steps s, Expr a) {
        Expr below = s.less(a, 1);
        Expr large = s.lessOrEqual(s.number(8), a);
        Expr product = s.number(1);
        for (int i = 1; i <= 6; i++) {
            Expr factor = s.sub(a, i);
            product = s.select(s.less(factor, 1), product, s.mul(product, factor));
        }
        Expr log = Logarithms.log(s, s.select(s.or(below, large), a, product));

        Expr w = s.sub(a, s.floor(a));
        Expr unit = s.mul(s.mul(w, s.sub(w, 1)), s.polynomial(s.sub(w, 0.5), UNIT));
        Expr small = s.add(unit, s.select(below, s.neg(log), log));

        Expr inverse = s.div(1, a);
        Expr series = s.fma(inverse, s.polynomial(s.mul(inverse, inverse), STIRLING), STIRLING_CONSTANT);
        Expr stirling = s.fma(s.sub(a, 0.5), s.sub(log, 1), series);
        return s.select(large, stirling, small);
    }

    /// The derivative of `lgamma`: for negative `x` by reflection, `digamma(1 - x) - π cot πx`; around its positive zero a polynomial times the
    /// distance from it; else the asymptotic series, below 8 that of `x + 8` less `1/x + … + 1/(x + 7)`.
    static Expr digamma(Steps s, Expr x) {
        Expr negative = s.less(x, 0);
        Expr y = s.select(negative, s.sub(1, x), x);
        Expr below = s.less(y, 8);
        Expr sevenTerms = s.div(s.polynomial(y, SHIFT_NUMERATOR), s.polynomial(y, SHIFT_DENOMINATOR));
        Expr shift = s.select(below, s.add(s.div(1, y), sevenTerms), 0);
        Expr shifted = s.select(below, s.add(y, 8), y);
        Expr inverse = s.div(1, shifted);
        Expr series = s.mul(inverse, s.fma(inverse, s.polynomial(s.mul(inverse, inverse), ASYMPTOTIC), 0.5));
        Expr general = s.sub(s.sub(Logarithms.log(s, shifted), series), shift);
        Expr around = s.mul(s.sub(s.sub(y, ZERO), ZERO_REST), s.polynomial(s.sub(y, 1.609375), AROUND_ZERO));
        Expr positive = s.select(s.and(s.less(0.93, y), s.less(y, 2.29)), around, general);

        Expr r = s.sub(x, s.rint(x));
        Expr a = s.abs(r);
        Expr cotangent = s.div(s.mul(sinPi(s, s.sub(0.5, a)), PI), sinPi(s, r));
        Expr reflected = s.select(s.equal(r, 0), Double.NaN, s.sub(positive, cotangent));
        return s.select(negative, reflected, positive);
    }
}
