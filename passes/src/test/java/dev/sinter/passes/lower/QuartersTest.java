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
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.schedule.Machine;
import dev.sinter.passes.strassen.Bilinear;
import dev.sinter.passes.strassen.Products;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Products by quarters mean the same as loops, to the bit on every machine and for every number of members; and what they cost in accuracy: the table of
/// `passes/STRASSEN.md`, which `-Dbless` writes anew.
class QuartersTest {
    private static final Path FILE = Path.of("STRASSEN.md");
    private static final double UNIT = 0x1p-24;
    private static final List<Long> DEPTHS = List.of(64L, 256L, 1024L);

    @TestFactory
    Stream<DynamicTest> products_by_quarters() {
        return Stream.of(new Products(0, 24, 32, 64, false), new Products(0, 20, 34, 70, false), new Products(0, 32, 20, 44, true), new Products(3, 10, 48, 130, false), new Products(5, 2, 16, 6, false))
                .map(p -> DynamicTest.dynamicTest(p.toString(), () -> {
                    Module quarters = p.byQuarters(ElementType.F32, Bilinear.STRASSEN);
                    var arguments = p.arguments(ElementType.F32);
                    NdArray expected = Interpreter.run(p.module(ElementType.F32).entries().getFirst().function(), arguments).getFirst();
                    NdArray first = null;
                    for (Machine machine : Programs.MACHINES) {
                        for (int members : new int[] {1, 3}) {
                            NdArray actual = run(quarters, arguments, machine, members);
                            assertEquals("", Programs.difference(expected, actual, 1e-5), machine.name());
                            first = first == null ? actual : first;
                            assertEquals(first, actual, machine.name() + " with " + members);
                        }
                    }
                }));
    }

    /// What is in memory between the kernels of a dense layer: nothing but quarters before the product and after it.
    @Test
    void a_layer_is_three_kernels_and_the_quarters_of_its_weight_are_added_up_ahead() {
        Module quarters = new Products(0, 64, 64, 128, false).byQuarters(ElementType.F32, Bilinear.STRASSEN);
        Lowered lowered = Programs.lower(quarters.entries().getFirst(), Machine.V512);
        assertEquals(List.of("tiles", "product", "tiles"), kernels(lowered.programs().call().body()).map(name -> name.split("_")[0]).toList());
        assertTrue(lowered.programs().preparation().isPresent());
    }

    /// An exponential is written out once, for all four quarters of the result.
    @Test
    void what_is_dear_after_the_quarters_stands_once() {
        var g = new Graph();
        Value x = g.parameter("x", new Type.Tensor(ElementType.F32, Shape.of(Dim.constant(64), Dim.constant(32))));
        Value y = g.parameter("y", new Type.Tensor(ElementType.F32, Shape.of(Dim.constant(32), Dim.constant(64))));
        Value product = g.add(new Dot(x, y, List.of(), List.of(), List.of(1), List.of(0)));
        Value result = g.binary(BinaryFn.MUL, product, g.unary(UnaryFn.EXP, product));
        var f = Programs.function(List.of(x, y), result);
        Function quarters = Products.byQuarters(f, Bilinear.STRASSEN);
        var random = new Random(3);
        var arguments = f.parameters().stream().map(p -> {
            NdArray a = NdArray.zeros(ElementType.F32, p.shape().extents());
            for (int i = 0; i < a.size(); i++) {
                a.set(i, random.nextDouble(-0.3, 0.3));
            }
            return a;
        }).toList();
        NdArray expected = Interpreter.run(f, arguments).getFirst();
        NdArray first = null;
        for (Machine machine : Programs.MACHINES) {
            for (int members : new int[] {1, 2}) {
                NdArray actual = Programs.run(quarters, arguments, machine, members).getFirst();
                assertEquals("", Programs.difference(expected, actual, 1e-5), machine.name());
                first = first == null ? actual : first;
                assertEquals(first, actual, machine.name() + " with " + members);
            }
        }
        var kernels = kernels(Programs.lower(Programs.entry(quarters), Machine.V512).programs().call().body()).toList();
        assertTrue(kernels.getLast().startsWith("tiles"), kernels.toString());
    }

    /// The kernels of a program in order, those in loops over blocks of rows too.
    private static Stream<String> kernels(List<Stmt> body) {
        return body.stream().flatMap(s -> switch (s) {
            case Stmt.Launch launch -> Stream.of(launch.kernel().name());
            case Stmt.For loop -> kernels(loop.body());
            default -> Stream.of();
        });
    }

    private static NdArray run(Module module, List<NdArray> arguments, Machine machine, int members) {
        var memory = new LinkedHashMap<String, NdArray>();
        var names = List.of("x", "weight", "bias");
        for (int k = 0; k < names.size(); k++) {
            memory.put(names.get(k), arguments.get(k));
        }
        return Programs.run(Programs.lower(module.entries().getFirst(), machine), memory, Map.of(), members).get("result");
    }

    /// A way to compute a product; null for term by term.
    private record Way(String name, Bilinear quarters) { }

    private static final List<Way> WAYS = List.of(new Way("term by term", null), new Way("by quarters, Strassen's sums", Bilinear.STRASSEN), new Way("by quarters, Winograd's sums", Bilinear.WINOGRAD));

    @Test
    void the_table_is_what_is_measured() throws IOException {
        var out = new StringBuilder("""
                # What products of matrices by quarters cost in accuracy

                Written by `QuartersTest` with `-Dbless`. Matrices of 32 rows and 32 columns, the elements of both factors uniform in -1 … 1. Errors are against a computation in f64, in
                units of 2⁻²⁴ of the largest result: the largest of all elements, and the root of the mean square.

                | way | terms of a sum | largest | mean |
                |---|---|---|---|
                """);
        for (Way way : WAYS) {
            for (long depth : DEPTHS) {
                var errors = errors(way, depth);
                assertTrue(way.quarters() == Bilinear.WINOGRAD || errors[2] <= bound(way, depth), "the bound");
                out.append(String.format(Locale.ROOT, "| %s | %d | %.1f | %.2f |%n", way.name(), depth, errors[0], errors[1]));
            }
        }
        out.append("""

                What is guaranteed: with `k` terms, `u = 2⁻²⁴` and factors `a` and `b`, no element of the product is off by more than `(3 k² + 25 k) u max|a| max|b|`, but for terms in `u²`. Term by term it is
                `k² u max|a| max|b|`, and at the same time `k u` times the sum of the terms' sizes, for which products by quarters have no counterpart: an element that is much smaller than the largest one may
                lose as many digits as it is smaller (N. Higham, *Accuracy and Stability of Numerical Algorithms*, 2002, theorem 23.2; with Winograd's sums, theorem 23.3, it would be `4.5 k² + 48 k`). An infinity
                or NaN in a factor spreads over rows and columns of the other quarters.
                """);
        if (System.getProperty("bless") != null) {
            Files.writeString(FILE, out);
        }
        assertEquals(Files.readString(FILE), out.toString());
    }

    /// What no error exceeds: see the text of the table.
    private static double bound(Way way, double depth) {
        return UNIT * (way.quarters() == null ? depth * depth : 3 * depth * depth + 25 * depth);
    }

    private static double[] errors(Way way, long depth) {
        var p = new Products(0, 32, depth, 32, false);
        var arguments = List.of(p.arguments(ElementType.F32).get(0), p.arguments(ElementType.F32).get(1), NdArray.zeros(ElementType.F32, 32));
        NdArray exact = Interpreter.run(p.module(ElementType.F64).entries().getFirst().function(), arguments.stream().map(a -> NdArray.of(ElementType.F64, a.extents(), a.toDoubles())).toList()).getFirst();
        NdArray found = run(way.quarters() == null ? p.module(ElementType.F32) : p.byQuarters(ElementType.F32, way.quarters()), arguments, Machine.V512, 1);
        double largest = 0;
        double worst = 0;
        double squares = 0;
        for (int k = 0; k < exact.size(); k++) {
            double error = Math.abs(found.get(k) - exact.get(k));
            largest = Math.max(largest, Math.abs(exact.get(k)));
            worst = Math.max(worst, error);
            squares += error * error;
        }
        return new double[] {worst / largest / UNIT, Math.sqrt(squares / exact.size()) / largest / UNIT, worst};
    }
}
