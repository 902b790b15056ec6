package dev.sinter.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Pad;
import dev.sinter.ir.graph.Reduction;
import dev.sinter.ir.graph.Scan;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Window;
import dev.sinter.ir.loop.LoopPrinter;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.schedule.Machine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// What characteristic graphs look like as loops: each is printed beside this test. Run with `-Dbless` to write the files anew, then read the difference.
class GoldenLoopsTest {
    private static final Dim N = Dim.named("N");
    private static final Path FILES = Path.of("src/test/resources/dev/sinter/passes/lower");

    /// Builds a graph; the parameters are made by [#f32].
    private static final class Making {
        final Graph g = new Graph();
        final List<Value> parameters = new ArrayList<>();

        Value f32(Dim... dims) {
            Value p = g.parameter("p", new Type.Tensor(ElementType.F32, Shape.of(dims)));
            parameters.add(p);
            return p;
        }
    }

    private interface Recipe {
        List<Value> make(Making m, Graph g);
    }

    private static Dim d(long n) {
        return Dim.constant(n);
    }

    private static Value keep(Graph g, Value reduced, Value x) {
        int last = x.rank() - 1;
        return g.broadcast(g.reshape(reduced, x.shape().with(last, Dim.ONE)), x.shape());
    }

    private static DynamicTest test(String name, Machine machine, Recipe recipe) {
        return DynamicTest.dynamicTest(name + " for " + machine.name(), () -> {
            var m = new Making();
            var function = new Function(name, m.parameters, recipe.make(m, m.g));
            var entry = Programs.entry(function);
            String text = LoopPrinter.print(Programs.lower(entry, machine).programs().call());
            Path file = FILES.resolve(name + "." + machine.name() + ".loops");
            if (System.getProperty("bless") != null) {
                Files.writeString(file, text);
            }
            assertEquals(read(file), text);
        });
    }

    private static String read(Path file) {
        try (var in = GoldenLoopsTest.class.getResourceAsStream(file.getFileName().toString())) {
            return in == null ? Files.readString(file) : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @TestFactory
    Stream<DynamicTest> areAsTheyWere() {
        Recipe chain = (m, g) -> List.of(g.unary(UnaryFn.SQRT, g.plus(g.times(m.f32(N, d(5)), 2), m.f32(N, d(5)))));
        Recipe softmax = (m, g) -> {
            Value x = m.f32(N, d(100));
            Value e = g.minus(x, keep(g, g.reduce(Reduction.MAX, x, List.of(1)), x));
            return List.of(g.over(e, keep(g, g.sum(e, List.of(1)), x)));
        };
        return Stream.of(
                test("elementwise_chain", Machine.SCALAR, chain),
                test("elementwise_chain", Machine.V256, chain),
                test("bias", Machine.V256, (m, g) -> List.of(g.plus(m.f32(N, d(24)), m.f32(d(24))))),
                test("bias_gradient", Machine.V256, (m, g) -> List.of(g.sum(m.f32(N, d(24)), List.of(0)))),
                test("row_sums", Machine.SCALAR, softmax),
                test("row_sums", Machine.V256, softmax),
                test("layer_norm", Machine.V512, (m, g) -> {
                    Value x = m.f32(N, d(64));
                    Value mean = g.times(g.sum(x, List.of(1)), 1 / 64.0);
                    Value centred = g.minus(x, keep(g, mean, x));
                    Value variance = g.times(g.sum(g.times(centred, centred), List.of(1)), 1 / 64.0);
                    Value scale = g.unary(UnaryFn.SQRT, g.plus(variance, g.scalar(ElementType.F32, 1e-5)));
                    return List.of(g.over(centred, keep(g, scale, x)));
                }),
                test("dense", Machine.V256, (m, g) -> List.of(g.unary(UnaryFn.ABS, g.plus(g.matmul(m.f32(N, d(3)), m.f32(d(3), d(8))), m.f32(d(8)))))),
                test("convolution", Machine.V128, (m, g) -> {
                    Value zero = g.scalar(ElementType.F32, 0);
                    Value x = g.add(new Pad(g.add(new Pad(m.f32(N, d(2), d(6), d(6)), zero, 2, d(1), d(1), 0)), zero, 3, d(1), d(1), 0));
                    Value w = g.add(new Window(g.add(new Window(x, 2, 3, 1, 1)), 3, 3, 1, 1));
                    Value y = g.add(new Dot(w, m.f32(d(4), d(2), d(3), d(3)), List.of(), List.of(), List.of(1, 4, 5), List.of(1, 2, 3)));
                    return List.of(g.transpose(y, List.of(0, 3, 1, 2)));
                }),
                test("convolution_of_channels", Machine.V128, (m, g) -> {
                    Value zero = g.scalar(ElementType.F32, 0);
                    Value x = g.add(new Pad(g.add(new Pad(m.f32(d(8), d(6), d(6)), zero, 1, d(1), d(1), 0)), zero, 2, d(1), d(1), 0));
                    Value w = g.add(new Window(g.add(new Window(x, 1, 3, 1, 1)), 2, 3, 1, 1));
                    return List.of(g.add(new Dot(w, m.f32(d(8), d(3), d(3)), List.of(0), List.of(0), List.of(3, 4), List.of(1, 2))));
                }),
                test("pooling", Machine.V128, (m, g) -> {
                    Value x = m.f32(N, d(2), d(8), d(8));
                    Value w = g.add(new Window(g.add(new Window(x, 2, 2, 2, 1)), 3, 2, 2, 1));
                    return List.of(g.reduce(Reduction.MAX, w, List.of(4, 5)));
                }),
                test("moments", Machine.V256, (m, g) -> {
                    Value gradient = m.f32(d(40));
                    Value first = g.plus(g.times(m.f32(d(40)), 0.9), g.times(gradient, 0.1));
                    Value second = g.plus(g.times(m.f32(d(40)), 0.99), g.times(g.times(gradient, gradient), 0.01));
                    return List.of(first, second, g.minus(m.f32(d(40)), g.over(first, g.unary(UnaryFn.SQRT, second))));
                }),
                test("scan", Machine.V128, (m, g) -> {
                    Value xs = m.f32(Dim.named("T"), N, d(4));
                    Value h0 = m.f32(N, d(4));
                    var inner = new Graph();
                    Value h = inner.parameter("h", h0.tensor());
                    Value x = inner.parameter("x", h0.tensor());
                    Value next = inner.plus(inner.times(h, 0.5), x);
                    var body = new Function("body", List.of(h, x), List.of(next, inner.times(next, next)));
                    Value scan = g.add(new Scan(body, Dim.named("T"), false, List.of(), List.of(h0), List.of(xs)));
                    return List.of(g.part(scan, 0), g.part(scan, 1));
                }));
    }
}
