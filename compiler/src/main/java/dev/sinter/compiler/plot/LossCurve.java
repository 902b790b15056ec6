package dev.sinter.compiler.plot;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/// The picture of a training run: the loss of every step, smoothed, over the steps.
public final class LossCurve {
    private LossCurve() { }

    /// One curve.
    ///
    /// @param name   for the legend
    /// @param values one per step
    public record Curve(String name, double[] values) { }

    /// Draws curves to a `.png` or `.svg` file, written beside and then renamed.
    public static void draw(Path file, String title, List<Curve> curves) throws IOException {
        XYChart chart = new XYChartBuilder().width(900).height(540).title(title).xAxisTitle("step").yAxisTitle("loss").build();
        var style = chart.getStyler();
        style.setLegendPosition(Styler.LegendPosition.InsideNE);
        style.setChartBackgroundColor(Color.WHITE);
        style.setPlotGridLinesColor(new Color(225, 225, 225));
        for (Curve curve : curves) {
            double[] smooth = smooth(curve.values());
            if (smooth.length > 0) {
                var x = new double[smooth.length];
                java.util.Arrays.setAll(x, k -> k + 1);
                chart.addSeries(curve.name(), x, smooth).setMarker(SeriesMarkers.NONE);
            }
        }
        Pictures.write(file, chart);
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
