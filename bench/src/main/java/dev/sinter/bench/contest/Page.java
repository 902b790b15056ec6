package dev.sinter.bench.contest;

import dev.sinter.bench.contest.Results.Entry;
import dev.sinter.bench.contest.Results.Row;
import dev.sinter.bench.contest.Results.Start;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;

/// The results as a page in Markdown with a picture, and as JSON.
final class Page {
    private final Results results;
    private final StringBuilder out = new StringBuilder();

    private Page(Results results) {
        this.results = results;
    }

    /// Writes `comparison.md`, a picture for each number of threads, and `comparison.json`.
    static void write(Path folder, Results results) throws IOException {
        Files.createDirectories(folder);
        results.write(folder.resolve("comparison.json"));
        for (int threads : threads(results)) {
            Files.writeString(folder.resolve(picture(threads)), Bars.svg(rows(results, threads), "Sinter's speed, the best peer's being 1, " + named(threads)));
        }
        Files.writeString(folder.resolve("comparison.md"), new Page(results).text());
    }

    /// The contenders of the results, Sinter first.
    static List<String> contenders(Results results) {
        var names = new ArrayList<String>();
        results.rows().forEach(r -> r.entries().stream().map(Entry::contender).filter(c -> !names.contains(c)).forEach(names::add));
        names.sort(java.util.Comparator.comparing((String c) -> !c.startsWith("sinter-")).thenComparing(c -> c.startsWith("sinter-") ? c.equals("sinter-jvm") ? "1" : "0" : c));
        return names;
    }

    private static TreeSet<Integer> threads(Results results) {
        var threads = new TreeSet<Integer>();
        results.rows().forEach(r -> threads.add(r.threads()));
        return threads;
    }

    private static List<Row> rows(Results results, int threads) {
        return results.rows().stream().filter(r -> r.threads() == threads).toList();
    }

    private static String picture(int threads) {
        return "comparison-" + threads + ".svg";
    }

    private static String named(int threads) {
        return threads == 1 ? "1 thread" : threads + " threads";
    }

    private String text() {
        line("# Sinter beside other systems");
        line("");
        line("%s. %s", results.machine(), when());
        line("");
        line("Each contender had a process of its own for each workload, pinned to as many processors as it had threads, and got its turn in rounds while the others slept.");
        line("Before anything was timed, results agreed to 1e-4 of the largest (Sinter's two kinds of code to the bit). A cell has the median of all batches, and half the distance");
        line("of the quartiles. *native* and *JVM* are the time of the best peer over Sinter's: above 1 is faster. *limit* is the least time that fused multiply-adds at their peak, or the memory");
        line("that holds the working set, allow, both measured in the same run.");
        for (int threads : threads(results)) {
            line("");
            line("## %s", named(threads));
            line("");
            line("![Sinter's speed, the best peer's being 1](%s)", picture(threads));
            line("");
            var table = new Table(contenders(results));
            line("| %s |", String.join(" | ", table.titles()));
            line("|---|%s", "--:|".repeat(table.titles().size() - 1));
            rows(results, threads).forEach(r -> line("| %s |", String.join(" | ", table.cells(r))));
        }
        calls();
        starts();
        problems();
        versions();
        return out.toString();
    }

    private String when() {
        var dates = new TreeSet<String>();
        results.rows().forEach(r -> dates.add(r.when().substring(0, 10)));
        return dates.isEmpty() ? "" : dates.size() == 1 ? "Measured on " + dates.first() + "." : "Measured from " + dates.first() + " to " + dates.last() + ".";
    }

    private void calls() {
        var calls = results.rows().stream().filter(r -> r.workload().startsWith("call-")).toList();
        if (calls.isEmpty()) {
            return;
        }
        line("");
        line("## Calls");
        line("");
        line("Nanoseconds, and bytes allocated on the Java heap, of one call from Java.");
        line("");
        line("| workload | threads | contender | time | allocated |");
        line("|---|--:|---|--:|--:|");
        for (Row row : calls) {
            row.entries().stream().filter(Entry::counts).forEach(e -> line("| %s | %d | %s | %s | %.0f B |", row.workload(), row.threads(), e.contender(), Numbers.time(e.median()), e.allocated()));
        }
    }

    private void starts() {
        if (results.starts().isEmpty()) {
            return;
        }
        line("");
        line("## From the start of a process to its first result");
        line("");
        line("An application that loads `%s` and computes one result: milliseconds from its start to the result, its peak memory, and the size of what must be shipped beside a JDK, the model included.",
                results.starts().getFirst().workload());
        line("");
        line("| contender | start | peak memory | shipped |");
        line("|---|--:|--:|--:|");
        for (Start s : results.starts()) {
            line("| %s | %.0f ms (%.0f to %.0f) | %.0f MiB | %.1f MB |", s.contender(), s.millis(), s.low(), s.high(), s.peakKib() / 1024, s.bytes() / 1e6);
        }
    }

    private void problems() {
        var problems = results.rows().stream().flatMap(r -> Table.problems(r).stream()).toList();
        if (!problems.isEmpty()) {
            line("");
            line("## What does not count (✗)");
            line("");
            problems.forEach(p -> line("- %s", p));
        }
    }

    private void versions() {
        var versions = new TreeMap<String, TreeSet<String>>();
        results.rows().forEach(r -> r.entries().stream().filter(Entry::counts).forEach(e -> versions.computeIfAbsent(e.contender(), _ -> new TreeSet<>()).add(e.version())));
        line("");
        line("## Versions");
        line("");
        versions.forEach((contender, all) -> line("- %s: %s", contender, String.join(", ", all)));
    }

    private void line(String format, Object... arguments) {
        out.append(arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments)).append('\n');
    }
}
