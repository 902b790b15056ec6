package dev.sinter.compiler.command;

import dev.sinter.frontend.Frontend;
import dev.sinter.frontend.format.Formatter;
import dev.sinter.frontend.problem.Problem;
import dev.sinter.frontend.problem.Render;
import dev.sinter.frontend.source.Source;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// `sinter fmt`: lays model files out in the one style.
@Command(name = "fmt", mixinStandardHelpOptions = true, description = "Lays model files out in the one style, in place.",
        footer = {"", "A file with errors of grammar stays as it is. Exit code 1 if there is one, or with --check if a file is not in that style."})
final class FormatCommand implements Callable<Integer> {
    @ParentCommand
    private Sinter sinter;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Model files, or folders of them.")
    private List<Path> files;

    @Option(names = "--check", description = "Change nothing; name the files that would change.")
    private boolean check;

    @Override
    public Integer call() throws IOException {
        boolean wrong = false;
        for (Path file : SourceFiles.in(files)) {
            Source source = Source.read(file);
            List<Problem> errors = Frontend.syntaxErrors(source);
            String formatted = errors.isEmpty() ? Formatter.format(source.text()) : source.text();
            if (!errors.isEmpty()) {
                sinter.console().err().print(Render.text(errors));
                wrong = true;
            }
            if (formatted.equals(source.text())) {
                continue;
            }
            wrong |= check;
            if (!check) {
                WholeFiles.writable(file);
                WholeFiles.text(file, formatted);
            }
            sinter.console().out().println((check ? "would change " : "laid out ") + file);
        }
        return wrong ? Sinter.WRONG_INPUT : Sinter.DONE;
    }
}
