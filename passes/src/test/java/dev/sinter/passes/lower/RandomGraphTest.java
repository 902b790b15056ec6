package dev.sinter.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Concat;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Pad;
import dev.sinter.ir.graph.Reduction;
import dev.sinter.ir.graph.Reverse;
import dev.sinter.ir.graph.Slice;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Window;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.schedule.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Random graphs of elementwise ops, reductions, contractions and movements mean the same as loops, on every machine and for several members. The seed is the name.
class RandomGraphTest {
    private static final Dim N = Dim.named("N");
    private static final long[] SIZES = {1, 0, 5, 19};

    @TestFactory
    Stream<DynamicTest> meanTheSame() {
        return LongStream.range(0, 60).mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> check(seed)));
    }

    private static void check(long seed) {
        var random = new Random(seed);
        var making = new Making(random);
        Function function = making.function();
        long n = SIZES[random.nextInt(SIZES.length)];
        var dims = Map.of("N", n);
        List<NdArray> arguments = function.parameters().stream().map(p -> array(p.tensor(), dims, random)).toList();
        List<NdArray> expected = Interpreter.run(function, arguments, dims);
        List<NdArray> first = null;
        for (Machine machine : Programs.MACHINES) {
            List<NdArray> actual = Programs.run(function, arguments, machine, 1 + random.nextInt(3));
            if (first == null) {
                first = actual;
                for (int k = 0; k < expected.size(); k++) {
                    assertEquals("", Programs.difference(expected.get(k), actual.get(k), 1e-9), "result " + k);
                }
            }
            assertEquals(first, actual, machine.name());
        }
    }

    private static NdArray array(Type.Tensor type, Map<String, Long> dims, Random random) {
        NdArray a = NdArray.zeros(type.element(), type.shape().dims().stream().mapToLong(d -> d.evaluate(dims)).toArray());
        IntStream.range(0, a.size()).forEach(i -> a.set(i, random.nextGaussian()));
        return a;
    }

    /// A graph under construction: values are kept small in size and magnitude, so that rounding stays small.
    private static final class Making {
        private final Random random;
        private final Graph g = new Graph();
        private final List<Value> parameters = new ArrayList<>();
        private final List<Value> values = new ArrayList<>();

        Making(Random random) {
            this.random = random;
        }

        Function function() {
            int inputs = 1 + random.nextInt(3);
            for (int k = 0; k < inputs; k++) {
                var dims = new ArrayList<Dim>(List.of(N));
                for (int axis = random.nextInt(3); axis > 0; axis--) {
                    dims.add(Dim.constant(1 + random.nextInt(9)));
                }
                Value p = g.parameter("p", new Type.Tensor(ElementType.F64, new Shape(dims)));
                parameters.add(p);
                values.add(p);
            }
            int steps = 4 + random.nextInt(16);
            for (int k = 0; k < steps; k++) {
                values.add(step());
            }
            var results = new ArrayList<Value>();
            for (int k = 1 + random.nextInt(3); k > 0; k--) {
                results.add(values.get(values.size() - 1 - random.nextInt(Math.min(5, values.size()))));
            }
            return new Function("f", parameters, results);
        }

        private Value any() {
            return values.get(values.size() - 1 - random.nextInt(Math.min(6, values.size())));
        }

        private Value step() {
            Value x = any();
            int axis = x.rank() == 0 ? -1 : random.nextInt(x.rank());
            return switch (random.nextInt(x.rank() == 0 ? 2 : 12)) {
                case 0 -> g.unary(List.of(UnaryFn.TANH, UnaryFn.SIGMOID, UnaryFn.NEG, UnaryFn.ABS, UnaryFn.COS).get(random.nextInt(5)), x);
                case 1 -> with(x, any());
                case 2 -> with(x, x);
                case 3 -> {
                    Value r = g.reduce(List.of(Reduction.SUM, Reduction.MAX, Reduction.MIN).get(random.nextInt(3)), x, List.of(axis));
                    yield g.unary(UnaryFn.TANH, r);
                }
                case 4 -> {                                       // normalised along an axis
                    Value r = g.reduce(Reduction.MAX, x, List.of(axis));
                    yield g.minus(x, g.broadcast(g.reshape(r, x.shape().with(axis, Dim.ONE)), x.shape()));
                }
                case 5 -> g.transpose(x, shuffled(x.rank()));
                case 6 -> g.add(new Reverse(x, axis));
                case 7 -> g.add(new Pad(x, g.scalar(ElementType.F64, 0.5), axis, Dim.constant(random.nextInt(3)), Dim.constant(random.nextInt(3)), 0));
                case 8 -> x.dim(axis).isConstant() && x.dim(axis).value() > 1 && x.rank() < 4
                        ? g.add(new Window(x, axis, 2, 1 + random.nextInt(2), 1)) : g.add(new Concat(List.of(x, g.negate(x)), axis));
                case 9 -> x.dim(axis).isConstant() && x.dim(axis).value() > 2
                        ? g.add(new Slice(x, axis, Dim.ONE, Dim.constant(x.dim(axis).value() / 2), 1)) : g.times(x, 0.5);
                case 10 -> x.rank() >= 2 && x.rank() < 4 ? g.reshape(x, joined(x.shape())) : g.times(x, x);
                default -> {
                    int last = x.rank() - 1;
                    if (!x.dim(last).isConstant() || x.rank() > 3) {
                        yield g.plus(x, g.scalar(ElementType.F64, 1));
                    }
                    Value w = g.parameter("w", new Type.Tensor(ElementType.F64, Shape.of(x.dim(last), Dim.constant(1 + random.nextInt(20)))));
                    parameters.add(w);
                    Value product = g.add(new dev.sinter.ir.graph.Dot(x, w, List.of(), List.of(), List.of(last), List.of(0)));
                    yield random.nextBoolean() ? g.unary(UnaryFn.TANH, product) : g.times(product, 0.25);
                }
            };
        }

        private Value with(Value x, Value y) {
            BinaryFn fn = List.of(BinaryFn.ADD, BinaryFn.SUB, BinaryFn.MUL, BinaryFn.MAX).get(random.nextInt(4));
            Value other = y.shape().equals(x.shape()) ? y : g.broadcast(g.scalar(ElementType.F64, 0.75), x.shape());
            Value result = g.binary(fn, x, other);
            return fn == BinaryFn.MUL ? g.unary(UnaryFn.TANH, result) : result;
        }

        private List<Integer> shuffled(int rank) {
            var order = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
            java.util.Collections.shuffle(order, random);
            return order;
        }

        private static Shape joined(Shape shape) {
            var dims = new ArrayList<>(shape.dims());
            Dim last = dims.removeLast();
            dims.set(dims.size() - 1, dims.getLast().times(last));
            return new Shape(dims);
        }
    }
}
