package dev.sinter.bench.contest;

import dev.sinter.bench.contest.Results.Entry;
import dev.sinter.bench.contest.Results.Row;
import dev.sinter.bench.sinter.SinterContender;
import dev.sinter.bench.workload.Workload.Goal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The rows as cells of text: for each contender the median and the spread of its quartiles, then what the numbers come to.
record Table(List<String> contenders) {
    private static final String NONE = "–";
    /// Below this many nanoseconds the limits of arithmetic and memory say nothing about a call.
    private static final double SHORTEST_LIMIT = 100;

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
        cells.add(row.best().map(Entry::contender).orElse(NONE));
        cells.add(Numbers.ratio(ratio(row, SinterContender.NATIVE.name())));
        cells.add(verdict(row, true));
        cells.add(Numbers.ratio(ratio(row, SinterContender.JVM.name())));
        cells.add(verdict(row, false));
        boolean limited = row.limit() >= SHORTEST_LIMIT;
        cells.add(limited ? Numbers.time(row.limit()) : NONE);
        cells.add(limited ? part(row, row.of(SinterContender.NATIVE.name())) : NONE);
        cells.add(limited ? part(row, row.of(SinterContender.JVM.name())) : NONE);
        cells.add(limited ? part(row, row.best()) : NONE);
        return cells;
    }

    private static String cell(Entry e) {
        return e.counts() ? Numbers.time(e.median()) + " ±" + Numbers.percent(e.spread() / 2) : "✗";
    }

    private static String part(Row row, Optional<Entry> entry) {
        return entry.map(e -> Numbers.percent(row.limit() / e.median())).orElse(NONE);
    }

    /// What is to be reached, and whether it is.
    private static String verdict(Row row, boolean ofNative) {
        String name = ofNative ? SinterContender.NATIVE.name() : SinterContender.JVM.name();
        return switch (row.measured().goal()) {
            case Goal.Ratio g -> {
                double wanted = ofNative ? g.ofNative() : g.ofJvm();
                double ratio = ratio(row, name);
                boolean ofMachine = ofNative && g.ofMachine() > 0;
                boolean enough = ratio >= wanted && (!ofMachine || row.limit() / row.of(name).orElseThrow().median() >= g.ofMachine());
                yield "≥ " + Numbers.digits(wanted) + (ofMachine ? ", " + Numbers.percent(g.ofMachine()) : "") + (Double.isNaN(ratio) ? "" : mark(enough));
            }
            case Goal.Nanos g -> {
                double wanted = ofNative ? g.ofNative() : g.ofJvm();
                yield "≤ " + Numbers.time(wanted) + row.of(name).map(e -> mark(e.median() <= wanted && e.allocated() == 0)).orElse("");
            }
        };
    }

    private static String mark(boolean reached) {
        return reached ? " ✓" : " ✗";
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
