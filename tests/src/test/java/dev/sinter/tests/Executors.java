package dev.sinter.tests;

import dev.sinter.compiler.Arrays;
import dev.sinter.compiler.Compilation;
import dev.sinter.compiler.Compiler;
import dev.sinter.compiler.Target;
import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Module;
import dev.sinter.runtime.LoadOptions;
import dev.sinter.runtime.Machine;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Runs graph functions on every kind of code that this machine can run.
final class Executors {
    private Executors() { }

    /// The targets to compare: class files of every vector size up to the machine's, and its native levels.
    static List<String> targets() {
        var targets = new ArrayList<String>();
        for (Target kind : Target.values()) {
            for (String name : Machine.targets()) {
                if ((kind == Target.JVM) == name.startsWith("jvm-")) {
                    targets.add(name);
                }
            }
        }
        return targets;
    }

    /// A module whose entries are these functions, called `f0`, `f1`, …
    static Module module(List<Function> functions) {
        var entries = new ArrayList<Module.Entry>();
        for (int k = 0; k < functions.size(); k++) {
            Function f = functions.get(k);
            entries.add(new Module.Entry(new Function("f" + k, f.parameters(), f.results()), "", bindings("x", f.parameters().size()), bindings("y", f.results().size())));
        }
        return new Module("functions", List.of(), entries);
    }

    private static List<Module.Binding> bindings(String prefix, int n) {
        return IntStream.range(0, n).mapToObj(k -> (Module.Binding) new Module.Binding.Argument(prefix + k)).toList();
    }

    /// Compiles functions for all targets.
    static Compilation compile(List<Function> functions) {
        return Compiler.compile(module(functions), Compiler.Options.DEFAULT, Compiler.Progress.NONE);
    }

    /// The results of function `name` on every target, with this many threads.
    static Map<String, List<NdArray>> run(Compilation compilation, String name, List<NdArray> arguments, int threads) {
        Tensor[] tensors = arguments.stream().map(Arrays::tensor).toArray(Tensor[]::new);
        var results = new LinkedHashMap<String, List<NdArray>>();
        for (String target : targets()) {
            if (compilation.manifest().functions().getFirst().variants().stream().noneMatch(v -> v.target().equals(target))) {
                continue;
            }
            try (Model model = compilation.load(LoadOptions.DEFAULT.target(target).threads(threads))) {
                results.put(target, java.util.Arrays.stream(model.function(name).callAll(tensors)).map(Arrays::array).toList());
            }
        }
        return results;
    }
}
