package dev.sinter.compiler.command;

import dev.sinter.compiler.Compilation;
import dev.sinter.compiler.Compiler;
import dev.sinter.compiler.Target;
import dev.sinter.compiler.measure.KernelTimes;
import dev.sinter.compiler.measure.Limits;
import dev.sinter.compiler.measure.ProbeModel;
import dev.sinter.compiler.measure.Timing;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.problem.Near;
import dev.sinter.ir.graph.Origin;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import dev.sinter.passes.Pipeline;
import dev.sinter.passes.Pipelines;
import dev.sinter.passes.fuse.Decision;
import dev.sinter.passes.lower.Lowered;
import dev.sinter.passes.strassen.Strassen;
import dev.sinter.passes.winograd.Winograd;
import dev.sinter.runtime.Machine;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// `sinter explain`: what a code in a message means, or why operations share a kernel or do not.
@Command(name = "explain", mixinStandardHelpOptions = true, description = "Explains a code in a message (S0501), or, with --fusion, which operations share a kernel and why others do not, or, with --kernels, what each kernel costs.",
        footer = {"", "--kernels compiles each kernel by itself and runs it on one thread with its operands in the caches that hold them: its time is compared",
            "with what its arithmetic would take at the peak of multiply-adds, and its bytes, each once, at the speed of a copy of 16 MB. Where memory",
            "that the caches hold is what a kernel waits for, it may be faster than that."})
final class ExplainCommand implements Callable<Integer> {
    private static final long USUAL_EXTENT = 64;

    @ParentCommand
    private Sinter sinter;

    @Parameters(arity = "0..1", paramLabel = "CODE", description = "The code. Without one, all codes are listed.")
    private String code;

    @Option(names = "--fusion", paramLabel = "MODEL.sinter", description = "The model whose kernels to explain.")
    private Path fusion;

    @Option(names = "--kernels", paramLabel = "MODEL.sinter", description = "The model whose kernels to measure one by one.")
    private Path kernels;

    @Mixin
    private Exactness exactness;

    @Option(names = "--function", paramLabel = "F", description = "Only this function (with --fusion or --kernels).")
    private String function;

    @Option(names = "--model", paramLabel = "NAME", description = "The model to take, if the file holds several (default: the last one).")
    private String model;

    @Option(names = "--with", paramLabel = "NAME=VALUE", description = "A whole number for a parameter of the model, instead of its default; may be repeated.")
    private Map<String, Long> arguments = Map.of();

    @Option(names = "--dim", paramLabel = "N=64", description = "The extent of a named dim (with --kernels; default: 64 for each).")
    private Map<String, Long> dims = Map.of();

    @Option(names = "--target", paramLabel = "TARGET", description = "Whose code to measure, such as jvm-v512 (with --kernels; default: the best native code that runs here, else the JVM's).")
    private String target;

    @Option(names = "--json", description = "Print a JSON object for each code, decision or kernel.")
    private boolean json;

    @Override
    public Integer call() {
        if (Stream.of(fusion, kernels, code).filter(Objects::nonNull).count() > 1) {
            throw UserError.use("give a code, --fusion or --kernels, not several of them");
        }
        if (kernels != null) {
            explainKernels();
        } else if (fusion != null) {
            explainFusion();
        } else if (code != null) {
            explainCode();
        } else {
            Arrays.stream(Code.values()).forEach(c -> print(c, title(c)));
        }
        return Sinter.DONE;
    }

    private static String title(Code c) {
        return c.explanation().lines().findFirst().orElse("").replaceFirst("^#+ *", "").replaceFirst("^" + c + "[:. ]*", "");
    }

    private void explainCode() {
        String wanted = code.toUpperCase(Locale.ROOT).replaceFirst("^\\[(.*)]$", "$1");
        var names = Arrays.stream(Code.values()).map(Code::name).toList();
        if (!names.contains(wanted)) {
            var near = Near.names(wanted, names);
            throw UserError.use("there is no code " + code + (near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?") + "; 'sinter explain' lists them");
        }
        Code found = Code.valueOf(wanted);
        if (json) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("code", found.toString());
            fields.put("title", title(found));
            fields.put("text", found.explanation());
            sinter.console().json(fields);
        } else {
            sinter.console().out().print(found.explanation());
        }
    }

    private void print(Code listed, String title) {
        if (json) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("code", listed.toString());
            fields.put("title", title);
            sinter.console().json(fields);
        } else {
            sinter.console().out().println(listed + "  " + title);
        }
    }

    private void explainFusion() {
        ModelFile.require(fusion);
        // One machine is enough: decisions do not depend on it.
        compile(fusion, List.of(Target.JVM)).lowered().values().iterator().next().forEach(this::print);
        var chosen = Pipelines.exact().run(IrCommand.select(Compiler.check(fusion, options(List.of())), function), Pipeline.Observer.NONE);
        if (!exactness.ofConvolutions()) {
            list("convolutions by filters of 3 × 3:", "convolution", Winograd.convolutions(chosen).stream().map(f -> new Choice(f.function(), f.sizes(), f.from(), f.choice())).toList());
        }
        if (!exactness.ofProducts()) {
            list("products of matrices:", "product", Strassen.products(chosen).stream().map(f -> new Choice(f.function(), f.sizes(), f.from(), f.choice())).toList());
        }
    }

    /// What might save multiplications, and whether it does.
    private record Choice(String function, String sizes, Origin from, String computed) { }

    private void list(String title, String kind, List<Choice> choices) {
        var out = sinter.console().out();
        if (!json && !choices.isEmpty()) {
            out.println(title);
        }
        for (Choice c : choices) {
            if (json) {
                var fields = new LinkedHashMap<String, Object>();
                fields.put("function", c.function());
                fields.put(kind, c.sizes());
                fields.put("at", place(c.from()));
                fields.put("computed", c.computed());
                sinter.console().json(fields);
            } else {
                out.println("  " + c.function() + ": " + c.sizes() + at(c.from()) + ": " + c.computed());
            }
        }
        out.flush();
    }

    private Compiler.Options options(List<Target> targets) {
        return exactness.of(new Compiler.Options(new dev.sinter.frontend.checked.Options(ElementType.F32, Optional.ofNullable(model), arguments), targets));
    }

    private Compilation compile(Path file, List<Target> targets) {
        var options = options(targets);
        return Compiler.compile(IrCommand.select(Compiler.check(file, options), function), options, Compiler.Progress.NONE);
    }

    private void explainKernels() {
        ModelFile.require(kernels);
        String chosen = target != null ? target : Machine.targets().stream().filter(t -> t.startsWith("jvm-") || Targets.nativeCodeRunsHere()).findFirst().orElseThrow();
        if (!Machine.targets().contains(chosen)) {
            throw UserError.use("no target is called '" + chosen + "' that runs here; there are " + String.join(", ", Machine.targets()));
        }
        var machine = ProbeModel.machine(chosen);
        var lowered = compile(kernels, List.of(chosen.startsWith("jvm-") ? Target.JVM : Target.NATIVE)).lowered().get(machine);
        var limits = Limits.of(chosen, Timing.Plan.QUICK);
        lowered.forEach((name, l) -> {
            if (function == null && Artifacts.isInternal(name)) {
                return;
            }
            var extents = new LinkedHashMap<String, Long>();
            var program = (chosen.startsWith("jvm-") ? l.inJit() : l.programs()).call();
            program.dims().forEach(d -> extents.put(d.name(), dims.getOrDefault(d.name(), USUAL_EXTENT)));
            print(name, chosen, KernelTimes.of(program, chosen, extents, limits));
        });
    }

    private void print(String name, String chosen, List<KernelTimes.Row> rows) {
        var out = sinter.console().out();
        double total = rows.stream().mapToDouble(r -> r.runs() * r.measured()).sum();
        if (!json) {
            out.println(name + " on " + chosen + ", one thread: kernels of " + micros(total) + " us in all");
            out.println(String.format(Locale.ROOT, "  %-16s %6s %-12s %10s %10s %12s %12s %6s %6s %-10s  %s", "kernel", "runs", "in registers", "kflop", "KB", "predicted us", "measured us", "of it", "share", "limit", "computes"));
        }
        for (KernelTimes.Row r : rows) {
            if (json) {
                var fields = new LinkedHashMap<String, Object>();
                fields.put("function", name);
                fields.put("target", chosen);
                fields.put("kernel", r.kernel());
                fields.put("computes", r.origin());
                fields.put("runs", r.runs());
                fields.put("sums", r.sums());
                fields.put("lanes", r.lanes());
                fields.put("flops", r.flops());
                fields.put("bytes", r.bytes());
                fields.put("predicted_us", r.predicted() / 1e3);
                fields.put("measured_us", r.measured() / 1e3);
                fields.put("limit", r.limit());
                sinter.console().json(fields);
            } else {
                out.println(String.format(Locale.ROOT, "  %-16s %6s %-12s %10.1f %10.1f %12s %12s %5.0f%% %5.0f%% %-10s  %s", r.kernel(), r.runs() == 0 ? "?" : r.runs(), r.sums() == 0 ? "" : r.sums() + " x " + r.lanes(),
                        r.flops() / 1e3, r.bytes() / 1e3, micros(r.predicted()), micros(r.measured()), 100 * r.predicted() / r.measured(), 100 * r.runs() * r.measured() / total, r.limit(), r.origin()));
            }
        }
        out.flush();
    }

    private static String micros(double nanos) {
        return String.format(Locale.ROOT, "%.2f", nanos / 1e3);
    }

    private void print(String name, Lowered lowered) {
        var out = sinter.console().out();
        if (json) {
            for (Decision d : lowered.decisions()) {
                var fields = new LinkedHashMap<String, Object>();
                fields.put("function", name);
                fields.put("fused", d.fused());
                fields.put("producer", d.producer());
                fields.put("producer_at", place(d.from()));
                fields.put("consumer", d.consumer());
                fields.put("consumer_at", place(d.to()));
                fields.put("reason", d.reason());
                sinter.console().json(fields);
            }
            return;
        }
        out.println(name + ": " + kernels(lowered.programs().call().body()) + " kernels");
        for (Decision d : lowered.decisions()) {
            out.println("  " + (d.fused() ? "joined " : "apart  ") + d.producer() + at(d.from()) + " -> " + d.consumer() + at(d.to()));
            if (!d.reason().isEmpty()) {
                out.println("         " + d.reason());
            }
        }
    }

    private static long kernels(List<Stmt> body) {
        return body.stream().mapToLong(s -> switch (s) {
            case Stmt.Launch _ -> 1;
            case Stmt.For loop -> kernels(loop.body());
            case Stmt.While loop -> kernels(loop.head()) + kernels(loop.body());
            case Stmt.If choice -> kernels(choice.then()) + kernels(choice.otherwise());
            default -> 0;
        }).sum();
    }

    private static String at(Origin origin) {
        String place = place(origin);
        return place.isEmpty() ? "" : " (" + place + ")";
    }

    private static String place(Origin origin) {
        return origin == null ? "" : origin.toString();
    }
}
