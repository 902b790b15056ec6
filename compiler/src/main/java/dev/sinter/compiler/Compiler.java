package dev.sinter.compiler;

import dev.sinter.codegen.jvm.JvmBackend;
import dev.sinter.codegen.llvm.LlvmBackend;
import dev.sinter.frontend.Frontend;
import dev.sinter.frontend.checked.CheckedModel;
import dev.sinter.frontend.source.Source;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.passes.Pipeline;
import dev.sinter.passes.Pipelines;
import dev.sinter.passes.lower.Lowered;
import dev.sinter.passes.lower.Lowering;
import dev.sinter.passes.schedule.Machine;
import dev.sinter.runtime.Manifest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/// From a source to an artifact: frontend, passes, lowering for every machine, code by both backends.
public final class Compiler {
    /// Name and version, as artifacts and `--version` state them.
    public static final String PRODUCER = "sinter 0.1.0";

    private Compiler() { }

    /// What the user chooses.
    ///
    /// @param frontend what the frontend is told: the real type, which model of the file
    /// @param targets  the kinds of code
    /// @param variants the names of the variants wanted (`jvm-scalar`, `linux-x86_64-v4`); empty for all of the targets
    /// @param leftOut  the names of passes that are left out
    public record Options(dev.sinter.frontend.checked.Options frontend, List<Target> targets, List<String> variants, List<String> leftOut) {
        /// f32, both kinds of code.
        public static final Options DEFAULT = new Options(dev.sinter.frontend.checked.Options.DEFAULT, List.of(Target.JVM, Target.NATIVE));

        /// Copies the lists.
        public Options {
            targets = List.copyOf(targets);
            variants = List.copyOf(variants);
            leftOut = List.copyOf(leftOut);
        }

        /// All variants of these targets.
        public Options(dev.sinter.frontend.checked.Options frontend, List<Target> targets) {
            this(frontend, targets, List.of(), List.of());
        }

        /// These options with other targets.
        public Options withTargets(List<Target> others) {
            return new Options(frontend, others, variants, leftOut);
        }

        /// These options for some variants only: what is not to leave this process needs no code for other machines.
        public Options withVariants(List<String> names) {
            return new Options(frontend, targets, names, leftOut);
        }

        /// These options with convolutions that are computed term by term, or as it is fastest.
        public Options withExactConvolutions(boolean exact) {
            return leavingOut("winograd", exact);
        }

        /// These options with products of matrices that are computed term by term, or as it is fastest.
        public Options withExactProducts(boolean exact) {
            return leavingOut("strassen", exact);
        }

        private Options leavingOut(String pass, boolean out) {
            var names = new ArrayList<>(leftOut);
            names.remove(pass);
            if (out) {
                names.add(pass);
            }
            return new Options(frontend, targets, variants, names);
        }

        private List<Target.Variant> chosen() {
            return targets.stream().flatMap(t -> t.variants().stream()).filter(v -> variants.isEmpty() || variants.contains(v.name())).toList();
        }
    }

    /// Who wants to know how far it is.
    public interface Progress {
        /// Nobody.
        Progress NONE = (_, _) -> { };

        /// A stage is done.
        ///
        /// @param stage       `parse and check`, a pass, `lower for v512`, `class files`, `native code`
        /// @param nanoseconds how long it took
        void done(String stage, long nanoseconds);
    }

    /// Carries out every derivative that a model asks for, and nothing else. @throws dev.sinter.ir.graph.NotDifferentiableException if one cannot be had
    public static void differentiate(CheckedModel model) {
        Pipelines.standard().until("differentiate").run(model.module(), Pipeline.Observer.NONE);
    }

    /// The checked model of a file. @throws SourceProblems if it is no valid model
    public static CheckedModel check(Path source, Options options) {
        return checked(Frontend.compile(source, options.frontend()));
    }

    /// The checked model of a source. @throws SourceProblems if it is no valid model
    public static CheckedModel check(Source source, Options options) {
        return checked(Frontend.compile(source, options.frontend()));
    }

    private static CheckedModel checked(Frontend.Result result) {
        return result.model().orElseThrow(() -> new SourceProblems(result.problems()));
    }

    /// Compiles a file. @throws SourceProblems if it is no valid model
    public static Compilation compile(Path source, Options options, Progress progress) {
        long start = System.nanoTime();
        CheckedModel model = check(source, options);
        progress.done("parse and check", System.nanoTime() - start);
        return compile(model, options, progress);
    }

    /// Compiles a checked model: all its functions, and `init`.
    public static Compilation compile(CheckedModel model, Options options, Progress progress) {
        var entries = new ArrayList<>(model.module().entries());
        if (entries.stream().noneMatch(e -> e.name().equals(model.init().name()))) {
            entries.add(model.init());
        }
        return compile(new Module(model.module().name(), model.module().state(), entries), options, progress);
    }

    /// Compiles a module of graphs.
    public static Compilation compile(Module module, Options options, Progress progress) {
        Module optimised = Pipelines.standard().without(options.leftOut()).run(module, (pass, _, nanoseconds) -> progress.done(pass.name(), nanoseconds));
        var variants = options.chosen();
        Map<Machine, Map<String, Lowered>> lowered = new LinkedHashMap<>();
        for (Machine machine : variants.stream().map(Target.Variant::machine).distinct().toList()) {
            long start = System.nanoTime();
            lowered.put(machine, lower(optimised, machine));
            progress.done("lower for " + machine.name(), System.nanoTime() - start);
        }
        var code = new TreeMap<String, byte[]>();
        var perFunction = new LinkedHashMap<String, List<Manifest.Variant>>();
        for (Target.Variant variant : variants) {
            long start = System.nanoTime();
            Map<String, Lowered.Programs> functions = new LinkedHashMap<>();
            lowered.get(variant.machine()).forEach((name, l) -> functions.put(name, variant.cpu() == null ? l.inJit() : l.programs()));
            var programs = functions.values().stream().flatMap(f -> f.all().stream()).toList();
            Function<LoopProgram, String> file;
            Function<LoopProgram, String> symbol;
            var called = programs.stream().collect(Collectors.toMap(LoopProgram::name, p -> p));
            if (variant.cpu() == null) {
                file = program -> "sinter/jvm/" + variant.machine().name() + "/" + program.name() + ".class";
                symbol = _ -> "";
                programs.parallelStream().map(program -> JvmBackend.emit(program, "sinter." + variant.machine().name() + "." + program.name(),
                        variant.machine().vectorBits())).toList().forEach(emitted -> {
                    code.put(file.apply(emitted.program()), emitted.bytes());
                    called.put(emitted.program().name(), emitted.program());
                });
                progress.done("class files for " + variant.machine().name(), System.nanoTime() - start);
            } else {
                file = _ -> "sinter/native/" + variant.name() + ".so";
                symbol = program -> "sinter_" + program.name();
                code.put("sinter/native/" + variant.name() + ".so", LlvmBackend.emit(programs, variant.cpu()));
                progress.done("native code for " + variant.name(), System.nanoTime() - start);
            }
            functions.forEach((name, f) -> {
                var preparation = f.preparation().map(p -> called.get(p.name())).map(p -> ManifestWriting.preparation(file.apply(p), symbol.apply(p), p)).orElse(null);
                var program = called.get(f.call().name());
                perFunction.computeIfAbsent(name, _ -> new ArrayList<>())
                        .add(ManifestWriting.variant(variant.name(), file.apply(program), symbol.apply(program), program, preparation));
            });
        }
        return new Compilation(optimised, lowered, ManifestWriting.manifest(optimised, lowered, perFunction), code);
    }

    private static Map<String, Lowered> lower(Module module, Machine machine) {
        var results = module.entries().parallelStream().map(e -> Lowering.lower(module, e, machine)).toList();
        var byName = new LinkedHashMap<String, Lowered>();
        results.forEach(l -> byName.put(l.programs().call().name(), l));
        return byName;
    }
}
