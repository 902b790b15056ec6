package dev.sinter.ir.loop.math;

/// The unevaluated sum of two doubles, about 106 bits: the number in which the references are computed (Dekker, 1971; `fma` gives the
/// errors of products).
record DoubleDouble(double high, double low) {
    static final DoubleDouble ZERO = new DoubleDouble(0, 0);
    static final DoubleDouble ONE = new DoubleDouble(1, 0);
    static final DoubleDouble PI = new DoubleDouble(3.141592653589793, 1.2246467991473532e-16);
    static final DoubleDouble LN2 = new DoubleDouble(0.6931471805599453, 2.3190468138462996e-17);
    static final DoubleDouble LN10 = new DoubleDouble(2.302585092994046, -2.1707562233822494e-16);

    static DoubleDouble of(double x) {
        return new DoubleDouble(x, 0);
    }

    /// `a + b` exactly.
    static DoubleDouble sum(double a, double b) {
        double s = a + b;
        double t = s - a;
        return new DoubleDouble(s, (a - (s - t)) + (b - t));
    }

    /// `a * b` exactly.
    static DoubleDouble product(double a, double b) {
        double p = a * b;
        return new DoubleDouble(p, Math.fma(a, b, -p));
    }

    private static DoubleDouble normal(double high, double low) {
        double s = high + low;
        return new DoubleDouble(s, low - (s - high));
    }

    DoubleDouble plus(DoubleDouble that) {
        DoubleDouble s = sum(high, that.high);
        DoubleDouble t = sum(low, that.low);
        DoubleDouble u = normal(s.high, s.low + t.high);
        return normal(u.high, u.low + t.low);
    }

    DoubleDouble plus(double that) {
        DoubleDouble s = sum(high, that);
        return normal(s.high, s.low + low);
    }

    DoubleDouble negated() {
        return new DoubleDouble(-high, -low);
    }

    DoubleDouble minus(DoubleDouble that) {
        return plus(that.negated());
    }

    DoubleDouble times(DoubleDouble that) {
        DoubleDouble p = product(high, that.high);
        return normal(p.high, Math.fma(high, that.low, Math.fma(low, that.high, p.low)));
    }

    DoubleDouble times(double that) {
        DoubleDouble p = product(high, that);
        return normal(p.high, Math.fma(low, that, p.low));
    }

    DoubleDouble over(DoubleDouble that) {
        double q = high / that.high;
        DoubleDouble r = minus(that.times(q));
        double q2 = r.high / that.high;
        r = r.minus(that.times(q2));
        DoubleDouble first = normal(q, q2);
        return first.plus(r.high / that.high);
    }

    DoubleDouble over(double that) {
        return over(of(that));
    }

    DoubleDouble squareRoot() {
        if (high == 0) {
            return this;
        }
        double root = Math.sqrt(high);
        DoubleDouble rest = minus(product(root, root));
        return normal(root, rest.high / (2 * root));
    }

    DoubleDouble magnitude() {
        return high < 0 ? negated() : this;
    }

    /// The product with a power of two.
    DoubleDouble scaled(int exponent) {
        return new DoubleDouble(Math.scalb(high, exponent), Math.scalb(low, exponent));
    }
}
