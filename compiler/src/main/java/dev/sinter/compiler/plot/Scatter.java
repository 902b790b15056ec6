package dev.sinter.compiler.plot;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;

/// Points of the plane: the real ones and those that a model drew.
public final class Scatter {
    private Scatter() { }

    /// Draws both to a `.png` or `.svg` file, written beside and then renamed.
    ///
    /// @param real  x, y, x, y, …
    /// @param drawn likewise
    public static void draw(Path file, String title, float[] real, float[] drawn) throws IOException {
        XYChart chart = new XYChartBuilder().width(700).height(700).title(title).build();
        var style = chart.getStyler();
        style.setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
        style.setLegendPosition(Styler.LegendPosition.InsideNE);
        style.setChartBackgroundColor(Color.WHITE);
        style.setMarkerSize(4);
        add(chart, "real", real);
        add(chart, "drawn by the model", drawn);
        Pictures.write(file, List.of(chart));
    }

    private static void add(XYChart chart, String name, float[] points) {
        var x = new double[points.length / 2];
        var y = new double[points.length / 2];
        for (int k = 0; k < x.length; k++) {
            x[k] = points[2 * k];
            y[k] = points[2 * k + 1];
        }
        if (x.length > 0) {
            chart.addSeries(name, x, y);
        }
    }
}
