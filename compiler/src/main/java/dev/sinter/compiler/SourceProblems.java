package dev.sinter.compiler;

import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.problem.Problem;
import dev.sinter.frontend.problem.Render;
import dev.sinter.frontend.source.Source;
import dev.sinter.ir.graph.NotDifferentiableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A source that is no valid model. The message is the rendered list of everything that is wrong with it.
public final class SourceProblems extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /// The problems found, at least one of them an error.
    public SourceProblems(List<Problem> problems) {
        super(Render.text(problems));
        this.problems = List.copyOf(problems);
    }

    /// The problem of a model that asks for a derivative which does not exist, shown at its place if that is in a file that can be read.
    public static SourceProblems of(NotDifferentiableException e) {
        Path file = Path.of(e.origin().file());
        Source source = Files.isReadable(file) && Files.isRegularFile(file) ? Source.read(file) : Source.of(e.origin().file(), "");
        String[] reasonAndAdvice = e.reason().split("; ", 2);
        Problem problem = Problem.error(Code.S0704, "`" + e.op() + "` cannot be differentiated", source.word(e.origin().line(), e.origin().column()), reasonAndAdvice[0]);
        return new SourceProblems(List.of(reasonAndAdvice.length == 1 ? problem : problem.help(reasonAndAdvice[1])));
    }

    /// The problems, in the order of the text.
    public List<Problem> problems() {
        return problems;
    }
}
