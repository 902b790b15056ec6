package dev.sinter.compiler.command;

import dev.sinter.compiler.Compiler;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// What the compiler is doing: the present stage on a terminal, and the time of each for `--time`.
final class Stages implements Compiler.Progress {
    private final Console console;
    private final Map<String, Long> nanos = new LinkedHashMap<>();

    Stages(Console console) {
        this.console = console;
    }

    @Override
    public void done(String stage, long nanoseconds) {
        nanos.merge(stage, nanoseconds, Long::sum);
        if (console.terminal()) {
            console.err().print("\r\033[Kcompiling: " + stage);
            console.err().flush();
        }
    }

    /// Takes the line of progress away.
    void end() {
        if (console.terminal()) {
            console.err().print("\r\033[K");
            console.err().flush();
        }
    }

    Map<String, Long> nanos() {
        return nanos;
    }

    /// A line for each stage, and the total.
    String table() {
        var out = new StringBuilder();
        nanos.forEach((stage, took) -> out.append(String.format(Locale.ROOT, "  %-34s %9.1f ms%n", stage, took / 1e6)));
        return out.append(String.format(Locale.ROOT, "  %-34s %9.1f ms%n", "total", nanos.values().stream().mapToLong(Long::longValue).sum() / 1e6)).toString();
    }
}
