package dev.sinter.bench;

import dev.sinter.compiler.Compiler;
import dev.sinter.compiler.Target;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// How long a model takes from source to jar, all variants, again and again in one process, and what its stages take of it. Usage:
/// `CompileTime MODEL.sinter [TIMES [jvm|native]]`.
public final class CompileTime {
    private CompileTime() { }

    /// Prints the seconds of each compilation, the stages that take a tenth of a second or more, and at the end the largest heap and the process's peak.
    public static void main(String[] arguments) throws IOException {
        Path source = Path.of(arguments[0]);
        int times = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 6;
        var targets = arguments.length > 2 ? List.of(Target.valueOf(arguments[2].toUpperCase(Locale.ROOT))) : List.of(Target.JVM, Target.NATIVE);
        Path jar = Files.createTempFile("compiled", ".jar");
        try {
            for (int k = 1; k <= times; k++) {
                Map<String, Long> stages = new LinkedHashMap<>();
                long began = System.nanoTime();
                var compilation = Compiler.compile(source, Compiler.Options.DEFAULT.withTargets(targets), (stage, nanoseconds) -> stages.merge(stage, nanoseconds, Long::sum));
                long compiled = System.nanoTime();
                compilation.write(jar, compilation.initialState(0));
                long written = System.nanoTime();
                stages.put("first state and jar", written - compiled);
                System.out.printf(Locale.ROOT, "%d: %.2f s, %d bytes; %s%n", k, (written - began) / 1e9, Files.size(jar), stages.entrySet().stream()
                        .filter(e -> e.getValue() >= 100_000_000L).map(e -> String.format(Locale.ROOT, "%s %.2f", e.getKey(), e.getValue() / 1e9)).collect(Collectors.joining(", ")));
            }
        } finally {
            Files.deleteIfExists(jar);
        }
        long heap = ManagementFactory.getMemoryPoolMXBeans().stream().filter(p -> p.getType() == MemoryType.HEAP).mapToLong(p -> p.getPeakUsage().getUsed()).sum();
        System.out.printf(Locale.ROOT, "at most %d MB of heap%s%n", heap >> 20, peak());
    }

    /// The most memory that the process had, where the system tells.
    private static String peak() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.isReadable(status) ? Files.readAllLines(status).stream().filter(l -> l.startsWith("VmHWM")).findFirst().map(l -> ", in all " + l.substring(6).strip()).orElse("") : "";
    }
}
