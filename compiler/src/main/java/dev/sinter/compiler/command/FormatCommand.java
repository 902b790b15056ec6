package dev.sinter.compiler.command;

import dev.sinter.frontend.format.Formatter;
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
        footer = {"", "With --check: exit code 1 if a file is not in that style."})
final class FormatCommand implements Callable<Integer> {
    @ParentCommand
    private Sinter sinter;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Model files, or folders of them.")
    private List<Path> files;

    @Option(names = "--check", description = "Change nothing; name the files that would change.")
    private boolean check;

    @Override
    public Integer call() throws IOException {
        int changed = 0;
        for (Path file : SourceFiles.in(files)) {
            String text = Source.read(file).text();
            String formatted = Formatter.format(text);
            if (formatted.equals(text)) {
                continue;
            }
            changed++;
            if (!check) {
                WholeFiles.writable(file);
                WholeFiles.text(file, formatted);
            }
            sinter.console().out().println((check ? "would change " : "laid out ") + file);
        }
        return check && changed > 0 ? Sinter.WRONG_INPUT : Sinter.DONE;
    }
}
