package dev.sinter.frontend;

import dev.sinter.frontend.ast.SourceFile;
import dev.sinter.frontend.checked.CheckedModel;
import dev.sinter.frontend.checked.Options;
import dev.sinter.frontend.elaborate.Elaboration;
import dev.sinter.frontend.library.Library;
import dev.sinter.frontend.parse.Parsing;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.problem.Problem;
import dev.sinter.frontend.problem.Problems;
import dev.sinter.frontend.problem.Render;
import dev.sinter.frontend.source.Source;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/// From a source in the model language to graphs, or to all that is wrong with it.
public final class Frontend {
    /// Deep but finite nesting needs stack; see the limits in `Nesting` and on calls.
    private static final long STACK_BYTES = 512L << 20;

    private Frontend() { }

    /// What came of a source.
    ///
    /// @param model the model, if nothing stops it
    /// @param problems everything found, in the order of the text
    public record Result(Optional<CheckedModel> model, List<Problem> problems) {
        /// Copies the list.
        public Result {
            problems = List.copyOf(problems);
        }

        /// The model. @throws IllegalStateException if there is none
        public CheckedModel orThrow() {
            return model.orElseThrow(() -> new IllegalStateException(Render.text(problems)));
        }
    }

    /// Compiles a file; `import a.b` that is not in the library is looked up beside it as `a/b.sinter`.
    ///
    /// @throws java.io.UncheckedIOException if the file cannot be read
    public static Result compile(Path path, Options options) {
        Path folder = path.toAbsolutePath().getParent();
        return compile(Source.read(path), options, name -> {
            Path beside = folder.resolve(name.replace('.', '/') + ".sinter");
            return Files.isRegularFile(beside) ? Optional.of(Source.read(beside)) : Optional.empty();
        });
    }

    /// Compiles a source that imports the library only.
    public static Result compile(Source source, Options options) {
        return compile(source, options, _ -> Optional.empty());
    }

    /// Compiles a source; `imports` finds other files by their dotted names.
    public static Result compile(Source source, Options options, Function<String, Optional<Source>> imports) {
        var problems = new Problems();
        var model = new AtomicReference<Optional<CheckedModel>>(Optional.empty());
        onDeepStack(source, problems, () -> {
            SourceFile file = Parsing.parse(source, problems);
            Optional<CheckedModel> found = Elaboration.model(file, options, problems, imports);
            if (!problems.hasErrors()) model.set(found);
        });
        return new Result(model.get(), problems.sorted());
    }

    /// The errors of grammar in a source: what stops it from being read at all.
    public static List<Problem> syntaxErrors(Source source) {
        var problems = new Problems();
        onDeepStack(source, problems, () -> Parsing.parse(source, problems));
        return problems.hasErrors() ? problems.sorted() : List.of();
    }

    /// The examples of the standard library, by file.
    ///
    /// @throws IllegalStateException if the library has errors
    public static List<CheckedModel.Example> libraryExamples(String file, Options options) {
        var problems = new Problems();
        var examples = new ArrayList<CheckedModel.Example>();
        onDeepStack(Library.source(file).orElseThrow(), problems, () -> examples.addAll(Elaboration.library(file, options, problems)));
        if (problems.hasErrors()) throw new IllegalStateException(Render.text(problems.sorted()));
        return examples;
    }

    private static void onDeepStack(Source source, Problems problems, Runnable work) {
        var thrown = new AtomicReference<Throwable>();
        var thread = new Thread(null, () -> {
            try {
                work.run();
            } catch (StackOverflowError tooDeep) {
                problems.add(Problem.error(Code.S0105, "this file is nested too deeply", source.span(0, 0), "the compiler ran out of stack"));
            } catch (Throwable t) {
                thrown.set(t);
            }
        }, "sinter-frontend", STACK_BYTES);
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            thread.interrupt();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while compiling " + source.name(), interrupted);
        }
        switch (thrown.get()) {
            case null -> { }
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable t -> throw new IllegalStateException(t);
        }
    }
}
