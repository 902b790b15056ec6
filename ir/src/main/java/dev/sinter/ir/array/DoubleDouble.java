package dev.sinter.ir.array;

/// A number as the unevaluated sum of two doubles, about 106 bits: the working precision of [SpecialFunctions] where a double is not enough.
/// The sums and products are Dekker's and Knuth's, with a fused multiply-add for the low part of a product.
///
/// @param high the double nearest to the number
/// @param low  the rest
record DoubleDouble(double high, double low) {
    static final DoubleDouble ZERO = of(0);
    static final DoubleDouble ONE = of(1);
    private static final DoubleDouble LN2 = new DoubleDouble(0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56);

    static DoubleDouble of(double x) {
        return new DoubleDouble(x, 0);
    }

    /// The exact sum of two doubles.
    static DoubleDouble sum(double a, double b) {
        double sum = a + b;
        double fromB = sum - a;
        return new DoubleDouble(sum, (a - (sum - fromB)) + (b - fromB));
    }

    /// The exact product of two doubles.
    static DoubleDouble product(double a, double b) {
        double product = a * b;
        return new DoubleDouble(product, Math.fma(a, b, -product));
    }

    /// The quotient of two doubles.
    static DoubleDouble quotient(double a, double b) {
        return of(a).over(of(b));
    }

    DoubleDouble plus(DoubleDouble that) {
        DoubleDouble highs = sum(high, that.high);
        DoubleDouble lows = sum(low, that.low);
        DoubleDouble first = sum(highs.high, highs.low + lows.high);
        return sum(first.high, first.low + lows.low);
    }

    DoubleDouble plus(double that) {
        return plus(of(that));
    }

    DoubleDouble minus(DoubleDouble that) {
        return plus(that.negated());
    }

    DoubleDouble negated() {
        return new DoubleDouble(-high, -low);
    }

    DoubleDouble times(DoubleDouble that) {
        DoubleDouble highs = product(high, that.high);
        return sum(highs.high, highs.low + (high * that.low + low * that.high));
    }

    DoubleDouble times(double that) {
        return times(of(that));
    }

    /// Long division: three quotient digits of 53 bits.
    DoubleDouble over(DoubleDouble that) {
        double first = high / that.high;
        DoubleDouble rest = minus(that.times(first));
        double second = rest.high / that.high;
        rest = rest.minus(that.times(second));
        return sum(first, second).plus(rest.high / that.high);
    }

    DoubleDouble absolute() {
        return high < 0 ? negated() : this;
    }

    /// The exponential function, for results that are normal numbers.
    DoubleDouble exp() {
        long twos = Math.round(high / LN2.high);
        DoubleDouble rest = minus(LN2.times(twos)).times(0x1p-8);    // e^x = (e^(rest))^256 * 2^twos, |rest| < 0.0014
        DoubleDouble term = ONE;
        DoubleDouble sum = ONE;
        for (int n = 1; n <= 12; n++) {
            term = term.times(rest).over(of(n));
            sum = sum.plus(term);
        }
        for (int squaring = 0; squaring < 8; squaring++) {
            sum = sum.times(sum);
        }
        return new DoubleDouble(Math.scalb(sum.high, (int) twos), Math.scalb(sum.low, (int) twos));
    }

    /// The natural logarithm of a positive number: a step of Halley's iteration from the double's logarithm.
    DoubleDouble log() {
        DoubleDouble start = of(StrictMath.log(high));
        DoubleDouble back = start.exp();
        return start.plus(minus(back).times(2).over(plus(back)));
    }

    double toDouble() {
        return high + low;
    }
}
