package dev.sinter.ir.graph;

import dev.sinter.ir.array.SpecialFunctions;
import dev.sinter.ir.loop.Fn;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;

/// The elementwise functions of two operands: each constant is one primitive.
public enum BinaryFn {
    /// `a + b`.
    ADD(Fn.ADD, Domain.NUMBER, (a, b) -> a + b, (a, b) -> a + b),
    /// `a - b`.
    SUB(Fn.SUB, Domain.NUMBER, (a, b) -> a - b, (a, b) -> a - b),
    /// `a * b`.
    MUL(Fn.MUL, Domain.NUMBER, (a, b) -> a * b, (a, b) -> a * b),
    /// `a / b`; integers truncate, `x / 0 = 0`.
    DIV(Fn.DIV, Domain.NUMBER, (a, b) -> a / b, (a, b) -> b == 0 ? 0 : a / b),
    /// Integer remainder with the sign of `a`, `x rem 0 = 0`.
    REM(Fn.REM, Domain.INTEGER, null, (a, b) -> b == 0 ? 0 : a % b),
    /// Float remainder with the sign of `a`.
    FMOD(Fn.FMOD, Domain.FLOAT, (a, b) -> a % b, null),
    /// The larger, NaN if either is; half the derivative to each on a tie.
    MAX(Fn.MAX, Domain.NUMBER, Math::max, Math::max),
    /// The smaller, NaN if either is; half the derivative to each on a tie.
    MIN(Fn.MIN, Domain.NUMBER, Math::min, Math::min),
    /// `a` to the power `b`.
    POW(Fn.POW, Domain.FLOAT, SpecialFunctions::pow, null),
    /// The angle of the point (b, a).
    ATAN2(Fn.ATAN2, Domain.FLOAT, StrictMath::atan2, null),
    /// And, bit by bit.
    AND(Fn.AND, Domain.BITS, null, (a, b) -> a & b),
    /// Or, bit by bit.
    OR(Fn.OR, Domain.BITS, null, (a, b) -> a | b),
    /// Exclusive or, bit by bit.
    XOR(Fn.XOR, Domain.BITS, null, (a, b) -> a ^ b),
    /// Shift left, count modulo width.
    SHL(Fn.SHL, Domain.INTEGER, null, (a, b) -> a << b),
    /// Arithmetic shift right, count modulo width.
    SHR(Fn.SHR, Domain.INTEGER, null, (a, b) -> a >> b),
    /// Logical shift right, count modulo width.
    USHR(Fn.USHR, Domain.INTEGER, null, (a, b) -> a >>> b),
    /// `a == b`, a bool.
    EQ(Fn.EQ, Domain.ANY, (a, b) -> a == b ? 1 : 0, (a, b) -> a == b ? 1 : 0),
    /// `a != b`, a bool.
    NE(Fn.NE, Domain.ANY, (a, b) -> a != b ? 1 : 0, (a, b) -> a != b ? 1 : 0),
    /// `a < b`, a bool.
    LT(Fn.LT, Domain.NUMBER, (a, b) -> a < b ? 1 : 0, (a, b) -> a < b ? 1 : 0),
    /// `a <= b`, a bool.
    LE(Fn.LE, Domain.NUMBER, (a, b) -> a <= b ? 1 : 0, (a, b) -> a <= b ? 1 : 0);

    /// The element types that a function is defined for.
    enum Domain { FLOAT, INTEGER, NUMBER, BITS, ANY }

    final Fn loop;
    final Domain domain;
    /// The meaning for floats, in f64; null outside the domain.
    final DoubleBinaryOperator real;
    /// The meaning for integers and bools, before the result wraps; null outside the domain. Counts of shifts are reduced, and operands of
    /// the logical shift are unsigned, already.
    final LongBinaryOperator integer;

    BinaryFn(Fn loop, Domain domain, DoubleBinaryOperator real, LongBinaryOperator integer) {
        this.loop = loop;
        this.domain = domain;
        this.real = real;
        this.integer = integer;
    }

    /// Whether the result is a bool.
    public boolean isComparison() {
        return loop.isComparison();
    }

    /// The name in the text form.
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
