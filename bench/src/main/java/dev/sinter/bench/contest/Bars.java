package dev.sinter.bench.contest;

import dev.sinter.bench.contest.Results.Row;
import dev.sinter.bench.sinter.SinterContender;
import dev.sinter.bench.workload.Workload.Goal;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/// A picture of how many times faster Sinter is than the best peer: for each row a bar for each kind of code, on a logarithmic axis, to the right of 1 where Sinter is faster, to
/// the left where it is slower; a mark where the bar is to reach.
final class Bars {
    private static final int LABELS = 210;
    private static final int WIDTH = 640;
    private static final int LINE = 24;
    private static final int TOP = 54;
    private static final String NATIVE = "#1f6f8b";
    private static final String JVM = "#e09f3e";
    private static final List<Double> TICKS = List.of(0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0);

    private final List<Row> rows;
    private final double low;
    private final double high;
    private final StringBuilder out = new StringBuilder();

    private Bars(List<Row> rows) {
        this.rows = rows;
        double[] all = rows.stream().flatMapToDouble(r -> DoubleStream.of(Table.ratio(r, SinterContender.NATIVE.name()), Table.ratio(r, SinterContender.JVM.name()),
                goal(r, true), goal(r, false))).filter(Double::isFinite).toArray();
        this.low = Math.min(0.5, DoubleStream.of(all).min().orElse(1) / 1.1);
        this.high = Math.max(5, DoubleStream.of(all).max().orElse(1) * 1.3);
    }

    /// The picture of the rows that have a peer, as an SVG document.
    static String svg(List<Row> rows, String title) {
        return new Bars(rows.stream().filter(r -> r.best().isPresent()).toList()).draw(title);
    }

    private String draw(String title) {
        int height = TOP + LINE * rows.size() + 30;
        line("<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' font-family='sans-serif' font-size='12'>", LABELS + WIDTH + 70, height);
        line("<rect width='100%%' height='100%%' fill='white'/>");
        line("<text x='10' y='20' font-size='15'>%s</text>", escape(title));
        legend(10, NATIVE, "native code");
        legend(120, JVM, "class files");
        line("<line x1='232' x2='232' y1='32' y2='44' stroke='#c1121f' stroke-width='1.5'/><text x='240' y='42'>to be reached</text>");
        for (double tick : TICKS) {
            if (tick >= low && tick <= high) {
                line("<line x1='%.1f' x2='%.1f' y1='%d' y2='%d' stroke='%s'/>", x(tick), x(tick), TOP, height - 26, tick == 1 ? "#333" : "#ddd");
                line("<text x='%.1f' y='%d' text-anchor='middle' fill='#555'>%s×</text>", x(tick), height - 10, tick < 1 ? Double.toString(tick) : Integer.toString((int) tick));
            }
        }
        for (int k = 0; k < rows.size(); k++) {
            row(rows.get(k), TOP + LINE * k);
        }
        line("</svg>");
        return out.toString();
    }

    private void legend(int x, String colour, String text) {
        line("<rect x='%d' y='32' width='12' height='12' fill='%s'/><text x='%d' y='42'>%s</text>", x, colour, x + 17, text);
    }

    private void row(Row row, int y) {
        line("<text x='%d' y='%d' text-anchor='end'>%s, %d</text>", LABELS - 8, y + 16, escape(row.workload()), row.threads());
        bar(Table.ratio(row, SinterContender.NATIVE.name()), goal(row, true), y + 2, NATIVE);
        bar(Table.ratio(row, SinterContender.JVM.name()), goal(row, false), y + 12, JVM);
    }

    private void bar(double ratio, double goal, int y, String colour) {
        if (Double.isFinite(ratio)) {
            double from = Math.min(x(1), x(ratio));
            line("<rect x='%.1f' y='%d' width='%.1f' height='9' fill='%s'/>", from, y, Math.max(1, Math.abs(x(ratio) - x(1))), colour);
            line("<text x='%.1f' y='%d' font-size='9' fill='#333'>%s</text>", Math.max(x(ratio), x(1)) + 4, y + 8, Numbers.ratio(ratio));
        }
        if (Double.isFinite(goal)) {
            line("<line x1='%.1f' x2='%.1f' y1='%d' y2='%d' stroke='#c1121f' stroke-width='1.5'/>", x(goal), x(goal), y, y + 9);
        }
    }

    /// The ratio that is to be reached; NaN where the goal is none.
    private static double goal(Row row, boolean ofNative) {
        return row.measured().goal() instanceof Goal.Ratio g ? ofNative ? g.ofNative() : g.ofJvm() : Double.NaN;
    }

    private double x(double ratio) {
        return LABELS + WIDTH * Math.log(ratio / low) / Math.log(high / low);
    }

    private void line(String format, Object... arguments) {
        out.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
