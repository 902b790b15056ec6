package dev.sinter.compiler.command;

import dev.sinter.frontend.checked.CheckedModel;
import dev.sinter.frontend.problem.Near;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.text.GraphPrinter;
import dev.sinter.passes.Pipeline;
import dev.sinter.passes.Pipelines;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// `sinter ir`: the graphs of a model as text, before, between or after the passes.
@Command(name = "ir", mixinStandardHelpOptions = true, description = "Prints the graphs of a model, as the frontend makes them or after a pass.")
final class IrCommand implements Callable<Integer> {
    @ParentCommand
    private Sinter sinter;

    @Mixin
    private ModelFile model;

    @Option(names = "--function", paramLabel = "F", description = "Only this function.")
    private String function;

    @Option(names = "--after", paramLabel = "PASS", description = "As they are after this pass (default: before the first one); all for after the last one.")
    private String after;

    @Override
    public Integer call() {
        Pipeline pipeline = pipeline(after);
        Module module = select(model.check(), function);
        if (pipeline != null) {
            module = pipeline.run(module, Pipeline.Observer.NONE);
        }
        sinter.console().out().print(GraphPrinter.print(module));
        sinter.console().out().flush();
        return Sinter.DONE;
    }

    /// The passes up to the one named; null for none.
    static Pipeline pipeline(String after) {
        if (after == null) {
            return null;
        }
        try {
            return after.equals("all") ? Pipelines.standard() : Pipelines.standard().until(after);
        } catch (IllegalArgumentException e) {
            throw UserError.use(e.getMessage() + ", and all for the last one");
        }
    }

    /// The module with all functions, `init` among them, or with one. @throws UserError if there is none of that name
    static Module select(CheckedModel model, String function) {
        var entries = new java.util.ArrayList<>(model.module().entries());
        if (entries.stream().noneMatch(e -> e.name().equals(model.init().name()))) {
            entries.add(model.init());
        }
        if (function == null) {
            return new Module(model.module().name(), model.module().state(), entries);
        }
        var found = entries.stream().filter(e -> e.name().equals(function)).toList();
        if (found.isEmpty()) {
            var names = entries.stream().map(Module.Entry::name).toList();
            var near = Near.names(function, names);
            throw UserError.use("model " + model.module().name() + " exports no function '" + function + "'"
                    + (near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?") + "; it exports " + String.join(", ", names));
        }
        return new Module(model.module().name(), model.module().state(), List.of(found.getFirst()));
    }
}
