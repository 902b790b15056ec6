package dev.sinter.frontend.problem;

import dev.sinter.frontend.source.Source;
import dev.sinter.frontend.source.Span;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;

/// Lays problems out for a person at a terminal: place, source lines, carets, advice.
public final class Render {
    private static final int TAB = 4;

    private Render() { }

    /// All problems, one after the other, and a count at the end.
    public static String text(List<Problem> problems) {
        var out = new StringBuilder();
        for (Problem problem : problems) out.append(text(problem)).append('\n');
        long errors = problems.stream().filter(Problem::isError).count();
        long warnings = problems.size() - errors;
        if (errors > 0) out.append(count(errors, "error"));
        if (warnings > 0) out.append(errors > 0 ? ", " : "").append(count(warnings, "warning"));
        return out.append('\n').toString();
    }

    private static String count(long n, String what) {
        return n + " " + what + (n == 1 ? "" : "s");
    }

    /// One problem; ends with a line break.
    public static String text(Problem problem) {
        var labels = new ArrayList<Label>();
        labels.add(problem.primary());
        labels.addAll(problem.also());
        int width = labels.stream().mapToInt(l -> Integer.toString(l.span().line()).length()).max().orElse(1);
        String margin = " ".repeat(width + 2);
        var out = new StringBuilder();
        out.append(problem.isError() ? "error" : "warning").append('[').append(problem.code()).append("]: ").append(problem.title()).append('\n');
        var bySource = new LinkedHashMap<Source, List<Label>>();
        for (Label label : labels) bySource.computeIfAbsent(label.span().source(), _ -> new ArrayList<>()).add(label);
        bySource.forEach((_, inFile) -> {
            out.append(" ".repeat(width + 1)).append("--> ").append(inFile.getFirst().span()).append('\n');
            out.append(margin).append("|\n");
            lines(out, inFile, problem.primary(), width);
        });
        if (!problem.help().isEmpty()) out.append(margin).append("|\n");
        for (String advice : problem.help()) out.append(margin).append("= help: ").append(advice).append('\n');
        out.append(margin).append("= more: sinter explain ").append(problem.code()).append('\n');
        return out.toString();
    }

    private static void lines(StringBuilder out, List<Label> labels, Label primary, int width) {
        var sorted = new ArrayList<>(labels);
        sorted.sort(Comparator.comparing((Label l) -> l.span().line()).thenComparing(l -> l.span().start()));
        int shown = 0;
        for (Label label : sorted) {
            Span span = label.span();
            int line = span.line();
            if (line != shown) {
                if (shown != 0 && line > shown + 1) out.append(" ".repeat(width)).append("...\n");
                out.append(String.format(" %" + width + "d | ", line)).append(expand(span.source().lineText(line))).append('\n');
                shown = line;
            }
            String text = span.source().lineText(line);
            int from = Math.min(span.column() - 1, text.length());
            int to = span.source().line(Math.max(span.start(), span.end() - 1)) == line
                ? from + span.source().text().codePointCount(span.start(), span.end()) : text.codePointCount(0, text.length());
            int before = expandedWidth(text, from);
            int length = Math.max(1, expandedWidth(text, to) - before);
            out.append(" ".repeat(width + 2)).append("| ").append(" ".repeat(before))
                .append((label == primary ? "^" : "-").repeat(length));
            if (!label.text().isEmpty()) out.append(' ').append(label.text());
            out.append('\n');
        }
    }

    private static String expand(String line) {
        return line.replace("\t", " ".repeat(TAB));
    }

    /// The columns that the first `characters` characters of the line take on the terminal.
    private static int expandedWidth(String line, int characters) {
        int width = 0;
        int at = 0;
        for (int i = 0; i < characters && at < line.length(); i++) {
            int c = line.codePointAt(at);
            width += c == '\t' ? TAB : 1;
            at += Character.charCount(c);
        }
        return width;
    }
}
