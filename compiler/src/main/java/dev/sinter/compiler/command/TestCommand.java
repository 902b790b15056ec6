package dev.sinter.compiler.command;

import com.fasterxml.jackson.databind.util.RawValue;
import dev.sinter.compiler.Compiler;
import dev.sinter.compiler.SourceProblems;
import dev.sinter.compiler.examples.Examples;
import dev.sinter.compiler.examples.Outcome;
import dev.sinter.frontend.Frontend;
import dev.sinter.frontend.checked.CheckedModel;
import dev.sinter.frontend.library.Library;
import dev.sinter.frontend.problem.Json;
import dev.sinter.ir.type.ElementType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// `sinter test`: runs the examples of model files on every executor.
@Command(name = "test", mixinStandardHelpOptions = true,
        description = "Runs the examples of model files on the interpreter, and compiled for the JVM (with every vector size) and to native code.",
        footer = {"", "All compiled code must also give the same results to the bit. Exit code 1 if an example fails."})
final class TestCommand implements Callable<Integer> {
    @ParentCommand
    private Sinter sinter;

    @Parameters(arity = "0..*", paramLabel = "FILE", description = "Model files, or folders of them.")
    private List<Path> files = List.of();

    @Option(names = "--library", description = "Also the examples of the standard library.")
    private boolean library;

    @Option(names = "--target", paramLabel = "TARGETS", description = "jvm, native, or jvm,native (default: both).")
    private String target;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "2", description = "Threads for each call (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Mixin
    private Exactness exactness;

    @Option(names = "--double", description = "In double precision.")
    private boolean inDouble;

    @Option(names = "--json", description = "Print a JSON object for each example, and for each file that is invalid.")
    private boolean json;

    private int examples;
    private int checks;
    private int failed;
    /// The first failure of the compiler itself. The other files are tested nevertheless.
    private RuntimeException bug;

    @Override
    public Integer call() throws IOException {
        if (files.isEmpty() && !library) {
            throw UserError.use("nothing to test: give model files, a folder of them, or --library");
        }
        if (threads < 1) {
            throw UserError.use("--threads is " + threads + ", expected at least 1");
        }
        var frontend = new dev.sinter.frontend.checked.Options(inDouble ? ElementType.F64 : ElementType.F32, Optional.empty());
        var options = exactness.of(new Compiler.Options(frontend, Targets.parse(target)));
        int invalid = 0;
        for (Path file : SourceFiles.in(files)) {
            try {
                run(file.toString(), Compiler.check(file, options).examples(), options);
            } catch (SourceProblems problems) {
                invalid++;
                sinter.console().err().print(problems.getMessage());
                if (json) {
                    jsonOfInvalid(file.toString(), problems);
                }
            }
        }
        if (library) {
            for (String name : Library.names()) {
                run(name, Frontend.libraryExamples(name, frontend), options);
            }
        }
        if (bug != null) {
            throw bug;
        }
        if (!json) {
            sinter.console().out().println((examples - failed) + " of " + examples + " examples passed (" + checks + " checks)"
                    + (invalid == 0 ? "" : "; " + invalid + (invalid == 1 ? " file is" : " files are") + " invalid"));
        }
        return failed > 0 || invalid > 0 ? Sinter.WRONG_INPUT : Sinter.DONE;
    }

    private void run(String file, List<CheckedModel.Example> found, Compiler.Options options) {
        if (found.isEmpty()) {
            if (!json) {
                sinter.console().out().println(file + ": no examples");
            }
            return;
        }
        List<Outcome> outcomes;
        try {
            outcomes = Examples.run(found, options, threads);
        } catch (RuntimeException e) {
            if (json) {
                sinter.console().json(notRun(file, "failure", "the compiler failed: " + e));
            } else {
                sinter.console().out().println("BROKEN " + file + ": the compiler failed; see below");
            }
            bug = bug == null ? e : bug;
            return;
        }
        for (Outcome outcome : outcomes) {
            examples++;
            checks += outcome.checks();
            failed += outcome.passed() ? 0 : 1;
            if (json) {
                json(file, outcome);
            } else {
                print(file, outcome);
            }
        }
    }

    private void print(String file, Outcome outcome) {
        var out = sinter.console().out();
        out.println((outcome.passed() ? "passed " : "FAILED ") + file + ": " + outcome.title());
        for (Outcome.Fault fault : outcome.faults()) {
            out.println("  " + fault.place() + ": " + fault.check().replaceAll("\\s+", " "));
            out.println("    on " + fault.executor() + ": " + fault.problem());
        }
    }

    private void jsonOfInvalid(String file, SourceProblems problems) {
        String objects = problems.problems().stream().map(Json::object).collect(Collectors.joining(",", "[", "]"));
        sinter.console().json(notRun(file, "problems", new RawValue(objects)));
    }

    /// The object for a file of which no example could be run, with the reason.
    private static Map<String, Object> notRun(String file, String what, Object reason) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("file", file);
        fields.put("passed", false);
        fields.put(what, reason);
        return fields;
    }

    private void json(String file, Outcome outcome) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("file", file);
        fields.put("example", outcome.title());
        fields.put("checks", outcome.checks());
        fields.put("passed", outcome.passed());
        var faults = new ArrayList<Object>();
        for (Outcome.Fault fault : outcome.faults()) {
            var f = new LinkedHashMap<String, Object>();
            f.put("executor", fault.executor());
            f.put("place", fault.place());
            f.put("check", fault.check());
            f.put("problem", fault.problem());
            faults.add(f);
        }
        fields.put("faults", faults);
        sinter.console().json(fields);
    }
}
