package dev.sinter.bench.contest;

import dev.sinter.bench.contest.Message.Reply;
import dev.sinter.bench.contest.Message.Request;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The driver's end of a process that it talks to: a contender's, or that of the limits. It runs on as many processors as it has threads, if the system has `taskset`, and only while
/// it is asked something: the threads of some libraries go on spinning after a call (those of OpenMP for 200 ms), which would take a processor from whose turn it is. So the process
/// is stopped between two questions, if the system has `kill`.
final class Child implements AutoCloseable {
    /// Settings of the environment that some machines have, and that make libraries slower than they are.
    private static final List<String> HARMFUL = List.of("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "DNNL_MAX_CPU_ISA");

    private final String name;
    private final Process process;
    private final BufferedWriter requests;
    private final BufferedReader replies;
    private final Thread releasing = new Thread(() -> signal("CONT"));

    private Child(String name, Process process) {
        this.name = name;
        this.process = process;
        this.requests = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        this.replies = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        // A stopped process would outlive a driver that is interrupted: it could not see that its requests have ended.
        Runtime.getRuntime().addShutdownHook(releasing);
    }

    /// What went wrong with a process.
    static final class Failed extends Exception {
        private static final long serialVersionUID = 1;

        Failed(String message) {
            super(message);
        }
    }

    /// The process of a contender.
    static Child contender(Contender contender, int threads, Pinning pinning, Path log) throws IOException {
        return start(contender.name(), pinning.command(threads, java(Server.class, contender.name(), Integer.toString(threads))), contender.environment(threads), log);
    }

    /// The process of the limits.
    static Child limits(int threads, Pinning pinning, Path log) throws IOException {
        return start("limits", pinning.command(threads, java(LimitServer.class, Integer.toString(threads))), Map.of(), log);
    }

    private static List<String> java(Class<?> main, String... arguments) {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx4g", "-XX:+UseSerialGC", "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED", main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static Child start(String name, List<String> command, Map<String, String> environment, Path log) throws IOException {
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        clean(builder.environment());
        // Not as an argument: ONNX Runtime 1.29 reads its command line when it starts, and a few thousand characters overflow its stack.
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        environment.forEach((key, value) -> {
            if (value.isEmpty()) {
                builder.environment().remove(key);
            } else {
                builder.environment().put(key, value);
            }
        });
        return new Child(name, builder.start());
    }

    /// Takes away what must not reach a measured process.
    static void clean(Map<String, String> environment) {
        environment.keySet().removeAll(HARMFUL);
    }

    /// Asks, and waits for the answer. @throws Failed if the process is gone, or says that something went wrong
    Reply ask(Request request) throws Failed {
        signal("CONT");
        try {
            requests.write(Message.write(request));
            requests.newLine();
            requests.flush();
            for (String line = replies.readLine(); line != null; line = replies.readLine()) {
                // Native libraries print where they like.
                if (line.startsWith("{")) {
                    Reply reply = Message.read(line, Reply.class);
                    if (reply.problem() != null) {
                        throw new Failed(reply.problem());
                    }
                    return reply;
                }
            }
        } catch (IOException e) {
            // What it says is less than the exit code.
        } finally {
            signal("STOP");
        }
        signal("CONT");
        try {
            throw new Failed("its process ended with code " + process.waitFor());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failed("interrupted");
        }
    }

    /// The number of the process.
    long pid() {
        return process.pid();
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        } catch (IOException e) {
            // Without the command it goes on beside the others.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        signal("CONT");
        try {
            Runtime.getRuntime().removeShutdownHook(releasing);
        } catch (IllegalStateException e) {
            // It is running.
        }
        try {
            requests.close();
        } catch (IOException e) {
            // It is gone already.
        }
        try {
            if (!process.waitFor(10, java.util.concurrent.TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
