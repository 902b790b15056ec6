package dev.sinter.compiler.plot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.lines.SeriesLines;

class TrainingCurvesTest {
    private static final List<TrainingCurves.Losses> LOSSES = List.of(new TrainingCurves.Losses("critic", new double[] {4, 3, 2, 1, 2, 1}), new TrainingCurves.Losses("generator", new double[] {-1, -2, -1}));
    private static final TrainingCurves.Followed SLOPE = new TrainingCurves.Followed("slope", new double[] {0.25, 1.5, 1.125, 1.015625}, OptionalDouble.of(1));
    private static final TrainingCurves.Followed RECONSTRUCTION = new TrainingCurves.Followed("reconstruction", new double[] {Double.NaN, 1500, 80, 20}, OptionalDouble.empty());

    @TempDir
    Path folder;

    private static List<XYChart> panels(List<TrainingCurves.Losses> losses, TrainingCurves.Followed... scores) {
        return TrainingCurves.panels("Title, loss", 3, losses, List.of(scores));
    }

    private static List<String> titles(List<XYChart> panels) {
        return panels.stream().map(XYChart::getTitle).toList();
    }

    @Test
    void lossesAndEachScoreHaveAPanelOfTheirOwn() {
        var panels = panels(LOSSES, SLOPE, RECONSTRUCTION);
        assertEquals(List.of("Title, loss", "slope from 0.25 to 1.016, towards 1", "reconstruction from 1500 to 20"), titles(panels));
        assertEquals(List.of("loss", "slope", "reconstruction"), panels.stream().map(XYChart::getYAxisTitle).toList());
        assertEquals(List.of("", "", "epoch"), panels.stream().map(XYChart::getXAxisTitle).toList());
        assertArrayEquals(new double[] {0, 1, 2, 3}, panels.get(1).getSeriesMap().get("slope").getXData());
        assertArrayEquals(SLOPE.values(), panels.get(1).getSeriesMap().get("slope").getYData());
        assertArrayEquals(new double[] {1, 2, 3}, panels.get(2).getSeriesMap().get("reconstruction").getXData());
    }

    @Test
    void stepsAreSpreadOverTheEpochs() {
        var loss = panels(LOSSES).getFirst();
        assertArrayEquals(new double[] {0.5, 1, 1.5, 2, 2.5, 3}, loss.getSeriesMap().get("critic").getXData());
        assertArrayEquals(new double[] {1, 2, 3}, loss.getSeriesMap().get("generator").getXData());
    }

    @Test
    void onlyAGoalIsALineAndDashed() {
        var panels = panels(List.of(), SLOPE, RECONSTRUCTION);
        XYSeries goal = panels.getFirst().getSeriesMap().get("towards 1");
        assertArrayEquals(new double[] {1, 1}, goal.getYData());
        assertEquals(SeriesLines.DASH_DASH, goal.getLineStyle());
        assertTrue(panels.getLast().getSeriesMap().values().stream().allMatch(s -> s.getName().equals("reconstruction") || s.getLineStyle() == SeriesLines.NONE));
    }

    /// However wide their numbers are.
    @Test
    void theEpochsOfAllPanelsStandBelowEachOther() throws IOException {
        Path file = folder.resolve("c.svg");
        TrainingCurves.draw(file, "Title, loss", 3, LOSSES, List.of(SLOPE, RECONSTRUCTION));
        String svg = Files.readString(file);
        double[] frames = Pattern.compile("<rect height=\"[0-9.]*\" style=\"fill:none;stroke:rgb\\(150,150,150\\)[^>]*? x=\"([0-9.]*)\"").matcher(svg).results()
                .mapToDouble(r -> Double.parseDouble(r.group(1))).toArray();
        assertEquals(3, frames.length);
        assertEquals(frames[0], frames[1], 2);
        assertEquals(frames[0], frames[2], 2);
        assertTrue(svg.contains("viewBox=\"0 0 900 920\""), () -> svg.substring(0, 300));
    }

    @Test
    void whatHasNoValueIsLeftOut() {
        var unknown = new TrainingCurves.Followed("unknown", new double[] {Double.NaN, Double.POSITIVE_INFINITY}, OptionalDouble.of(1));
        var constant = new TrainingCurves.Followed("constant", new double[] {0, 0}, OptionalDouble.empty());
        assertEquals(List.of("Title, loss"), titles(panels(LOSSES, unknown)));
        assertEquals(List.of("constant from 0 to 0"), titles(panels(List.of(), unknown, constant)));
        assertEquals(List.of(), panels(List.of(), unknown));
    }

    @Test
    void aPngHasAllPanelsToo() throws IOException {
        Path file = folder.resolve("c.png");
        TrainingCurves.draw(file, "Title, loss", 3, LOSSES, List.of(SLOPE, RECONSTRUCTION));
        var image = ImageIO.read(file.toFile());
        assertEquals(1800, image.getWidth());
        assertEquals(1840, image.getHeight());
        for (int panel = 0; panel < 3; panel++) {
            boolean drawn = false;
            for (int y = panel == 0 ? 0 : 340 + 500 * panel; y < 840 + 500 * panel; y++) {
                for (int x = 200; x < 1700; x++) {
                    int rgb = image.getRGB(x, y);
                    drawn |= Math.abs((rgb >> 16 & 255) - (rgb >> 8 & 255)) > 60;
                }
            }
            assertTrue(drawn, "panel " + panel + " has no coloured line");
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "0, 0", "8, 8", "0.25, 0.25", "1.0156, 1.016", "123456, 123500", "0.000012345, 0.00001234", "-3.5, -3.5", "NaN, NaN"})
    void numbersAreBrief(double number, String text) {
        assertEquals(text, TrainingCurves.brief(number));
    }
}
