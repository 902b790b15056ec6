package dev.sinter.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.sinter.compiler.Compilation;
import dev.sinter.compiler.Compiler;
import dev.sinter.runtime.Function;
import dev.sinter.runtime.LoadOptions;
import dev.sinter.runtime.Machine;
import dev.sinter.runtime.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Several threads that call one artifact at once, by the function and by sessions of their own, each get what a lone caller gets, to the bit.
class CallersTest {
    private static final Path LENET = Path.of("../models/lenet5/lenet5.sinter");
    private static final int CALLERS = 3;
    private static final int CALLS = 30;
    private static Compilation compilation;

    @BeforeAll
    static void compile() {
        compilation = Compiler.compile(LENET, Compiler.Options.DEFAULT, Compiler.Progress.NONE);
    }

    static List<String> targets() {
        return compilation.manifest().functions().getFirst().variants().stream().map(v -> v.target()).filter(Machine.targets()::contains).toList();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void callersDoNotDisturbEachOther(String target) throws Exception {
        try (var model = compilation.load(LoadOptions.DEFAULT.target(target).threads(2)); var executor = Executors.newFixedThreadPool(CALLERS)) {
            Function predict = model.function("predict");
            var images = IntStream.range(0, CALLERS).mapToObj(CallersTest::images).toList();
            var expected = images.stream().map(i -> predict.call(i).toFloats()).toList();
            var together = new CyclicBarrier(CALLERS);
            var callers = IntStream.range(0, CALLERS).mapToObj(c -> (Callable<Void>) () -> {
                together.await();
                try (var session = predict.session()) {
                    Tensor[] inputs = {images.get(c)};
                    Tensor[] outputs = session.allocateOutputs(inputs);
                    for (int k = 0; k < CALLS; k++) {
                        session.call(inputs, outputs);
                        assertArrayEquals(expected.get(c), outputs[0].toFloats());
                        assertArrayEquals(expected.get(c), predict.call(inputs).toFloats());
                    }
                }
                return null;
            }).toList();
            for (var done : executor.invokeAll(callers)) {
                done.get();
            }
        }
    }

    /// Another number of images for each caller.
    private static Tensor images(int caller) {
        int count = 2 + caller;
        var pixels = new float[count * 28 * 28];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (i * (31 + caller) % 97) / 97f;
        }
        return Tensor.of(pixels, count, 1, 28, 28);
    }
}
