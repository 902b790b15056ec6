package dev.sinter.compiler.plot;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.markers.SeriesMarkers;

/// The time of a call against the time since loading, both on logarithmic axes.
public final class WarmUpChart {
    private WarmUpChart() { }

    /// Draws it to a `.png` or `.svg` file, written beside and then renamed.
    ///
    /// @param seconds since loading, ascending and above 0
    /// @param micros  the time of a call then
    public static void draw(Path file, String title, double[] seconds, double[] micros) throws IOException {
        XYChart chart = new XYChartBuilder().width(900).height(500).title(title).xAxisTitle("seconds since loading").yAxisTitle("microseconds per call").build();
        var style = chart.getStyler();
        style.setChartBackgroundColor(Color.WHITE);
        style.setXAxisLogarithmic(true);
        style.setYAxisLogarithmic(true);
        style.setLegendVisible(false);
        chart.addSeries("time of a call", seconds, micros).setMarker(SeriesMarkers.NONE);
        Pictures.write(file, List.of(chart));
    }
}
