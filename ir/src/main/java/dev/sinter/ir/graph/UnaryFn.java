package dev.sinter.ir.graph;

import dev.sinter.ir.array.SpecialFunctions;
import dev.sinter.ir.loop.Fn;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongUnaryOperator;

/// The elementwise functions of one operand: each constant is one primitive.
public enum UnaryFn {
    /// `-x`.
    NEG(Fn.NEG, Domain.NUMBER, x -> -x, x -> -x),
    /// Absolute value; derivative 0 at 0.
    ABS(Fn.ABS, Domain.NUMBER, Math::abs, Math::abs),
    /// −1, 0 or 1 with the sign of x; NaN stays. Derivative 0.
    SIGN(null, Domain.NUMBER, Math::signum, x -> Long.signum(x)),
    /// Logical or bitwise complement.
    NOT(Fn.NOT, Domain.BITS, null, x -> ~x),
    /// Square root.
    SQRT(Fn.SQRT, Domain.FLOAT, Math::sqrt),
    /// Largest integral value not above x. Derivative 0.
    FLOOR(Fn.FLOOR, Domain.FLOAT, Math::floor),
    /// Smallest integral value not below x. Derivative 0.
    CEIL(Fn.CEIL, Domain.FLOAT, Math::ceil),
    /// Nearest integral value, ties to even. Derivative 0.
    ROUND(Fn.RINT, Domain.FLOAT, Math::rint),
    /// Integral part. Derivative 0.
    TRUNC(Fn.TRUNC, Domain.FLOAT, x -> x < 0 ? Math.ceil(x) : Math.floor(x)),
    /// The exponential function.
    EXP(Fn.EXP, Domain.FLOAT, StrictMath::exp),
    /// `exp(x) - 1`.
    EXPM1(Fn.EXPM1, Domain.FLOAT, StrictMath::expm1),
    /// `2^x`.
    EXP2(Fn.EXP2, Domain.FLOAT, SpecialFunctions::exp2),
    /// Natural logarithm.
    LOG(Fn.LOG, Domain.FLOAT, StrictMath::log),
    /// `log(1 + x)`.
    LOG1P(Fn.LOG1P, Domain.FLOAT, StrictMath::log1p),
    /// Logarithm to base 2.
    LOG2(Fn.LOG2, Domain.FLOAT, SpecialFunctions::log2),
    /// Logarithm to base 10.
    LOG10(Fn.LOG10, Domain.FLOAT, StrictMath::log10),
    /// Sine.
    SIN(Fn.SIN, Domain.FLOAT, StrictMath::sin),
    /// Cosine.
    COS(Fn.COS, Domain.FLOAT, StrictMath::cos),
    /// Tangent.
    TAN(Fn.TAN, Domain.FLOAT, StrictMath::tan),
    /// Arc sine.
    ASIN(Fn.ASIN, Domain.FLOAT, StrictMath::asin),
    /// Arc cosine.
    ACOS(Fn.ACOS, Domain.FLOAT, StrictMath::acos),
    /// Arc tangent.
    ATAN(Fn.ATAN, Domain.FLOAT, StrictMath::atan),
    /// Hyperbolic sine.
    SINH(Fn.SINH, Domain.FLOAT, StrictMath::sinh),
    /// Hyperbolic cosine.
    COSH(Fn.COSH, Domain.FLOAT, StrictMath::cosh),
    /// Hyperbolic tangent.
    TANH(Fn.TANH, Domain.FLOAT, StrictMath::tanh),
    /// Inverse hyperbolic sine.
    ASINH(Fn.ASINH, Domain.FLOAT, SpecialFunctions::asinh),
    /// Inverse hyperbolic cosine.
    ACOSH(Fn.ACOSH, Domain.FLOAT, SpecialFunctions::acosh),
    /// Inverse hyperbolic tangent.
    ATANH(Fn.ATANH, Domain.FLOAT, SpecialFunctions::atanh),
    /// The error function.
    ERF(Fn.ERF, Domain.FLOAT, SpecialFunctions::erf),
    /// The complementary error function.
    ERFC(Fn.ERFC, Domain.FLOAT, SpecialFunctions::erfc),
    /// The inverse error function.
    ERFINV(Fn.ERFINV, Domain.FLOAT, SpecialFunctions::erfinv),
    /// Logarithm of the absolute gamma function.
    LGAMMA(Fn.LGAMMA, Domain.FLOAT, SpecialFunctions::lgamma),
    /// Derivative of [#LGAMMA]. Its own derivative, the trigamma function, is not a primitive but a graph.
    DIGAMMA(Fn.DIGAMMA, Domain.FLOAT, SpecialFunctions::digamma),
    /// The logistic function `1 / (1 + exp(-x))`.
    SIGMOID(Fn.SIGMOID, Domain.FLOAT, SpecialFunctions::sigmoid);

    /// The element types that a function is defined for.
    enum Domain { FLOAT, NUMBER, BITS }

    final Fn loop;
    final Domain domain;
    /// The meaning for floats, in f64; null outside the domain.
    final DoubleUnaryOperator real;
    /// The meaning for integers and bools; null outside the domain.
    final LongUnaryOperator integer;

    UnaryFn(Fn loop, Domain domain, DoubleUnaryOperator real) {
        this(loop, domain, real, null);
    }

    UnaryFn(Fn loop, Domain domain, DoubleUnaryOperator real, LongUnaryOperator integer) {
        this.loop = loop;
        this.domain = domain;
        this.real = real;
        this.integer = integer;
    }

    /// The name in the text form.
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
