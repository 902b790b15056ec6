package dev.sinter.compiler.command;

import dev.sinter.compiler.Compiler;
import dev.sinter.compiler.SourceProblems;
import dev.sinter.compiler.data.DataException;
import dev.sinter.compiler.training.TrainingException;
import dev.sinter.ir.graph.NotDifferentiableException;
import dev.sinter.runtime.ArtifactException;
import dev.sinter.runtime.CallException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/// The command `sinter`: finds the subcommand and turns whatever goes wrong into a message and an exit code.
@Command(name = "sinter", description = "Compiles neural networks from model files to artifacts, and runs, tests and measures them.",
        subcommands = {TrainCommand.class, CompileCommand.class, RunCommand.class, TestCommand.class, BenchCommand.class, WarmUpCommand.class, IrCommand.class,
            GraphCommand.class, ExplainCommand.class, CheckCommand.class, FormatCommand.class},
        footer = {"", "A model file holds one model, its training and its examples; those that come with Sinter are in the folder models.",
            "Every command explains itself: sinter COMMAND --help."})
public final class Sinter implements Runnable {
    /// It worked.
    static final int DONE = 0;
    /// A model, an artifact, data or an argument's content is wrong, or an example failed.
    static final int WRONG_INPUT = 1;
    /// The command line is wrong.
    static final int WRONG_USE = 2;
    /// The environment lacks something.
    static final int LACKING = 3;
    /// A bug of Sinter.
    static final int BUG = 70;

    private final Console console;

    @Spec
    private CommandSpec spec;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Print this help.")
    private boolean help;

    @Option(names = {"-V", "--version"}, versionHelp = true, description = "Print the version.")
    private boolean version;

    private Sinter(Console console) {
        this.console = console;
    }

    /// Runs the command in a process of its own.
    public static void main(String[] args) {
        System.setProperty("java.awt.headless", "true");
        WholeFiles.finishWhatBegan();
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        var err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
        boolean terminal = System.console() != null && System.console().isTerminal();
        int code = run(args, new Console(out, err, terminal));
        out.flush();
        System.exit(code);
    }

    /// Runs the command in this process.
    ///
    /// @param out results
    /// @param err progress and messages
    /// @return the exit code
    public static int run(String[] args, PrintStream out, PrintStream err) {
        return run(args, new Console(out, err, false));
    }

    private static int run(String[] args, Console console) {
        var line = new CommandLine(new Sinter(console));
        line.setOut(new PrintWriter(console.out(), true));
        line.setErr(new PrintWriter(console.err(), true));
        line.getSubcommands().values().forEach(c -> c.setUsageHelpWidth(110));
        line.setUsageHelpWidth(110);
        line.getCommandSpec().versionProvider(() -> new String[] {Compiler.PRODUCER + ", Java " + Runtime.version()
                + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", targets " + String.join(" ", dev.sinter.runtime.Machine.targets())});
        line.setParameterExceptionHandler((e, _) -> wrongUse(console, e));
        line.setExecutionExceptionHandler((e, _, _) -> failed(console, e, args));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        try {
            return line.execute(args);
        } catch (OutOfMemoryError e) {
            return outOfMemory(console);
        } catch (Error e) {
            return bug(console, e, args);
        }
    }

    Console console() {
        return console;
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    private static int wrongUse(Console console, ParameterException e) {
        boolean noCommand = e instanceof UnmatchedArgumentException u && e.getCommandLine().getParent() == null && !u.getUnmatched().getFirst().startsWith("-");
        console.err().println("error: " + (noCommand ? "there is no command '" + ((UnmatchedArgumentException) e).getUnmatched().getFirst() + "'" : e.getMessage()));
        if (e instanceof UnmatchedArgumentException unmatched) {
            UnmatchedArgumentException.printSuggestions(unmatched, new PrintWriter(console.err(), true));
        }
        console.err().println("try: " + e.getCommandLine().getCommandSpec().qualifiedName() + " --help");
        return WRONG_USE;
    }

    /// The message and the exit code for what a command threw.
    private static int failed(Console console, Exception e, String[] args) {
        switch (e) {
            case SourceProblems problems -> {
                console.err().print(problems.getMessage());
                return WRONG_INPUT;
            }
            case NotDifferentiableException underivable -> {
                console.err().print(SourceProblems.of(underivable).getMessage());
                return WRONG_INPUT;
            }
            case UserError user -> {
                console.err().println("error: " + user.getMessage());
                return user.exitCode();
            }
            case DataException _, TrainingException _, ArtifactException _, CallException _ -> {
                console.err().println("error: " + e.getMessage());
                return WRONG_INPUT;
            }
            case UncheckedIOException wrapped -> {
                console.err().println("error: " + describe(wrapped.getCause()));
                return WRONG_INPUT;
            }
            case IOException io -> {
                console.err().println("error: " + describe(io));
                return WRONG_INPUT;
            }
            default -> {
                return bug(console, e, args);
            }
        }
    }

    /// What the system says about a file, for people.
    static String describe(IOException e) {
        return switch (e) {
            case NoSuchFileException n -> "there is no file " + n.getFile();
            case AccessDeniedException a -> a.getFile() + " may not be read or written";
            case FileSystemException f when f.getReason() != null -> f.getFile() + ": " + f.getReason();
            case java.nio.charset.CharacterCodingException _ -> "the file is no UTF-8 text";
            default -> e.getMessage() == null ? e.toString() : e.getMessage();
        };
    }

    private static int outOfMemory(Console console) {
        console.err().println("error: the memory of " + Runtime.getRuntime().maxMemory() / (1 << 20)
                + " MB does not suffice; give more, for example SINTER_JAVA_OPTIONS=-Xmx8g, or use smaller batches");
        return LACKING;
    }

    private static int bug(Console console, Throwable e, String[] args) {
        if (e instanceof UnsatisfiedLinkError || e.getCause() instanceof UnsatisfiedLinkError) {
            console.err().println("error: a native library cannot be loaded: " + e.getMessage() + "; without native code: --target jvm");
            return LACKING;
        }
        var trace = new StringWriter();
        e.printStackTrace(new PrintWriter(trace));
        console.err().println("This is a bug of Sinter, not a mistake of yours. Please report it with the model file and these lines:");
        console.err().println("  " + Compiler.PRODUCER + ", Java " + Runtime.version() + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        console.err().println("  sinter " + Arrays.stream(args).map(a -> a.contains(" ") ? "'" + a + "'" : a).collect(Collectors.joining(" ")));
        trace.toString().lines().forEach(l -> console.err().println("  " + l));
        return BUG;
    }
}
