package dev.sinter.compiler.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/// The picture of a training run, over its epochs: the losses, smoothed, and below them a panel with an axis of its own for each score that was followed.
public final class TrainingCurves {
    private static final int WIDTH = 900;
    private static final int LOSS_HEIGHT = 420;
    private static final int SCORE_HEIGHT = 250;
    /// Room for the axis at the left, about; all panels get the same, so that their epochs stand below each other.
    private static final int LEFT = 72;
    private static final int DIGITS = 4;
    /// With more epochs than this their dots would touch.
    private static final int MOST_DOTS = 60;
    private static final Color GRID = new Color(228, 228, 228);
    private static final Color FRAME = new Color(150, 150, 150);
    private static final Color GOAL = new Color(90, 90, 90);
    /// Okabe and Ito's colours, which can be told apart with any kind of sight.
    private static final Color[] COLOURS = {new Color(0, 114, 178), new Color(213, 94, 0), new Color(0, 158, 115), new Color(204, 121, 167), new Color(230, 159, 0), new Color(86, 180, 233)};

    private TrainingCurves() { }

    /// The losses of one function.
    ///
    /// @param name   for the legend
    /// @param values one for each step; the steps are spread evenly over the epochs
    public record Losses(String name, double[] values) { }

    /// A score that was followed.
    ///
    /// @param name   the panel's title
    /// @param values before the first epoch, and after each one; what is not finite is left out
    /// @param goal   where a dashed line is drawn
    public record Followed(String name, double[] values, OptionalDouble goal) { }

    /// Draws a run to a `.png` or `.svg` file, written beside and then renamed; nothing if there is nothing to draw.
    public static void draw(Path file, String title, int epochs, List<Losses> losses, List<Followed> scores) throws IOException {
        List<XYChart> panels = panels(title, epochs, losses, scores);
        if (!panels.isEmpty()) {
            Pictures.write(file, panels);
        }
    }

    /// The panels from top to bottom.
    static List<XYChart> panels(String title, int epochs, List<Losses> losses, List<Followed> scores) {
        var panels = new ArrayList<XYChart>();
        int number = 0;
        if (losses.stream().anyMatch(l -> l.values().length > 0)) {
            XYChart panel = panel(title, "loss", LOSS_HEIGHT, epochs);
            for (Losses each : losses) {
                add(panel, each, number, epochs);
                number++;
            }
            panels.add(panel);
        }
        for (Followed score : scores) {
            if (Arrays.stream(score.values()).anyMatch(Double::isFinite)) {
                panels.add(panel(score, number, epochs));
                number++;
            }
        }
        if (!panels.isEmpty()) {
            panels.getLast().setXAxisTitle("epoch");
            align(panels);
        }
        return panels;
    }

    /// XChart adds the widest of an axis' numbers to the room that it is told to leave: how wide that is shows only when a chart is painted.
    private static void align(List<XYChart> panels) {
        var nowhere = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics();
        for (int round = 0; round < 2; round++) {
            panels.forEach(p -> p.paint(nowhere, p.getWidth(), p.getHeight()));
            double[] starts = panels.stream().mapToDouble(p -> p.getScreenXFromChart(0)).toArray();
            double rightmost = Arrays.stream(starts).max().orElseThrow();
            for (int k = 0; k < starts.length; k++) {
                var style = panels.get(k).getStyler();
                style.setYAxisLeftWidthHint(style.getYAxisLeftWidthHint() + (int) Math.round(rightmost - starts[k]));
            }
        }
        nowhere.dispose();
    }

    private static XYChart panel(String title, String axis, int height, int epochs) {
        XYChart chart = new XYChartBuilder().width(WIDTH).height(height).title(title).yAxisTitle(axis).build();
        var style = chart.getStyler();
        style.setLegendPosition(Styler.LegendPosition.InsideNE);
        style.setLegendBorderColor(GRID);
        style.setChartBackgroundColor(Color.WHITE);
        style.setPlotGridLinesColor(GRID);
        style.setPlotGridLinesStroke(new BasicStroke(1));
        style.setPlotBorderColor(FRAME);
        style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        style.setYAxisLeftWidthHint(LEFT);
        style.setXAxisMin(0.0);
        style.setXAxisMax((double) Math.max(1, epochs));
        style.setXAxisDecimalPattern("0.##");
        style.setLocale(Locale.ROOT);
        return chart;
    }

    /// A line from the first epoch to the last, in a style of its own. Every panel needs one, seen or not: where all values stand evenly XChart marks each of
    /// them on the axis, beside others it marks round numbers.
    private static XYSeries addLevel(XYChart chart, String name, int epochs, double height) {
        XYSeries line = chart.addSeries(name, new double[] {0, Math.max(1, epochs)}, new double[] {height, height});
        line.setMarker(SeriesMarkers.NONE);
        line.setLineStyle(SeriesLines.NONE);
        line.setShowInLegend(false);
        return line;
    }

    private static void add(XYChart chart, Losses losses, int number, int epochs) {
        double[] smooth = smooth(losses.values());
        if (smooth.length > 0) {
            var x = new double[smooth.length];
            Arrays.setAll(x, k -> (k + 1) * (double) epochs / x.length);
            addLevel(chart, number + " starts", epochs, smooth[0]);
            style(chart.addSeries(losses.name(), x, smooth), number, SeriesMarkers.NONE);
        }
    }

    private static void style(XYSeries series, int number, Marker marker) {
        Color colour = COLOURS[number % COLOURS.length];
        series.setLineColor(colour);
        series.setLineWidth(1.8f);
        series.setMarkerColor(colour);
        series.setMarker(marker);
    }

    private static XYChart panel(Followed score, int number, int epochs) {
        double[] values = score.values();
        int[] known = IntStream.range(0, values.length).filter(k -> Double.isFinite(values[k])).toArray();
        double[] heights = Arrays.stream(known).mapToDouble(k -> values[k]).toArray();
        double goal = score.goal().orElse(heights[0]);
        String title = score.name() + (known.length < 2 ? "" : " from " + brief(heights[0]) + " to " + brief(heights[heights.length - 1]))
                + (score.goal().isPresent() ? ", towards " + brief(goal) : "");
        XYChart chart = panel(title, score.name(), SCORE_HEIGHT, epochs);
        XYSeries level = addLevel(chart, "towards " + brief(goal), epochs, goal);
        if (score.goal().isPresent()) {
            level.setLineStyle(SeriesLines.DASH_DASH);
            level.setLineColor(GOAL);
            level.setLineWidth(1.4f);
        }
        style(chart.addSeries(score.name(), Arrays.stream(known).asDoubleStream().toArray(), heights), number, known.length > MOST_DOTS ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE);
        double least = Math.min(Arrays.stream(heights).min().orElseThrow(), goal);
        double most = Math.max(Arrays.stream(heights).max().orElseThrow(), goal);
        double margin = (most > least ? most - least : Math.max(Math.abs(most), 1)) / 12;
        var style = chart.getStyler();
        style.setLegendVisible(false);
        style.setMarkerSize(6);
        style.setYAxisMin(least - margin);
        style.setYAxisMax(most + margin);
        return chart;
    }

    /// A number to four digits, as one would write it.
    public static String brief(double number) {
        return Double.isFinite(number) ? new BigDecimal(number).round(new MathContext(DIGITS)).stripTrailingZeros().toPlainString() : Double.toString(number);
    }

    /// The exponential moving average whose memory is a fiftieth of the run, without the bias of its start.
    private static double[] smooth(double[] values) {
        double keep = 1 - 1.0 / Math.max(1, values.length / 50.0);
        double sum = 0;
        double weight = 0;
        var smooth = new double[values.length];
        for (int k = 0; k < smooth.length; k++) {
            double v = values[k];
            if (Double.isFinite(v)) {
                sum = keep * sum + v;
                weight = keep * weight + 1;
            }
            smooth[k] = weight == 0 ? 0 : sum / weight;
        }
        return smooth;
    }
}
