package dev.sinter.oracle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The command: a folder of cases in, one line for each case and totals out. The exit code is 1 if anything failed.
@Command(name = "oracles", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Runs a folder of oracle cases on the interpreter, the JVM and native code, and says of each whether it passed, failed, or is not expressible yet.")
public final class OracleCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER", description = "the folder with one JSON file for each case")
    private Path folder;

    @Option(names = "--only", paramLabel = "PREFIX", split = ",", description = "only cases whose names begin so (with or without the section)")
    private List<String> only = List.of();

    @Option(names = "--templates", paramLabel = "FOLDER", description = "more templates: a folder of .sinter files")
    private Path templates;

    @Option(names = "--json", description = "one JSON object for each case, and one with the totals")
    private boolean json;

    @Option(names = "--source", description = "print the model file of each case instead of running it")
    private boolean source;

    @Option(names = "--threads", paramLabel = "N", description = "cases at a time (default: the number of processors)")
    private int threads = Runtime.getRuntime().availableProcessors();

    private final PrintStream out;

    private OracleCommand(PrintStream out) {
        this.out = out;
    }

    /// Runs the command. @return the exit code
    public static int run(PrintStream out, String... arguments) {
        return new CommandLine(new OracleCommand(out)).execute(arguments);
    }

    /// The command as a program.
    public static void main(String[] arguments) {
        System.exit(run(System.out, arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException {
        if (!Files.isDirectory(folder)) {
            System.err.println("oracles: " + folder + " is no folder");
            return 2;
        }
        Templates all = templates == null ? Templates.builtIn() : Templates.builtIn().with(templates);
        var runner = new CaseRunner(all);
        var files = CaseReader.files(folder).stream().filter(this::wanted).toList();
        if (source) return print(runner, files);
        var outcomes = new ArrayList<Outcome>();
        var done = new AtomicInteger();
        try (var pool = Executors.newFixedThreadPool(threads)) {
            var futures = new ArrayList<Future<Outcome>>();
            for (Path file : files) {
                futures.add(pool.submit(() -> {
                    Outcome outcome = runner.run(CaseReader.read(file));
                    System.err.printf("\r%d of %d ", done.incrementAndGet(), files.size());
                    return outcome;
                }));
            }
            for (var future : futures) {
                outcomes.add(future.get());
                show(outcomes.getLast());
            }
        }
        System.err.println();
        totals(outcomes);
        return outcomes.stream().anyMatch(o -> o.status() == Outcome.Status.FAILED) ? 1 : 0;
    }

    private boolean wanted(Path file) {
        String name = file.getFileName().toString().replaceFirst("\\.json$", "");
        return only.isEmpty() || only.stream().anyMatch(p -> name.startsWith(p) || name.substring(name.indexOf('.') + 1).startsWith(p));
    }

    private int print(CaseRunner runner, List<Path> files) throws IOException {
        for (Path file : files) {
            OracleCase oracle = CaseReader.read(file);
            try {
                out.println(runner.program(oracle).map(CaseProgram::source).orElse("// " + oracle.name() + ": no template"));
            } catch (CaseProgram.NotCovered e) {
                out.println("// " + oracle.name() + ": " + e.getMessage());
            }
        }
        return 0;
    }

    private void show(Outcome o) throws JsonProcessingException {
        if (json) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("case", o.name());
            fields.put("status", o.status().name().toLowerCase(java.util.Locale.ROOT));
            fields.put("error", Double.isFinite(o.error()) ? (Object) o.error() : Double.toString(o.error()));
            fields.put("unit", o.unit());
            fields.put("detail", o.detail());
            out.println(new ObjectMapper().writeValueAsString(fields));
            return;
        }
        switch (o.status()) {
            case PASSED -> out.printf("passed   %-50s %.2g %s%s%n", o.name(), o.error(), o.unit(), o.detail().isEmpty() ? "" : ", " + o.detail());
            case FAILED -> out.printf("FAILED   %-50s %s%n", o.name(), o.detail().replace("\n", "\n           "));
            case NOT_EXPRESSIBLE -> out.printf("not yet  %-50s %s%n", o.name(), o.detail());
        }
    }

    private void totals(List<Outcome> outcomes) throws JsonProcessingException {
        var sections = new TreeMap<String, int[]>();
        var largest = new TreeMap<String, Outcome>();
        for (Outcome o : outcomes) {
            for (String row : List.of(o.section(), "total")) {
                sections.computeIfAbsent(row, _ -> new int[3])[o.status().ordinal()]++;
                if (o.status() == Outcome.Status.PASSED && o.unit().equals("relative")) {
                    largest.merge(row, o, (a, b) -> a.error() >= b.error() ? a : b);
                }
            }
        }
        if (json) {
            var fields = new LinkedHashMap<String, Object>();
            sections.forEach((row, n) -> fields.put(row, java.util.Map.of("passed", n[0], "failed", n[1], "not_expressible", n[2])));
            out.println(new ObjectMapper().writeValueAsString(fields));
            return;
        }
        out.printf("%n%-16s %8s %8s %20s   %s%n", "section", "passed", "failed", "not expressible yet", "largest relative error of a pass");
        sections.forEach((row, n) -> out.printf("%-16s %8d %8d %20d   %s%n", row, n[0], n[1], n[2],
                largest.containsKey(row) ? String.format("%.2g in %s", largest.get(row).error(), largest.get(row).name()) : ""));
    }
}
