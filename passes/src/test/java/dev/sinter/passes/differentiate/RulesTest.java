package dev.sinter.passes.differentiate;

import static dev.sinter.passes.differentiate.DerivativeCase.of;
import static dev.sinter.passes.differentiate.DerivativeCase.random;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Binary;
import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Concat;
import dev.sinter.ir.graph.Combine;
import dev.sinter.ir.graph.Cumulative;
import dev.sinter.ir.graph.Differentiable;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.DynamicSlice;
import dev.sinter.ir.graph.DynamicUpdate;
import dev.sinter.ir.graph.Fold;
import dev.sinter.ir.graph.Gather;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Op;
import dev.sinter.ir.graph.Pad;
import dev.sinter.ir.graph.PutAlong;
import dev.sinter.ir.graph.Reduce;
import dev.sinter.ir.graph.Reduction;
import dev.sinter.ir.graph.Reverse;
import dev.sinter.ir.graph.ScatterAdd;
import dev.sinter.ir.graph.Slice;
import dev.sinter.ir.graph.StopGradient;
import dev.sinter.ir.graph.TakeAlong;
import dev.sinter.ir.graph.TypeRuleException;
import dev.sinter.ir.graph.Unary;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Window;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every primitive's rules, both modes and twice, against central differences.
class RulesTest {
    private static DerivativeCase unary(UnaryFn fn, double low, double high) {
        return of(fn.toString(), (g, x) -> List.of(g.unary(fn, x.getFirst())), random(1, low, high, 7));
    }

    private static DerivativeCase binary(BinaryFn fn, NdArray a, NdArray b) {
        return of(fn.toString(), (g, x) -> List.of(g.binary(fn, x.get(0), x.get(1))), a, b);
    }

    /// Of the cube of `x`, so that the derivative of a linear op is not constant.
    private static DerivativeCase linear(String name, BiFunction<Graph, Value, Value> op, long... extents) {
        return of(name, (g, x) -> List.of(op.apply(g, g.times(x.getFirst(), g.times(x.getFirst(), x.getFirst())))), random(3, -1, 1, extents));
    }

    private static NdArray indices(long[] extents, long... values) {
        return NdArray.ofIntegers(ElementType.I64, extents, values);
    }

    private static Stream<DerivativeCase> unary() {
        return Stream.of(unary(UnaryFn.NEG, -2, 2), unary(UnaryFn.ABS, 0.1, 2), unary(UnaryFn.SIGN, 0.1, 2), unary(UnaryFn.SQRT, 0.5, 2),
                unary(UnaryFn.FLOOR, 0.1, 0.9), unary(UnaryFn.CEIL, 0.1, 0.9), unary(UnaryFn.ROUND, 0.6, 0.9), unary(UnaryFn.TRUNC, 0.1, 0.9),
                unary(UnaryFn.EXP, -2, 2), unary(UnaryFn.EXPM1, -2, 2), unary(UnaryFn.EXP2, -2, 2), unary(UnaryFn.LOG, 0.5, 3),
                unary(UnaryFn.LOG1P, -0.5, 3), unary(UnaryFn.LOG2, 0.5, 3), unary(UnaryFn.LOG10, 0.5, 3), unary(UnaryFn.SIN, -3, 3),
                unary(UnaryFn.COS, -3, 3), unary(UnaryFn.TAN, -1, 1), unary(UnaryFn.ASIN, -0.8, 0.8), unary(UnaryFn.ACOS, -0.8, 0.8),
                unary(UnaryFn.ATAN, -3, 3), unary(UnaryFn.SINH, -2, 2), unary(UnaryFn.COSH, -2, 2), unary(UnaryFn.TANH, -2, 2),
                unary(UnaryFn.ASINH, -3, 3), unary(UnaryFn.ACOSH, 1.5, 3), unary(UnaryFn.ATANH, -0.8, 0.8), unary(UnaryFn.ERF, -2, 2),
                unary(UnaryFn.ERFC, -2, 2), unary(UnaryFn.ERFINV, -0.8, 0.8), unary(UnaryFn.LGAMMA, 0.5, 6), unary(UnaryFn.LGAMMA, -0.8, -0.2).within(1e-6),
                unary(UnaryFn.DIGAMMA, 0.5, 6), unary(UnaryFn.DIGAMMA, -0.8, -0.2).within(1e-5), unary(UnaryFn.SIGMOID, -3, 3));
    }

    private static Stream<DerivativeCase> binary() {
        NdArray a = random(4, 0.5, 2, 6);
        NdArray b = random(5, 0.5, 2, 6);
        return Stream.of(binary(BinaryFn.ADD, a, b), binary(BinaryFn.SUB, a, b), binary(BinaryFn.MUL, a, b), binary(BinaryFn.DIV, a, b),
                binary(BinaryFn.MAX, a, b), binary(BinaryFn.MIN, a, b), binary(BinaryFn.POW, a, b), binary(BinaryFn.ATAN2, a, b),
                binary(BinaryFn.FMOD, random(6, 5.2, 5.8, 6), random(7, 1.6, 1.7, 6)),
                of("power of a constant", (g, x) -> List.of(g.binary(BinaryFn.POW, x.getFirst(), g.fill(x.getFirst().tensor(), 3))), random(8, -2, 2, 5)),
                of("select", (g, x) -> List.of(g.select(g.binary(BinaryFn.LT, x.get(0), x.get(1)), g.times(x.get(0), x.get(1)), g.unary(UnaryFn.SIN, x.get(1)))), a, b),
                of("cast", (g, x) -> List.of(g.cast(ElementType.F64, g.times(x.getFirst(), x.getFirst())),
                        g.times(x.getFirst(), g.cast(ElementType.F64, g.cast(ElementType.I64, x.getFirst())))), random(8, 0.1, 0.9, 4)),
                of("fan-out", (g, x) -> {
                    Value s = g.times(x.get(0), x.get(1));
                    return List.of(g.plus(g.times(s, s), g.plus(s, g.unary(UnaryFn.EXP, s))), s);
                }, a, b));
    }

    private static Stream<DerivativeCase> movement() {
        return Stream.of(
                linear("broadcast", (g, x) -> g.broadcast(x, Shape.of(2, 3, 4), List.of(0, 2)), 2, 4),
                linear("broadcast of extent 1", (g, x) -> g.broadcast(x, Shape.of(2, 3, 4), List.of(1, 2)), 1, 4),
                linear("reshape", (g, x) -> g.reshape(x, Shape.of(4, 3)), 2, 6),
                linear("transpose", (g, x) -> g.transpose(x, List.of(2, 0, 1)), 2, 3, 4),
                linear("slice", (g, x) -> g.add(new Slice(x, 1, Dim.constant(2), Dim.constant(3), 2)), 2, 8),
                linear("pad", (g, x) -> g.add(new Pad(x, g.scalar(ElementType.F64, 2), 1, Dim.constant(1), Dim.constant(2), 1)), 2, 3),
                linear("cut by a negative padding", (g, x) -> g.add(new Pad(x, g.scalar(ElementType.F64, 2), 0, Dim.constant(-1), Dim.constant(-2), 2)), 4),
                of("padding value", (g, x) -> List.of(g.add(new Pad(x.get(0), g.times(x.get(1), x.get(1)), 0, Dim.constant(-1), Dim.constant(2), 1))),
                        random(1, -1, 1, 3), random(2, 1, 2)),
                linear("combine", (g, x) -> g.add(new Combine(x, 1, NdArray.of(ElementType.F64, new long[] {2, 3}, 1, -1, 0, 1, 1, 0))), 2, 3),
                linear("reverse", (g, x) -> g.add(new Reverse(x, 1)), 2, 3),
                of("concat", (g, x) -> List.of(g.add(new Concat(List.of(g.times(x.get(0), x.get(0)), x.get(1), x.get(0)), 1))), random(1, -1, 1, 2, 2), random(2, -1, 1, 2, 3)),
                linear("window", (g, x) -> g.add(new Window(x, 1, 3, 2, 1)), 2, 8),
                linear("dilated window", (g, x) -> g.add(new Window(x, 0, 2, 1, 2)), 6, 2),
                linear("fold", (g, x) -> g.add(new Fold(x, 1, Dim.constant(8), 2, 1)), 2, 3, 3),
                linear("dynamic slice", (g, x) -> g.add(new DynamicSlice(x, g.scalar(ElementType.I64, 2), 1, Dim.constant(3))), 2, 7),
                of("dynamic update", (g, x) -> List.of(g.add(new DynamicUpdate(g.times(x.get(0), x.get(0)), g.times(x.get(1), x.get(1)), x.get(2), 0))),
                        random(1, -1, 1, 5, 2), random(2, -1, 1, 2, 2), indices(new long[0], 9)),
                linear("stop_gradient beside", (g, x) -> g.plus(x, g.unary(UnaryFn.FLOOR, g.add(new StopGradient(x)))), 3));
    }

    private static Stream<DerivativeCase> indexing() {
        NdArray rows = indices(new long[] {2, 2}, 3, 1, 1, 7);
        NdArray along = indices(new long[] {2, 3}, 3, 1, 1, 0, 0, -2);
        return Stream.of(
                of("gather", (g, x) -> List.of(g.add(new Gather(g.times(x.get(0), x.get(0)), x.get(1), 1))), random(1, -1, 1, 2, 4, 2), rows),
                of("scatter_add", (g, x) -> List.of(g.add(new ScatterAdd(g.times(x.get(0), x.get(0)), x.get(1), g.times(x.get(2), x.get(2)), 0))),
                        random(1, -1, 1, 4, 2), rows, random(2, -1, 1, 2, 2, 2)),
                of("take_along", (g, x) -> List.of(g.add(new TakeAlong(g.times(x.get(0), x.get(0)), x.get(1), 1))), random(1, -1, 1, 2, 4), along),
                of("put_along", (g, x) -> List.of(g.add(new PutAlong(g.times(x.get(0), x.get(0)), x.get(1), g.times(x.get(2), x.get(2)), 1))),
                        random(1, -1, 1, 2, 4), along, random(2, -1, 1, 2, 3)));
    }

    private static DerivativeCase reduce(Reduction kind, NdArray x, Integer... axes) {
        return of("reduce_" + kind + " along " + List.of(axes), (g, v) -> List.of(g.reduce(kind, v.getFirst(), List.of(axes))), x);
    }

    private static DerivativeCase cumulative(Reduction kind, boolean reverse, int axis, NdArray x) {
        return of("cumulative_" + kind + (reverse ? " reversed" : ""), (g, v) -> List.of(g.add(new Cumulative(kind, v.getFirst(), axis, reverse))), x);
    }

    private static Stream<DerivativeCase> reductions() {
        NdArray x = random(1, -2, 2, 3, 2, 4);
        NdArray zeros = NdArray.of(ElementType.F64, new long[] {4, 3}, 1, 2, 3, 0, 2, 3, 0, 0, 2, 0, 0, 0);
        return Stream.of(reduce(Reduction.SUM, x, 0, 2), reduce(Reduction.PROD, x, 1, 2), reduce(Reduction.PROD, zeros, 1), reduce(Reduction.PROD, x, 0, 1, 2),
                reduce(Reduction.MAX, x, 2), reduce(Reduction.MIN, x, 0, 1),
                cumulative(Reduction.SUM, false, 1, random(1, -1, 1, 2, 4)), cumulative(Reduction.SUM, true, 0, random(1, -1, 1, 2, 4)),
                cumulative(Reduction.PROD, false, 1, zeros), cumulative(Reduction.PROD, true, 1, random(1, -1, 1, 2, 4, 2)),
                cumulative(Reduction.MAX, false, 1, random(2, -1, 1, 2, 6)), cumulative(Reduction.MIN, true, 1, random(2, -1, 1, 2, 6)));
    }

    private static DerivativeCase dot(long[] a, long[] b, List<Integer> batchA, List<Integer> batchB, List<Integer> contractA, List<Integer> contractB) {
        return of("dot " + batchA + batchB + contractA + contractB, (g, x) -> List.of(g.add(new Dot(x.get(0), x.get(1), batchA, batchB, contractA, contractB))),
                random(1, -1, 1, a), random(2, -1, 1, b));
    }

    private static Stream<DerivativeCase> contractions() {
        return Stream.of(
                dot(new long[] {2, 3}, new long[] {3, 4}, List.of(), List.of(), List.of(1), List.of(0)),
                dot(new long[] {2, 3, 4}, new long[] {4, 3, 2}, List.of(0), List.of(2), List.of(2, 1), List.of(0, 1)),
                dot(new long[] {3, 2, 5, 4}, new long[] {4, 2, 3, 2}, List.of(1), List.of(3), List.of(3, 0), List.of(0, 2)),
                dot(new long[] {2}, new long[] {3}, List.of(), List.of(), List.of(), List.of()));
    }

    private static Stream<DerivativeCase> cases() {
        return Stream.of(unary(), binary(), movement(), indexing(), reductions(), contractions()).flatMap(cases -> cases);
    }

    @TestFactory
    Stream<DynamicTest> rules() {
        return cases().map(c -> DynamicTest.dynamicTest(c.name(), c::check));
    }

    /// Whoever adds a primitive with rules adds a case above.
    @Test
    void everyOpWithRulesHasACase() {
        var seen = new TreeSet<String>();
        cases().forEach(c -> c.function().values().forEach(value -> seen.add(value.op().name())));
        var missing = new TreeSet<String>();
        for (Class<?> op : Op.class.getPermittedSubclasses()) {
            if (Differentiable.class.isAssignableFrom(op)) {
                names(op).filter(name -> !seen.contains(name)).forEach(missing::add);
            }
        }
        assertEquals(new TreeSet<>(), missing);
    }

    /// The primitives of a class: where it has several, those that make floats of floats.
    private static Stream<String> names(Class<?> op) {
        var g = new Graph();
        Value x = g.parameter("x", DerivativeCase.f64(2));
        if (op == Unary.class) {
            return Arrays.stream(UnaryFn.values()).filter(fn -> makesFloats(() -> g.unary(fn, x))).map(UnaryFn::toString);
        }
        if (op == Binary.class) {
            return Arrays.stream(BinaryFn.values()).filter(fn -> makesFloats(() -> g.binary(fn, x, x))).map(BinaryFn::toString);
        }
        if (op == Reduce.class) {
            return Arrays.stream(Reduction.values()).filter(kind -> makesFloats(() -> g.reduce(kind, x, List.of(0)))).map(kind -> "reduce_" + kind);
        }
        if (op == Cumulative.class) {
            return Arrays.stream(Reduction.values()).filter(kind -> makesFloats(() -> g.add(new Cumulative(kind, x, 0, false)))).map(kind -> "cumulative_" + kind);
        }
        return Stream.of(op.getSimpleName().replaceAll("(?<=.)(?=[A-Z])", "_").toLowerCase(Locale.ROOT));
    }

    private static boolean makesFloats(Supplier<Value> made) {
        try {
            return made.get().element().isFloat();
        } catch (TypeRuleException e) {
            return false;               // not a function of floats
        }
    }
}
