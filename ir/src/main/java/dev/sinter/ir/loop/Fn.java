package dev.sinter.ir.loop;

import dev.sinter.ir.type.ElementType;
import java.util.List;

/// The scalar functions of the Loop IR, applied lane by lane. The *primitive* ones are what a backend must be able to say,
/// with the exact meaning given here; the others are expanded into primitive ones by the math library before a backend sees them.
public enum Fn {
    /// `a + b`; integers wrap.
    ADD(2, true),
    /// `a - b`; integers wrap.
    SUB(2, true),
    /// `a * b`; integers wrap.
    MUL(2, true),
    /// `a / b`. Floats: IEEE 754. Integers: truncated; `x / 0 = 0`, `MIN / -1 = MIN`.
    DIV(2, true),
    /// Integer remainder with the sign of `a`; `x rem 0 = 0`. (The float remainder is not primitive: see [#FMOD].)
    REM(2, true),
    /// `-a`; for floats the sign bit is flipped.
    NEG(1, true),
    /// Absolute value; for floats the sign bit is cleared; integer MIN stays.
    ABS(1, true),
    /// The smaller; NaN if either is NaN; −0 is smaller than +0.
    MIN(2, true),
    /// The larger; NaN if either is NaN; −0 is smaller than +0.
    MAX(2, true),
    /// `a * b + c` with one rounding; floats only.
    FMA(3, true),
    /// Correctly rounded square root.
    SQRT(1, true),
    /// Largest integral value not above.
    FLOOR(1, true),
    /// Smallest integral value not below.
    CEIL(1, true),
    /// Nearest integral value, ties to even.
    RINT(1, true),
    /// Integral part, towards zero.
    TRUNC(1, true),
    /// Bitwise and; logical and of bools.
    AND(2, true),
    /// Bitwise or; logical or of bools.
    OR(2, true),
    /// Bitwise exclusive or; inequality of bools.
    XOR(2, true),
    /// Bitwise complement; logical not of a bool.
    NOT(1, true),
    /// Shift left; the count is taken modulo the width.
    SHL(2, true),
    /// Arithmetic shift right; the count is taken modulo the width.
    SHR(2, true),
    /// Logical shift right; the count is taken modulo the width.
    USHR(2, true),
    /// `a == b`, a bool; false if either is NaN.
    EQ(2, true),
    /// `a != b`, a bool; true if either is NaN.
    NE(2, true),
    /// `a < b`, a bool; false if either is NaN.
    LT(2, true),
    /// `a <= b`, a bool; false if either is NaN.
    LE(2, true),
    /// `a ? b : c`, with `a` a bool.
    SELECT(3, true),

    /// The exponential function.
    EXP(1, false),
    /// [#EXP] of a number that is not positive, with the same bits in fewer steps; of a positive one it is anything.
    EXP_OF_NEGATIVE(1, false),
    /// `exp(a) - 1`, accurate near 0.
    EXPM1(1, false),
    /// The natural logarithm.
    LOG(1, false),
    /// `log(1 + a)`, accurate near 0.
    LOG1P(1, false),
    /// Logarithm to base 2.
    LOG2(1, false),
    /// Logarithm to base 10.
    LOG10(1, false),
    /// `2` to the power `a`.
    EXP2(1, false),
    /// Sine of an angle in radians.
    SIN(1, false),
    /// Cosine of an angle in radians.
    COS(1, false),
    /// Tangent of an angle in radians.
    TAN(1, false),
    /// Arc sine in radians.
    ASIN(1, false),
    /// Arc cosine in radians.
    ACOS(1, false),
    /// Arc tangent in radians.
    ATAN(1, false),
    /// Angle of the point (b, a) in radians, as C's `atan2(a, b)`.
    ATAN2(2, false),
    /// Hyperbolic sine.
    SINH(1, false),
    /// Hyperbolic cosine.
    COSH(1, false),
    /// Hyperbolic tangent.
    TANH(1, false),
    /// Inverse hyperbolic sine.
    ASINH(1, false),
    /// Inverse hyperbolic cosine.
    ACOSH(1, false),
    /// Inverse hyperbolic tangent.
    ATANH(1, false),
    /// The error function.
    ERF(1, false),
    /// `½ + ½ erf(a)`, the share of a normal distribution below `a √2`. In f32 its absolute error is small, not its relative one below 0; it takes fewer and shorter steps than [#ERF].
    HALF_PLUS_HALF_ERF(1, false),
    /// `a (½ + ½ erf(a / √2))`, and its limit 0 at -∞. In f32 its error is small beside `a`, and it takes fewer steps than [#HALF_PLUS_HALF_ERF].
    GELU(1, false),
    /// `1 - erf(a)`, accurate for large `a`.
    ERFC(1, false),
    /// The inverse of the error function.
    ERFINV(1, false),
    /// The logarithm of the absolute value of the gamma function.
    LGAMMA(1, false),
    /// The derivative of [#LGAMMA].
    DIGAMMA(1, false),
    /// `a` to the power `b`, as C's `pow`.
    POW(2, false),
    /// Float remainder with the sign of `a`, as C's `fmod`.
    FMOD(2, false),
    /// The logistic function `1 / (1 + exp(-a))`.
    SIGMOID(1, false),
    /// Threefry-2x32 with 20 rounds (Salmon et al., 2011): `a` is the key, `b` the counter, each an i64 holding two 32-bit words
    /// (low word first); the result holds both output words likewise.
    THREEFRY(2, false);

    private final int arity;
    private final boolean primitive;

    Fn(int arity, boolean primitive) {
        this.arity = arity;
        this.primitive = primitive;
    }

    /// The number of arguments.
    public int arity() {
        return arity;
    }

    /// Whether backends emit it themselves.
    public boolean isPrimitive() {
        return primitive;
    }

    /// Whether the result is a bool, whatever the arguments are.
    public boolean isComparison() {
        return this == EQ || this == NE || this == LT || this == LE;
    }

    /// The element type of the result for arguments of these types.
    public ElementType result(List<ElementType> arguments) {
        return isComparison() ? ElementType.BOOL : this == SELECT ? arguments.get(1) : arguments.getFirst();
    }

    /// The name in printed loops: `add`.
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
