package dev.sinter.bench.contest;

import dev.sinter.bench.contest.Results.Entry;
import dev.sinter.bench.contest.Results.Row;
import dev.sinter.bench.sinter.SinterContender;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The rows as cells of text: for each contender the median and the spread of its quartiles, then what the numbers come to.
record Table(List<String> contenders) {
    private static final String NONE = "–";

    /// The titles of the columns.
    List<String> titles() {
        var titles = new ArrayList<>(List.of("workload", "threads"));
        titles.addAll(contenders);
        titles.addAll(List.of("best peer", "native", "goal", "JVM", "goal", "limit", "native of limit", "JVM of limit", "best peer of limit"));
        return titles;
    }

    /// The cells of a row.
    List<String> cells(Row row) {
        var cells = new ArrayList<>(List.of(row.workload(), Integer.toString(row.threads())));
        for (String name : contenders) {
            cells.add(row.entries().stream().filter(e -> e.contender().equals(name)).findFirst().map(Table::cell).orElse(NONE));
        }
        var goal = row.measured().goal();
        cells.add(row.best().map(Entry::contender).orElse(NONE));
        cells.add(Numbers.ratio(ratio(row, SinterContender.NATIVE.name())));
        cells.add(against(ratio(row, SinterContender.NATIVE.name()), goal.ofNative()));
        cells.add(Numbers.ratio(ratio(row, SinterContender.JVM.name())));
        cells.add(against(ratio(row, SinterContender.JVM.name()), goal.ofJvm()));
        cells.add(Numbers.time(row.limit()));
        cells.add(part(row, row.of(SinterContender.NATIVE.name())));
        cells.add(part(row, row.of(SinterContender.JVM.name())));
        cells.add(part(row, row.best()));
        return cells;
    }

    private static String cell(Entry e) {
        return e.counts() ? Numbers.time(e.median()) + " ±" + Numbers.percent(e.spread() / 2) : "✗";
    }

    private static String part(Row row, Optional<Entry> entry) {
        return entry.map(e -> Numbers.percent(row.limit() / e.median())).orElse(NONE);
    }

    private static String against(double ratio, double goal) {
        return "≥ " + Numbers.digits(goal) + (Double.isNaN(ratio) ? "" : ratio >= goal ? " ✓" : " ✗");
    }

    /// The time of the best peer over that of one of Sinter's kinds of code; NaN if one of them is missing.
    static double ratio(Row row, String sinter) {
        var ours = row.of(sinter);
        var best = row.best();
        return ours.isPresent() && best.isPresent() ? best.get().median() / ours.get().median() : Double.NaN;
    }

    /// What does not count, and why.
    static List<String> problems(Row row) {
        return row.entries().stream().filter(e -> !e.counts()).map(e -> row.workload() + ", " + row.threads() + (row.threads() == 1 ? " thread, " : " threads, ") + e.contender()
                + ": " + e.problem()).toList();
    }

    /// Lines with columns as wide as they must be.
    static String aligned(List<List<String>> lines) {
        int columns = lines.getFirst().size();
        var widths = new int[columns];
        for (var line : lines) {
            for (int k = 0; k < columns; k++) {
                widths[k] = Math.max(widths[k], line.get(k).length());
            }
        }
        var text = new StringBuilder();
        for (var line : lines) {
            for (int k = 0; k < columns; k++) {
                String pad = " ".repeat(widths[k] - line.get(k).length());
                text.append(k == 0 ? line.get(k) + pad : "  " + pad + line.get(k));
            }
            text.append('\n');
        }
        return text.toString();
    }
}
