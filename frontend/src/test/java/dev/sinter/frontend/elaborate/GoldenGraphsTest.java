package dev.sinter.frontend.elaborate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.frontend.Frontend;
import dev.sinter.frontend.checked.Options;
import dev.sinter.frontend.source.Source;
import dev.sinter.ir.text.GraphParser;
import dev.sinter.ir.text.GraphPrinter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Small models beside the graphs that come of them: `golden/NAME.sinter` and `golden/NAME.txt`. `-Dbless` writes the graphs anew.
class GoldenGraphsTest {
    private static final Path FOLDER = Path.of("src/test/resources/golden");

    @TestFactory
    Stream<DynamicTest> graphs() throws IOException {
        try (var files = Files.list(FOLDER)) {
            return files.filter(p -> p.toString().endsWith(".sinter")).sorted().toList().stream()
                .map(p -> DynamicTest.dynamicTest(p.getFileName().toString(), () -> check(p)));
        }
    }

    private static void check(Path program) throws IOException {
        String name = program.getFileName().toString();
        var model = Frontend.compile(Source.of(name, Files.readString(program)), Options.DEFAULT).orThrow();
        String text = GraphPrinter.print(model.module());
        Path expected = program.resolveSibling(name.replace(".sinter", ".txt"));
        if (System.getProperty("bless") != null) Files.writeString(expected, text);
        assertEquals(Files.readString(expected), text);
        assertEquals(text, GraphPrinter.print(GraphParser.parseModule(text)), "the graph is read back");
    }
}
