package dev.sinter.passes.simplify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Verifier;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.text.GraphParser;
import dev.sinter.ir.text.GraphPrinter;
import dev.sinter.ir.type.Dim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every law in a case of its own: graph text before and after, in `simplify/*.graph` among the resources. A case is
///
/// ```
/// # the law's name
/// func …            before
/// =>
/// func …            after
/// ```
///
/// Each is also interpreted before and after. A law without a case fails. With `-Dbless` the texts after `=>` are written instead of compared.
class LawsTest {
    private static final Path FOLDER = Path.of("src/test/resources/simplify");

    record Case(String law, String before, String after) { }

    private static List<Case> read(Path file) throws IOException {
        var cases = new ArrayList<Case>();
        for (String block : Files.readString(file).split("(?m)^# ")) {
            if (!block.isBlank()) {
                int line = block.indexOf('\n');
                var halves = block.substring(line + 1).split("(?m)^=>$", 2);
                cases.add(new Case(block.substring(0, line).strip(), halves[0].strip(), halves.length > 1 ? halves[1].strip() : ""));
            }
        }
        return cases;
    }

    @TestFactory
    Stream<DynamicTest> laws() throws IOException {
        var tests = new ArrayList<DynamicTest>();
        Set<String> untested = new TreeSet<>(List.of(Loops.DECIDED, Loops.CONDITIONAL, Loops.WHILE, TidyScan.UNUSED, TidyScan.CONSTANT, TidyScan.HOISTED,
                TidyScan.STACKED, TidyScan.SUMMED));
        Simplify.RULES.forEach(r -> untested.add(r.law()));
        try (var files = Files.list(FOLDER)) {
            for (Path file : files.sorted().toList()) {
                var blessed = new StringBuilder();
                for (Case c : read(file)) {
                    untested.remove(c.law());
                    tests.add(DynamicTest.dynamicTest(c.law(), () -> check(c)));
                    blessed.append("# ").append(c.law()).append('\n').append(c.before()).append("\n=>\n").append(after(c)).append("\n\n");
                }
                if (System.getProperty("bless") != null) {
                    Files.writeString(file, blessed.toString().stripTrailing() + "\n");
                }
            }
        }
        tests.add(DynamicTest.dynamicTest("every law has a case", () -> assertEquals(Set.of(), untested)));
        return tests.stream();
    }

    private static String after(Case c) {
        try {
            return GraphPrinter.print(Simplify.run(GraphParser.parseFunction(c.before()))).strip();
        } catch (RuntimeException e) {
            return e.toString();
        }
    }

    private static void check(Case c) {
        Function before = GraphParser.parseFunction(c.before());
        var fired = new HashSet<String>();
        Function after = Simplify.run(before, fired::add);
        Verifier.verify(after);
        assertTrue(fired.contains(c.law()), () -> "fired: " + fired);
        if (System.getProperty("bless") == null) {
            assertEquals(GraphPrinter.print(GraphParser.parseFunction(c.after())), GraphPrinter.print(after));
        }
        assertTrue(Simplify.run(after) == after, () -> "not final: " + GraphPrinter.print(Simplify.run(after)));
        var arguments = arguments(before);
        same(Interpreter.run(before, arguments), Interpreter.run(after, arguments));
    }

    private static List<NdArray> arguments(Function f) {
        var random = new Random(5);
        Map<String, Long> dims = new HashMap<>();
        var arguments = new ArrayList<NdArray>();
        for (Value p : f.parameters()) {
            NdArray a = NdArray.zeros(p.element(), p.shape().dims().stream().mapToLong(d -> extent(d, dims)).toArray());
            for (int i = 0; i < a.size(); i++) {
                a.set(i, a.element().isFloat() ? random.nextDouble(-2, 2) : random.nextInt(4));
            }
            arguments.add(a);
        }
        return arguments;
    }

    private static long extent(Dim dim, Map<String, Long> dims) {
        dim.names().forEach(name -> dims.putIfAbsent(name, 3L + dims.size()));
        return dim.evaluate(dims);
    }

    private static void same(List<NdArray> before, List<NdArray> after) {
        for (int k = 0; k < before.size(); k++) {
            assertEquals(before.get(k).type(), after.get(k).type());
            double[] a = before.get(k).toDoubles();
            double[] b = after.get(k).toDoubles();
            for (int i = 0; i < a.length; i++) {
                assertEquals(a[i], b[i], 1e-12 * Math.max(1, Math.abs(a[i])), "result " + k + ", element " + i);
            }
        }
    }
}
