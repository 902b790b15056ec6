package dev.sinter.compiler.command;

import dev.sinter.compiler.Compilation;
import dev.sinter.compiler.Compiler;
import dev.sinter.compiler.Target;
import dev.sinter.frontend.problem.Near;
import dev.sinter.runtime.Function;
import dev.sinter.runtime.Manifest;
import dev.sinter.runtime.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// `sinter compile`: a model file becomes an artifact, or the text of any stage on the way.
@Command(name = "compile", mixinStandardHelpOptions = true, description = "Compiles a model file to an artifact.",
        footer = {"", "Without --weights the artifact has the model's initial values for seed 0.", "Without -o, --emit writes to standard output."})
final class CompileCommand implements Callable<Integer> {
    @ParentCommand
    private Sinter sinter;

    @Mixin
    private ModelFile model;

    @Option(names = "--weights", paramLabel = "W.safetensors", description = "The model's state.")
    private Path weights;

    @Option(names = "--target", paramLabel = "TARGETS", description = "jvm, native, or jvm,native (default: both).")
    private String target;

    @Option(names = "--emit", paramLabel = "TEXTS", description = "Also write ir, loops, class, llvm, asm, or several of them: ir,loops.")
    private String emit;

    @Option(names = {"-o", "--output"}, paramLabel = "OUT.jar", description = "The artifact.")
    private Path output;

    @Option(names = "--dims", paramLabel = "N=64", split = ",", description = "Extents of named dims, for the memory that a call needs (default: 1 for each).")
    private Map<String, Long> dims = Map.of();

    @Option(names = "--time", description = "Print how long each stage took.")
    private boolean time;

    @Option(names = "--json", description = "Print one JSON object about the artifact; without -o, one with the texts.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        var targets = Targets.parse(target);
        var kinds = texts(targets);
        if (output == null && kinds.isEmpty()) {
            throw UserError.use("nothing to write: give -o OUT.jar, or --emit for text on standard output");
        }
        if (output != null) {
            Artifacts.requireName(output);
            WholeFiles.writable(output);
        }
        dims.forEach((name, extent) -> {
            if (extent < 0) {
                throw UserError.use("--dims " + name + "=" + extent + ": an extent is not negative");
            }
        });
        Path source = model.existing();
        if (weights != null) {
            ModelFile.require(weights);
        }
        var stages = new Stages(sinter.console());
        Compilation compilation;
        try {
            compilation = Compiler.compile(source, model.options(targets), stages);
        } finally {
            stages.end();
        }
        checkDims(compilation.manifest());
        if (output == null && json) {
            texts(compilation, kinds);
        } else {
            for (Compilation.Text kind : kinds) {
                emit(compilation.texts(kind));
            }
        }
        if (output != null) {
            write(compilation);
            report(compilation, stages);
        }
        if (time) {
            sinter.console().err().print(stages.table());
        }
        return Sinter.DONE;
    }

    private void checkDims(Manifest manifest) {
        var known = manifest.functions().stream().flatMap(f -> f.dims().stream()).distinct().toList();
        for (String name : dims.keySet()) {
            if (!known.contains(name)) {
                var near = Near.names(name, known);
                throw UserError.use("no function of " + manifest.model() + " has a dim '" + name + "'" + (near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?")
                        + "; there are " + (known.isEmpty() ? "none" : String.join(", ", known)));
            }
        }
    }

    private List<Compilation.Text> texts(List<Target> targets) {
        var kinds = new ArrayList<Compilation.Text>();
        for (String name : Targets.split(emit == null ? "" : emit)) {
            kinds.add(switch (name) {
                case "ir" -> Compilation.Text.IR;
                case "loops" -> Compilation.Text.LOOPS;
                case "class" -> of(Target.JVM, targets, Compilation.Text.CLASS);
                case "llvm" -> of(Target.NATIVE, targets, Compilation.Text.LLVM);
                case "asm" -> of(Target.NATIVE, targets, Compilation.Text.ASM);
                default -> throw UserError.use("no text is called '" + name + "'; there are ir, loops, class, llvm, asm");
            });
        }
        return kinds;
    }

    /// A text that only one kind of code has. @throws UserError if none of that kind is compiled
    private static Compilation.Text of(Target target, List<Target> targets, Compilation.Text text) {
        if (!targets.contains(target)) {
            throw UserError.use("--emit " + text.name().toLowerCase(Locale.ROOT) + ": there is no such text for the target "
                    + targets.stream().map(Targets::name).collect(Collectors.joining(",")) + "; it needs --target " + Targets.name(target));
        }
        return text;
    }

    /// The texts as one object, by the endings that files of them have.
    private void texts(Compilation compilation, List<Compilation.Text> kinds) {
        var texts = new LinkedHashMap<String, String>();
        kinds.forEach(kind -> texts.putAll(compilation.texts(kind)));
        var fields = new LinkedHashMap<String, Object>();
        fields.put("model", compilation.manifest().model());
        fields.put("texts", texts);
        sinter.console().json(fields);
    }

    private void emit(Map<String, String> texts) throws IOException {
        if (output == null) {
            texts.forEach((ending, text) -> {
                if (texts.size() > 1) {
                    sinter.console().out().println("// " + ending);
                }
                sinter.console().out().print(text);
            });
            sinter.console().out().flush();
            return;
        }
        String base = output.getFileName().toString().replaceFirst("\\.jar$", "");
        for (var text : texts.entrySet()) {
            Path file = output.resolveSibling(base + "." + text.getKey());
            WholeFiles.text(file, text.getValue());
            sinter.console().err().println("wrote " + file);
        }
    }

    private void write(Compilation compilation) throws IOException {
        if (weights == null) {
            var state = compilation.initialState(0);
            WholeFiles.write(() -> compilation.write(output, state));
            return;
        }
        try (Model loaded = compilation.load(Artifacts.options("best", null))) {
            loaded.loadState(weights);
            WholeFiles.write(() -> loaded.save(output));
        }
    }

    private void report(Compilation compilation, Stages stages) throws IOException {
        long size = Files.size(output);
        var targets = compilation.manifest().functions().stream().flatMap(f -> f.variants().stream()).map(Manifest.Variant::target).distinct().toList();
        if (json) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("model", compilation.manifest().model());
            fields.put("artifact", output.toString());
            fields.put("bytes", size);
            fields.put("targets", targets);
            fields.put("functions", compilation.manifest().functions().stream().map(f -> {
                var about = new LinkedHashMap<String, Object>();
                about.put("name", f.name());
                about.put("arena", arena(f));
                return about;
            }).toList());
            fields.put("seconds", stages.nanos().values().stream().mapToLong(Long::longValue).sum() / 1e9);
            sinter.console().json(fields);
            return;
        }
        var out = sinter.console().out();
        out.println(output + ": model " + compilation.manifest().model() + ", " + Console.bytes(size) + ", " + String.join(" ", targets));
        try (Model loaded = Artifacts.load(output, "best", 1)) {
            for (Function f : Artifacts.own(loaded)) {
                out.println("  " + f);
                out.println("      " + (f.dims().isEmpty() ? "" : "with " + f.dims().stream().map(d -> d + " = " + extent(d)).collect(Collectors.joining(", ")) + ": ")
                        + Console.bytes(arena(f.entry())) + " for temporary values" + (f.writes().isEmpty() ? "" : "; changes " + f.writes().size() + " tensors of the state"));
            }
        }
        out.println(String.format(Locale.ROOT, "compiled in %.2f s", stages.nanos().values().stream().mapToLong(Long::longValue).sum() / 1e9));
    }

    private long extent(String dim) {
        return dims.getOrDefault(dim, 1L);
    }

    /// The most that any variant needs, on one thread.
    private long arena(Manifest.FunctionEntry function) {
        var values = new HashMap<String, Long>();
        function.dims().forEach(d -> values.put(d, extent(d)));
        values.put(Manifest.MEMBERS, 1L);
        return function.variants().stream().mapToLong(v -> v.arena().evaluate(values)).max().orElse(0);
    }
}
