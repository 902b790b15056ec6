package dev.sinter.compiler;

import dev.sinter.frontend.problem.Problem;
import dev.sinter.frontend.problem.Render;
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

    /// The problems, in the order of the text.
    public List<Problem> problems() {
        return problems;
    }
}
