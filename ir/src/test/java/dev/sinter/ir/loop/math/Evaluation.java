package dev.sinter.ir.loop.math;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.LoopInterpreter;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A function's expansion, and its values.
record Evaluation(ElementType type, List<Expr.Var> arguments, List<Stmt> statements, Expr result) {
    private static final int LANES = 1024;

    static Evaluation of(Fn fn, ElementType type) {
        return of(fn, type, LANES);
    }

    static Evaluation of(Fn fn, ElementType type, int lanes) {
        var into = new Block();
        List<Expr.Var> arguments = List.of(Expr.Var.fixed("x", type, lanes), Expr.Var.fixed("y", type, lanes)).subList(0, fn.arity());
        Expr result = MathLibrary.expand(fn, List.copyOf(arguments), into);
        return new Evaluation(type, arguments, into.statements(), result);
    }

    /// The functions and conversions, each written once; reading bits as another type is none.
    long operations() {
        return statements.stream().mapToLong(Evaluation::operations).sum();
    }

    private static long operations(Stmt statement) {
        return switch (statement) {
            case Stmt.Let(_, var value) -> operations(value);
            case Stmt.Assign(_, var value) -> operations(value);
            case Stmt.For loop -> loop.body().stream().mapToLong(Evaluation::operations).sum();
            default -> throw new IllegalArgumentException(statement.toString());
        };
    }

    private static long operations(Expr expression) {
        return switch (expression) {
            case Expr.Apply(_, var arguments) -> 1 + arguments.stream().mapToLong(Evaluation::operations).sum();
            case Expr.Cast(_, var x) -> 1 + operations(x);
            case Expr.Bitcast(_, var x) -> operations(x);
            default -> 0;
        };
    }

    /// The values at some points, given by one array for each argument, which are exact in the type.
    double[] at(double[]... points) {
        var results = new double[points[0].length];
        int lanes = result.lanes();
        for (int start = 0; start < results.length; start += lanes) {
            int count = Math.min(lanes, results.length - start);
            var names = new HashMap<Expr.Var, long[]>();
            for (int a = 0; a < points.length; a++) {
                var values = new long[lanes];
                for (int l = 0; l < count; l++) {
                    double x = points[a][start + l];
                    values[l] = type == ElementType.F32 ? Float.floatToRawIntBits((float) x) : Double.doubleToRawLongBits(x);
                }
                names.put(arguments.get(a), values);
            }
            long[] values = LoopInterpreter.evaluate(statements, result, Map.copyOf(names));
            for (int l = 0; l < count; l++) {
                results[start + l] = type == ElementType.F32 ? Float.intBitsToFloat((int) values[l]) : Double.longBitsToDouble(values[l]);
            }
        }
        return results;
    }

    double value(double... point) {
        return at(Arrays.stream(point).mapToObj(x -> new double[] {x}).toArray(double[][]::new))[0];
    }
}
