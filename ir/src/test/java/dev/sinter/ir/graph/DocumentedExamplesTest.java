package dev.sinter.ir.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.text.GraphParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// The example in the documentation of each op holds: an op in the text form, its operands, and its (first) result.
class DocumentedExamplesTest {
    private static final Pattern EXAMPLE = Pattern.compile("/// ```example\n(.*?)/// ```", Pattern.DOTALL);

    @TestFactory
    Stream<DynamicTest> examples_hold() {
        return Arrays.stream(Op.class.getPermittedSubclasses()).filter(op -> !List.of(Parameter.class, Part.class, Vjp.class, Jvp.class).contains(op))
                .map(op -> DynamicTest.dynamicTest(op.getSimpleName(), () -> holds(op)));
    }

    private static void holds(Class<?> op) throws IOException {
        String source = Files.readString(Path.of("src/main/java", op.getName().replace('.', '/') + ".java")).replace("\r", "");
        var block = EXAMPLE.matcher(source);
        assertTrue(block.find(), "there is no example");
        var lines = block.group(1).lines().map(line -> line.replaceFirst("/// ?", "")).toList();
        var arrays = lines.stream().skip(1).map(line -> array(line.substring(line.indexOf(" = ") + 3))).toList();
        var example = new Example(lines.getFirst(), arrays.subList(0, arrays.size() - 1), arrays.subList(arrays.size() - 1, arrays.size()));
        assertEquals(example.expected(), Interpreter.run(example.function(), example.arguments()));
    }

    private static NdArray array(String text) {
        return Interpreter.run(GraphParser.parseFunction("func f() { %0 = constant {data = " + text + "} return %0 }"), List.of()).getFirst();
    }
}
