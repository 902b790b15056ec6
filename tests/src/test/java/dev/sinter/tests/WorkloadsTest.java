package dev.sinter.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import dev.sinter.ir.type.ElementType;
import dev.sinter.passes.Pipeline;
import dev.sinter.passes.Pipelines;
import dev.sinter.runtime.LoadOptions;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The models whose speed is measured, made small: the interpreter, the JVM and native code agree on every function, and all that is compiled to the bit.
class WorkloadsTest {
    private static final Path ROOT = Path.of("..");
    /// Part of the largest element of a result that rounding may cost.
    private static final double TOLERANCE = 2e-5;
    /// Extents of the dims that a call binds.
    private static final Map<String, Long> DIMS = Map.of("P", 4L);

    /// A file, a model in it, and the arguments that make it small.
    private record Workload(String file, String model, Map<String, Long> arguments) {
        String title() {
            return model + " " + new TreeMap<>(arguments);
        }

        Compiler.Options options() {
            return new Compiler.Options(new Options(ElementType.F32, Optional.of(model), arguments), List.of(Target.JVM, Target.NATIVE));
        }
    }

    private static final List<Workload> WORKLOADS = List.of(
            new Workload("bench/workloads/matmul.sinter", "Matmul", Map.of("m", 13L, "k", 83L, "n", 67L)),
            new Workload("bench/workloads/mlp.sinter", "Mlp784", Map.of("batch", 3L)),
            new Workload("bench/workloads/convolutions.sinter", "Convolution", Map.of("channels", 20L, "filters", 37L, "size", 15L)),
            new Workload("bench/workloads/convolutions.sinter", "Convolution", Map.of("channels", 64L, "filters", 64L, "size", 9L)),
            new Workload("bench/workloads/convolutions.sinter", "Convolution", Map.of("channels", 40L, "filters", 24L, "size", 11L, "kernel", 1L, "padding", 0L)),
            new Workload("bench/workloads/convolutions.sinter", "Convolution", Map.of("channels", 3L, "filters", 32L, "size", 31L, "kernel", 7L, "stride", 2L, "padding", 3L)),
            new Workload("bench/workloads/convolutions.sinter", "Convolution", Map.of("channels", 18L, "filters", 18L, "size", 19L, "groups", 18L)),
            new Workload("bench/workloads/recurrent.sinter", "Lstm", Map.of("steps", 5L, "batch", 3L, "inputs", 7L, "hidden", 19L)),
            new Workload("bench/workloads/recurrent.sinter", "Lstm", Map.of("steps", 2L, "batch", 50L, "inputs", 7L, "hidden", 8L)),
            new Workload("bench/workloads/recurrent.sinter", "Gru", Map.of("steps", 5L, "inputs", 16L, "hidden", 32L)),
            new Workload("bench/workloads/encoder.sinter", "Encoder", Map.of("batch", 2L, "steps", 9L, "width", 24L, "heads", 3L, "inner", 50L)),
            new Workload("bench/workloads/encoder.sinter", "Encoder", Map.of("batch", 2L, "steps", 11L, "width", 16L, "heads", 1L, "inner", 1024L)),
            new Workload("bench/workloads/decode.sinter", "Decode", Map.of("width", 24L, "heads", 3L, "inner", 50L)),
            new Workload("bench/workloads/fused.sinter", "Fused", Map.of("rows", 3L, "width", 150L, "n", 200L)),
            new Workload("bench/workloads/fused.sinter", "Fused", Map.of("rows", 65L, "width", 512L, "n", 16L)),
            new Workload("bench/workloads/training.sinter", "TrainMlp", Map.of("batch", 3L)),
            new Workload("bench/workloads/training.sinter", "TrainLeNet5", Map.of("batch", 3L)),
            new Workload("bench/workloads/training.sinter", "TrainLstm", Map.of("steps", 4L, "batch", 2L, "inputs", 5L, "hidden", 6L)),
            new Workload("bench/workloads/training.sinter", "TrainLstm", Map.of("steps", 3L, "batch", 9L, "inputs", 5L, "hidden", 16L)),
            new Workload("bench/workloads/calls.sinter", "Scale", Map.of()),
            new Workload("bench/workloads/calls.sinter", "TinyMlp", Map.of()),
            new Workload("models/resnet18/resnet18.sinter", "ResNet18", Map.of("size", 32L, "width", 8L, "classes", 7L)),
            new Workload("models/vgg16/vgg16.sinter", "Vgg16", Map.of("size", 32L, "width", 4L, "dense", 20L, "classes", 7L)));

    @TestFactory
    Stream<DynamicTest> everyKindOfCodeAgrees() {
        return WORKLOADS.stream().map(w -> DynamicTest.dynamicTest(w.title(), () -> agree(w)));
    }

    @TestFactory
    Stream<DynamicTest> examplesHoldForSmallSizesToo() {
        return WORKLOADS.stream().map(w -> DynamicTest.dynamicTest(w.title(), () -> {
            var options = w.options();
            var outcomes = Examples.run(Compiler.check(ROOT.resolve(w.file), options).examples(), options, 2);
            assertTrue(outcomes.stream().map(Outcome::faults).allMatch(List::isEmpty), outcomes::toString);
        }));
    }

    private static void agree(Workload w) {
        CheckedModel checked = Compiler.check(ROOT.resolve(w.file), w.options());
        Compilation compilation = Compiler.compile(checked, w.options(), Compiler.Progress.NONE);
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
            for (long k = 0; k < t.elements() && t.type() == dev.sinter.runtime.ElementType.F32; k++) {
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
        assertArrayEquals(expected.extents(), found.extents(), what);
        double largest = 0;
        for (int k = 0; k < expected.size(); k++) {
            largest = Math.max(largest, Math.abs(expected.get(k)));
        }
        for (int k = 0; k < expected.size(); k++) {
            assertEquals(expected.get(k), found.get(k), TOLERANCE * Math.max(largest, 1e-3), what + " at " + k);
        }
    }
}
