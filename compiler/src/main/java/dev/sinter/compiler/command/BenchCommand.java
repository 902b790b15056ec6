package dev.sinter.compiler.command;

import dev.sinter.compiler.Arrays;
import dev.sinter.compiler.Compilation;
import dev.sinter.compiler.Compiler;
import dev.sinter.compiler.Target;
import dev.sinter.compiler.examples.Examples;
import dev.sinter.compiler.measure.Limits;
import dev.sinter.compiler.measure.Signature;
import dev.sinter.compiler.measure.Timing;
import dev.sinter.frontend.checked.CheckedModel;
import dev.sinter.frontend.problem.Near;
import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.interp.ModuleInterpreter;
import dev.sinter.ir.type.ElementType;
import dev.sinter.passes.Pipeline;
import dev.sinter.passes.Pipelines;
import dev.sinter.runtime.Function;
import dev.sinter.runtime.Machine;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// `sinter bench`: how fast the functions of a model are, on each executor.
@Command(name = "bench", mixinStandardHelpOptions = true, description = "Measures the functions of a model: time, arithmetic, memory traffic and allocation of a call, on random inputs.",
        footer = {"", "GFLOP/s count the arithmetic that the model asks for, two for each multiply-add; GB/s the inputs, outputs, state and",
            "constants of a call, each once. They are given with their part of what one thread can do at best in this process (times",
            "the threads, for arithmetic): a probe of multiply-adds in registers, and a copy of 16 MB."})
final class BenchCommand implements Callable<Integer> {
    /// The interpreter is slow, and nobody needs its time to a percent.
    private static final Timing.Plan INTERPRETER = new Timing.Plan(0, 3, 1);
    private static final long USUAL_EXTENT = 64;

    @ParentCommand
    private Sinter sinter;

    @Parameters(paramLabel = "MODEL.sinter|OUT.jar", description = "The model file or the artifact.")
    private Path file;

    @Option(names = "--function", paramLabel = "F", description = "The functions, separated by commas (default: all that the model exports).")
    private String functions;

    @Option(names = "--model", paramLabel = "NAME", description = "The model to take, if the file holds several (default: the last one).")
    private String modelName;

    @Option(names = "--with", paramLabel = "NAME=VALUE", description = "A whole number for a parameter of the model, instead of its default; may be repeated.")
    private Map<String, Long> arguments = Map.of();

    @Option(names = "--batch", paramLabel = "1,64", defaultValue = "1,64", description = "Extents of the dim N, or of a function's first named dim if it has no N (default: ${DEFAULT-VALUE}).")
    private String batches;

    @Option(names = "--dim", paramLabel = "T=64", description = "The extent of another named dim (default: 64 for each).")
    private Map<String, Long> dims = Map.of();

    @Option(names = "--threads", paramLabel = "1,2", defaultValue = "1", description = "Numbers of threads (default: ${DEFAULT-VALUE}).")
    private String threads;

    @Option(names = "--targets", paramLabel = "TARGETS", description = "interp, jvm, native, or names such as jvm-scalar (default: jvm,native; an artifact's own).")
    private String targets;

    @Mixin
    private Exactness exactness;

    @Option(names = "--quick", description = "Measure for half a second each instead of three.")
    private boolean quick;

    @Option(names = "--no-limits", description = "Do not measure the machine's limits first.")
    private boolean withoutLimits;

    @Option(names = "--json", description = "Print a JSON object for each line of the table.")
    private boolean json;

    private final Map<String, Limits> limits = new HashMap<>();

    /// One line of the table.
    ///
    /// @param batch -1 if the function has no named dims
    private record Line(String function, String target, int threads, long batch, Map<String, Long> dims, Timing timing, double flops, double bytes) {
        double gflops() {
            return flops / timing.medianNanos();
        }

        double gbps() {
            return bytes / timing.medianNanos();
        }
    }

    /// What is measured: an artifact for each target, and the graphs if the source is there.
    private record Subject(Model model, Module module) { }

    @Override
    public Integer call() {
        var plan = quick ? Timing.Plan.QUICK : Timing.Plan.USUAL;
        var threadCounts = numbers("--threads", threads);
        var batchSizes = numbers("--batch", batches);
        dims.forEach((name, extent) -> {
            if (extent < 0) {
                throw UserError.use("--dim " + name + "=" + extent + ": an extent is not negative");
            }
        });
        var subjects = subjects();
        try {
            var names = names(subjects);
            checkDims(names.stream().map(name -> subjects.values().iterator().next().model.function(name)).toList());
            if (!json) {
                sinter.console().out().println(String.format(Locale.ROOT, "%-16s %-18s %7s %6s %12s %12s %12s %9s %6s %8s %6s %9s %8s", "function", "target", "threads", "batch",
                        "median", "min", "max", "GFLOP/s", "peak", "GB/s", "copy", "alloc/call", "speed-up"));
            }
            for (String name : names) {
                var sizes = subjects.values().iterator().next().model.function(name).dims().isEmpty() ? List.of(-1) : batchSizes;
                for (int batch : sizes) {
                    Line first = null;
                    for (var subject : subjects.entrySet()) {
                        boolean interpreted = subject.getKey().equals(Examples.INTERPRETER);
                        for (int count : interpreted ? List.of(1) : threadCounts) {
                            Line line = interpreted ? interpreted(subject.getValue(), name, batch) : compiled(subject.getValue().model.function(name), count, batch, plan);
                            first = first == null ? line : first;
                            print(subject.getValue().model.name(), line, first, plan);
                        }
                    }
                }
            }
        } finally {
            subjects.values().forEach(s -> s.model.close());
        }
        return Sinter.DONE;
    }

    private static List<Integer> numbers(String option, String list) {
        var numbers = new ArrayList<Integer>();
        for (String text : Targets.split(list)) {
            try {
                numbers.add(Integer.parseInt(text));
            } catch (NumberFormatException e) {
                throw UserError.use(option + " is '" + list + "', expected whole numbers such as 1,64");
            }
            if (numbers.getLast() < 1) {
                throw UserError.use(option + " is '" + list + "', expected numbers of at least 1");
            }
        }
        if (numbers.isEmpty()) {
            throw UserError.use(option + " is empty");
        }
        return numbers;
    }

    private Map<String, Subject> subjects() {
        ModelFile.require(file);
        return file.toString().endsWith(".jar") ? ofArtifact() : ofSource();
    }

    private Map<String, Subject> ofArtifact() {
        var subjects = new LinkedHashMap<String, Subject>();
        for (String target : Targets.split(targets == null ? "best" : targets)) {
            if (target.equals(Examples.INTERPRETER)) {
                throw UserError.use("the interpreter needs the model file; an artifact holds no graphs");
            }
            subjects.put(target, new Subject(Artifacts.load(file, target, 1), null));
        }
        return subjects;
    }

    private Map<String, Subject> ofSource() {
        var wanted = Targets.split(targets == null ? Targets.nativeCodeRunsHere() ? "jvm,native" : "jvm" : targets);
        for (String target : wanted) {
            if (!List.of(Examples.INTERPRETER, "jvm", "native").contains(target) && !Machine.targets().contains(target)) {
                throw UserError.use("no target is called '" + target + "'; there are interp, jvm, native, " + String.join(", ", Machine.targets()));
            }
        }
        var kinds = new ArrayList<Target>();
        if (wanted.stream().anyMatch(t -> t.startsWith("jvm")) || wanted.equals(List.of(Examples.INTERPRETER))) {
            kinds.add(Target.JVM);
        }
        if (wanted.stream().anyMatch(t -> !t.startsWith("jvm") && !t.equals(Examples.INTERPRETER))) {
            kinds.add(Target.NATIVE);
        }
        var options = exactness.of(new Compiler.Options(new dev.sinter.frontend.checked.Options(ElementType.F32, Optional.ofNullable(modelName), arguments), kinds));
        CheckedModel checked = Compiler.check(file, options);
        Compilation compilation = Compiler.compile(checked, options, Compiler.Progress.NONE);
        var state = compilation.initialState(0);
        var subjects = new LinkedHashMap<String, Subject>();
        for (String target : wanted) {
            boolean interpreted = target.equals(Examples.INTERPRETER);
            Model model = compilation.load(Artifacts.options(interpreted ? "best" : target, 1));
            state.forEach(model::setState);
            subjects.put(target, new Subject(model, interpreted ? IrCommand.select(checked, null) : null));
        }
        return subjects;
    }

    private List<String> names(Map<String, Subject> subjects) {
        Model model = subjects.values().iterator().next().model;
        if (functions == null) {
            return Artifacts.own(model).stream().map(Function::name).toList();
        }
        return Targets.split(functions).stream().map(f -> Artifacts.function(model, f).name()).toList();
    }

    /// @throws UserError if an extent is given of a dim that none of the measured functions has
    private void checkDims(List<Function> measured) {
        var known = measured.stream().flatMap(f -> f.dims().stream()).distinct().toList();
        for (String given : dims.keySet()) {
            if (!known.contains(given)) {
                var near = Near.names(given, known);
                throw UserError.use(measured.stream().map(Function::name).collect(Collectors.joining(", ")) + (measured.size() == 1 ? " has" : " have") + " no dim '" + given + "'"
                        + (near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?") + "; there are " + (known.isEmpty() ? "none" : String.join(", ", known)));
            }
        }
    }

    /// The extent of every named dim of a function.
    private Map<String, Long> extents(Function function, long batch) {
        var extents = new LinkedHashMap<String, Long>();
        String first = function.dims().contains("N") ? "N" : function.dims().stream().findFirst().orElse("");
        function.dims().forEach(d -> extents.put(d, dims.getOrDefault(d, d.equals(first) ? batch : USUAL_EXTENT)));
        return extents;
    }

    private Line compiled(Function function, int threads, long batch, Timing.Plan plan) {
        var extents = extents(function, batch);
        try (var session = function.session(threads)) {
            Tensor[] inputs = Signature.inputs(function.inputs(), extents);
            session.bind(inputs, session.allocateOutputs(inputs));
            return line(function, function.target(), threads, batch, extents, Timing.of(session::call, plan));
        }
    }

    private Line interpreted(Subject subject, String name, long batch) {
        Function function = subject.model.function(name);
        var extents = extents(function, batch);
        Module expanded = Pipelines.standard().until("differentiate").run(new Module(subject.module.name(), subject.module.state(), List.of(subject.module.entry(name))),
                Pipeline.Observer.NONE);
        var interpreter = new ModuleInterpreter(expanded);
        subject.model.state().forEach((state, tensor) -> interpreter.set(state, Arrays.array(tensor)));
        Tensor[] inputs = Signature.inputs(function.inputs(), extents);
        Map<String, NdArray> arguments = new LinkedHashMap<>();
        for (int k = 0; k < inputs.length; k++) {
            arguments.put(function.inputs().get(k).name(), Arrays.array(inputs[k]));
        }
        return line(function, Examples.INTERPRETER, 1, batch, extents, Timing.of(() -> interpreter.call(name, arguments), INTERPRETER));
    }

    private static Line line(Function function, String target, int threads, long batch, Map<String, Long> extents, Timing timing) {
        return new Line(function.name(), target, threads, extents.isEmpty() ? -1 : batch, extents, timing, function.entry().flops().evaluate(extents),
                function.entry().bytes().evaluate(extents));
    }

    private Optional<Limits> limits(String target, Timing.Plan plan) {
        return withoutLimits || target.equals(Examples.INTERPRETER) ? Optional.empty() : Optional.of(limits.computeIfAbsent(target, t -> Limits.of(t, plan)));
    }

    private void print(String model, Line line, Line first, Timing.Plan plan) {
        Optional<Limits> limit = limits(line.target, plan);
        double speedUp = first.timing.medianNanos() / line.timing.medianNanos();
        if (!json) {
            sinter.console().out().println(String.format(Locale.ROOT, "%-16s %-18s %7d %6s %12s %12s %12s %9.2f %6s %8.2f %6s %9s %7.2fx", line.function, line.target, line.threads,
                    line.batch < 0 ? "-" : line.batch, time(line.timing.medianNanos()), time(line.timing.minNanos()), time(line.timing.maxNanos()), line.gflops(),
                    limit.map(l -> percent(line.gflops() / (l.gflops() * line.threads))).orElse("-"), line.gbps(), limit.map(l -> percent(line.gbps() / l.gbps())).orElse("-"),
                    Math.round(line.timing.allocBytes()) + " B", speedUp));
            return;
        }
        var fields = new LinkedHashMap<String, Object>();
        fields.put("model", model);
        fields.put("function", line.function);
        fields.put("target", line.target);
        fields.put("threads", line.threads);
        fields.put("batch", line.batch < 0 ? null : line.batch);
        fields.put("dims", line.dims);
        fields.put("median_us", line.timing.medianNanos() / 1e3);
        fields.put("min_us", line.timing.minNanos() / 1e3);
        fields.put("max_us", line.timing.maxNanos() / 1e3);
        fields.put("gflops", line.gflops());
        fields.put("gbps", line.gbps());
        fields.put("alloc_bytes", line.timing.allocBytes());
        fields.put("speed_up", speedUp);
        limit.ifPresent(l -> {
            fields.put("peak_gflops", l.gflops());
            fields.put("copy_gbps", l.gbps());
        });
        sinter.console().json(fields);
    }

    private static String percent(double part) {
        return String.format(Locale.ROOT, "%.0f%%", 100 * part);
    }

    private static String time(double nanos) {
        return nanos < 1e3 ? String.format(Locale.ROOT, "%.0f ns", nanos) : nanos < 1e6 ? String.format(Locale.ROOT, "%.2f us", nanos / 1e3)
                : String.format(Locale.ROOT, "%.2f ms", nanos / 1e6);
    }
}
