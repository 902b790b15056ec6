package dev.sinter.ir.loop.math;

import static dev.sinter.ir.loop.math.DoubleDouble.LN2;
import static dev.sinter.ir.loop.math.DoubleDouble.ONE;
import static dev.sinter.ir.loop.math.DoubleDouble.PI;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/// The elementary functions to about 30 digits, by series: slow and plain, to measure the others with.
final class Reference {
    /// What `LN2` lacks.
    private static final double LN2_REST = 5.7077084384162121e-34;
    private static final int TURN_BITS = 1400;
    /// `2/π · 2^TURN_BITS`.
    private static final BigInteger TWO_OVER_PI = twoOverPi();

    private Reference() { }

    /// A number `value · 2^scale`, so that neither part of `value` is subnormal.
    record Exact(DoubleDouble value, int scale) {
        static Exact of(DoubleDouble value) {
            return new Exact(value, 0);
        }

        static Exact of(double value) {
            return new Exact(DoubleDouble.of(value), 0);
        }

        Exact negated() {
            return new Exact(value.negated(), scale);
        }
    }

    // Exponentials

    /// `exp x`.
    static Exact exp(DoubleDouble x) {
        if (Double.isNaN(x.high())) {
            return Exact.of(Double.NaN);
        }
        if (Math.abs(x.high()) > 3000) {
            return new Exact(ONE, x.high() > 0 ? 3000 : -3000);
        }
        double n = Math.rint(x.high() / LN2.high());
        DoubleDouble r = x.minus(DoubleDouble.product(n, LN2.high())).minus(DoubleDouble.product(n, LN2.low())).plus(-n * LN2_REST);
        return new Exact(expm1Series(r).plus(1), (int) n);
    }

    /// `exp r - 1` for `|r| < 1`: the series at `r / 64`, then six times `(1 + y)² - 1 = y (2 + y)`.
    private static DoubleDouble expm1Series(DoubleDouble r) {
        DoubleDouble x = r.scaled(-6);
        DoubleDouble sum = DoubleDouble.ZERO;
        for (int i = 14; i >= 1; i--) {
            sum = sum.times(x).over(i + 1).plus(1);
        }
        DoubleDouble y = x.times(sum);
        for (int i = 0; i < 6; i++) {
            y = y.times(y.plus(2));
        }
        return y;
    }

    /// `exp x - 1`.
    static Exact expm1(DoubleDouble x) {
        if (Math.abs(x.high()) < 1e-150) {
            return Exact.of(x);
        }
        if (Math.abs(x.high()) < 0.7) {
            return Exact.of(expm1Series(x));
        }
        Exact e = exp(x);
        if (e.scale() > 500) {
            return e;
        }
        return Exact.of(e.scale() < -500 ? DoubleDouble.of(-1) : e.value().scaled(e.scale()).plus(-1));
    }

    static Exact exp2(double x) {
        if (Math.abs(x) > 3000) {
            return new Exact(ONE, x > 0 ? 3000 : -3000);
        }
        double n = Math.rint(x);
        return new Exact(expm1Series(LN2.times(x - n)).plus(1), (int) n);
    }

    static Exact sigmoid(double x) {
        Exact e = exp(DoubleDouble.of(-x));
        if (e.scale() > 300) {
            return new Exact(ONE.over(e.value()), -e.scale());
        }
        return Exact.of(ONE.over(e.scale() < -300 ? ONE : e.value().scaled(e.scale()).plus(1)));
    }

    static Exact tanh(double x) {
        if (Math.abs(x) > 50) {
            return Exact.of(Math.signum(x));
        }
        DoubleDouble t = expm1(DoubleDouble.of(2 * x)).value();
        return Exact.of(Math.abs(x) < 1e-150 ? DoubleDouble.of(x) : t.over(t.plus(2)));
    }

    static Exact sinh(double x) {
        if (Math.abs(x) > 40) {
            Exact e = exp(DoubleDouble.of(Math.abs(x)));
            return new Exact(e.value().times(Math.signum(x)), e.scale() - 1);
        }
        DoubleDouble t = expm1(DoubleDouble.of(Math.abs(x))).value();
        return Exact.of(Math.abs(x) < 1e-150 ? DoubleDouble.of(x) : t.plus(t.over(t.plus(1))).times(0.5 * Math.signum(x)));
    }

    static Exact cosh(double x) {
        Exact e = exp(DoubleDouble.of(Math.abs(x)));
        if (Math.abs(x) > 40 || Double.isNaN(x)) {
            return new Exact(e.value(), e.scale() - 1);
        }
        DoubleDouble y = e.value().scaled(e.scale());
        return Exact.of(y.plus(ONE.over(y)).scaled(-1));
    }

    // Logarithms

    /// `log(1 + f)` for `-0.3 < f < 0.42` by the series of `2 artanh(f / (2 + f))`.
    private static DoubleDouble log1pSeries(DoubleDouble f) {
        DoubleDouble v = f.over(f.plus(2));
        DoubleDouble z = v.times(v);
        DoubleDouble sum = DoubleDouble.ZERO;
        for (int i = 24; i >= 0; i--) {
            sum = sum.times(z).plus(ONE.over(2 * i + 1));
        }
        return v.times(sum).scaled(1);
    }

    /// `log x`.
    static DoubleDouble log(DoubleDouble x) {
        if (!(x.high() > 0)) {
            return DoubleDouble.of(x.high() == 0 ? Double.NEGATIVE_INFINITY : Double.NaN);
        }
        if (Double.isInfinite(x.high())) {
            return x;
        }
        int k = Math.getExponent(x.high());
        if (k < Double.MIN_EXPONENT) {
            return log(x.scaled(200)).minus(LN2.times(200));
        }
        DoubleDouble m = x.scaled(-k);
        if (m.high() > Math.sqrt(2)) {
            m = m.scaled(-1);
            k++;
        }
        DoubleDouble log = log1pSeries(m.plus(-1));
        return k == 0 ? log : LN2.times(k).plus(log).plus(k * LN2_REST);
    }

    /// `log(1 + x)`.
    static DoubleDouble log1p(DoubleDouble x) {
        if (Math.abs(x.high()) < 1e-150 || x.high() > 1e300) {
            return x.high() < 1 ? x : log(x);
        }
        return x.high() > -0.29 && x.high() < 0.41 ? log1pSeries(x) : log(x.plus(1));
    }

    static DoubleDouble log2(double x) {
        DoubleDouble log = log(DoubleDouble.of(x));
        return Double.isFinite(log.high()) ? log.over(LN2) : log;
    }

    static DoubleDouble log10(double x) {
        DoubleDouble log = log(DoubleDouble.of(x));
        return Double.isFinite(log.high()) ? log.over(DoubleDouble.LN10) : log;
    }

    static DoubleDouble asinh(double x) {
        double a = Math.abs(x);
        DoubleDouble y;
        if (a < 1e-150 || !(a <= Double.MAX_VALUE)) {
            return DoubleDouble.of(x);
        } else if (a > 1e15) {
            y = log(DoubleDouble.of(a)).plus(LN2).plus(0.25 / a / a);
        } else {
            DoubleDouble square = DoubleDouble.product(a, a);
            y = log1p(square.over(square.plus(1).squareRoot().plus(1)).plus(a));
        }
        return x < 0 ? y.negated() : y;
    }

    static DoubleDouble acosh(double x) {
        if (!(x >= 1)) {
            return DoubleDouble.of(Double.NaN);
        }
        if (x > 1e15) {
            return x > Double.MAX_VALUE ? DoubleDouble.of(x) : log(DoubleDouble.of(x)).plus(LN2).plus(-0.25 / x / x);
        }
        DoubleDouble t = DoubleDouble.sum(x, -1);
        return log1p(t.plus(t.times(t.plus(2)).squareRoot()));
    }

    static DoubleDouble atanh(double x) {
        if (!(Math.abs(x) < 1)) {
            return DoubleDouble.of(Math.abs(x) == 1 ? x * Double.POSITIVE_INFINITY : Double.NaN);
        }
        if (Math.abs(x) < 1e-150) {
            return DoubleDouble.of(x);
        }
        DoubleDouble y = log1p(DoubleDouble.of(2 * Math.abs(x)).over(DoubleDouble.sum(1, -Math.abs(x)))).scaled(-1);
        return x < 0 ? y.negated() : y;
    }

    /// `a` to the power `b`.
    static Exact pow(double a, double b) {
        double special = StrictMath.pow(a, b);
        boolean easy = a == 0 || b == 0 || !Double.isFinite(a) || !Double.isFinite(b) || Math.abs(a) == 1 || Double.isNaN(special);
        if (easy) {
            return Exact.of(special);
        }
        DoubleDouble log = log(DoubleDouble.of(Math.abs(a)));
        Exact e = Math.abs(b * log.high()) > 3000 ? exp(DoubleDouble.of(Math.signum(b * log.high()) * 1e4)) : exp(log.times(b));
        return Math.copySign(1, special) < 0 ? e.negated() : e;
    }

    // Trigonometry

    private static BigInteger twoOverPi() {
        var digits = new MathContext(450, RoundingMode.HALF_EVEN);
        BigDecimal pi = arctanOfInverse(5, digits).multiply(BigDecimal.valueOf(16)).subtract(arctanOfInverse(239, digits).multiply(BigDecimal.valueOf(4)));
        return BigDecimal.TWO.divide(pi, digits).multiply(new BigDecimal(BigInteger.TWO.pow(TURN_BITS))).toBigInteger();
    }

    private static BigDecimal arctanOfInverse(int x, MathContext digits) {
        BigDecimal power = BigDecimal.ONE.divide(BigDecimal.valueOf(x), digits);
        BigDecimal sum = power;
        for (int i = 1; i < 700; i++) {
            power = power.divide(BigDecimal.valueOf(-(long) x * x), digits);
            sum = sum.add(power.divide(BigDecimal.valueOf(2 * i + 1), digits));
        }
        return sum;
    }

    /// An angle less than `π/4` from a multiple of `π/2`.
    private record Angle(int quarters, DoubleDouble rest) { }

    private static Angle reduce(double x) {
        if (Math.abs(x) < 0.7) {
            return new Angle(0, DoubleDouble.of(x));
        }
        int exponent = Math.getExponent(x) - 52;
        BigInteger m = BigInteger.valueOf((long) Math.scalb(x, -exponent));
        BigInteger turns = m.multiply(TWO_OVER_PI);                                     // x 2/π in units of 2^(exponent - TURN_BITS)
        int point = TURN_BITS - exponent;
        BigInteger quarters = turns.add(BigInteger.ONE.shiftLeft(point - 1)).shiftRight(point);
        BigInteger rest = turns.subtract(quarters.shiftLeft(point));
        int size = Math.max(0, rest.bitLength() - 200);                                // keeps the doubles in range
        BigInteger top = rest.shiftRight(size);
        double high = top.doubleValue();
        double low = top.subtract(new BigDecimal(high).toBigInteger()).doubleValue();
        DoubleDouble fraction = new DoubleDouble(high, low).scaled(size - point);
        return new Angle(quarters.intValue() & 3, fraction.times(PI.scaled(-1)));
    }

    private static DoubleDouble sinSeries(DoubleDouble x) {
        DoubleDouble z = x.times(x).negated();
        DoubleDouble sum = DoubleDouble.ZERO;
        for (int i = 14; i >= 0; i--) {
            sum = sum.times(z).over((2 * i + 2) * (2 * i + 3)).plus(1);
        }
        return x.times(sum);
    }

    private static DoubleDouble cosSeries(DoubleDouble x) {
        DoubleDouble z = x.times(x).negated();
        DoubleDouble sum = DoubleDouble.ZERO;
        for (int i = 14; i >= 0; i--) {
            sum = sum.times(z).over((2 * i + 1) * (2 * i + 2)).plus(1);
        }
        return sum;
    }

    private static DoubleDouble sine(Angle angle, int more) {
        return switch (angle.quarters() + more & 3) {
            case 0 -> sinSeries(angle.rest());
            case 1 -> cosSeries(angle.rest());
            case 2 -> sinSeries(angle.rest()).negated();
            default -> cosSeries(angle.rest()).negated();
        };
    }

    static DoubleDouble sin(double x) {
        return Double.isFinite(x) ? Math.abs(x) < 1e-150 ? DoubleDouble.of(x) : sine(reduce(x), 0) : DoubleDouble.of(Double.NaN);
    }

    static DoubleDouble cos(double x) {
        return Double.isFinite(x) ? sine(reduce(x), 1) : DoubleDouble.of(Double.NaN);
    }

    static DoubleDouble tan(double x) {
        return Double.isFinite(x) ? Math.abs(x) < 1e-150 ? DoubleDouble.of(x) : sine(reduce(x), 0).over(sine(reduce(x), 1)) : DoubleDouble.of(Double.NaN);
    }

    /// `arctan x` for `|x| ≤ 1`: the double, corrected by the angle between it and the truth.
    private static DoubleDouble atanSmall(DoubleDouble x) {
        if (Math.abs(x.high()) < 1e-150) {
            return x;
        }
        double first = StrictMath.atan(x.high());
        DoubleDouble sin = sinSeries(DoubleDouble.of(first));
        DoubleDouble cos = cosSeries(DoubleDouble.of(first));
        DoubleDouble d = x.times(cos).minus(sin).over(cos.plus(x.times(sin)));
        return d.plus(first);
    }

    static DoubleDouble atan(DoubleDouble x) {
        if (Double.isNaN(x.high()) || Math.abs(x.high()) <= 1) {
            return atanSmall(x);
        }
        DoubleDouble right = PI.scaled(-1).times(Math.signum(x.high()));
        return Math.abs(x.high()) > 1e250 ? right : right.minus(atanSmall(ONE.over(x)));
    }

    static DoubleDouble asin(double x) {
        if (!(Math.abs(x) <= 1)) {
            return DoubleDouble.of(Double.NaN);
        }
        if (Math.abs(x) == 1) {
            return PI.scaled(-1).times(x);
        }
        return atan(DoubleDouble.of(x).over(DoubleDouble.sum(1, -x).times(DoubleDouble.sum(1, x)).squareRoot()));
    }

    static DoubleDouble acos(double x) {
        if (!(Math.abs(x) <= 1)) {
            return DoubleDouble.of(Double.NaN);
        }
        return x == -1 ? PI : atan(DoubleDouble.sum(1, -x).over(DoubleDouble.sum(1, x)).squareRoot()).scaled(1);
    }

    /// The angle of the point `(x, y)`.
    static Exact atan2(double y, double x) {
        if (x == 0 || y == 0 || !Double.isFinite(x) || !Double.isFinite(y)) {
            return multipleOfPi(StrictMath.atan2(y, x));
        }
        int ey = Math.getExponent(y * 0x1p60) - 60;
        int ex = Math.getExponent(x * 0x1p60) - 60;
        double ny = Math.abs(scalb(y, -ey));
        double nx = Math.abs(scalb(x, -ex));
        DoubleDouble quotient = DoubleDouble.of(ny).over(DoubleDouble.of(nx));
        int scale = ey - ex;
        if (Math.abs(scale) > 300) {
            if (scale < 0 && x > 0) {
                return y < 0 ? new Exact(quotient.negated(), scale) : new Exact(quotient, scale);
            }
            return multipleOfPi(Math.copySign(scale > 0 ? Math.PI / 2 : Math.PI, y));
        }
        DoubleDouble angle = atan(quotient.scaled(scale));
        DoubleDouble upper = x < 0 ? PI.minus(angle) : angle;
        return Exact.of(y < 0 ? upper.negated() : upper);
    }

    private static double scalb(double x, int exponent) {
        return Math.scalb(Math.scalb(x, exponent / 2), exponent - exponent / 2);
    }

    private static Exact multipleOfPi(double rounded) {
        double eighths = Math.rint(rounded / (Math.PI / 4));
        return Exact.of(eighths == 0 || Double.isNaN(rounded) ? DoubleDouble.of(rounded) : PI.times(eighths).scaled(-2));
    }

    // Error functions

    private static final DoubleDouble ROOT_PI = PI.squareRoot();

    /// `2/√π exp(-x²) Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!!`, whose terms are all positive.
    static DoubleDouble erf(double x) {
        if (Double.isNaN(x) || Math.abs(x) > 6.5) {
            return DoubleDouble.of(Math.signum(x));
        }
        if (Math.abs(x) < 1e-150) {
            return DoubleDouble.of(x).times(ONE.over(ROOT_PI)).scaled(1);
        }
        DoubleDouble square = DoubleDouble.product(x, x);
        DoubleDouble term = DoubleDouble.of(x);
        DoubleDouble sum = term;
        for (int n = 1; Math.abs(term.high()) > 1e-34 * Math.abs(sum.high()); n++) {
            term = term.times(square).scaled(1).over(2 * n + 1);
            sum = sum.plus(term);
        }
        Exact e = exp(square.negated());
        return sum.times(e.value().scaled(e.scale())).over(ROOT_PI).scaled(1);
    }

    static Exact erfc(double x) {
        if (x < 2 || Double.isNaN(x)) {
            return Exact.of(ONE.minus(erf(x)));
        }
        if (x > 50) {
            return new Exact(ONE, -3000);
        }
        DoubleDouble fraction = DoubleDouble.of(x);                              // Laplace's continued fraction, from the far end
        for (int n = 60 + (int) (800 / (x * x)); n >= 1; n--) {
            fraction = DoubleDouble.of(0.5 * n).over(fraction).plus(x);
        }
        Exact e = exp(DoubleDouble.product(x, x).negated());
        return new Exact(e.value().over(fraction.times(ROOT_PI)), e.scale());
    }

    /// The `y` with `erf y = x`, by steps of third order from a guess that is right to two digits (S. Winitzki, 2008).
    static DoubleDouble erfinv(double x) {
        if (!(Math.abs(x) < 1)) {
            return DoubleDouble.of(Math.abs(x) == 1 ? x * Double.POSITIVE_INFINITY : Double.NaN);
        }
        if (Math.abs(x) < 1e-20) {
            return ROOT_PI.scaled(-1).times(x);
        }
        double a = Math.abs(x);
        double log = StrictMath.log((1 - a) * (1 + a));
        double t = 2 / (Math.PI * 0.147) + log / 2;
        DoubleDouble y = DoubleDouble.of(Math.sqrt(Math.max(Math.sqrt(t * t - log / 0.147) - t, a * a * 0.7)));
        for (int i = 0; i < 4; i++) {
            double at = y.high();
            Exact complement = erfc(at);
            DoubleDouble error = at < 0.5 ? erf(at).plus(-a) : DoubleDouble.sum(1, -a).minus(complement.value().scaled(complement.scale()));
            Exact e = exp(DoubleDouble.product(at, at));
            DoubleDouble step = error.times(e.value().scaled(e.scale())).times(ROOT_PI).scaled(-1);
            DoubleDouble second = step.times(step).times(at);                    // erfinv'' = 2 y erfinv'²
            y = DoubleDouble.of(at).minus(step).plus(second);
        }
        return x < 0 ? y.negated() : y;
    }

    // Gamma functions

    /// `B(2k) / (2k)`.
    private static DoubleDouble[] bernoulli() {
        double[][] fractions = {{1, 12}, {-1, 120}, {1, 252}, {-1, 240}, {1, 132}, {-691, 32760}, {1, 12}, {-3617, 8160}, {43867, 14364}, {-174611, 6600},
            {77683, 276}, {-236364091, 65520}, {657931, 12}};
        var result = new DoubleDouble[fractions.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = DoubleDouble.of(fractions[i][0]).over(fractions[i][1]);
        }
        return result;
    }

    private static final DoubleDouble[] BERNOULLI = bernoulli();
    private static final int FAR = 40;

    /// `lgamma x` for `x > 0`, by Stirling's series at `x + n ≥ 40`.
    static Exact lgamma(double x) {
        if (x == 1 || x == 2 || !(x <= Double.MAX_VALUE)) {
            return Exact.of(x < 3 ? 0 : x);
        }
        if (x < 1e-30) {
            return Exact.of(log(DoubleDouble.of(x)).negated());
        }
        if (x > 1e30) {
            return new Exact(log(DoubleDouble.of(x)).plus(-1).times(x * 0x1p-100), 100);
        }
        DoubleDouble y = DoubleDouble.of(x);
        DoubleDouble product = ONE;
        while (y.high() < FAR) {
            product = product.times(y);
            y = y.plus(1);
        }
        DoubleDouble inverse = ONE.over(y);
        DoubleDouble square = inverse.times(inverse);
        DoubleDouble sum = DoubleDouble.ZERO;
        for (int k = BERNOULLI.length; k >= 1; k--) {
            sum = sum.times(square).plus(BERNOULLI[k - 1].over(2 * k - 1));
        }
        DoubleDouble constant = log(PI.scaled(1)).scaled(-1);
        DoubleDouble stirling = y.plus(-0.5).times(log(y)).minus(y).plus(constant).plus(sum.times(inverse));
        return Exact.of(stirling.minus(log(product)));
    }

    /// `digamma x` for `x > 0`.
    static DoubleDouble digamma(double x) {
        if (!(x <= Double.MAX_VALUE)) {
            return DoubleDouble.of(x);
        }
        if (x < 1e-150) {
            return -1 / x < -Double.MAX_VALUE ? DoubleDouble.of(-1 / x) : DoubleDouble.of(-1).over(x);
        }
        DoubleDouble y = DoubleDouble.of(x);
        DoubleDouble shift = DoubleDouble.ZERO;
        while (y.high() < FAR) {
            shift = shift.plus(ONE.over(y));
            y = y.plus(1);
        }
        DoubleDouble inverse = ONE.over(y);
        DoubleDouble square = x > 1e100 ? DoubleDouble.ZERO : inverse.times(inverse);
        DoubleDouble sum = DoubleDouble.ZERO;
        for (int k = BERNOULLI.length; k >= 1; k--) {
            sum = sum.times(square).plus(BERNOULLI[k - 1]);
        }
        return log(y).minus(inverse.scaled(-1)).minus(sum.times(square)).minus(shift);
    }
}
