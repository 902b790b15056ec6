package dev.sinter.oracle;

import dev.sinter.ir.array.NdArray;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Elements of outputs that the format's conventions do not fix, from `exceptions.txt`, each with its reason.
final class Exceptions {
    private record Exempt(String oracle, String output, int element, String why) { }

    private static final List<Exempt> ALL = read();

    private Exceptions() { }

    /// The expected output with what is found in place of its exempt elements.
    static NdArray applied(OracleCase oracle, String output, NdArray expected, NdArray found) {
        NdArray result = expected;
        for (Exempt e : ALL) {
            if (e.oracle.equals(oracle.name()) && e.output.equals(output) && found.type().equals(expected.type())) {
                NdArray changed = NdArray.zeros(expected.element(), expected.extents());
                for (int k = 0; k < expected.size(); k++) changed.copy(k, k == e.element ? found : result, k);
                result = changed;
            }
        }
        return result;
    }

    /// What is exempt in a case, for the report; empty if nothing is.
    static String of(OracleCase oracle) {
        return String.join("; ", ALL.stream().filter(e -> e.oracle.equals(oracle.name())).map(e -> e.output + "[" + e.element + "] is not compared: " + e.why).toList());
    }

    private static List<Exempt> read() {
        try (InputStream in = Exceptions.class.getResourceAsStream("/oracle/exceptions.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(l -> !l.isBlank() && !l.startsWith("#")).map(l -> {
                String[] fields = l.split(" ", 4);
                return new Exempt(fields[0], fields[1], Integer.parseInt(fields[2]), fields[3]);
            }).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
