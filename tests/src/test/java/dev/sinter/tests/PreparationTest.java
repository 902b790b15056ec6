package dev.sinter.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.compiler.Compilation;
import dev.sinter.compiler.Compiler;
import dev.sinter.frontend.source.Source;
import dev.sinter.runtime.LoadOptions;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Weights are packed ahead of calls, and a call never sees weights that are packed no more.
class PreparationTest {
    private static final String SOURCE = """
            import std.nn
            import std.optim

            model Packed(width = 80) {
              param weight: f32[width, width] = 0.01
              param scale: f32[width] = 1

              export fn predict(x: f32[N, width]) -> f32[N, width] = tanh(x @ (weight * sqrt(scale)))
              export fn loss(x: f32[N, width]) -> f32 = mean((predict(x) - 0.5) ^ 2)
              export train fit(x: f32[N, width]) = Sgd(rate: 5) minimise loss(x)
            }
            """;
    private static Compilation compilation;

    @TempDir
    Path folder;

    @BeforeAll
    static void compile() {
        var model = Compiler.check(Source.of("packed.sinter", SOURCE), Compiler.Options.DEFAULT);
        compilation = Compiler.compile(model, Compiler.Options.DEFAULT, Compiler.Progress.NONE);
    }

    private static Tensor ramp(long... shape) {
        var tensor = Tensor.allocate(dev.sinter.runtime.ElementType.F32, shape);
        for (long i = 0; i < tensor.elements(); i++) {
            tensor.setFloat(i, (i * 37 % 101 - 50) / 100f);
        }
        return tensor;
    }

    @Test
    void vectorCodePacksAhead() {
        var predict = compilation.manifest().functions().stream().filter(f -> f.name().equals("predict")).findFirst().orElseThrow();
        var prepared = predict.variants().stream().filter(v -> v.preparation() != null).map(v -> v.target()).toList();
        assertTrue(prepared.containsAll(List.of("jvm-v256", "jvm-v512", "linux-x86_64-v3", "linux-x86_64-v4")), prepared.toString());
        var fit = compilation.manifest().functions().stream().filter(f -> f.name().equals("fit")).findFirst().orElseThrow();
        assertTrue(fit.variants().stream().allMatch(v -> v.preparation() == null), "what a step writes cannot be prepared for it");
    }

    @Test
    void callsSeeTheStateAsItIs() throws Exception {
        var seen = new ArrayList<List<Float>>();
        var compiled = compilation.manifest().functions().getFirst().variants().stream().map(v -> v.target()).toList();
        var targets = Executors.targets().stream().filter(compiled::contains).toList();
        for (String target : targets) {
            try (Model model = compilation.load(LoadOptions.DEFAULT.target(target).threads(2))) {
                Path saved = folder.resolve(target + ".safetensors");
                var x = ramp(33, 80);
                var results = new ArrayList<Tensor>();
                results.add(predict(model, x));
                model.setState("weight", ramp(80, 80));
                model.setState("scale", positive(80));
                results.add(predict(model, x));
                model.saveState(saved);
                model.function("fit").callAll(x);
                results.add(predict(model, x));
                model.loadState(saved);
                results.add(predict(model, x));
                assertTrue(results.get(1).sameBits(results.get(3)), target);
                assertTrue(!results.get(0).sameBits(results.get(1)) && !results.get(1).sameBits(results.get(2)), target);
                var bits = results.stream().flatMap(r -> floats(r).stream()).toList();
                seen.add(bits);
                assertEquals(seen.getFirst(), bits, target + " against " + targets.getFirst());
                Files.delete(saved);
            }
        }
        assertTrue(seen.size() > 1, targets.toString());
    }

    private static Tensor positive(int n) {
        var tensor = ramp(n);
        for (int i = 0; i < n; i++) {
            tensor.setFloat(i, Math.abs(tensor.getFloat(i)) + 0.1f);
        }
        return tensor;
    }

    private static Tensor predict(Model model, Tensor x) {
        return model.function("predict").call(x);
    }

    private static List<Float> floats(Tensor tensor) {
        var list = new ArrayList<Float>();
        for (float f : tensor.toFloats()) {
            list.add(f);
        }
        return list;
    }
}
