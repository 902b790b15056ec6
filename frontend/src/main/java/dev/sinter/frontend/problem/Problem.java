package dev.sinter.frontend.problem;

import dev.sinter.frontend.source.Span;
import java.util.ArrayList;
import java.util.List;

/// Something wrong in a source: the facts, without layout.
///
/// @param code stable, explained by `sinter explain`
/// @param severity whether compilation can succeed nevertheless
/// @param title stands alone; lower case, no full stop
/// @param primary the smallest span that shows the fault
/// @param also where the facts came from
/// @param help what the user can do
public record Problem(Code code, Severity severity, String title, Label primary, List<Label> also, List<String> help) {
    /// Whether it stops the compilation.
    public enum Severity {
        /// Nothing can be compiled.
        ERROR,
        /// Compiled, but probably not what was meant.
        WARNING
    }

    /// Copies the lists.
    public Problem {
        also = List.copyOf(also);
        help = List.copyOf(help);
    }

    /// An error with one label.
    public static Problem error(Code code, String title, Span span, String label) {
        return new Problem(code, Severity.ERROR, title, new Label(span, label), List.of(), List.of());
    }

    /// A warning with one label.
    public static Problem warning(Code code, String title, Span span, String label) {
        return new Problem(code, Severity.WARNING, title, new Label(span, label), List.of(), List.of());
    }

    /// This problem with one more place.
    public Problem with(Span span, String text) {
        var more = new ArrayList<>(also);
        more.add(new Label(span, text));
        return new Problem(code, severity, title, primary, more, help);
    }

    /// This problem with one more piece of advice.
    public Problem help(String advice) {
        var more = new ArrayList<>(help);
        more.add(advice);
        return new Problem(code, severity, title, primary, also, more);
    }

    /// This problem, shown at another place first.
    public Problem at(Label place, List<Label> others) {
        return new Problem(code, severity, title, place, others, help);
    }

    /// Whether it stops the compilation.
    public boolean isError() {
        return severity == Severity.ERROR;
    }
}
