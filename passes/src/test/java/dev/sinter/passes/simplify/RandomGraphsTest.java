package dev.sinter.passes.simplify;

import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Concat;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Fold;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Pad;
import dev.sinter.ir.graph.Reduction;
import dev.sinter.ir.graph.Reverse;
import dev.sinter.ir.graph.Slice;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Verifier;
import dev.sinter.ir.graph.Vjp;
import dev.sinter.ir.graph.Window;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.differentiate.Differentiate;
import dev.sinter.passes.golden.GoldenFile;
import dev.sinter.passes.layout.Layout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random graphs, and their gradients, mean the same after simplification, and with their axes laid out before or after it. The ops are those that laws are about, with constants that laws like.
class RandomGraphsTest {
    private final Graph g = new Graph();
    private final List<Value> pool = new ArrayList<>();
    private Random random;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
    void meaningStays(int block) {
        for (int seed = 25 * block; seed < 25 * (block + 1); seed++) {
            try {
                new RandomGraphsTest().check(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private void check(int seed) {
        random = new Random(seed);
        var parameters = new ArrayList<Value>();
        for (int k = 0; k < 3; k++) {
            parameters.add(g.parameter("x" + k, new Type.Tensor(ElementType.F64, shape(random.nextInt(1, 4)))));
        }
        pool.addAll(parameters);
        for (int k = 0; k < 14; k++) {
            Value v = next();
            if (v.shape().elements().value() <= 400) {
                pool.add(v);
            }
        }
        Value result = g.unary(UnaryFn.SIN, pool.getLast());
        Function f = new Function("f", parameters, List.of(result, g.sum(pool.get(pool.size() - 2), all(pool.get(pool.size() - 2)))));
        same(f);

        var h = new Graph();
        var p = new ArrayList<Value>(parameters.stream().map(x -> h.add(x.op())).toList());
        var ct = f.results().stream().map(r -> h.parameter("ct", r.tensor())).toList();
        var parts = h.parts(h.add(new Vjp(f, p, List.of(0, 1, 2), ct)));
        p.addAll(ct);
        same(Differentiate.run(new Function("gradient", p, parts)));
    }

    private static void same(Function f) {
        Function simpler = Simplify.run(f);
        Verifier.verify(simpler);
        GoldenFile.sameMeaning(f, simpler);
        for (Function laidOut : List.of(Layout.run(f), Layout.run(simpler))) {
            Verifier.verify(laidOut);
            GoldenFile.sameMeaning(f, laidOut);
        }
    }

    private static List<Integer> all(Value v) {
        return IntStream.range(0, v.rank()).boxed().toList();
    }

    private Shape shape(int rank) {
        return Shape.of(IntStream.range(0, rank).mapToLong(k -> random.nextInt(1, 5)).toArray());
    }

    private Value any() {
        return pool.get(random.nextInt(pool.size()));
    }

    private Value wide() {
        Value v = any();
        return v.rank() > 0 ? v : g.reshape(v, Shape.of(1));
    }

    private int axis(Value v) {
        return random.nextInt(v.rank());
    }

    private Value next() {
        Value x = wide();
        int axis = axis(x);
        Dim n = x.dim(axis);
        return switch (random.nextInt(18)) {
            case 0 -> g.unary(List.of(UnaryFn.NEG, UnaryFn.ABS, UnaryFn.TANH, UnaryFn.SIGMOID).get(random.nextInt(4)), x);
            case 1, 2 -> {
                Value c = g.fill(x.tensor(), List.of(0.0, 1.0, -1.0, 2.0, 0.3).get(random.nextInt(5)));
                yield random.nextBoolean() ? g.binary(arithmetic(), x, c) : g.binary(arithmetic(), c, x);
            }
            case 3, 4, 5 -> {
                Value y = likeOf(x);
                yield g.binary(arithmetic(), x, y);
            }
            case 6 -> g.select(g.binary(BinaryFn.LT, likeOf(x), g.zeros(x)), x, likeOf(x));
            case 7 -> {
                int at = random.nextInt(x.rank() + 1);
                yield g.broadcast(x, x.shape().insert(at, Dim.constant(random.nextInt(1, 4))), IntStream.range(0, x.rank()).map(k -> k < at ? k : k + 1).boxed().toList());
            }
            case 8 -> g.reshape(x, random.nextBoolean() ? new Shape(List.of(x.shape().elements())) : x.shape().insert(axis, Dim.ONE));
            case 9 -> {
                var order = new ArrayList<>(all(x));
                Collections.shuffle(order, random);
                yield g.transpose(x, order);
            }
            case 10 -> g.add(new Slice(x, axis, Dim.constant(n.value() / 3), Dim.constant((n.value() - n.value() / 3 + 1) / 2), n.value() % 2 == 0 ? 2 : 1));
            case 11 -> {
                Dim high = Dim.constant(random.nextInt(n.value() > 1 ? -1 : 0, 3));
                yield g.add(new Pad(x, g.scalar(ElementType.F64, random.nextInt(2)), axis, Dim.constant(random.nextInt(3)), high, random.nextInt(2)));
            }
            case 12 -> g.add(new Reverse(x, axis));
            case 13 -> g.add(new Concat(List.of(x, likeOf(x)), axis));
            case 14 -> g.reduce(List.of(Reduction.SUM, Reduction.SUM, Reduction.MAX).get(random.nextInt(3)), x, all(x).stream().filter(k -> random.nextBoolean()).toList());
            case 15 -> {
                Value y = wide();
                int b = axis(y);
                yield y.dim(b).equals(n) ? g.add(new Dot(x, y, List.of(), List.of(), List.of(axis), List.of(b))) : g.add(new Dot(x, x, List.of(axis), List.of(axis), List.of(), List.of()));
            }
            case 16 -> g.add(new Window(x, axis, Math.min(2, n.value()), random.nextInt(1, 3), 1));
            case 17 -> {
                Value w = g.add(new Window(x, axis, Math.min(2, n.value()), 1, 1));
                yield g.add(new Fold(g.times(w, w), axis, n, 1, 1));
            }
            default -> throw new IllegalStateException();
        };
    }

    private BinaryFn arithmetic() {
        return List.of(BinaryFn.ADD, BinaryFn.SUB, BinaryFn.MUL, BinaryFn.MUL, BinaryFn.MAX).get(random.nextInt(5));
    }

    /// Something of the shape of `x`.
    private Value likeOf(Value x) {
        var same = pool.stream().filter(y -> y.shape().equals(x.shape())).toList();
        var smaller = pool.stream().filter(y -> y.rank() == 1 && y.dim(0).equals(x.dim(-1)) || y.rank() == 0).toList();
        return !smaller.isEmpty() && random.nextBoolean() ? g.broadcast(smaller.get(random.nextInt(smaller.size())), x.shape())
                : same.isEmpty() ? x : same.get(random.nextInt(same.size()));
    }
}
