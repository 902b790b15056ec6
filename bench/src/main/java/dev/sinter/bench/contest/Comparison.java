package dev.sinter.bench.contest;

import dev.sinter.bench.contest.Results.Entry;
import dev.sinter.bench.contest.Results.Row;
import java.util.ArrayList;
import java.util.List;

/// Two runs beside each other.
final class Comparison {
    /// A difference below this is none, however steady the times were.
    private static final double NOTHING = 0.02;

    private Comparison() { }

    /// A change of one contender's time.
    ///
    /// @param factor the earlier time over the new one
    /// @param clear  whether the quartiles of both runs do not overlap and the difference is more than two percent
    record Change(String workload, int threads, String contender, double before, double now, double factor, boolean clear) { }

    /// Changes of everything that is in both.
    static List<Change> of(Results before, Results now) {
        var changes = new ArrayList<Change>();
        for (Row row : now.rows()) {
            before.row(row.workload(), row.threads()).ifPresent(old -> row.entries().stream().filter(Entry::counts).forEach(e ->
                    old.of(e.contender()).ifPresent(was -> changes.add(change(row, was, e)))));
        }
        return changes;
    }

    private static Change change(Row row, Entry was, Entry is) {
        double factor = was.median() / is.median();
        boolean apart = is.high() < was.low() || is.low() > was.high();
        return new Change(row.workload(), row.threads(), is.contender(), was.median(), is.median(), factor, apart && Math.abs(factor - 1) > NOTHING);
    }

    /// As lines of text.
    static String text(List<Change> changes) {
        var lines = new ArrayList<List<String>>();
        lines.add(List.of("workload", "threads", "contender", "before", "now", "speed-up", ""));
        for (Change c : changes) {
            lines.add(List.of(c.workload(), Integer.toString(c.threads()), c.contender(), Numbers.time(c.before()), Numbers.time(c.now()), Numbers.ratio(c.factor()),
                    !c.clear() ? "" : c.factor() > 1 ? "faster" : "SLOWER"));
        }
        return Table.aligned(lines);
    }
}
