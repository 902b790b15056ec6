package dev.sinter.ir.loop.math;

import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.ElementType;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;

/// Measures the functions: the table of `ULP.md`.
final class UlpTable {
    /// A function, its truth, and where it is interesting.
    record Row(Fn fn, double from, double to, Truth truth) {
        Row(Fn fn, double from, double to, DoubleFunction<DoubleDouble> truth) {
            this(fn, from, to, (x, _) -> Reference.Exact.of(truth.apply(x)));
        }
    }

    /// The exact value.
    interface Truth {
        Reference.Exact at(double x, double y);
    }

    /// The greatest error that was found, and where.
    record Worst(double error, double x, double y) { }

    static final List<Row> ROWS = List.of(
            new Row(Fn.EXP, -10, 10, (x, _) -> Reference.exp(DoubleDouble.of(x))),
            new Row(Fn.EXPM1, -3, 3, (x, _) -> Reference.expm1(DoubleDouble.of(x))),
            new Row(Fn.EXP2, -10, 10, (x, _) -> Reference.exp2(x)),
            new Row(Fn.LOG, 0, 3, x -> Reference.log(DoubleDouble.of(x))),
            new Row(Fn.LOG1P, -1, 3, x -> Reference.log1p(DoubleDouble.of(x))),
            new Row(Fn.SIGMOID, -20, 20, (x, _) -> Reference.sigmoid(x)),
            new Row(Fn.TANH, -5, 5, (x, _) -> Reference.tanh(x)),
            new Row(Fn.SINH, -5, 5, (x, _) -> Reference.sinh(x)),
            new Row(Fn.COSH, -5, 5, (x, _) -> Reference.cosh(x)),
            new Row(Fn.ERF, -4, 4, Reference::erf),
            new Row(Fn.ERFC, -6, 28, (x, _) -> Reference.erfc(x)),
            new Row(Fn.SIN, -10, 10, Reference::sin),
            new Row(Fn.COS, -10, 10, Reference::cos),
            new Row(Fn.TAN, -10, 10, Reference::tan),
            new Row(Fn.LOG2, 0, 3, Reference::log2),
            new Row(Fn.LOG10, 0, 3, Reference::log10),
            new Row(Fn.ASINH, -3, 3, Reference::asinh),
            new Row(Fn.ACOSH, 1, 4, Reference::acosh),
            new Row(Fn.ATANH, -1, 1, Reference::atanh),
            new Row(Fn.ASIN, -1, 1, Reference::asin),
            new Row(Fn.ACOS, -1, 1, Reference::acos),
            new Row(Fn.ATAN, -3, 3, x -> Reference.atan(DoubleDouble.of(x))),
            new Row(Fn.ATAN2, -3, 3, Reference::atan2),
            new Row(Fn.ERFINV, -1, 1, Reference::erfinv),
            new Row(Fn.LGAMMA, 0, 12, (x, _) -> Reference.lgamma(x)),
            new Row(Fn.DIGAMMA, 0, 12, Reference::digamma),
            new Row(Fn.POW, -20, 20, Reference::pow),
            new Row(Fn.FMOD, -20, 20, (x, y) -> Reference.Exact.of(x % y)));

    private UlpTable() { }

    private static final List<Fn> HOT = List.of(Fn.EXP, Fn.LOG, Fn.TANH, Fn.SIGMOID, Fn.SIN, Fn.COS);
    /// Truth enough for f32, and quick: these have errors of a unit or two in f64, 2^-28 units in f32.
    private static final Map<Fn, DoubleUnaryOperator> ENOUGH_FOR_SINGLE = Map.of(Fn.EXP, StrictMath::exp, Fn.LOG, StrictMath::log, Fn.TANH, StrictMath::tanh,
            Fn.SIGMOID, x -> 1 / (1 + StrictMath.exp(-x)), Fn.SIN, StrictMath::sin, Fn.COS, StrictMath::cos, Fn.TAN, StrictMath::tan);
    /// Those whose truth takes long to compute.
    private static final List<Fn> SLOW = List.of(Fn.ERFC, Fn.ERFINV, Fn.LGAMMA, Fn.DIGAMMA);
    private static final double[] SPECIAL = {0, 1, 2, 0.5, Double.MIN_VALUE, Float.MIN_VALUE, Double.MIN_NORMAL, Float.MIN_NORMAL, Float.MAX_VALUE,
        Double.MAX_VALUE, Double.POSITIVE_INFINITY, Double.NaN, Math.PI, Math.E, 88.72283, 88.72284, 103.97, 709.78271289, 745.1332};
    /// The golden section of 2^64: its multiples are spread evenly.
    private static final long SECTION = 0x9e37_79b9_7f4a_7c15L;

    /// How many points a function is measured at.
    static int count(Fn fn, ElementType type) {
        return SLOW.contains(fn) ? 10_000 : type == ElementType.F64 ? 40_000 : HOT.contains(fn) ? 400_000 : 40_000;
    }

    /// Points spread evenly over the bit patterns of a type, over the interval of the row, and special ones; of positive numbers if the
    /// interval has none below 0.
    static double[] points(Row row, ElementType type, int count, long factor) {
        var points = new double[count];
        for (int i = 0; i < count; i++) {
            long bits = i * SECTION * factor;
            double x = i < 2 * SPECIAL.length ? (i % 2 == 0 ? 1 : -1) * SPECIAL[i / 2]
                    : i % 2 == 0 ? row.from() + (row.to() - row.from()) * ((bits >>> 11) * 0x1p-53)
                    : type == ElementType.F32 ? Float.intBitsToFloat((int) (bits >>> 32)) : Double.longBitsToDouble(bits);
            points[i] = type.round(row.from() < 0 ? x : Math.abs(x));
        }
        return points;
    }

    static Worst worst(Row row, ElementType type) {
        int count = count(row.fn(), type);
        double[] xs = points(row, type, count, 1);
        double[] ys = points(row, type, count, 0x5851_f42d_4c95_7f2dL);
        Evaluation evaluation = Evaluation.of(row.fn(), type);
        double[] results = row.fn().arity() == 1 ? evaluation.at(new double[][] {xs}) : evaluation.at(xs, ys);
        var worst = new Worst(-1, 0, 0);
        for (int i = 0; i < count; i++) {
            DoubleUnaryOperator enough = type == ElementType.F32 ? ENOUGH_FOR_SINGLE.get(row.fn()) : null;
            Reference.Exact truth = enough == null ? row.truth().at(xs[i], ys[i]) : Reference.Exact.of(enough.applyAsDouble(xs[i]));
            double error = UlpError.of(type, results[i], truth);
            if (!(error <= worst.error())) {
                worst = new Worst(error, xs[i], ys[i]);
            }
        }
        return worst;
    }

    /// A line of the table.
    static String line(Row row) {
        Worst single = worst(row, ElementType.F32);
        Worst twice = worst(row, ElementType.F64);
        return "| %s | %.3f | %s | %d | %.3f | %s | %d |".formatted(row.fn(),
                single.error(), where(row, single, ElementType.F32), Evaluation.of(row.fn(), ElementType.F32).operations(),
                twice.error(), where(row, twice, ElementType.F64), Evaluation.of(row.fn(), ElementType.F64).operations());
    }

    private static String where(Row row, Worst worst, ElementType type) {
        String x = text(worst.x(), type);
        return row.fn().arity() == 1 ? x : x + ", " + text(worst.y(), type);
    }

    private static String text(double x, ElementType type) {
        return type == ElementType.F32 ? Float.toString((float) x) : Double.toString(x);
    }

    static final String HEAD = """
            # Errors and sizes of the functions

            Written by `UlpTableTest`, which fails when the code and this page disagree (`-Dbless=true` writes the page anew).
            *max ulp* is the greatest error that was found, in units in the last place of the true value, and *at* is where; ½ is the least that
            any result in the type can promise. *steps* counts the primitive functions and conversions of the expansion.

            The samples: %,d points for f64, %,d for f32, %,d for %s in f32,
            and %,d for %s; half of them spread evenly over all bit patterns (subnormal and huge
            numbers and NaNs too), half over the interval where the function is interesting, and special values. The truth is computed with 30
            digits, that of %s in f32 by `StrictMath` in f64, wrong by 2^-28 units at most.
            `lgamma` and `digamma` are measured for positive arguments; at negative ones they cross zero between poles, where only the
            absolute error is small. `fmod` (in f64 a loop) and `threefry` are exact. `half_plus_half_erf`, which is how ½ + ½ erf x is computed, is off by less than 1.9e-7 in f32:
            up to 3.1 units above 0, and below 0, where it is a difference, whatever that is (`HalfPlusHalfErfTest`). So `gelu` is off by less than 1.9e-7 |x| (`GeluTest`).

            | function | f32 max ulp | at | steps | f64 max ulp | at | steps |
            |---|---|---|---|---|---|---|
            """.formatted(count(Fn.POW, ElementType.F64), count(Fn.POW, ElementType.F32), count(Fn.EXP, ElementType.F32),
            names(HOT), count(Fn.ERFC, ElementType.F64), names(SLOW),
            names(Stream.of(Fn.values()).filter(ENOUGH_FOR_SINGLE::containsKey).toList()));

    private static String names(List<Fn> functions) {
        return String.join(", ", functions.stream().map(Fn::toString).toList());
    }
}
