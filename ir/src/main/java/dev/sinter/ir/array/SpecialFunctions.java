package dev.sinter.ir.array;

import static java.lang.StrictMath.abs;
import static java.lang.StrictMath.copySign;
import static java.lang.StrictMath.log;
import static java.lang.StrictMath.log1p;
import static java.lang.StrictMath.sqrt;

/// The elementwise functions that `StrictMath` lacks, accurate to a few units in the last place of a double, with the special values of C99
/// and of the usual extensions. They define what the primitives mean; they are written to be seen to be right, not to be fast.
public final class SpecialFunctions {
    private static final DoubleDouble TWO_OVER_SQRT_PI = new DoubleDouble(0x1.20dd750429b6dp+0, 0x1.1ae3a914fed80p-56);
    private static final DoubleDouble HALF_LOG_TWO_PI = new DoubleDouble(0x1.d67f1c864beb5p-1, -0x1.65b5a1b7ff5dfp-55);
    private static final double EULER = 0x1.2788cfc6fb619p-1;
    private static final double ONE_MINUS_EULER = 0x1.b0ee6072093cep-2;
    private static final double LN2 = 0x1.62e42fefa39efp-1;

    /// Bernoulli numbers `B(2), B(4), …` as fractions.
    private static final double[][] BERNOULLI = {{1, 6}, {-1, 30}, {1, 42}, {-1, 30}, {5, 66}, {-691, 2730}, {7, 6}, {-3617, 510}, {43867, 798},
        {-174611, 330}, {854513, 138}, {-236364091, 2730}, {8553103, 6}, {-23749461029.0, 870}, {8615841276005.0, 14322}};

    /// `zeta(k) - 1` for `k = 2, 3, …`
    private static final double[] ZETA_MINUS_ONE = {0.64493406684822643647, 0.2020569031595942854, 0.082323233711138191516, 0.036927755143369926331,
        0.017343061984449139715, 0.0083492773819228268398, 0.0040773561979443393787, 0.0020083928260822144179, 9.9457512781808533715e-4,
        4.941886041194645587e-4, 2.4608655330804829864e-4, 1.2271334757848914675e-4, 6.1248135058704829259e-5, 3.0588236307020493552e-5,
        1.5282259408651871733e-5, 7.6371976378997622736e-6, 3.8172932649998398565e-6, 1.9082127165539389257e-6, 9.5396203387279611315e-7,
        4.7693298678780646312e-7, 2.3845050272773299e-7, 1.1921992596531107307e-7, 5.9608189051259479612e-8, 2.9803503514652280186e-8,
        1.4901554828365041235e-8, 7.450711789835429492e-9, 3.7253340247884570548e-9, 1.8626597235130490064e-9};

    private static final double SERIES_END = 3;
    private static final double STIRLING_BEGIN = 30;
    private static final double RECURRENCE_END = -100;
    private static final double HUGE = 0x1p28;

    private SpecialFunctions() { }

    /// `2^x`.
    public static double exp2(double x) {
        return StrictMath.pow(2, x);
    }

    /// The logarithm to base 2, exact for powers of two.
    public static double log2(double x) {
        int exponent = Math.getExponent(x);
        return Math.abs(x) < Double.POSITIVE_INFINITY && x == Math.scalb(1.0, exponent) ? exponent : log(x) / LN2;
    }

    /// The logistic function `1 / (1 + exp(-x))`.
    public static double sigmoid(double x) {
        double e = StrictMath.exp(-abs(x));
        return x >= 0 ? 1 / (1 + e) : e / (1 + e);
    }

    /// `x` to the power `y` as in C: unlike Java, `pow(1, y)` is 1 for every `y`, and `pow(-1, ±∞)` is 1.
    public static double pow(double x, double y) {
        return x == 1 || x == -1 && Double.isInfinite(y) ? 1 : StrictMath.pow(x, y);
    }

    /// The inverse hyperbolic sine.
    public static double asinh(double x) {
        double a = abs(x);
        return copySign(a > HUGE ? log(a) + LN2 : log1p(a + a * a / (1 + sqrt(a * a + 1))), x);
    }

    /// The inverse hyperbolic cosine; NaN below 1.
    public static double acosh(double x) {
        double t = x - 1;
        return x < 1 ? Double.NaN : x > HUGE ? log(x) + LN2 : log1p(t + sqrt(2 * t + t * t));
    }

    /// The inverse hyperbolic tangent; NaN beyond ±1.
    public static double atanh(double x) {
        double a = abs(x);
        return copySign(log1p(2 * a / (1 - a)) / 2, x);
    }

    /// The error function, `2/√π` times the integral of `exp(-t²)` from 0 to `x`.
    public static double erf(double x) {
        double a = abs(x);
        if (Double.isNaN(x)) {
            return x;
        }
        return copySign(a < 0x1p-500 ? a * TWO_OVER_SQRT_PI.high() : a < SERIES_END ? erfSeries(a).toDouble() : 1 - erfcFraction(a), x);
    }

    /// The complementary error function `1 - erf(x)`.
    public static double erfc(double x) {
        if (Double.isNaN(x)) {
            return x;
        }
        if (abs(x) < SERIES_END) {
            return DoubleDouble.ONE.minus(erfSeries(x)).toDouble();
        }
        return x < 0 ? 2 - erfcFraction(-x) : erfcFraction(x);
    }

    /// The Maclaurin series `2/√π · Σ (-1)^n x^(2n+1) / (n! (2n+1))`; its cancellation below [#SERIES_END] costs 13 of 106 bits.
    private static DoubleDouble erfSeries(double x) {
        DoubleDouble square = DoubleDouble.product(x, x).negated();
        DoubleDouble power = DoubleDouble.of(x);
        DoubleDouble sum = power;
        for (int n = 1; abs(power.high()) > abs(sum.high()) * 0x1p-110; n++) {
            power = power.times(square).over(DoubleDouble.of(n));
            sum = sum.plus(power.over(DoubleDouble.of(2 * n + 1)));
        }
        return sum.times(TWO_OVER_SQRT_PI);
    }

    /// Laplace's continued fraction `exp(-x²)/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …))))`, which converges fast for a large `x`.
    private static double erfcFraction(double x) {
        if (x > 28) {
            return 0;
        }
        double fraction = x;
        for (int n = 60; n >= 1; n--) {
            fraction = x + n / 2.0 / fraction;
        }
        DoubleDouble square = DoubleDouble.product(x, x);
        double root = StrictMath.exp(-square.high() / 2);       // the square root of the factor, lest it underflow before its time
        return root * (TWO_OVER_SQRT_PI.high() / 2 * (1 - square.low()) / fraction) * root;
    }

    /// The inverse of [#erf]; ±∞ at ±1, NaN beyond.
    public static double erfinv(double x) {
        double a = abs(x);
        if (a < 0x1p-30) {
            return x / TWO_OVER_SQRT_PI.high();
        }
        if (!(a < 1)) {
            return a == 1 ? x * Double.POSITIVE_INFINITY : Double.NaN;
        }
        double l = log((1 - a) * (1 + a));                      // Winitzki's approximation, then Halley's iteration
        double b = 2 / (Math.PI * 0.147) + l / 2;
        double y = sqrt(sqrt(b * b - l / 0.147) - b);
        for (int step = 0; step < 3; step++) {
            double error = a < 0.5 ? erf(y) - a : (1 - a) - erfc(y);
            double newton = error / (TWO_OVER_SQRT_PI.high() * StrictMath.exp(-y * y));
            y -= newton / (1 + y * newton);
        }
        return copySign(y, x);
    }

    /// The logarithm of the absolute value of the gamma function; +∞ at the poles. Near its zeros on the negative axis the error is small against 1e-28
    /// down to −100, and against 1e-13 below.
    public static double lgamma(double x) {
        if (Double.isNaN(x) || Double.isInfinite(x)) {
            return abs(x);
        }
        if (isPole(x)) {
            return Double.POSITIVE_INFINITY;
        }
        if (abs(x) < 0.5) {
            return -log(abs(x)) - log1p(x) + lgammaAtTwo(x);
        }
        if (x > 0 && x < 1.5) {
            return -log1p(x - 1) + lgammaAtTwo(x - 1);
        }
        if (x > 0 && x < 2.5) {
            return lgammaAtTwo(x - 2);
        }
        if (x < RECURRENCE_END) {                                // Γ(x) Γ(-x) = -π / (x sin πx)
            return log(Math.PI / abs(x * sinPi(x))) - lgamma(-x);
        }
        if (x > STIRLING_BEGIN) {
            return (x - 0.5) * (log(x) - 1) + (HALF_LOG_TWO_PI.high() - 0.5) + 1 / (12 * x) - 1 / (360 * x * x * x) + 1 / (1260 * x * x * x * x * x);
        }
        DoubleDouble product = DoubleDouble.ONE;                 // Γ(x) = Γ(x + n) / (x (x+1) … (x+n-1)); logarithms part by part, as the product may be large
        DoubleDouble shifted = DoubleDouble.of(x);
        DoubleDouble logs = DoubleDouble.ZERO;
        while (shifted.high() < STIRLING_BEGIN) {
            product = product.times(shifted.absolute());
            shifted = shifted.plus(1);
            if (product.high() > 0x1p900) {
                logs = logs.plus(product.log());
                product = DoubleDouble.ONE;
            }
        }
        DoubleDouble half = DoubleDouble.of(0.5);
        DoubleDouble stirling = shifted.minus(half).times(shifted.log()).minus(shifted).plus(HALF_LOG_TWO_PI);
        DoubleDouble power = shifted;
        for (int k = 1; k <= BERNOULLI.length; k++) {
            stirling = stirling.plus(bernoulli(k).over(power.times(2.0 * k * (2 * k - 1))));
            power = power.times(shifted).times(shifted);
        }
        return stirling.minus(logs.plus(product.log())).toDouble();
    }

    /// `lgamma(2 + z) = (1-γ) z + Σ (-1)^k (ζ(k)-1) z^k / k`, for `|z| <= 1/2`.
    private static double lgammaAtTwo(double z) {
        double sum = 0;
        for (int k = ZETA_MINUS_ONE.length + 1; k >= 2; k--) {
            sum = sum * -z + ZETA_MINUS_ONE[k - 2] / k;
        }
        return z * (ONE_MINUS_EULER + z * sum);
    }

    /// The derivative of [#lgamma]; ∓∞ at ±0, NaN at the negative integers and at −∞. Near its zeros the error is as small as that of [#lgamma].
    public static double digamma(double x) {
        if (x == 0) {
            return -1 / x;
        }
        if (isPole(x) || x == Double.NEGATIVE_INFINITY) {
            return Double.NaN;
        }
        if (abs(x) < 0x1p-60) {
            return -1 / x - EULER;
        }
        if (x < RECURRENCE_END) {
            return digamma(1 - x) - Math.PI * cosPi(x) / sinPi(x);
        }
        if (x > 1e6) {
            return log(x) - 1 / (2 * x) - 1 / (12 * x * x);
        }
        DoubleDouble shifted = DoubleDouble.of(x);               // ψ(x) = ψ(x + n) - 1/x - 1/(x+1) - … - 1/(x+n-1)
        DoubleDouble result = DoubleDouble.ZERO;
        while (shifted.high() < STIRLING_BEGIN) {
            result = result.minus(DoubleDouble.ONE.over(shifted));
            shifted = shifted.plus(1);
        }
        result = result.plus(shifted.log()).minus(DoubleDouble.of(0.5).over(shifted));
        DoubleDouble square = shifted.times(shifted);
        DoubleDouble power = square;
        for (int k = 1; k <= BERNOULLI.length; k++) {
            result = result.minus(bernoulli(k).over(power.times(2 * k)));
            power = power.times(square);
        }
        return result.toDouble();
    }

    private static boolean isPole(double x) {
        return x <= 0 && x == Math.rint(x);
    }

    private static DoubleDouble bernoulli(int k) {
        return DoubleDouble.quotient(BERNOULLI[k - 1][0], BERNOULLI[k - 1][1]);
    }

    /// The sine of `πx`, up to sign exactly periodic.
    private static double sinPi(double x) {
        double rest = x - Math.rint(x);
        return (Math.rint(x) % 2 == 0 ? 1 : -1) * StrictMath.sin(Math.PI * rest);
    }

    private static double cosPi(double x) {
        double rest = x - Math.rint(x);
        return (Math.rint(x) % 2 == 0 ? 1 : -1) * StrictMath.cos(Math.PI * rest);
    }
}
