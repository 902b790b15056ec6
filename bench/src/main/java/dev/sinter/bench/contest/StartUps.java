package dev.sinter.bench.contest;

import dev.sinter.bench.contest.Child.Failed;
import dev.sinter.bench.contest.Message.Request;
import dev.sinter.bench.contest.Message.Verb;
import dev.sinter.bench.contest.Results.Start;
import dev.sinter.bench.workload.Workload;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// How long a process takes from its start to its first result, how much memory it has at most, and how large it is: applications of all contenders, started again and again in turn.
final class StartUps {
    private final Pinning pinning;
    private final Path log;
    private final int rounds;

    StartUps(Pinning pinning, Path log, int rounds) {
        this.pinning = pinning;
        this.log = log;
        this.rounds = rounds;
    }

    private record Once(double millis, double peakKib) { }

    /// Measures those contenders that have an application for the workload.
    List<Start> run(Workload workload, Path artifact, List<Contender> contenders) throws IOException {
        var children = new ArrayList<Child>();
        var applications = new LinkedHashMap<Contender, StartUp>();
        try {
            for (Contender c : contenders) {
                Child child = Child.contender(c, 1, pinning, log);
                children.add(child);
                try {
                    var reply = child.ask(new Request(Verb.START_UP, workload.name(), artifact.toString(), 0));
                    if (reply.able()) {
                        applications.put(c, reply.startUp());
                    }
                } catch (Failed e) {
                    System.err.println(c.name() + " has no application: " + e.getMessage());
                }
            }
            var times = new LinkedHashMap<Contender, List<Once>>();
            for (int round = -1; round < rounds; round++) {
                for (var application : applications.entrySet()) {
                    Once once = once(application.getKey(), application.getValue());
                    // The first start fills caches, and some libraries unpack themselves then.
                    if (round >= 0) {
                        times.computeIfAbsent(application.getKey(), _ -> new ArrayList<>()).add(once);
                    }
                }
            }
            var starts = new ArrayList<Start>();
            for (var entry : times.entrySet()) {
                double[] millis = entry.getValue().stream().mapToDouble(Once::millis).sorted().toArray();
                double[] peaks = entry.getValue().stream().mapToDouble(Once::peakKib).sorted().toArray();
                starts.add(new Start(entry.getKey().name(), workload.name(), millis[millis.length / 2], millis[millis.length / 4], millis[3 * millis.length / 4], peaks[peaks.length / 2],
                        size(applications.get(entry.getKey()).shipped())));
            }
            return starts;
        } finally {
            children.forEach(Child::close);
        }
    }

    private Once once(Contender contender, StartUp application) throws IOException {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(application.options());
        command.addAll(List.of("-cp", String.join(File.pathSeparator, application.classPath()), application.mainClass()));
        command.addAll(application.arguments());
        var builder = new ProcessBuilder(pinning.command(pinning.processors().size(), command)).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
        Child.clean(builder.environment());
        builder.environment().putAll(contender.environment(1));
        long began = System.nanoTime();
        Process process = builder.start();
        double millis = 0;
        double peak = 0;
        try (var in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.startsWith("result ")) {
                    millis = (System.nanoTime() - began) / 1e6;
                } else if (line.startsWith("peak ")) {
                    peak = Double.parseDouble(line.substring("peak ".length()));
                }
            }
        }
        if (millis == 0) {
            throw new IOException("the application of " + contender.name() + " gave no result; see " + log);
        }
        return new Once(millis, peak);
    }

    private static long size(List<String> shipped) throws IOException {
        long bytes = 0;
        for (String place : shipped) {
            try (var files = Files.walk(Path.of(place))) {
                for (Path f : files.filter(Files::isRegularFile).toList()) {
                    bytes += Files.size(f);
                }
            }
        }
        return bytes;
    }
}
