package dev.sinter.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Loading an artifact and calling it for the first time links no call sites of the runtime's own: a lambda, a stream's stage or a switch over types each make the JVM spin a class when
/// they are first met.
class StartUpTest {

    @Test
    void theFirstCallSpinsNoClassesForTheRuntime(@TempDir Path folder) throws Exception {
        Path artifact = Files.write(folder.resolve("model.jar"), HandWritten.artifact());
        Path log = folder.resolve("classes.txt");
        Path output = folder.resolve("output.txt");
        var process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xlog:class+load:file=" + log + "::filesize=0",
                "-cp", System.getProperty("java.class.path"), FirstCall.class.getName(), artifact.toString())
                .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        assertEquals(0, process.waitFor(), () -> read(output));
        List<String> ours = Files.readAllLines(log).stream().filter(line -> line.contains("dev.sinter.runtime.")).toList();
        assertTrue(ours.stream().anyMatch(line -> line.contains("dev.sinter.runtime.Bindings ")), "the log shows the call");
        assertEquals(List.of(), ours.stream().filter(line -> line.contains("$$")).toList());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }

    /// The application. Argument: the artifact.
    static final class FirstCall {
        private FirstCall() { }

        public static void main(String[] arguments) {
            try (var model = Model.load(Path.of(arguments[0]))) {
                model.function("predict").call(Tensor.of(new float[] {1, 2, 3}, 1, 3));
            }
        }
    }
}
