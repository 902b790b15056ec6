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
    private static final int WIDTH = 160;

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
        int skipped = 0;
        for (Label label : sorted) {
            Span span = label.span();
            int line = span.line();
            String text = span.source().lineText(line);
            int from = Math.min(span.column() - 1, text.codePointCount(0, text.length()));
            boolean endsHere = span.source().line(Math.max(span.start(), span.end() - 1)) == line;
            int to = endsHere ? from + span.source().text().codePointCount(span.start(), span.end()) : text.codePointCount(0, text.length());
            int before = expandedWidth(text, from);
            if (line != shown) {
                if (shown != 0 && line > shown + 1) out.append(" ".repeat(width)).append("...\n");
                String shownText = expand(text);
                skipped = shownText.length() <= WIDTH ? 0 : Math.max(0, Math.min(before - WIDTH / 4, shownText.length() - WIDTH));
                out.append(String.format(" %" + width + "d | ", line)).append(clip(shownText, skipped)).append('\n');
                shown = line;
            }
            int start = Math.clamp(before - skipped, 0, WIDTH);
            int length = Math.clamp(expandedWidth(text, to) - skipped - start, 1, Math.max(1, WIDTH - start));
            out.append(" ".repeat(width + 2)).append("| ").append(" ".repeat(start)).append((label == primary ? "^" : "-").repeat(length));
            if (!label.text().isEmpty()) out.append(' ').append(label.text());
            out.append('\n');
        }
    }

    /// A very long line is shown in part only.
    private static String clip(String line, int from) {
        return line.length() <= WIDTH ? line : line.substring(from, Math.min(line.length(), from + WIDTH));
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
