package dev.sinter.frontend.problem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.frontend.Frontend;
import dev.sinter.frontend.checked.Options;
import dev.sinter.frontend.source.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Bad programs beside their exact messages: `bad/NAME.sinter` and `bad/NAME.txt`. A name begins with the code that it must yield.
/// `-Dbless` writes the messages anew; read the difference before committing it.
class BadProgramsTest {
    private static final Path FOLDER = Path.of("src/test/resources/bad");

    @TestFactory
    Stream<DynamicTest> messages() throws IOException {
        return programs().stream().map(p -> DynamicTest.dynamicTest(p.getFileName().toString(), () -> check(p)));
    }

    @Test
    void thereAreMany() throws IOException {
        assertTrue(programs().size() >= 60);
    }

    private static List<Path> programs() throws IOException {
        try (var files = Files.list(FOLDER)) {
            return files.filter(p -> p.toString().endsWith(".sinter")).sorted().toList();
        }
    }

    private static void check(Path program) throws IOException {
        String name = program.getFileName().toString();
        var result = Frontend.compile(Source.of(name, Files.readString(program)), Options.DEFAULT);
        assertTrue(result.model().isEmpty(), "a model came of a bad program");
        assertFalse(result.problems().isEmpty());
        String text = Render.text(result.problems());
        Path expected = program.resolveSibling(name.replace(".sinter", ".txt"));
        if (System.getProperty("bless") != null) Files.writeString(expected, text);
        assertEquals(Files.readString(expected), text);
        if (name.startsWith("S0")) {
            String code = name.substring(0, 5);
            assertTrue(result.problems().stream().anyMatch(p -> p.code().toString().equals(code)), "no " + code + " among the problems");
        }
    }
}
