package dev.sinter.bench.contest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// On which processors processes run: the first ones of a list, as many as they have threads.
///
/// @param processors numbers as `taskset` has them
/// @param works      whether there is such a command
record Pinning(List<Integer> processors, boolean works) {
    /// These processors, if the system can do it.
    static Pinning on(List<Integer> processors) {
        boolean found = List.of(System.getenv().getOrDefault("PATH", "").split(":")).stream().anyMatch(f -> !f.isEmpty() && Files.isExecutable(Path.of(f, "taskset")));
        return new Pinning(List.copyOf(processors), found);
    }

    /// A command that runs on as many processors as it has threads.
    List<String> command(int threads, List<String> command) {
        if (!works) {
            return command;
        }
        var pinned = new ArrayList<>(List.of("taskset", "-c", first(threads)));
        pinned.addAll(command);
        return pinned;
    }

    /// Moves a process, with all its threads, to as many processors as it has threads.
    void narrow(long process, int threads) throws IOException {
        move(process, first(threads));
    }

    /// Lets a process use all processors of the list.
    void widen(long process) throws IOException {
        move(process, first(processors.size()));
    }

    private void move(long process, String places) throws IOException {
        if (works) {
            try {
                new ProcessBuilder("taskset", "-a", "-p", "-c", places, Long.toString(process)).redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private String first(int threads) {
        if (threads > processors.size()) {
            throw new IllegalArgumentException(threads + " threads need as many processors, the list has " + processors);
        }
        return processors.subList(0, threads).stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
