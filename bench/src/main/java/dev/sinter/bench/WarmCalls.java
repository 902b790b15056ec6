package dev.sinter.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.sinter.compiler.Compiler;
import dev.sinter.compiler.Target;
import dev.sinter.compiler.measure.Signature;
import dev.sinter.runtime.Function;
import dev.sinter.runtime.LoadOptions;
import dev.sinter.runtime.Machine;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What calls into the caller's memory allocate once they are warm, and how long that takes: every function of models, on code with vectors of every width. Usage:
/// `WarmCalls [targets=jvm-v128,jvm-v512] [threads=1,2] [functions=fit,loss] [batch=64] [seconds=120] MODEL.sinter|OUT.jar ...`.
///
/// Prints a table in Markdown: a row for each function, target and number of threads, with the time of a call, the bytes that it allocates on all of its threads together, and
/// after how many seconds and calls it allocated for the last time. Seconds are processor time of the whole process, HotSpot's compilers included, so that they mean the same on a busy machine. Each model, target and number of threads has a process of its own, in which the functions are called one after the other.
public final class WarmCalls {
    /// Calls that allocate nothing for so long are warm.
    private static final long QUIET_NANOS = 3_000_000_000L;
    private static final long STRETCH_NANOS = 100_000_000L;
    private static final String CHILD = "in-this-process";
    private static final OperatingSystemMXBean PROCESS = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private WarmCalls() { }

    /// Measures; what each argument means is said above.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        var settings = new HashMap<>(Map.of("threads", "1,2", "functions", "", "batch", "64", "seconds", "120",
                "targets", String.join(",", Machine.targets().stream().filter(t -> t.startsWith("jvm-v")).toList())));
        var files = new ArrayList<Path>();
        for (String argument : arguments) {
            int sign = argument.indexOf('=');
            if (sign < 0) {
                files.add(Path.of(argument));
            } else {
                settings.put(argument.substring(0, sign), argument.substring(sign + 1));
            }
        }
        if (settings.containsKey(CHILD)) {
            measure(files.getFirst(), settings);
            return;
        }
        System.out.println("| function | target | threads | time of a call | bytes a call | warm after | calls till then |");
        System.out.println("|---|---|--:|--:|--:|--:|--:|");
        for (Path file : files) {
            Path jar = file.toString().endsWith(".jar") ? file : compiled(file);
            for (String target : settings.get("targets").split(",")) {
                for (String threads : settings.get("threads").split(",")) {
                    child(jar, settings, target, threads);
                }
            }
            if (!jar.equals(file)) {
                Files.delete(jar);
            }
        }
    }

    private static Path compiled(Path source) throws IOException {
        Path jar = Files.createTempFile("warm", ".jar");
        var compilation = Compiler.compile(source, Compiler.Options.DEFAULT.withTargets(List.of(Target.JVM)), Compiler.Progress.NONE);
        compilation.write(jar, compilation.initialState(0));
        return jar;
    }

    private static void child(Path jar, Map<String, String> settings, String target, String threads) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), WarmCalls.class.getName(), CHILD + "=yes", jar.toString()));
        settings.forEach((name, value) -> command.add(name + "=" + value));
        command.add("targets=" + target);
        command.add("threads=" + threads);
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (status != 0) {
            throw new IOException("the process for " + jar + ", " + target + " ended with status " + status);
        }
    }

    private static void measure(Path jar, Map<String, String> settings) throws IOException {
        String target = settings.get("targets");
        int threads = Integer.parseInt(settings.get("threads"));
        long batch = Long.parseLong(settings.get("batch"));
        var wanted = List.of(settings.get("functions").split(","));
        List<String> names;
        try (Model model = Model.load(jar, LoadOptions.DEFAULT.target(target).threads(threads))) {
            names = model.functions().keySet().stream().filter(n -> wanted.contains("") ? !n.equals("init") : wanted.contains(n)).toList();
        }
        for (String name : names) {
            try (Model model = Model.load(jar, LoadOptions.DEFAULT.target(target).threads(threads))) {
                Function function = model.function(name);
                var extents = new HashMap<String, Long>();
                function.dims().forEach(d -> extents.put(d, batch));
                Tensor[] inputs = Signature.inputs(function.inputs(), extents);
                try (var session = function.session()) {
                    Tensor[] outputs = session.allocateOutputs(inputs);
                    String result = untilQuiet(() -> session.call(inputs, outputs), (long) (Double.parseDouble(settings.get("seconds")) * 1e9));
                    System.out.println("| `" + model.name() + "." + name + "` | " + target + " | " + threads + " | " + result + " |");
                }
            }
        }
    }

    /// Calls until nothing has been allocated for a while, or patience ends; the last columns of a row.
    private static String untilQuiet(Runnable call, long patience) {
        long began = PROCESS.getProcessCpuTime();
        call.run();
        long[] members = Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().startsWith("sinter-member")).mapToLong(Thread::threadId).toArray();
        long calls = 1;
        long callsAtLast = 1;
        long timeOfLast = began;
        long now = began;
        double bytes = 0;
        double nanos = 0;
        while (now - timeOfLast < QUIET_NANOS && now - began < patience) {
            long before = allocated(members);
            long start = System.nanoTime();
            long first = calls;
            do {
                call.run();
                calls++;
            } while (System.nanoTime() - start < STRETCH_NANOS);
            nanos = (double) (System.nanoTime() - start) / (calls - first);
            bytes = (double) (allocated(members) - before) / (calls - first);
            now = PROCESS.getProcessCpuTime();
            if (bytes > 0) {
                timeOfLast = now;
                callsAtLast = calls;
            }
        }
        boolean quiet = now - timeOfLast >= QUIET_NANOS;
        return String.format(Locale.ROOT, quiet ? "%.1f us | %.0f | %.1f s | %d" : "%.1f us | %.0f | not after %.0f s | %d", nanos / 1e3, bytes, ((quiet ? timeOfLast : now) - began) / 1e9, callsAtLast);
    }

    /// By the calling thread and the other members of its team.
    private static long allocated(long[] members) {
        long bytes = THREADS.getCurrentThreadAllocatedBytes();
        for (long member : members) {
            bytes += Math.max(0, THREADS.getThreadAllocatedBytes(member));
        }
        return bytes;
    }
}
