package dev.sinter.ir.graph;

import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.ElementType;

/// An associative, commutative function with an identity, by which a reduction combines elements.
public enum Reduction {
    /// Sum, from 0.
    SUM(Fn.ADD),
    /// Product, from 1.
    PROD(Fn.MUL),
    /// Largest element, from −∞ (or the smallest integer); NaN if any is.
    MAX(Fn.MAX),
    /// Smallest element, from +∞ (or the largest integer); NaN if any is.
    MIN(Fn.MIN),
    /// Whether all are true; bools.
    ALL(Fn.AND),
    /// Whether any is true; bools.
    ANY(Fn.OR);

    private final Fn combine;

    Reduction(Fn combine) {
        this.combine = combine;
    }

    /// The combining function.
    public Fn combine() {
        return combine;
    }

    /// Two floats combined, in f64.
    double combine(double a, double b) {
        return switch (this) {
            case SUM -> a + b;
            case PROD -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case ALL, ANY -> throw new IllegalArgumentException(this + " of floats");
        };
    }

    /// Two integers or bools combined, before the result wraps.
    long combine(long a, long b) {
        return switch (this) {
            case SUM -> a + b;
            case PROD -> a * b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
            case ALL -> a & b;
            case ANY -> a | b;
        };
    }

    /// Whether elements of this type can be combined.
    public boolean accepts(ElementType type) {
        return (this == ALL || this == ANY) == (type == ElementType.BOOL);
    }

    /// The identity, for floats and bools; integers as far as a double holds them exactly (use [#integerIdentity] for these).
    public double identity(ElementType type) {
        return switch (this) {
            case SUM, ANY -> 0;
            case PROD, ALL -> 1;
            case MAX -> type.isFloat() ? Double.NEGATIVE_INFINITY : integerIdentity(type);
            case MIN -> type.isFloat() ? Double.POSITIVE_INFINITY : integerIdentity(type);
        };
    }

    /// The identity among integers.
    public long integerIdentity(ElementType type) {
        return switch (this) {
            case SUM, ANY -> 0;
            case PROD, ALL -> 1;
            case MAX -> type == ElementType.I32 ? Integer.MIN_VALUE : Long.MIN_VALUE;
            case MIN -> type == ElementType.I32 ? Integer.MAX_VALUE : Long.MAX_VALUE;
        };
    }

    /// The identity as a scalar of the Loop IR.
    public dev.sinter.ir.loop.Expr identityExpr(ElementType type) {
        return type.isFloat() ? dev.sinter.ir.loop.Expr.constant(type, identity(type)) : dev.sinter.ir.loop.Expr.integer(type, integerIdentity(type));
    }

    /// The name in the text form.
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
