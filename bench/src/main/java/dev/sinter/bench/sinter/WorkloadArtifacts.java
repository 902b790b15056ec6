package dev.sinter.bench.sinter;

import dev.sinter.bench.contest.StartUp;
import dev.sinter.bench.workload.ModelSource;
import dev.sinter.bench.workload.Value;
import dev.sinter.bench.workload.Workload;
import dev.sinter.compiler.Compilation;
import dev.sinter.compiler.Compiler;
import dev.sinter.frontend.checked.CheckedModel;
import dev.sinter.frontend.checked.Options;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.type.ElementType;
import dev.sinter.runtime.Machine;
import dev.sinter.runtime.Manifest;
import dev.sinter.runtime.Tensor;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The artifacts of workloads, with code for this machine and with the workload's weights: compiled once, and again when the model files or the compiler have changed.
public final class WorkloadArtifacts {
    private final Path project;
    private final Path folder;

    /// @param project where model files are looked up
    /// @param folder  where artifacts are kept
    public WorkloadArtifacts(Path project, Path folder) {
        this.project = project;
        this.folder = folder;
    }

    /// The artifact of a workload.
    ///
    /// @throws IllegalStateException if the model has other state than the workload has weights
    public Path of(Workload workload) throws IOException {
        Path file = project.resolve(workload.computation().source().file());
        Files.createDirectories(folder);
        Path jar = folder.resolve(workload.name() + "-" + fingerprint(file, workload) + ".jar");
        if (!Files.exists(jar)) {
            for (Path old : older(workload)) {
                Files.delete(old);
            }
            compile(workload, file, jar);
        }
        return jar;
    }

    private List<Path> older(Workload workload) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().matches(java.util.regex.Pattern.quote(workload.name()) + "-[0-9a-f]{16}\\.jar")).toList();
        }
    }

    private static void compile(Workload workload, Path file, Path jar) throws IOException {
        ModelSource source = workload.computation().source();
        var options = new Compiler.Options(new Options(ElementType.F32, Optional.of(source.model()), source.arguments()), Compiler.Options.DEFAULT.targets()).withVariants(targets());
        CheckedModel model = Compiler.check(file, options);
        var entries = new ArrayList<>(List.of(model.module().entry(source.function())));
        boolean trains = workload.computation().callsToCompare() > 1;
        if (trains) {
            entries.add(model.init());
        }
        var compilation = Compiler.compile(new Module(model.module().name(), model.module().state(), entries), options, Compiler.Progress.NONE);
        compilation.write(jar, state(workload, compilation, trains ? compilation.initialState(0) : Map.of()));
    }

    /// The best native code and the best class files that this machine runs, and the scalar ones with which those start quickly.
    private static List<String> targets() {
        var targets = new ArrayList<String>();
        Machine.targets().stream().filter(t -> !t.startsWith("jvm-")).findFirst().ifPresent(targets::add);
        Machine.targets().stream().filter(t -> t.startsWith("jvm-")).findFirst().ifPresent(targets::add);
        if (!targets.contains(Machine.targets().getLast())) {
            targets.add(Machine.targets().getLast());
        }
        return targets;
    }

    private static Map<String, Tensor> state(Workload workload, Compilation compilation, Map<String, Tensor> initial) {
        var given = new TreeMap<String, Value>();
        workload.computation().parameters().forEach(p -> given.put(p.name(), p));
        var reads = compilation.manifest().functions().getFirst().reads();
        var all = new LinkedHashMap<String, Tensor>();
        for (Manifest.State s : compilation.manifest().state()) {
            Value value = given.remove(s.name());
            if (value == null && !initial.containsKey(s.name()) && reads.contains(s.name())) {
                throw new IllegalStateException(workload.name() + " has no weights for the state " + s.name() + " of " + workload.computation().source().file());
            }
            if (value != null && !value.shape().equals(s.shape())) {
                throw new IllegalStateException(workload.name() + ": the weights " + s.name() + " are " + value.shape() + ", the model's " + s.shape());
            }
            all.put(s.name(), value != null ? SinterContender.tensor(value) : initial.containsKey(s.name()) ? initial.get(s.name())
                    : Tensor.allocate(s.type(), s.shape().stream().mapToLong(Long::longValue).toArray()));
        }
        if (!given.isEmpty()) {
            throw new IllegalStateException(workload.name() + ": " + workload.computation().source().file() + " has no state " + String.join(", ", given.keySet()));
        }
        return all;
    }

    /// Changes with the model file, the sizes, the weights, and the compiler's classes.
    private static String fingerprint(Path file, Workload workload) throws IOException {
        ModelSource source = workload.computation().source();
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update((new TreeMap<>(source.arguments()) + source.model() + source.function() + workload.computation().parameters()).getBytes(StandardCharsets.UTF_8));
            digest.update(Files.readAllBytes(file));
            String own = StartUp.placeOf(WorkloadArtifacts.class);
            for (String place : System.getProperty("java.class.path").split(File.pathSeparator)) {
                if (!Path.of(place).toAbsolutePath().toString().equals(own)) {
                    describe(Path.of(place), digest);
                }
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void describe(Path place, MessageDigest digest) throws IOException {
        if (!Files.exists(place)) {
            return;
        }
        try (var files = Files.walk(place)) {
            for (Path f : files.filter(Files::isRegularFile).sorted().toList()) {
                digest.update((f.getFileName() + " " + Files.size(f) + " " + Files.getLastModifiedTime(f).toMillis()).getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
