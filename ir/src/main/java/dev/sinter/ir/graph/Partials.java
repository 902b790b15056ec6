package dev.sinter.ir.graph;

/// The derivatives of the elementwise functions. Their Jacobians are diagonal, so one table serves both modes: each entry multiplies `t`, a tangent or a
/// cotangent, by the partial derivative. `x`, `a`, `b` are the operands and `y` is the result, which is used wherever it makes the derivative cheaper.
/// Null is zero. At kinks: `abs` 0 at 0, `max` and `min` half to each side of a tie.
final class Partials {
    private static final double LN2 = Math.log(2);
    private static final double LN10 = Math.log(10);
    private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

    private Partials() { }

    static Value unary(UnaryFn fn, Value t, Value x, Value y, Graph g) {
        return switch (fn) {
            case NEG -> g.negate(t);
            case ABS -> g.times(t, g.unary(UnaryFn.SIGN, x));
            case SIGN, NOT, FLOOR, CEIL, ROUND, TRUNC -> null;
            case SQRT -> g.over(g.times(t, 0.5), y);
            case EXP -> g.times(t, y);
            case EXPM1 -> g.times(t, plus(y, 1, g));
            case EXP2 -> g.times(t, g.times(y, LN2));
            case LOG -> g.over(t, x);
            case LOG1P -> g.over(t, plus(x, 1, g));
            case LOG2 -> g.over(t, g.times(x, LN2));
            case LOG10 -> g.over(t, g.times(x, LN10));
            case SIN -> g.times(t, g.unary(UnaryFn.COS, x));
            case COS -> g.negate(g.times(t, g.unary(UnaryFn.SIN, x)));
            case TAN -> g.times(t, plus(square(y, g), 1, g));
            case ASIN -> g.over(t, sqrt(oneMinusSquare(x, g), g));
            case ACOS -> g.negate(g.over(t, sqrt(oneMinusSquare(x, g), g)));
            case ATAN -> g.over(t, plus(square(x, g), 1, g));
            case SINH -> g.times(t, g.unary(UnaryFn.COSH, x));
            case COSH -> g.times(t, g.unary(UnaryFn.SINH, x));
            case TANH -> g.times(t, g.minus(one(y, g), square(y, g)));
            case ASINH -> g.over(t, sqrt(plus(square(x, g), 1, g), g));
            case ACOSH -> g.over(t, sqrt(g.times(plus(x, -1, g), plus(x, 1, g)), g));
            case ATANH -> g.over(t, oneMinusSquare(x, g));
            case ERF -> g.times(t, bell(x, g));
            case ERFC -> g.negate(g.times(t, bell(x, g)));
            case ERFINV -> g.times(t, g.times(g.unary(UnaryFn.EXP, square(y, g)), 1 / TWO_OVER_SQRT_PI));
            case LGAMMA -> g.times(t, g.unary(UnaryFn.DIGAMMA, x));
            case DIGAMMA -> g.times(t, trigamma(x, g));
            case SIGMOID -> g.times(t, g.times(y, g.minus(one(y, g), y)));
        };
    }

    /// `t` times the derivative by the first operand.
    static Value first(BinaryFn fn, Value t, Value a, Value b, Value y, Graph g) {
        return switch (fn) {
            case ADD, SUB, FMOD -> t;
            case MUL -> g.times(t, b);
            case DIV -> g.over(t, b);
            case MAX -> winner(t, a, b, g);
            case MIN -> winner(t, b, a, g);
            case POW -> {
                if (b.op() instanceof Fill(var _, double exponent)) {
                    yield exponent == 0 ? null : exponent == 1 ? t
                            : g.times(t, g.times(g.binary(BinaryFn.POW, a, g.fill(b.tensor(), exponent - 1)), exponent));
                }
                // At 0 to the power 0 the formula reads 0 · ∞; the derivative of the constant 1 is 0.
                Value corner = g.binary(BinaryFn.AND, isZero(a, g), isZero(b, g));
                Value base = g.select(corner, g.ones(a), a);
                yield g.times(t, g.times(b, g.binary(BinaryFn.POW, base, plus(b, -1, g))));
            }
            case ATAN2 -> g.over(g.times(t, b), g.plus(square(a, g), square(b, g)));
            case REM, AND, OR, XOR, SHL, SHR, USHR, EQ, NE, LT, LE -> null;
        };
    }

    /// `t` times the derivative by the second operand.
    static Value second(BinaryFn fn, Value t, Value a, Value b, Value y, Graph g) {
        return switch (fn) {
            case ADD -> t;
            case SUB -> g.negate(t);
            case MUL -> g.times(t, a);
            case DIV -> g.negate(g.over(g.times(t, y), b));
            case FMOD -> g.negate(g.times(t, g.unary(UnaryFn.TRUNC, g.over(a, b))));
            case MAX -> winner(t, b, a, g);
            case MIN -> winner(t, a, b, g);
            case POW -> {
                // 0 to a power of at least 0 is constant beside b; the formula reads 0 · −∞.
                Value corner = g.binary(BinaryFn.AND, isZero(a, g), g.binary(BinaryFn.LE, g.zeros(b), b));
                yield g.times(t, g.times(y, g.unary(UnaryFn.LOG, g.select(corner, g.ones(a), a))));
            }
            case ATAN2 -> g.negate(g.over(g.times(t, a), g.plus(square(a, g), square(b, g))));
            case REM, AND, OR, XOR, SHL, SHR, USHR, EQ, NE, LT, LE -> null;
        };
    }

    /// The share of `large` if the larger of the two counts: nothing below, half on a tie, all above (and with NaN).
    private static Value winner(Value t, Value large, Value small, Graph g) {
        Value tied = g.select(g.binary(BinaryFn.EQ, large, small), g.times(t, 0.5), t);
        return g.select(g.binary(BinaryFn.LT, large, small), g.zeros(t), tied);
    }

    private static Value isZero(Value x, Graph g) {
        return g.binary(BinaryFn.EQ, x, g.zeros(x));
    }

    private static Value one(Value x, Graph g) {
        return g.ones(x);
    }

    private static Value plus(Value x, double c, Graph g) {
        return g.plus(x, g.fill(x.tensor(), c));
    }

    private static Value square(Value x, Graph g) {
        return g.times(x, x);
    }

    private static Value oneMinusSquare(Value x, Graph g) {
        return g.minus(g.ones(x), square(x, g));
    }

    private static Value sqrt(Value x, Graph g) {
        return g.unary(UnaryFn.SQRT, x);
    }

    /// `2 / sqrt(pi) * exp(-x²)`.
    private static Value bell(Value x, Graph g) {
        return g.times(g.unary(UnaryFn.EXP, g.negate(square(x, g))), TWO_OVER_SQRT_PI);
    }

    /// The second derivative of lgamma. Left of 1/2 by reflection, `trigamma(x) = π² / sin²(πx) − trigamma(1 − x)`; right of it by the recurrence
    /// `trigamma(x) = trigamma(x + 1) + 1/x²` up to where the asymptotic series `1/z + 1/2z² + Σ B(2k) / z^(2k+1)` has converged.
    private static Value trigamma(Value x, Graph g) {
        Value left = g.binary(BinaryFn.LT, x, g.fill(x.tensor(), 0.5));
        Value positive = g.select(left, g.minus(g.ones(x), x), x);
        Value sum = g.zeros(x);
        for (int k = 0; k < 10; k++) {
            sum = g.plus(sum, g.over(g.ones(x), square(plus(positive, k, g), g)));
        }
        Value r = g.over(g.ones(x), plus(positive, 10, g));
        Value r2 = square(r, g);
        double[] bernoulli = {1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6};
        Value series = g.zeros(x);
        for (int k = bernoulli.length - 1; k >= 0; k--) {
            series = plus(g.times(series, r2), bernoulli[k], g);
        }
        sum = g.plus(sum, g.plus(r, g.plus(g.times(r2, 0.5), g.times(series, g.times(r, r2)))));
        Value sine = g.unary(UnaryFn.SIN, g.times(g.select(left, x, g.fill(x.tensor(), 0.5)), Math.PI));
        return g.select(left, g.minus(g.over(g.fill(x.tensor(), Math.PI * Math.PI), square(sine, g)), sum), sum);
    }
}
