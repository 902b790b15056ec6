package dev.sinter.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.type.ElementType;
import dev.sinter.passes.schedule.Machine;
import dev.sinter.passes.winograd.Convolutions;
import dev.sinter.passes.winograd.Interpolation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What convolutions by tiles cost in accuracy, and which points cost least: the tables of `passes/WINOGRAD.md`, which `-Dbless` writes anew.
class ConvolutionErrorTest {
    private static final Path FILE = Path.of("WINOGRAD.md");
    private static final List<Long> CHANNELS = List.of(64L, 256L, 512L);
    private static final double UNIT = 0x1p-24;

    /// A way to compute a convolution; null for term by term.
    private record Way(String name, Interpolation tiles) { }

    private static final List<Way> WAYS = List.of(new Way("term by term", null), new Way("tiles of 2 × 2, points 0, 1, -1", Interpolation.F2),
            new Way("tiles of 4 × 4, points 0, 1, -1, 2, -2", new Interpolation(4, 3, List.of(0.0, 1.0, -1.0, 2.0, -2.0))),
            new Way("tiles of 4 × 4, points 0, 1, -1, 1/2, -1/2", new Interpolation(4, 3, List.of(0.0, 1.0, -1.0, 0.5, -0.5))),
            new Way("tiles of 4 × 4, points 0, 1, -1, 1/2, -2", new Interpolation(4, 3, List.of(0.0, 1.0, -1.0, 0.5, -2.0))));

    @Test
    void the_table_is_what_is_measured() throws IOException {
        var out = new StringBuilder("""
                # What convolutions by tiles cost in accuracy

                Written by `ConvolutionErrorTest` with `-Dbless`. The images are 8 × 8 with a border of one zero, 16 filters are applied; elements of images and filters are uniform
                in -1 … 1. Errors are against a computation in f64, in units of 2⁻²⁴ of the largest result: the largest of all elements, and the root of the mean square.

                | way | channels | largest | mean |
                |---|---|---|---|
                """);
        for (Way way : WAYS) {
            for (long channels : CHANNELS) {
                var errors = errors(way, channels);
                out.append(String.format(Locale.ROOT, "| %s | %d | %.1f | %.2f |%n", way.name, channels, errors[0], errors[1]));
            }
        }
        out.append("\nThe points of `Interpolation.F4` are ").append(Interpolation.F4.points()).append(".\n");
        if (System.getProperty("bless") != null) {
            Files.writeString(FILE, out);
        }
        assertEquals(Files.readString(FILE), out.toString());
    }

    private static double[] errors(Way way, long channels) {
        var c = new Convolutions(1, channels, 16, 8, 8, 1, true);
        var arguments = c.arguments(ElementType.F32);
        NdArray exact = Interpreter.run(c.module(ElementType.F64).entries().getFirst().function(), arguments.stream().map(a -> NdArray.of(ElementType.F64, a.extents(), a.toDoubles())).toList()).getFirst();
        Module module = way.tiles == null ? c.module(ElementType.F32) : c.tiled(ElementType.F32, way.tiles);
        var memory = new LinkedHashMap<String, NdArray>();
        var names = new ArrayList<>(List.of("image", "weight", "bias"));
        for (int k = 0; k < names.size(); k++) {
            memory.put(names.get(k), arguments.get(k));
        }
        NdArray found = Programs.run(Programs.lower(module.entries().getFirst(), Machine.V512), memory, Map.of(), 1).get("result");
        double largest = 0;
        double worst = 0;
        double squares = 0;
        for (int k = 0; k < exact.size(); k++) {
            double error = Math.abs(found.get(k) - exact.get(k));
            largest = Math.max(largest, Math.abs(exact.get(k)));
            worst = Math.max(worst, error);
            squares += error * error;
        }
        return new double[] {worst / largest / UNIT, Math.sqrt(squares / exact.size()) / largest / UNIT};
    }
}
