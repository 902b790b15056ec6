package dev.sinter.ir.graph;

import dev.sinter.ir.loop.Fn;

/// The elementwise functions of one operand: each constant is one primitive.
public enum UnaryFn {
    /// `-x`.
    NEG(Fn.NEG, Domain.NUMBER),
    /// Absolute value; derivative 0 at 0.
    ABS(Fn.ABS, Domain.NUMBER),
    /// −1, 0 or 1 with the sign of x; NaN stays. Derivative 0.
    SIGN(null, Domain.NUMBER),
    /// Logical or bitwise complement.
    NOT(Fn.NOT, Domain.BITS),
    /// Square root.
    SQRT(Fn.SQRT, Domain.FLOAT),
    /// Largest integral value not above x. Derivative 0.
    FLOOR(Fn.FLOOR, Domain.FLOAT),
    /// Smallest integral value not below x. Derivative 0.
    CEIL(Fn.CEIL, Domain.FLOAT),
    /// Nearest integral value, ties to even. Derivative 0.
    ROUND(Fn.RINT, Domain.FLOAT),
    /// Integral part. Derivative 0.
    TRUNC(Fn.TRUNC, Domain.FLOAT),
    /// The exponential function.
    EXP(Fn.EXP, Domain.FLOAT),
    /// `exp(x) - 1`.
    EXPM1(Fn.EXPM1, Domain.FLOAT),
    /// `2^x`.
    EXP2(Fn.EXP2, Domain.FLOAT),
    /// Natural logarithm.
    LOG(Fn.LOG, Domain.FLOAT),
    /// `log(1 + x)`.
    LOG1P(Fn.LOG1P, Domain.FLOAT),
    /// Logarithm to base 2.
    LOG2(Fn.LOG2, Domain.FLOAT),
    /// Logarithm to base 10.
    LOG10(Fn.LOG10, Domain.FLOAT),
    /// Sine.
    SIN(Fn.SIN, Domain.FLOAT),
    /// Cosine.
    COS(Fn.COS, Domain.FLOAT),
    /// Tangent.
    TAN(Fn.TAN, Domain.FLOAT),
    /// Arc sine.
    ASIN(Fn.ASIN, Domain.FLOAT),
    /// Arc cosine.
    ACOS(Fn.ACOS, Domain.FLOAT),
    /// Arc tangent.
    ATAN(Fn.ATAN, Domain.FLOAT),
    /// Hyperbolic sine.
    SINH(Fn.SINH, Domain.FLOAT),
    /// Hyperbolic cosine.
    COSH(Fn.COSH, Domain.FLOAT),
    /// Hyperbolic tangent.
    TANH(Fn.TANH, Domain.FLOAT),
    /// Inverse hyperbolic sine.
    ASINH(Fn.ASINH, Domain.FLOAT),
    /// Inverse hyperbolic cosine.
    ACOSH(Fn.ACOSH, Domain.FLOAT),
    /// Inverse hyperbolic tangent.
    ATANH(Fn.ATANH, Domain.FLOAT),
    /// The error function.
    ERF(Fn.ERF, Domain.FLOAT),
    /// The complementary error function.
    ERFC(Fn.ERFC, Domain.FLOAT),
    /// The inverse error function.
    ERFINV(Fn.ERFINV, Domain.FLOAT),
    /// Logarithm of the absolute gamma function.
    LGAMMA(Fn.LGAMMA, Domain.FLOAT),
    /// Derivative of [#LGAMMA]. It has no derivative rule (the trigamma function is not a primitive).
    DIGAMMA(Fn.DIGAMMA, Domain.FLOAT),
    /// The logistic function `1 / (1 + exp(-x))`.
    SIGMOID(Fn.SIGMOID, Domain.FLOAT);

    /// The element types that a function is defined for.
    enum Domain { FLOAT, NUMBER, BITS }

    final Fn loop;
    final Domain domain;

    UnaryFn(Fn loop, Domain domain) {
        this.loop = loop;
        this.domain = domain;
    }

    /// The name in the text form.
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
