package dev.sinter.passes.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.text.GraphParser;
import dev.sinter.ir.text.GraphPrinter;
import dev.sinter.ir.type.Dim;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;

/// Graph text before and after a pass, several cases in a file `FOLDER/*.graph` of the test resources:
///
/// ```
/// # title
/// func …            before
/// =>
/// func …            after
/// ```
///
/// Texts are compared after parsing and printing, so names and layout do not matter. With `-Dbless` the texts after `=>` are written instead of compared.
public final class GoldenFile {
    private static final boolean BLESS = System.getProperty("bless") != null;

    private GoldenFile() { }

    /// One case.
    public record Case(String title, String before, String after) {
        /// The function before.
        public Function function() {
            return GraphParser.parseFunction(before);
        }

        /// Compares a result with the text after `=>`.
        public void expect(Function result) {
            if (!BLESS) {
                assertEquals(GraphPrinter.print(GraphParser.parseFunction(after)), GraphPrinter.print(result));
            }
        }
    }

    /// The cases of a folder; blesses them by `pass` if asked to.
    public static List<Case> cases(String folder, UnaryOperator<Function> pass) {
        var all = new ArrayList<Case>();
        try (var files = Files.list(Path.of("src/test/resources", folder))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".graph")).sorted().toList()) {
                var blessed = new ArrayList<String>();
                for (String block : Files.readString(file).split("(?m)^# ")) {
                    if (block.isBlank()) {
                        continue;
                    }
                    int line = block.indexOf('\n');
                    var halves = block.substring(line + 1).split("(?m)^=>$", 2);
                    var c = new Case(block.substring(0, line).strip(), halves[0].strip(), halves.length > 1 ? halves[1].strip() : "");
                    all.add(c);
                    if (BLESS) {
                        blessed.add("# " + c.title() + "\n" + c.before() + "\n=>\n" + GraphPrinter.print(pass.apply(c.function())).strip() + "\n");
                    }
                }
                if (BLESS) {
                    Files.writeString(file, String.join("\n", blessed));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all;
    }

    /// Runs both functions on the same random arguments and compares the results up to rounding.
    public static void sameMeaning(Function before, Function after) {
        var arguments = arguments(before);
        var expected = Interpreter.run(before, arguments);
        var found = Interpreter.run(after, arguments);
        for (int k = 0; k < expected.size(); k++) {
            assertEquals(expected.get(k).type(), found.get(k).type());
            double[] a = expected.get(k).toDoubles();
            double[] b = found.get(k).toDoubles();
            for (int i = 0; i < a.length; i++) {
                assertEquals(a[i], b[i], 1e-12 * Math.max(1, Math.abs(a[i])), "result " + k + ", element " + i);
            }
        }
    }

    /// Reproducible arguments; a dim that is a name gets an extent from 3 on.
    private static List<NdArray> arguments(Function f) {
        var random = new Random(5);
        Map<String, Long> dims = new HashMap<>();
        var arguments = new ArrayList<NdArray>();
        for (Value p : f.parameters()) {
            NdArray a = NdArray.zeros(p.element(), p.shape().dims().stream().mapToLong(d -> extent(d, dims)).toArray());
            for (int i = 0; i < a.size(); i++) {
                a.set(i, a.element().isFloat() ? random.nextDouble(-2, 2) : random.nextInt(-1, 7));
            }
            arguments.add(a);
        }
        return arguments;
    }

    private static long extent(Dim dim, Map<String, Long> dims) {
        dim.names().forEach(name -> dims.putIfAbsent(name, 3L + dims.size()));
        return dim.evaluate(dims);
    }
}
