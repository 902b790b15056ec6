package dev.sinter.compiler.command;

import dev.sinter.compiler.Compiler;
import dev.sinter.compiler.SourceProblems;
import dev.sinter.frontend.Frontend;
import dev.sinter.frontend.checked.CheckedModel;
import dev.sinter.frontend.problem.Json;
import dev.sinter.frontend.problem.Render;
import dev.sinter.ir.graph.NotDifferentiableException;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// `sinter check`: everything that is wrong with a model file.
@Command(name = "check", mixinStandardHelpOptions = true, description = "Checks a model file: exit code 0 if it compiles, 1 if not.")
final class CheckCommand implements Callable<Integer> {
    @ParentCommand
    private Sinter sinter;

    @Mixin
    private ModelFile model;

    @Option(names = "--json", description = "Print the problems as one JSON array on standard output.")
    private boolean json;

    @Override
    public Integer call() {
        Frontend.Result result = Frontend.compile(model.existing(), model.frontend());
        var problems = new ArrayList<>(result.problems());
        boolean valid = result.model().isPresent();
        try {
            result.model().ifPresent(Compiler::differentiate);
        } catch (NotDifferentiableException e) {
            problems.addAll(SourceProblems.of(e).problems());
            valid = false;
        }
        if (json) {
            sinter.console().out().println(Json.array(problems));
        } else if (!problems.isEmpty()) {
            sinter.console().err().print(Render.text(problems));
        }
        if (valid && !json) {
            sinter.console().out().println(model.file() + ": " + describe(result.model().orElseThrow()));
        }
        return valid ? Sinter.DONE : Sinter.WRONG_INPUT;
    }

    private static String describe(CheckedModel m) {
        long functions = m.module().entries().stream().filter(e -> !Artifacts.isInternal(e.name())).count();
        return "model " + m.module().name() + " is valid: " + count(functions, "function") + ", " + count(m.module().state().size(), "tensor") + " of state, "
                + count(m.examples().size(), "example") + (m.training().isPresent() ? ", trainable" : "");
    }

    private static String count(long n, String what) {
        return n + " " + what + (n == 1 ? "" : "s");
    }
}
