package dev.sinter.compiler.command;

import dev.sinter.compiler.Compilation;
import dev.sinter.compiler.Compiler;
import dev.sinter.compiler.Target;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.problem.Near;
import dev.sinter.ir.graph.Origin;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.passes.fuse.Decision;
import dev.sinter.passes.lower.Lowered;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// `sinter explain`: what a code in a message means, or why operations share a kernel or do not.
@Command(name = "explain", mixinStandardHelpOptions = true, description = "Explains a code in a message (S0501), or, with --fusion, which operations share a kernel and why others do not.")
final class ExplainCommand implements Callable<Integer> {
    @ParentCommand
    private Sinter sinter;

    @Parameters(arity = "0..1", paramLabel = "CODE", description = "The code. Without one, all codes are listed.")
    private String code;

    @Option(names = "--fusion", paramLabel = "MODEL.sinter", description = "The model whose kernels to explain.")
    private Path fusion;

    @Option(names = "--function", paramLabel = "F", description = "Only this function (with --fusion).")
    private String function;

    @Option(names = "--json", description = "Print a JSON object for each decision (with --fusion).")
    private boolean json;

    @Override
    public Integer call() {
        if (fusion != null && code != null) {
            throw UserError.use("give a code or --fusion, not both");
        }
        if (fusion != null) {
            explainFusion();
        } else if (code != null) {
            explainCode();
        } else {
            Arrays.stream(Code.values()).forEach(c -> sinter.console().out().println(c + "  " + title(c)));
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
        sinter.console().out().print(Code.valueOf(wanted).explanation());
    }

    private void explainFusion() {
        ModelFile.require(fusion);
        var checked = Compiler.check(fusion, Compiler.Options.DEFAULT);
        // One machine is enough: decisions do not depend on it.
        Compilation compilation = Compiler.compile(IrCommand.select(checked, function), Compiler.Options.DEFAULT.withTargets(List.of(Target.JVM)), Compiler.Progress.NONE);
        compilation.lowered().values().iterator().next().forEach(this::print);
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
        out.println(name + ": " + kernels(lowered.program().body()) + " kernels");
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
