package dev.sinter.oracle;

import dev.sinter.ir.type.ElementType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The errors that are allowed: 1e-9 relative (1e-5 in single precision), and for tables of function values the bounds of `bounds.txt`.
final class Bounds {
    private static final Map<String, List<Double>> TABLE = read();

    private Bounds() { }

    static double relative(ElementType type) {
        return type == ElementType.F32 ? 1e-5 : 1e-9;
    }

    /// In units in the last place. Functions that are not listed are exact.
    static double ulps(String op, ElementType type) {
        var found = TABLE.get(op);
        return found == null ? 0 : found.get(type == ElementType.F32 ? 1 : 0);
    }

    /// An absolute error that is always allowed.
    static double absolute(String op, ElementType type) {
        var found = TABLE.get(op);
        return found == null ? 0 : found.get(type == ElementType.F32 ? 3 : 2);
    }

    private static Map<String, List<Double>> read() {
        var table = new HashMap<String, List<Double>>();
        try (InputStream in = Bounds.class.getResourceAsStream("/oracle/bounds.txt")) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().map(String::strip).filter(l -> !l.isEmpty() && !l.startsWith("#")).forEach(l -> {
                String[] fields = l.split("\\s+");
                table.put(fields[0], java.util.Arrays.stream(fields).skip(1).map(Double::valueOf).toList());
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return table;
    }
}
