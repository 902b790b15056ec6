package dev.sinter.bench.contest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The machine, in words.
final class Processor {
    private static final Path CPU = Path.of("/proc/cpuinfo");

    private Processor() { }

    /// Processor, how many, system, Java.
    static String description() {
        return model() + ", " + Runtime.getRuntime().availableProcessors() + " processors, " + System.getProperty("os.name") + " " + System.getProperty("os.version")
                + ", Java " + Runtime.version();
    }

    private static String model() {
        if (Files.isReadable(CPU)) {
            try (var lines = Files.lines(CPU)) {
                return lines.filter(l -> l.startsWith("model name")).map(l -> l.substring(l.indexOf(':') + 1).trim()).findFirst().orElse(System.getProperty("os.arch"));
            } catch (IOException e) {
                // The architecture says something, too.
            }
        }
        return System.getProperty("os.arch");
    }
}
