package dev.sinter.compiler.examples;

import dev.sinter.compiler.Arrays;
import dev.sinter.compiler.Compilation;
import dev.sinter.compiler.Compiler;
import dev.sinter.frontend.checked.CheckedModel;
import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.passes.Pipeline;
import dev.sinter.passes.Pipelines;
import dev.sinter.runtime.LoadOptions;
import dev.sinter.runtime.Machine;
import dev.sinter.runtime.Manifest;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Runs examples.
public final class Examples {
    /// The name of the reference interpreter among executors.
    public static final String INTERPRETER = "interp";

    private Examples() { }

    /// Runs examples on the interpreter and on each variant of the targets in `options` that this machine can run.
    ///
    /// @param threads for each call of compiled code
    public static List<Outcome> run(List<CheckedModel.Example> examples, Compiler.Options options, int threads) {
        if (examples.isEmpty()) {
            return List.of();
        }
        var module = new Module("examples", List.of(), examples.stream().map(CheckedModel.Example::entry).toList());
        Map<String, List<List<Tensor>>> results = new LinkedHashMap<>();
        results.put(INTERPRETER, interpreted(module));
        Compilation compilation = Compiler.compile(module, options, Compiler.Progress.NONE);
        for (String target : runnable(compilation)) {
            try (Model model = compilation.load(new LoadOptions(target, threads))) {
                results.put(target, examples.stream().map(e -> List.of(model.function(e.entry().name()).callAll())).toList());
            }
        }
        var outcomes = new ArrayList<Outcome>();
        for (int k = 0; k < examples.size(); k++) {
            int number = k;
            var byExecutor = new LinkedHashMap<String, List<Tensor>>();
            results.forEach((executor, all) -> byExecutor.put(executor, all.get(number)));
            outcomes.add(outcome(examples.get(k), byExecutor));
        }
        return outcomes;
    }

    /// The targets of a compilation that this machine can run: the interpreter's rivals, the best native one first.
    public static List<String> runnable(Compilation compilation) {
        var compiled = compilation.manifest().functions().getFirst().variants().stream().map(Manifest.Variant::target).toList();
        return Machine.targets().stream().filter(compiled::contains).toList();
    }

    /// The interpreter knows no derivatives, so the passes up to their expansion have run; nothing is simplified.
    private static List<List<Tensor>> interpreted(Module module) {
        Module expanded = Pipelines.standard().until("differentiate").run(module, Pipeline.Observer.NONE);
        return expanded.entries().stream().map(e -> Interpreter.run(e.function(), List.<NdArray>of()).stream().map(Arrays::tensor).toList()).toList();
    }

    private static Outcome outcome(CheckedModel.Example example, Map<String, List<Tensor>> results) {
        var faults = new ArrayList<Outcome.Fault>();
        results.forEach((executor, tensors) -> {
            for (CheckedModel.Check check : example.checks()) {
                String problem = difference(tensors.get(check.actual()), tensors.get(check.expected()), check.tolerance());
                if (problem != null) {
                    faults.add(new Outcome.Fault(executor, check.place(), check.text(), problem));
                }
            }
        });
        var compiled = results.keySet().stream().filter(e -> !e.equals(INTERPRETER)).toList();
        for (int k = 1; k < compiled.size(); k++) {
            for (CheckedModel.Check check : example.checks()) {
                Tensor one = results.get(compiled.getFirst()).get(check.actual());
                Tensor other = results.get(compiled.get(k)).get(check.actual());
                if (!one.sameBits(other)) {
                    faults.add(new Outcome.Fault(compiled.get(k), check.place(), check.text(), "other bits than " + compiled.getFirst() + " gives: " + firstDifference(other, one)));
                }
            }
        }
        return new Outcome(example.title(), example.checks().size(), faults);
    }

    /// What is wrong with a result, or null. NaN equals NaN.
    static String difference(Tensor actual, Tensor expected, double tolerance) {
        double largest = 0;
        long at = -1;
        long wrong = 0;
        for (long k = 0; k < actual.elements(); k++) {
            double a = number(actual, k);
            double e = number(expected, k);
            double error = a == e || Double.isNaN(a) && Double.isNaN(e) ? 0 : Math.abs(a - e);
            if (!(error <= tolerance)) {
                wrong++;
                if (at < 0 || !(error <= largest)) {
                    at = k;
                    largest = error;
                }
            }
        }
        if (at < 0) {
            return null;
        }
        String where = actual.rank() == 0 ? "" : " at " + index(actual, at) + ", the worst of " + wrong + " of " + actual.elements() + " elements";
        return String.format(Locale.ROOT, "expected %s, found %s%s (error %.3g, allowed %.3g)", show(expected, at), show(actual, at), where, largest, tolerance);
    }

    private static String firstDifference(Tensor found, Tensor other) {
        for (long k = 0; k < found.elements(); k++) {
            if (Double.compare(number(found, k), number(other, k)) != 0) {
                return show(found, k) + " instead of " + show(other, k) + (found.rank() == 0 ? "" : " at " + index(found, k));
            }
        }
        return "in integers beyond 2^53";
    }

    private static double number(Tensor t, long k) {
        return switch (t.type()) {
            case F32 -> t.getFloat(k);
            case F64 -> t.getDouble(k);
            case I32 -> t.getInt(k);
            case I64 -> t.getLong(k);
            case BOOL -> t.getBoolean(k) ? 1 : 0;
        };
    }

    private static String show(Tensor t, long k) {
        return switch (t.type()) {
            case F32 -> Float.toString(t.getFloat(k));
            case F64 -> Double.toString(t.getDouble(k));
            case I32 -> Integer.toString(t.getInt(k));
            case I64 -> Long.toString(t.getLong(k));
            case BOOL -> Boolean.toString(t.getBoolean(k));
        };
    }

    private static String index(Tensor t, long position) {
        var index = new ArrayList<Long>();
        long rest = position;
        for (int axis = t.rank() - 1; axis >= 0; axis--) {
            index.addFirst(rest % t.extent(axis));
            rest /= t.extent(axis);
        }
        return index.toString();
    }
}
