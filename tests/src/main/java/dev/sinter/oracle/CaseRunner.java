package dev.sinter.oracle;

import dev.sinter.compiler.Arrays;
import dev.sinter.compiler.Compilation;
import dev.sinter.compiler.Compiler;
import dev.sinter.compiler.SourceProblems;
import dev.sinter.compiler.Target;
import dev.sinter.frontend.Frontend;
import dev.sinter.frontend.checked.CheckedModel;
import dev.sinter.frontend.checked.Options;
import dev.sinter.frontend.source.Source;
import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.interp.ModuleInterpreter;
import dev.sinter.ir.type.ElementType;
import dev.sinter.runtime.LoadOptions;
import dev.sinter.runtime.Machine;
import dev.sinter.runtime.Manifest;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Runs one case: template, compiler, three executors, comparison.
public final class CaseRunner {
    private final Templates templates;
    private final List<String> variants;

    /// A runner for the best code of each kind on this machine.
    public CaseRunner(Templates templates) {
        this.templates = templates;
        this.variants = List.of(best("jvm-"), best("linux-"));
    }

    private static String best(String prefix) {
        return Machine.targets().stream().filter(t -> t.startsWith(prefix)).findFirst().orElseThrow();
    }

    /// The program of a case, if a template covers it.
    public Optional<CaseProgram> program(OracleCase oracle) throws CaseProgram.NotCovered {
        var template = templates.find(oracle);
        return template.isEmpty() ? Optional.empty() : Optional.of(CaseProgram.of(oracle, template.get()));
    }

    /// Runs a case; faults of the compiler and of the code are outcomes, too.
    public Outcome run(OracleCase oracle) {
        CaseProgram program;
        try {
            var found = program(oracle);
            if (found.isEmpty()) return notExpressible(oracle, "no template for '" + oracle.op() + "'");
            program = found.get();
        } catch (CaseProgram.NotCovered e) {
            return notExpressible(oracle, e.getMessage());
        }
        var judgement = new Judgement(oracle, program.real());
        try {
            execute(program, judgement);
        } catch (SourceProblems e) {
            judgement.fail("does not compile: " + e.getMessage().strip());
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            judgement.fail(e + at(e));
        }
        return judgement.outcome();
    }

    private static Outcome notExpressible(OracleCase oracle, String why) {
        return new Outcome(oracle.name(), Outcome.Status.NOT_EXPRESSIBLE, 0, "", why);
    }

    private static String at(Throwable e) {
        return e.getStackTrace().length == 0 ? "" : " at " + e.getStackTrace()[0];
    }

    private void execute(CaseProgram program, Judgement judgement) {
        var frontend = new Options(program.real(), Optional.empty());
        var result = Frontend.compile(Source.of("case.sinter", program.source()), frontend, templates::source);
        CheckedModel checked = result.model().orElseThrow(() -> new SourceProblems(result.problems()));
        var options = new Compiler.Options(frontend, List.of(Target.JVM, Target.NATIVE), variants, List.of());
        boolean hasState = !checked.module().state().isEmpty();
        Compilation compilation = hasState ? Compiler.compile(checked, options, Compiler.Progress.NONE)
                : Compiler.compile(checked.module(), options, Compiler.Progress.NONE);
        var interpreter = new ModuleInterpreter(compilation.module());
        try (Model jvm = compilation.load(new LoadOptions("jvm", 1)); Model nativeCode = compilation.load(new LoadOptions("native", 1))) {
            if (hasState) {
                interpreter.call(Compilation.INIT, Map.of("seed", NdArray.ofIntegers(ElementType.I64, new long[0], 0)));
                jvm.function(Compilation.INIT).callAll(Tensor.scalar(0L));
                nativeCode.function(Compilation.INIT).callAll(Tensor.scalar(0L));
            }
            for (CaseProgram.Call call : program.calls()) {
                judgement.compare("interpreter", call, List.copyOf(interpreter.call(call.function(), call.arguments()).entrySet()));
                var byJvm = call(jvm, call);
                judgement.compare("jvm", call, List.copyOf(byJvm.entrySet()));
                judgement.requireEqual(call, byJvm, call(nativeCode, call));
            }
        }
    }

    private static Map<String, NdArray> call(Model model, CaseProgram.Call call) {
        var tensors = new LinkedHashMap<String, Tensor>();
        call.arguments().forEach((name, array) -> tensors.put(name, Arrays.tensor(array)));
        var function = model.function(call.function());
        // What a function does not use is no input of its code.
        var used = function.inputs().stream().map(Manifest.Value::name).toList();
        tensors.keySet().retainAll(used);
        var results = new LinkedHashMap<String, NdArray>();
        function.call(tensors).forEach((name, tensor) -> results.put(name, Arrays.array(tensor)));
        return results;
    }

    /// Collects what is found of a case.
    private static final class Judgement {
        private final OracleCase oracle;
        private final ElementType real;
        private final List<String> faults = new ArrayList<>();
        private double largest;
        private String of = "";

        Judgement(OracleCase oracle, ElementType real) {
            this.oracle = oracle;
            this.real = real;
        }

        void fail(String fault) {
            faults.add(fault);
        }

        /// Results that are named like what is expected, or come in its order: gradients and derivatives.
        void compare(String executor, CaseProgram.Call call, List<Map.Entry<String, NdArray>> results) {
            if (results.size() != call.expected().size()) {
                fail(call.function() + " on " + executor + " gives " + results.size() + " results, expected " + call.expected().size());
                return;
            }
            int k = 0;
            for (var expected : call.expected().entrySet()) {
                boolean named = call.function().equals("value") && results.size() > 1;
                String name = Templates.name(expected.getKey());
                NdArray found = named ? results.stream().filter(r -> r.getKey().equals(name)).findFirst().map(Map.Entry::getValue).orElse(null) : results.get(k).getValue();
                k++;
                if (found == null) {
                    fail(call.function() + " on " + executor + " gives no '" + name + "'");
                    continue;
                }
                compare(executor, call.function() + " of " + expected.getKey(), Exceptions.applied(oracle, expected.getKey(), expected.getValue(), found), found,
                        call.function().equals("value") && oracle.isTable());
            }
        }

        private void compare(String executor, String what, NdArray expected, NdArray found, boolean table) {
            var comparison = table ? Comparison.ulps(oracle.op(), expected, found, Bounds.absolute(oracle.op(), real)) : Comparison.relative(expected, found);
            double bound = table ? Bounds.ulps(oracle.op(), real) : Bounds.relative(real);
            if (comparison.error() > largest) {
                largest = comparison.error();
                of = what + " on " + executor;
            }
            if (comparison.error() > bound) {
                fail(what + " on " + executor + ": " + comparison.where() + " (error " + String.format("%.3g", comparison.error()) + ")");
            }
        }

        void requireEqual(CaseProgram.Call call, Map<String, NdArray> jvm, Map<String, NdArray> nativeCode) {
            jvm.forEach((name, array) -> {
                if (!array.equals(nativeCode.get(name))) {
                    fail(call.function() + ": jvm and native differ in '" + name + "': " + Comparison.relative(array, nativeCode.get(name)).where());
                }
            });
        }

        Outcome outcome() {
            String unit = oracle.isTable() ? "ulp" : "relative";
            String exempt = Exceptions.of(oracle);
            String note = exempt.isEmpty() ? of : of.isEmpty() ? exempt : of + "; " + exempt;
            return faults.isEmpty() ? new Outcome(oracle.name(), Outcome.Status.PASSED, largest, unit, note)
                    : new Outcome(oracle.name(), Outcome.Status.FAILED, largest, unit, String.join("; ", faults.subList(0, Math.min(4, faults.size()))));
        }
    }
}
