package dev.sinter.bench.contest;

import dev.sinter.bench.contest.Contest.Plan;
import dev.sinter.bench.contest.Results.Row;
import dev.sinter.bench.sinter.WorkloadArtifacts;
import dev.sinter.bench.workload.Workload;
import dev.sinter.bench.workload.Workloads;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The command that compares.
@Command(name = "contest", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Runs workloads on Sinter's two kinds of code and on the peers, in alternation, and prints one table.",
        footer = {"", "Run it on a machine that does nothing else. A run can be made in pieces: each adds its rows to the file of --save, -o draws all that are there."})
public final class ContestCommand implements Callable<Integer> {
    /// The name of the start-up measurement, beside those of the workloads.
    private static final String START_UP = "start-up";
    /// What is started.
    private static final String STARTED = "mlp-b1";
    private static final int STARTS = 15;

    @Option(names = {"-w", "--workloads"}, paramLabel = "NAME", split = ",", description = "Only these workloads: names, or beginnings of names such as mlp or conv-3x3; start-up for process starts.")
    private List<String> workloads = List.of();

    @Option(names = {"-t", "--threads"}, paramLabel = "1,2", split = ",", description = "Numbers of threads (default: ${DEFAULT-VALUE}).")
    private List<Integer> threads = List.of(1, 2);

    @Option(names = {"-c", "--contenders"}, paramLabel = "NAME", split = ",", description = "Only these contenders (default: all).")
    private List<String> contenders = List.of();

    @Option(names = "--quick", description = "Shorter warm-ups and slices, fewer rounds: for a first look.")
    private boolean quick;

    @Option(names = "--save", paramLabel = "FILE", description = "Keep the rows in a JSON file, after each; rows that it has of other workloads stay.")
    private Path save;

    @Option(names = "--resume", description = "Leave out what the file of --save has.")
    private boolean resume;

    @Option(names = "--against", paramLabel = "FILE", description = "Compare with an earlier run, saved in this file.")
    private Path against;

    @Option(names = {"-o", "--output"}, paramLabel = "FOLDER", description = "Write comparison.md, its pictures and comparison.json there.")
    private Path output;

    @Option(names = "--processors", paramLabel = "0,1", split = ",", description = "The processors that are used, as taskset numbers them (default: ${DEFAULT-VALUE}).")
    private List<Integer> processors = List.of(0, 1);

    @Option(names = "--artifacts", paramLabel = "FOLDER", description = "Where Sinter's artifacts are kept (default: ${DEFAULT-VALUE}).")
    private Path artifacts = Path.of("bench/target/artifacts");

    @Option(names = "--compile-only", description = "Make Sinter's artifacts and stop, so that a run afterwards only measures.")
    private boolean compileOnly;

    @Option(names = "--agree-only", description = "Compare results, time nothing.")
    private boolean agreeOnly;

    @Option(names = "--report-only", description = "Measure nothing: show what the file of --save has.")
    private boolean reportOnly;

    @Option(names = "--list", description = "Print the workloads and contenders.")
    private boolean list;

    private final PrintStream out = new PrintStream(System.out, true, java.nio.charset.StandardCharsets.UTF_8);

    private ContestCommand() { }

    /// The program.
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ContestCommand()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        if (list) {
            Workloads.all().forEach(w -> out.println(w.name() + "  " + w.computation()));
            Contenders.all().forEach(c -> out.println(c.name()));
            return 0;
        }
        var some = Workloads.all().stream().filter(w -> chosen(w.name())).toList();
        var those = Contenders.all().stream().filter(c -> contenders.isEmpty() || contenders.contains(c.name())).toList();
        if (those.isEmpty() || some.isEmpty() && !chosen(START_UP)) {
            System.err.println("nothing is called so; --list prints all names");
            return 2;
        }
        var made = new WorkloadArtifacts(Path.of(""), artifacts);
        if (compileOnly) {
            return compile(some, made);
        }
        Results results = save != null && Files.exists(save) ? Results.read(save) : Results.empty();
        if (!reportOnly) {
            results = measure(some, those, made, results);
        }
        if (agreeOnly) {
            return 0;
        }
        var table = new Table(Page.contenders(results));
        out.print(Table.aligned(Stream.concat(Stream.of(table.titles()), results.rows().stream().map(table::cells)).toList()));
        results.rows().forEach(r -> Table.problems(r).forEach(out::println));
        results.starts().forEach(s -> out.printf(java.util.Locale.ROOT, "start-up of %s: %.0f ms (%.0f to %.0f), peak memory %.0f MiB, shipped %.1f MB%n", s.contender(), s.millis(), s.low(), s.high(),
                s.peakKib() / 1024, s.bytes() / 1e6));
        if (output != null) {
            Page.write(output, results);
        }
        if (against != null) {
            out.print(Comparison.text(Comparison.of(Results.read(against), results)));
        }
        return 0;
    }

    private boolean chosen(String name) {
        return workloads.isEmpty() || workloads.stream().anyMatch(w -> name.equals(w) || name.startsWith(w + "-"));
    }

    private int compile(List<Workload> some, WorkloadArtifacts made) {
        int failed = 0;
        for (Workload w : some) {
            Compiled sinter = compiled(w, made);
            out.println(w.name() + ": " + (sinter.artifact == null ? sinter.why : sinter.artifact));
            failed += sinter.artifact == null ? 1 : 0;
        }
        return failed == 0 ? 0 : 1;
    }

    /// Sinter's artifact, or why there is none.
    private record Compiled(Path artifact, String why) { }

    private static Compiled compiled(Workload workload, WorkloadArtifacts made) {
        try {
            return new Compiled(made.of(workload), null);
        } catch (IOException | RuntimeException e) {
            return new Compiled(null, "it does not compile: " + e.toString().lines().findFirst().orElse(""));
        }
    }

    private Results measure(List<Workload> some, List<Contender> those, WorkloadArtifacts made, Results results) throws IOException {
        var pinning = Pinning.on(processors);
        Path log = Files.createTempFile("contest-", ".log");
        if (!pinning.works()) {
            System.err.println("there is no taskset: threads are not pinned");
        }
        System.err.println("what the processes print is in " + log);
        var contest = new Contest(those, quick ? Plan.QUICK : Plan.USUAL, pinning, log);
        for (Workload w : some) {
            for (int count : threads) {
                if (resume && results.row(w.name(), count).isPresent()) {
                    continue;
                }
                Compiled sinter = compiled(w, made);
                if (agreeOnly) {
                    contest.agreement(w, count, sinter.artifact, sinter.why).forEach((name, difference) -> out.println(w.name() + ", " + count + ": " + name + " " + difference));
                    continue;
                }
                Row row = contest.run(w, count, sinter.artifact, sinter.why);
                var names = row.entries().stream().map(Results.Entry::contender).toList();
                System.err.print(Table.aligned(List.of(new Table(names).titles(), new Table(names).cells(row))));
                results = keep(results.with(row));
            }
        }
        if (chosen(START_UP) && !agreeOnly && !(resume && !results.starts().isEmpty())) {
            Workload started = Workloads.named(STARTED).orElseThrow();
            results = keep(results.with(new StartUps(pinning, log, quick ? 3 : STARTS).run(started, made.of(started), those)));
        }
        return results;
    }

    private Results keep(Results results) throws IOException {
        if (save != null) {
            results.write(save);
        }
        return results;
    }
}
