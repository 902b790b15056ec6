package dev.sinter.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Slice;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.schedule.Machine;
import dev.sinter.passes.strassen.Bilinear;
import dev.sinter.passes.strassen.Products;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Products by quarters whose columns are gates are one kernel with what is made of the gates, and mean the same, to the bit on every machine and for every number of members.
class QuarteredGatesTest {
    /// A product, an input added, and a value of the shape of a gate that is made of all gates.
    ///
    /// @param width  of a gate
    /// @param count  one for no gates: a value of the shape of the product
    /// @param left   whether the left matrix is stored the other way round
    /// @param right  whether the right one is
    /// @param stored whether the product itself is a result, too
    private record Gates(long rows, long depth, long width, int count, boolean left, boolean right, boolean stored) {
        Function function() {
            var g = new Graph();
            Value x = g.parameter("x", left ? matrix(depth, rows) : matrix(rows, depth));
            Value weight = g.parameter("weight", right ? matrix(count * width, depth) : matrix(depth, count * width));
            Value input = g.parameter("input", matrix(rows, count * width));
            Value product = g.add(new Dot(x, weight, List.of(), List.of(), List.of(left ? 0 : 1), List.of(right ? 1 : 0)));
            Value sum = g.plus(input, product);
            Value made = null;
            for (int k = 0; k < count; k++) {
                Value gate = g.unary(k % 2 == 0 ? UnaryFn.TANH : UnaryFn.SIGMOID, count == 1 ? sum : g.add(new Slice(sum, 1, Dim.constant(k * width), Dim.constant(width), 1)));
                made = made == null ? gate : g.binary(k % 3 == 1 ? BinaryFn.MUL : BinaryFn.ADD, made, gate);
            }
            var results = new ArrayList<>(List.of(made, g.unary(UnaryFn.TANH, made)));
            if (stored) {
                results.add(product);
            }
            return new Function("f", List.of(x, weight, input), results);
        }

        private static Type.Tensor matrix(long rows, long columns) {
            return new Type.Tensor(ElementType.F32, Shape.of(Dim.constant(rows), Dim.constant(columns)));
        }
    }

    @TestFactory
    Stream<DynamicTest> gates_by_quarters() {
        return Stream.of(new Gates(32, 32, 32, 4, false, false, false), new Gates(32, 24, 20, 3, false, false, false), new Gates(36, 34, 16, 2, false, true, true), new Gates(12, 16, 10, 5, true, false, false),
                new Gates(4, 8, 8, 6, false, false, true), new Gates(32, 80, 64, 1, false, true, false), new Gates(24, 16, 70, 1, true, false, true)).map(gates -> DynamicTest.dynamicTest(gates.toString(), () -> {
                    Function f = gates.function();
                    Function quarters = Products.byQuarters(f, Bilinear.STRASSEN);
                    var arguments = arguments(f);
                    var expected = Interpreter.run(f, arguments);
                    List<NdArray> first = null;
                    for (Machine machine : Programs.MACHINES) {
                        for (int members : new int[] {1, 3}) {
                            var actual = Programs.run(quarters, arguments, machine, members);
                            for (int k = 0; k < expected.size(); k++) {
                                assertEquals("", Programs.difference(expected.get(k), actual.get(k), 1e-5), machine.name());
                            }
                            first = first == null ? actual : first;
                            assertEquals(first, actual, machine.name() + " with " + members);
                        }
                    }
                }));
    }

    @Test
    void sums_of_quarters_are_made_where_they_are_used() {
        Function quarters = Products.byQuarters(new Gates(32, 32, 32, 4, false, false, false).function(), Bilinear.STRASSEN);
        var kernels = Programs.lower(Programs.entry(quarters), Machine.V512).programs().call().body().stream().filter(Stmt.Launch.class::isInstance).map(s -> ((Stmt.Launch) s).kernel().name()).toList();
        assertEquals(List.of("pack_parts", "product"), kernels);
    }

    /// Where something else reads the sums of the products, or there are too many rows for each member to keep their sums, gates are computed after the product.
    @Test
    void large_products_are_kernels_of_their_own() {
        Function quarters = Products.byQuarters(new Gates(512, 128, 32, 4, false, false, false).function(), Bilinear.STRASSEN);
        var kernels = Programs.lower(Programs.entry(quarters), Machine.V512).programs().call().body().stream().filter(Stmt.Launch.class::isInstance).map(s -> ((Stmt.Launch) s).kernel().name()).toList();
        assertEquals(false, kernels.contains("pack_parts"), kernels.toString());
    }

    private static List<NdArray> arguments(Function f) {
        var random = new Random(11);
        return f.parameters().stream().map(p -> {
            NdArray a = NdArray.zeros(ElementType.F32, p.shape().extents());
            for (int i = 0; i < a.size(); i++) {
                a.set(i, random.nextDouble(-0.5, 0.5));
            }
            return a;
        }).toList();
    }
}
