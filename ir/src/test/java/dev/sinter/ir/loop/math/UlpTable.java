package dev.sinter.ir.loop.math;

import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.ElementType;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.DoubleFunction;

/// Measures the functions.
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
            new Row(Fn.TAN, -10, 10, Reference::tan));

    private UlpTable() { }

    /// Points of a type over all of its bit patterns, those of the interval, and special ones.
    static double[] points(Row row, ElementType type, int count, long seed) {
        var random = new SplittableRandom(seed);
        var points = new double[count];
        double[] special = {0, 1, 2, 0.5, Double.MIN_VALUE, Float.MIN_VALUE, Double.MIN_NORMAL, Float.MIN_NORMAL, Float.MAX_VALUE, Double.MAX_VALUE,
            Double.POSITIVE_INFINITY, Double.NaN, Math.PI, Math.E, 88.72283, 88.72284, 103.97, 709.78271289, 745.1332};
        for (int i = 0; i < count; i++) {
            double x = i < 2 * special.length ? (i % 2 == 0 ? 1 : -1) * special[i / 2]
                    : i % 2 == 0 ? row.from() + (row.to() - row.from()) * random.nextDouble()
                    : type == ElementType.F32 ? Float.intBitsToFloat(random.nextInt()) : Double.longBitsToDouble(random.nextLong());
            points[i] = type.round(x);
        }
        return points;
    }

    static Worst worst(Row row, ElementType type, int count) {
        double[] xs = points(row, type, count, 1);
        double[] ys = row.fn().arity() == 1 ? new double[count] : points(row, type, count, 2);
        Evaluation evaluation = Evaluation.of(row.fn(), type);
        double[] results = row.fn().arity() == 1 ? evaluation.at(new double[][] {xs}) : evaluation.at(xs, ys);
        var worst = new Worst(-1, 0, 0);
        for (int i = 0; i < count; i++) {
            double error = UlpError.of(type, results[i], row.truth().at(xs[i], ys[i]));
            if (!(error <= worst.error())) {
                worst = new Worst(error, xs[i], ys[i]);
            }
        }
        return worst;
    }

    public static void main(String[] arguments) {
        for (Row row : ROWS) {
            if (arguments.length > 1 && !List.of(arguments).contains(row.fn().toString())) {
                continue;
            }
            for (ElementType type : List.of(ElementType.F32, ElementType.F64)) {
                long t = System.nanoTime();
                Worst w = worst(row, type, Integer.parseInt(arguments[0]));
                System.out.printf(Locale.ROOT, "%-8s %s %.3f at %s %s  ops %d  (%.2f s)%n", row.fn(), type, w.error(), w.x(), w.y(),
                        Evaluation.of(row.fn(), type).operations(), (System.nanoTime() - t) / 1e9);
            }
        }
    }
}
