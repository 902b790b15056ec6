package dev.sinter.ir.graph;

import dev.sinter.ir.loop.Fn;

/// The elementwise functions of two operands: each constant is one primitive.
public enum BinaryFn {
    /// `a + b`.
    ADD(Fn.ADD, Domain.NUMBER),
    /// `a - b`.
    SUB(Fn.SUB, Domain.NUMBER),
    /// `a * b`.
    MUL(Fn.MUL, Domain.NUMBER),
    /// `a / b`; integers truncate, `x / 0 = 0`.
    DIV(Fn.DIV, Domain.NUMBER),
    /// Integer remainder with the sign of `a`, `x rem 0 = 0`.
    REM(Fn.REM, Domain.INTEGER),
    /// Float remainder with the sign of `a`.
    FMOD(Fn.FMOD, Domain.FLOAT),
    /// The larger, NaN if either is; half the derivative to each on a tie.
    MAX(Fn.MAX, Domain.NUMBER),
    /// The smaller, NaN if either is; half the derivative to each on a tie.
    MIN(Fn.MIN, Domain.NUMBER),
    /// `a` to the power `b`.
    POW(Fn.POW, Domain.FLOAT),
    /// The angle of the point (b, a).
    ATAN2(Fn.ATAN2, Domain.FLOAT),
    /// And, bit by bit.
    AND(Fn.AND, Domain.BITS),
    /// Or, bit by bit.
    OR(Fn.OR, Domain.BITS),
    /// Exclusive or, bit by bit.
    XOR(Fn.XOR, Domain.BITS),
    /// Shift left, count modulo width.
    SHL(Fn.SHL, Domain.INTEGER),
    /// Arithmetic shift right, count modulo width.
    SHR(Fn.SHR, Domain.INTEGER),
    /// Logical shift right, count modulo width.
    USHR(Fn.USHR, Domain.INTEGER),
    /// `a == b`, a bool.
    EQ(Fn.EQ, Domain.ANY),
    /// `a != b`, a bool.
    NE(Fn.NE, Domain.ANY),
    /// `a < b`, a bool.
    LT(Fn.LT, Domain.NUMBER),
    /// `a <= b`, a bool.
    LE(Fn.LE, Domain.NUMBER);

    /// The element types that a function is defined for.
    enum Domain { FLOAT, INTEGER, NUMBER, BITS, ANY }

    final Fn loop;
    final Domain domain;

    BinaryFn(Fn loop, Domain domain) {
        this.loop = loop;
        this.domain = domain;
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
