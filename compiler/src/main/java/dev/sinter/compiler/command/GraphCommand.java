package dev.sinter.compiler.command;

import dev.sinter.compiler.plot.GraphDrawing;
import dev.sinter.ir.graph.Module;
import dev.sinter.passes.Pipeline;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// `sinter graph`: a function's graph as a picture.
@Command(name = "graph", mixinStandardHelpOptions = true, description = "Draws the graph of a function as an SVG picture.")
final class GraphCommand implements Callable<Integer> {
    @ParentCommand
    private Sinter sinter;

    @Mixin
    private ModelFile model;

    @Option(names = "--function", paramLabel = "F", description = "The function (default: the first one that the model exports).")
    private String function;

    @Option(names = "--after", paramLabel = "PASS", description = "As it is after this pass (default: before the first one); all for after the last one.")
    private String after;

    @Option(names = {"-o", "--output"}, required = true, paramLabel = "G.svg", description = "The picture.")
    private Path output;

    @Override
    public Integer call() throws IOException {
        WholeFiles.writable(output);
        if (!output.toString().endsWith(".svg")) {
            throw UserError.use("-o " + output + ": the picture's name ends in .svg");
        }
        Pipeline pipeline = IrCommand.pipeline(after);
        Module module = IrCommand.select(model.check(), function);
        if (pipeline != null) {
            module = pipeline.run(module, Pipeline.Observer.NONE);
        }
        Module.Entry entry = module.entries().getFirst();
        WholeFiles.text(output, GraphDrawing.svg(entry));
        sinter.console().err().println("drew " + entry.name() + ", " + entry.function().values().size() + " values, to " + output);
        return Sinter.DONE;
    }
}
