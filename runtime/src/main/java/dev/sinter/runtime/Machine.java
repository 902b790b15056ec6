package dev.sinter.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import jdk.incubator.vector.VectorShape;

/// The targets that this process can run, found once: from the processor's flags, and from the presence of the Vector API.
public final class Machine {

    private static final Path CPU_FLAGS = Path.of("/proc/cpuinfo");

    /// What each level of the x86-64 ABI adds, by the names of Linux; level 1 is every such processor.
    private static final List<Set<String>> X86_LEVELS = List.of(
            Set.of(),
            Set.of("cx16", "lahf_lm", "popcnt", "pni", "sse4_1", "sse4_2", "ssse3"),
            Set.of("avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe"),
            Set.of("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"));

    private static final List<String> TARGETS = find();

    private Machine() { }

    /// The names of the targets that run here, the best first: native ones, then `jvm-v512`, …, `jvm-scalar`.
    public static List<String> targets() {
        return TARGETS;
    }

    private static List<String> find() {
        var targets = new ArrayList<String>();
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String architecture = System.getProperty("os.arch", "");
        if (system.equals("linux")) {
            if (architecture.equals("amd64") || architecture.equals("x86_64")) {
                for (int level = x86Level(flags()); level >= 1; level--) {
                    targets.add(level == 1 ? "linux-x86_64" : "linux-x86_64-v" + level);
                }
            } else {
                targets.add("linux-" + architecture);
            }
        }
        int bits = vectorBits();
        for (int width = 512; width >= 128; width /= 2) {
            if (width <= bits) {
                targets.add("jvm-v" + width);
            }
        }
        targets.add("jvm-scalar");
        return List.copyOf(targets);
    }

    static int x86Level(Set<String> flags) {
        int level = 0;
        while (level < X86_LEVELS.size() && flags.containsAll(X86_LEVELS.get(level))) {
            level++;
        }
        return level;
    }

    private static Set<String> flags() {
        try (var lines = Files.newBufferedReader(CPU_FLAGS)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("flags")) {
                    // By single spaces: the JDK splits by those without a regular expression.
                    return new HashSet<>(Arrays.asList(line.substring(line.indexOf(':') + 1).trim().split(" ")));
                }
            }
        } catch (IOException e) {
            // Without the flags only what every such processor has can be assumed.
        }
        return Set.of();
    }

    /// Whether the application runs with the module of the Vector API.
    static boolean hasVectors() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    /// The width that the Vector API prefers, 0 without its module.
    private static int vectorBits() {
        return hasVectors() ? VectorWidth.bits() : 0;
    }

    /// All that the runtime itself asks the Vector API; loaded only where its module is. Reflection would parse the annotations of what it calls, and spin a proxy class for them.
    private static final class VectorWidth {
        private static int bits() {
            return VectorShape.preferredShape().vectorBitSize();
        }
    }
}
