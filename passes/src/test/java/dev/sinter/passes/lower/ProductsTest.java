package dev.sinter.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.schedule.Machine;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Matrix products at the edges of their tiles, panels and blocks: to the bit what plain loops give, on every machine and for every number of members.
class ProductsTest {
    private enum Kind {
        /// `x @ w`, weights that are state.
        DENSE,
        /// The same with both operands the caller's.
        MULTIPLY,
        /// `x @ transpose(w)`.
        TRANSPOSED_WEIGHT,
        /// `transpose(x) @ w`.
        TRANSPOSED_ROWS,
        /// `tanh(x @ w + bias)`.
        LONG_EPILOGUE,
        /// Two products at once, `[2, m, k] @ [2, k, n]`.
        BATCH,
        /// Three at once, which two members cannot share by taking whole ones.
        BATCH_OF_THREE,
        /// Of the columns of two stacks of matrices that lie side by side, sixteen or so: `x[k, i, g] * w[k, j, g]` summed over `k`, with `g` last in the result, too.
        SIDE_BY_SIDE,
        /// In double precision.
        DOUBLE
    }

    private static final Set<Kind> ARGUMENTS = EnumSet.of(Kind.MULTIPLY, Kind.BATCH, Kind.BATCH_OF_THREE, Kind.SIDE_BY_SIDE);

    /// @param dynamic whether the number of rows is known only at the call
    private record Case(Kind kind, long rows, long depth, long columns, boolean dynamic) { }

    @TestFactory
    Stream<DynamicTest> areWhatPlainLoopsGive() {
        var rows = List.of(1L, 2L, 5L, 8L, 12L, 13L, 15L, 26L, 31L);
        var columns = List.of(10L, 31L, 32L, 65L, 130L);
        var edges = rows.stream().flatMap(m -> columns.stream().flatMap(n -> Stream.of(true, false).map(dynamic -> new Case(Kind.DENSE, m, 40, n, dynamic))));
        var kinds = Stream.of(Kind.values()).flatMap(kind -> Stream.of(new Case(kind, 1, 33, 70, false), new Case(kind, 29, 33, 70, false), new Case(kind, 30, 33, 64, true)));
        var deep = Stream.of(new Case(Kind.DENSE, 14, 2570, 33, false), new Case(Kind.MULTIPLY, 26, 5000, 16, true), new Case(Kind.DENSE, 400, 530, 16, false));
        var sideBySide = Stream.of(new Case(Kind.SIDE_BY_SIDE, 6, 33, 5, false), new Case(Kind.SIDE_BY_SIDE, 16, 40, 10, true), new Case(Kind.SIDE_BY_SIDE, 1, 20, 3, false));
        var threes = Stream.of(new Case(Kind.BATCH_OF_THREE, 12, 40, 33, false), new Case(Kind.BATCH_OF_THREE, 32, 40, 130, false), new Case(Kind.BATCH_OF_THREE, 16, 2600, 17, false));
        return Stream.of(edges, kinds, deep, sideBySide, threes).flatMap(s -> s).map(c -> DynamicTest.dynamicTest(c.toString(), () -> check(c)));
    }

    /// The packing of a weight runs ahead of calls, and a product of it packs nothing.
    @Test
    void weightsArePackedAhead() {
        for (Kind kind : List.of(Kind.DENSE, Kind.TRANSPOSED_WEIGHT)) {
            Lowered lowered = Programs.lower(entry(new Case(kind, 8, 256, 256, false)), Machine.V512);
            assertTrue(lowered.programs().preparation().isPresent(), kind.toString());
            assertEquals(1, lowered.programs().call().body().size(), lowered.programs().call().body().toString());
        }
    }

    private static Module.Entry entry(Case c) {
        var g = new Graph();
        ElementType type = c.kind == Kind.DOUBLE ? ElementType.F64 : ElementType.F32;
        Dim m = c.dynamic ? Dim.named("M") : Dim.constant(c.rows);
        Dim k = Dim.constant(c.depth);
        Dim n = Dim.constant(c.columns);
        Dim batch = Dim.constant(c.kind == Kind.BATCH ? 2 : 3);
        Dim side = Dim.constant(14 + c.depth % 10);
        Value x = parameter(g, type, switch (c.kind) {
            case TRANSPOSED_ROWS -> Shape.of(k, m);
            case BATCH, BATCH_OF_THREE -> Shape.of(batch, m, k);
            case SIDE_BY_SIDE -> Shape.of(k, m, side);
            default -> Shape.of(m, k);
        });
        Value w = parameter(g, type, switch (c.kind) {
            case TRANSPOSED_WEIGHT -> Shape.of(n, k);
            case BATCH, BATCH_OF_THREE -> Shape.of(batch, k, n);
            case SIDE_BY_SIDE -> Shape.of(k, n, side);
            default -> Shape.of(k, n);
        });
        Value bias = parameter(g, type, Shape.of(c.kind == Kind.SIDE_BY_SIDE ? side : n));
        Value product = switch (c.kind) {
            case TRANSPOSED_ROWS -> g.matmul(g.transpose(x, List.of(1, 0)), w);
            case TRANSPOSED_WEIGHT -> g.matmul(x, g.transpose(w, List.of(1, 0)));
            case SIDE_BY_SIDE -> g.transpose(g.add(new Dot(x, w, List.of(2), List.of(2), List.of(0), List.of(0))), List.of(1, 2, 0));
            default -> g.matmul(x, w);
        };
        Value sum = g.plus(product, bias);
        Value result = c.kind == Kind.LONG_EPILOGUE ? g.unary(UnaryFn.TANH, sum) : g.binary(BinaryFn.MAX, sum, g.broadcast(g.scalar(type, 0), sum.shape()));
        var function = new Function("f", List.of(x, w, bias), List.of(result));
        Module.Binding weight = ARGUMENTS.contains(c.kind) ? new Module.Binding.Argument("w") : new Module.Binding.OfState("w");
        return new Module.Entry(function, "", List.of(new Module.Binding.Argument("x"), weight, new Module.Binding.OfState("bias")), List.of(new Module.Binding.Argument("y")));
    }

    private static Value parameter(Graph g, ElementType type, Shape shape) {
        return g.parameter("p", new Type.Tensor(type, shape));
    }

    private static void check(Case c) {
        Module.Entry entry = entry(c);
        Map<String, Long> dims = c.dynamic ? Map.of("M", c.rows) : Map.of();
        var random = new Random(1);
        Map<String, NdArray> memory = new LinkedHashMap<>();
        var names = List.of("x", "w", "bias");
        for (int p = 0; p < names.size(); p++) {
            var tensor = entry.function().parameters().get(p).tensor();
            NdArray array = NdArray.zeros(tensor.element(), Math.toIntExact(tensor.shape().elements().evaluate(dims)));
            IntStream.range(0, Math.toIntExact(array.size())).forEach(i -> array.set(i, tensor.element().round(random.nextGaussian())));
            memory.put(names.get(p), array);
        }
        NdArray expected = Programs.run(Programs.lower(entry, Machine.SCALAR), memory, dims, 1).get("y");
        for (Machine machine : Programs.MACHINES) {
            Lowered lowered = Programs.lower(entry, machine);
            for (int members = 1; members <= 3; members++) {
                assertEquals("", Programs.difference(expected, Programs.run(lowered, memory, dims, members).get("y"), 0), machine.name() + ", " + members + " members");
            }
        }
    }
}
