package dev.sinter.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.compiler.Arrays;
import dev.sinter.compiler.Compilation;
import dev.sinter.compiler.Compiler;
import dev.sinter.compiler.Target;
import dev.sinter.compiler.examples.Examples;
import dev.sinter.compiler.examples.Outcome;
import dev.sinter.compiler.measure.Signature;
import dev.sinter.frontend.checked.CheckedModel;
import dev.sinter.frontend.checked.Options;
import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.interp.ModuleInterpreter;
import dev.sinter.passes.Pipeline;
import dev.sinter.passes.Pipelines;
import dev.sinter.runtime.LoadOptions;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The models whose speed is measured, made small: the interpreter, the JVM and native code agree on every function, and all that is compiled to the bit.
class WorkloadsTest {
    private static final Path ROOT = Path.of("..");
    /// Part of the largest element of a result that rounding may cost.
    private static final double TOLERANCE = 2e-5;
    /// Extents of the dims that a call binds.
    private static final Map<String, Long> DIMS = Map.of("N", 3L);

    /// A file, and the arguments that make its model small.
    private record Workload(String file, Map<String, Long> arguments) { }

    private static final List<Workload> WORKLOADS = List.of(
            new Workload("bench/workloads/matmul.sinter", Map.of("n", 67L, "m", 13L, "k", 83L, "o", 37L)),
            new Workload("bench/workloads/mlp.sinter", Map.of()),
            new Workload("bench/workloads/convolutions.sinter", Map.of("image", 20L, "middle", 9L, "small", 5L)),
            new Workload("bench/workloads/recurrent.sinter", Map.of("steps", 5L, "batch", 3L, "in", 7L, "hidden", 19L)),
            new Workload("bench/workloads/recurrent.sinter", Map.of("steps", 5L, "in", 16L, "hidden", 32L)),
            new Workload("bench/workloads/encoder.sinter", Map.of("batch", 2L, "steps", 9L, "width", 24L, "heads", 3L, "inner", 50L)),
            new Workload("bench/workloads/decode.sinter", Map.of("width", 24L, "heads", 3L, "places", 17L, "inner", 50L)),
            new Workload("bench/workloads/training.sinter", Map.of("batch", 3L, "sequences", 2L, "steps", 4L, "in", 5L, "hidden", 6L)),
            new Workload("bench/workloads/calls.sinter", Map.of()),
            new Workload("models/resnet18/resnet18.sinter", Map.of("size", 32L, "width", 8L, "classes", 7L)),
            new Workload("models/vgg16/vgg16.sinter", Map.of("size", 32L, "width", 4L, "dense", 20L, "classes", 7L)));

    @TestFactory
    Stream<DynamicTest> everyKindOfCodeAgrees() {
        return WORKLOADS.stream().map(w -> DynamicTest.dynamicTest(w.file + " " + new java.util.TreeMap<>(w.arguments), () -> agree(w)));
    }

    @TestFactory
    Stream<DynamicTest> examplesHoldForSmallSizesToo() {
        return WORKLOADS.stream().map(w -> DynamicTest.dynamicTest(w.file + " " + new java.util.TreeMap<>(w.arguments), () -> {
            var options = options(w);
            var outcomes = Examples.run(Compiler.check(ROOT.resolve(w.file), options).examples(), options, 2);
            assertTrue(outcomes.stream().map(Outcome::faults).allMatch(List::isEmpty), outcomes::toString);
        }));
    }

    private static Compiler.Options options(Workload w) {
        return new Compiler.Options(Options.DEFAULT.withArguments(w.arguments), List.of(Target.JVM, Target.NATIVE));
    }

    private static void agree(Workload w) {
        CheckedModel checked = Compiler.check(ROOT.resolve(w.file), options(w));
        Compilation compilation = Compiler.compile(checked, options(w), Compiler.Progress.NONE);
        Map<String, Tensor> state = stirred(compilation.initialState(0));
        Module expanded = Pipelines.standard().until("differentiate").run(checked.module(), Pipeline.Observer.NONE);
        for (Module.Entry entry : checked.module().entries()) {
            Map<String, NdArray> expected = interpreted(expanded, entry.name(), compilation, state);
            Map<String, Tensor> first = null;
            for (String target : Examples.runnable(compilation)) {
                for (int threads : List.of(1, 3)) {
                    String who = entry.name() + " on " + target + " with " + threads + " threads, ";
                    Map<String, Tensor> found = compiled(compilation, entry.name(), LoadOptions.DEFAULT.target(target).threads(threads), state);
                    if (first == null) {
                        first = found;
                        found.forEach((name, tensor) -> near(who + name, expected.get(name), Arrays.array(tensor)));
                    }
                    for (String name : found.keySet()) {
                        assertTrue(found.get(name).sameBits(first.get(name)), () -> who + name + ": other bits");
                    }
                }
            }
        }
    }

    /// The initial state with small positive numbers added: no bias is zero, no variance one.
    private static Map<String, Tensor> stirred(Map<String, Tensor> state) {
        var random = new SplittableRandom(1);
        state.values().forEach(t -> {
            for (long k = 0; k < t.elements() && t.type() == Tensor.Type.F32; k++) {
                t.setFloat(k, t.getFloat(k) + 0.1f * (float) random.nextDouble());
            }
        });
        return state;
    }

    /// Results and state after a call, by name.
    private static Map<String, Tensor> compiled(Compilation compilation, String name, LoadOptions options, Map<String, Tensor> state) {
        try (Model model = compilation.load(options)) {
            state.forEach(model::setState);
            var function = model.function(name);
            Tensor[] results = function.callAll(Signature.inputs(function.inputs(), DIMS));
            var found = new LinkedHashMap<String, Tensor>();
            for (int k = 0; k < results.length; k++) {
                found.put(function.outputs().get(k).name(), results[k]);
            }
            function.writes().forEach(s -> found.put(s, model.state(s).copy()));
            return found;
        }
    }

    private static Map<String, NdArray> interpreted(Module module, String name, Compilation compilation, Map<String, Tensor> state) {
        var interpreter = new ModuleInterpreter(module);
        state.forEach((s, tensor) -> interpreter.set(s, Arrays.array(tensor)));
        var entry = compilation.manifest().functions().stream().filter(f -> f.name().equals(name)).findFirst().orElseThrow();
        Tensor[] inputs = Signature.inputs(entry.inputs(), DIMS);
        var arguments = new LinkedHashMap<String, NdArray>();
        for (int k = 0; k < inputs.length; k++) {
            arguments.put(entry.inputs().get(k).name(), Arrays.array(inputs[k]));
        }
        var all = new LinkedHashMap<>(interpreter.call(name, arguments));
        interpreter.state().forEach(all::put);
        return all;
    }

    private static void near(String what, NdArray expected, NdArray found) {
        assertEquals(expected.shape(), found.shape(), what);
        double largest = 0;
        for (int k = 0; k < expected.size(); k++) {
            largest = Math.max(largest, Math.abs(expected.get(k)));
        }
        for (int k = 0; k < expected.size(); k++) {
            assertEquals(expected.get(k), found.get(k), TOLERANCE * Math.max(largest, 1e-3), what + " at " + k);
        }
    }
}
