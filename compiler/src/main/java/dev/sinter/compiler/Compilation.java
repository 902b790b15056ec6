package dev.sinter.compiler;

import dev.sinter.codegen.jvm.JvmBackend;
import dev.sinter.codegen.llvm.LlvmBackend;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.loop.LoopPrinter;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.text.GraphPrinter;
import dev.sinter.passes.lower.Lowered;
import dev.sinter.runtime.ArtifactWriter;
import dev.sinter.runtime.LoadOptions;
import dev.sinter.runtime.Machine;
import dev.sinter.runtime.Manifest;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A compiled model: all that goes into an artifact but the weights, and what there was on the way.
///
/// @param module   the optimised graphs
/// @param lowered  for each machine, each function as loops
/// @param manifest what the runtime is told
/// @param code     class files and shared libraries, by their place in the artifact
public record Compilation(Module module, Map<dev.sinter.passes.schedule.Machine, Map<String, Lowered>> lowered, Manifest manifest, Map<String, byte[]> code) {
    /// The function that computes the first state.
    public static final String INIT = "init";

    /// The artifact with these weights: one tensor for each state.
    public byte[] bytes(Map<String, Tensor> weights) {
        return ArtifactWriter.bytes(manifest, weights, constants(), code);
    }

    /// Writes the artifact with these weights, beside `out` and then renamed.
    public void write(Path out, Map<String, Tensor> weights) throws IOException {
        ArtifactWriter.write(out, manifest, weights, constants(), code);
    }

    /// The artifact as a loaded model, its state zero (or what `init` makes of a seed, once that is called).
    public Model load(LoadOptions options) {
        try {
            Path file = Files.createTempFile("sinter-", ".jar");
            try {
                write(file, zeros());
                return Model.load(file, options);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// The first state for a seed: the model's own initialisers.
    ///
    /// They run once, so they are compiled for that, as a function that returns what it draws: native code if this machine can run any, otherwise code
    /// that is not slow before the JIT has seen it. Every kind of code draws the same bits.
    public Map<String, Tensor> initialState(long seed) {
        var state = new LinkedHashMap<String, Tensor>();
        var init = module.entries().stream().filter(e -> e.name().equals(INIT)).findFirst();
        if (init.isPresent()) {
            var outputs = init.get().outputs().stream().map(b -> (Module.Binding) new Module.Binding.Argument(b.name())).toList();
            var entry = new Module.Entry(init.get().function(), "", init.get().inputs(), outputs);
            var only = Compiler.compile(new Module(module.name(), List.of(), List.of(entry)), forOneRun(), Compiler.Progress.NONE);
            try (Model model = only.load(LoadOptions.DEFAULT.target(forOneRun().variants().getFirst()))) {
                Tensor[] drawn = model.function(INIT).callAll(Tensor.scalar(seed));
                for (int k = 0; k < drawn.length; k++) {
                    state.put(outputs.get(k).name(), drawn[k]);
                }
            }
        }
        manifest.state().forEach(s -> state.computeIfAbsent(s.name(), _ -> zero(s)));
        return state;
    }

    private static Compiler.Options forOneRun() {
        var compiled = Target.NATIVE.variants().stream().map(Target.Variant::name).toList();
        var best = Machine.targets().stream().filter(compiled::contains).findFirst();
        return Compiler.Options.DEFAULT.withTargets(List.of(best.isPresent() ? Target.NATIVE : Target.JVM)).withVariants(List.of(best.orElse("jvm-scalar")));
    }

    private Map<String, Tensor> zeros() {
        var zeros = new LinkedHashMap<String, Tensor>();
        manifest.state().forEach(s -> zeros.put(s.name(), zero(s)));
        return zeros;
    }

    private static Tensor zero(Manifest.State s) {
        return Tensor.allocate(s.type(), s.shape().stream().mapToLong(Long::longValue).toArray());
    }

    private Map<String, Tensor> constants() {
        var constants = new LinkedHashMap<String, Tensor>();
        lowered.values().forEach(functions -> functions.values().forEach(l ->
                l.constants().forEach((name, data) -> constants.computeIfAbsent(name, _ -> Arrays.tensor(data)))));
        return constants;
    }

    /// What `--emit` can show.
    public enum Text {
        /// The optimised graphs.
        IR,
        /// The loops for each machine; where class files have other loops than native code, those as well (`jvm-v512.loops`).
        LOOPS,
        /// The bytecode, readable.
        CLASS,
        /// LLVM's text.
        LLVM,
        /// Machine code as assembly.
        ASM
    }

    /// Readable forms of one stage, by the ending of a file for it (`v512.loops`).
    public Map<String, String> texts(Text kind) {
        var texts = new LinkedHashMap<String, String>();
        switch (kind) {
            case IR -> texts.put("sir", GraphPrinter.print(module));
            case LOOPS -> lowered.forEach((machine, functions) -> {
                String ahead = loops(functions.values().stream().map(Lowered::programs));
                String inJit = loops(functions.values().stream().map(Lowered::inJit));
                texts.put(machine.name() + ".loops", ahead);
                if (!inJit.equals(ahead)) {
                    texts.put("jvm-" + machine.name() + ".loops", inJit);
                }
            });
            case CLASS -> code.forEach((file, bytes) -> {
                if (file.endsWith(".class")) {
                    texts.put(file.substring("sinter/jvm/".length()).replace('/', '.').replace(".class", ".javap"), JvmBackend.text(bytes));
                }
            });
            case LLVM -> natives().forEach(v -> texts.put(v.name() + ".ll", LlvmBackend.optimisedIr(programs(v.machine()), v.cpu())));
            case ASM -> natives().forEach(v -> texts.put(v.name() + ".s", LlvmBackend.assembly(programs(v.machine()), v.cpu())));
        }
        return texts;
    }

    private List<Target.Variant> natives() {
        return Target.NATIVE.variants().stream().filter(v -> code.containsKey("sinter/native/" + v.name() + ".so")).toList();
    }

    private List<LoopProgram> programs(dev.sinter.passes.schedule.Machine machine) {
        return lowered.get(machine).values().stream().flatMap(l -> l.programs().all().stream()).toList();
    }

    private static String loops(Stream<Lowered.Programs> functions) {
        return functions.flatMap(f -> f.all().stream()).map(LoopPrinter::print).collect(Collectors.joining("\n"));
    }
}
