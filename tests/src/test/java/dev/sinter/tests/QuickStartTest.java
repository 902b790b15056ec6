package dev.sinter.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.compiler.Compilation;
import dev.sinter.compiler.Compiler;
import dev.sinter.compiler.Target;
import dev.sinter.compiler.measure.Signature;
import dev.sinter.runtime.LoadOptions;
import dev.sinter.runtime.Machine;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A quick start: scalar code first, vectors once they are compiled, and nobody sees the difference in results or state.
class QuickStartTest {
    private static final Path MODEL = Path.of("../models/softmax_regression/softmax_regression.sinter");
    private static final LoadOptions QUICK = LoadOptions.DEFAULT.target("jvm").threads(2).quickStart(true);
    private static final long PATIENCE_NANOS = 120_000_000_000L;
    private static final Compilation COMPILATION = Compiler.compile(MODEL, Compiler.Options.DEFAULT.withTargets(List.of(Target.JVM)), Compiler.Progress.NONE);
    private static final String BEST = Machine.targets().stream().filter(t -> t.startsWith("jvm-")).findFirst().orElseThrow();

    @Test
    void callsMoveToVectorsWithTheSameBits() {
        try (var model = COMPILATION.load(QUICK); var reference = COMPILATION.load(LoadOptions.DEFAULT.target("jvm-scalar"))) {
            assertEquals("jvm-scalar", model.function("fit").target());
            long end = System.nanoTime() + PATIENCE_NANOS;
            int calls = 0;
            Tensor[] inputs = Signature.inputs(model.function("fit").inputs(), Map.of("N", 64L));
            while (!model.function("fit").target().equals(BEST) && System.nanoTime() < end) {
                calls += together(model, reference, inputs, 200);
            }
            assertEquals(BEST, model.function("fit").target(), "after " + calls + " calls");
            together(model, reference, inputs, 200);
            model.state().forEach((name, tensor) -> assertTrue(tensor.sameBits(reference.state(name)), name));
        }
    }

    private static int together(Model model, Model reference, Tensor[] inputs, int calls) {
        for (int k = 0; k < calls; k++) {
            assertTrue(model.function("fit").call(inputs).sameBits(reference.function("fit").call(inputs)), "call " + k);
        }
        return calls;
    }

    @Test
    void nothingRunsWhenTheModelIsClosed() {
        try (var model = COMPILATION.load(QUICK)) {
            model.function("predict").call(Signature.inputs(model.function("predict").inputs(), Map.of("N", 4096L)));
        }
        assertFalse(Thread.getAllStackTraces().keySet().stream().anyMatch(t -> t.getName().equals("sinter-warm-up") && t.isAlive()));
    }

    @Test
    void aTargetThatIsAskedForRunsFromTheFirstCall() {
        try (var model = COMPILATION.load(LoadOptions.DEFAULT.target(BEST)); var any = COMPILATION.load(LoadOptions.DEFAULT.target("jvm"))) {
            assertEquals(BEST, model.function("predict").target());
            assertEquals(BEST, any.function("predict").target());
        }
    }
}
