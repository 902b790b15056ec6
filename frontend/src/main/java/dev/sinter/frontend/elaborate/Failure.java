package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.problem.Problem;
import dev.sinter.frontend.source.Span;

/// The end of one statement's elaboration: what is wrong with it, or nothing if that was reported before. Caught where the
/// next independent statement begins.
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    Failure(Problem problem) {
        super(problem == null ? "reported before" : problem.title(), null, false, false);
        this.problem = problem;
    }

    /// The consequence of a problem that was reported at its own place.
    static Failure silent() {
        return new Failure(null);
    }

    static Failure of(Code code, String title, Span span, String label) {
        return new Failure(Problem.error(code, title, span, label));
    }

    /// The problem, or null.
    Problem problem() {
        return problem;
    }

    Failure help(String advice) {
        return problem == null ? this : new Failure(problem.help(advice));
    }

    Failure with(Span span, String text) {
        return problem == null ? this : new Failure(problem.with(span, text));
    }
}
