package dev.sinter.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The command on small folders of cases: one where all holds, one where nothing does.
class OracleCommandTest {
    private static String folder(String name) throws URISyntaxException {
        return Path.of(OracleCommandTest.class.getResource("/oracles/" + name).toURI()).toString();
    }

    private record Ran(int code, String out) {
        List<String> lines(String start) {
            return out.lines().filter(l -> l.startsWith(start)).toList();
        }
    }

    private static Ran run(String... arguments) {
        var bytes = new ByteArrayOutputStream();
        int code = OracleCommand.run(new PrintStream(bytes, true, StandardCharsets.UTF_8), arguments);
        return new Ran(code, bytes.toString(StandardCharsets.UTF_8));
    }

    @Test
    void valuesAndDerivativesHold() throws URISyntaxException {
        Ran ran = run(folder("small"));
        assertEquals(List.of(), ran.lines("FAILED"));
        assertEquals(7, ran.lines("passed").size(), ran.out);
        assertEquals(1, ran.lines("not yet  11-other.telepathy").size(), ran.out);
        assertEquals(0, ran.code);
    }

    @Test
    void differencesAreNamed() throws URISyntaxException {
        Ran ran = run(folder("wrong"));
        assertEquals(1, ran.code);
        assertEquals(3, ran.lines("FAILED").size(), ran.out);
        assertTrue(ran.out.contains("gradients of x on interpreter: element 1 is -2.0, expected -2.5"), ran.out);
        assertTrue(ran.out.contains("value of y on jvm: element 0 is -1.0, expected 1.0"), ran.out);
        assertTrue(ran.out.contains("is f64[1], expected f64[2]"), ran.out);
    }

    @Test
    void casesAreChosenByName() throws URISyntaxException {
        Ran ran = run(folder("small"), "--only", "matmul", "--json");
        assertEquals(2, ran.out.lines().count(), ran.out);
        assertTrue(ran.out.contains("\"case\":\"04-linalg.matmul\",\"status\":\"passed\""), ran.out);
        assertTrue(ran.out.contains("\"total\":"), ran.out);
    }

    @Test
    void sourcesAreShown() throws URISyntaxException {
        Ran ran = run(folder("small"), "--only", "04-linalg", "--source");
        assertTrue(ran.out.contains("fn apply(in_x, in_y) = op_matmul(x: in_x, y: in_y)"), ran.out);
    }

    @Test
    void templatesCanBeAdded(@TempDir Path folder) throws URISyntaxException, IOException {
        Files.writeString(folder.resolve("mine.sinter"), "fn op_telepathy(x) = x\n");
        Ran ran = run(folder("small"), "--only", "11-other", "--templates", folder.toString());
        assertEquals(0, ran.code);
        assertEquals(1, ran.lines("passed   11-other.telepathy").size(), ran.out);
    }

    @Test
    void aMissingFolderIsNamed() {
        assertEquals(2, run("no-such-folder").code);
    }
}
