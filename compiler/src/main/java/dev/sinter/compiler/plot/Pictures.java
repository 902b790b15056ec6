package dev.sinter.compiler.plot;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;

/// Charts as files.
final class Pictures {
    /// Pixels of a PNG for each unit of a chart's size.
    private static final int DENSITY = 2;

    private Pictures() { }

    /// Writes charts of one width, one below the other, as the file's ending says, `.svg` or else PNG: beside the file, then renamed.
    static void write(Path file, List<XYChart> charts) throws IOException {
        Path beside = file.toAbsolutePath().resolveSibling("." + file.getFileName() + "." + Long.toHexString(System.nanoTime()) + ".part");
        try {
            try (var out = Files.newOutputStream(beside)) {
                if (file.toString().endsWith(".svg")) {
                    writeVectors(out, charts);
                } else {
                    writePixels(out, charts);
                }
            }
            Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private static void writeVectors(OutputStream out, List<XYChart> charts) throws IOException {
        var graphics = new VectorGraphics2D();
        paint(graphics, charts);
        new SVGProcessor().getDocument(graphics.getCommands(), new PageSize(0, 0, charts.getFirst().getWidth(), height(charts))).writeTo(out);
    }

    private static void writePixels(OutputStream out, List<XYChart> charts) throws IOException {
        var image = new BufferedImage(DENSITY * charts.getFirst().getWidth(), DENSITY * height(charts), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        graphics.scale(DENSITY, DENSITY);
        paint(graphics, charts);
        graphics.dispose();
        ImageIO.write(image, "png", out);
    }

    private static int height(List<XYChart> charts) {
        return charts.stream().mapToInt(XYChart::getHeight).sum();
    }

    private static void paint(Graphics2D graphics, List<XYChart> charts) {
        for (XYChart chart : charts) {
            chart.paint(graphics, chart.getWidth(), chart.getHeight());
            graphics.translate(0, chart.getHeight());
        }
    }
}
