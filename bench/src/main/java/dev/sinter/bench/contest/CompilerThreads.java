package dev.sinter.bench.contest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/// How much HotSpot has compiled in this process: a measurement has to wait until it compiles no more, and while one method is being compiled nothing is reported as compiled.
final class CompilerThreads {
    private static final Path TASKS = Path.of("/proc/self/task");

    private CompilerThreads() { }

    /// A number that grows while HotSpot compiles: the processor time of its threads where the system tells, else the time of what it has finished.
    static long work() {
        if (!Files.isDirectory(TASKS)) {
            return ManagementFactory.getCompilationMXBean().getTotalCompilationTime();
        }
        long ticks = 0;
        try (var tasks = Files.newDirectoryStream(TASKS)) {
            for (Path task : tasks) {
                ticks += ticks(task);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ticks;
    }

    private static long ticks(Path task) {
        try {
            // After the name, which stands in parentheses, user and system time are the 12th and 13th field.
            String stat = Files.readString(task.resolve("stat"));
            if (!stat.contains("(C1 Compiler") && !stat.contains("(C2 Compiler")) {
                return 0;
            }
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        } catch (IOException e) {
            // The thread has ended meanwhile.
            return 0;
        }
    }
}
