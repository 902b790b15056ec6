package dev.sinter.ir.interp;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Verifier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// A model in the hands of the reference interpreter: its state, and calls of its functions that read and write it.
public final class ModuleInterpreter {
    private final Module module;
    private final Map<String, NdArray> state = new LinkedHashMap<>();

    /// A model with every tensor of its state zero. @throws IllegalStateException if the module is not well formed
    public ModuleInterpreter(Module module) {
        Verifier.verify(module);
        this.module = module;
        module.state().forEach(s -> state.put(s.name(), NdArray.zeros(s.type().element(), s.type().shape().extents())));
    }

    /// The state by name, in the module's order; a view.
    public Map<String, NdArray> state() {
        return Collections.unmodifiableMap(state);
    }

    /// Replaces a tensor of the state. @throws IllegalArgumentException if there is none of this name and type
    public void set(String name, NdArray value) {
        NdArray before = state.get(name);
        if (before == null || !before.type().equals(value.type())) {
            throw new IllegalArgumentException(before == null ? "the model has no state called '" + name + "'"
                    : "the state '" + name + "' is " + before.type() + ", given " + value.type());
        }
        state.put(name, value);
    }

    /// Calls an entry: state is read at the start of the call and written at its end, so a call that fails changes nothing.
    ///
    /// @param arguments the caller's tensors by name
    /// @return the results that go to the caller, by name, in order
    /// @throws IllegalArgumentException if an argument is missing, unknown, or does not fit
    public Map<String, NdArray> call(String entry, Map<String, NdArray> arguments) {
        Module.Entry called = module.entry(entry);
        var expected = called.inputs().stream().filter(Module.Binding.Argument.class::isInstance).map(Module.Binding::name).toList();
        if (!arguments.keySet().equals(new HashSet<>(expected))) {
            throw new IllegalArgumentException("'" + entry + "' takes the arguments " + expected + ", given " + new TreeSet<>(arguments.keySet()));
        }
        var operands = new ArrayList<NdArray>();
        for (Module.Binding input : called.inputs()) {
            operands.add(switch (input) {
                case Module.Binding.Argument(String name) -> arguments.get(name);
                case Module.Binding.OfState(String name) -> state.get(name);
            });
        }
        List<NdArray> results = Interpreter.run(called.function(), operands);
        var returned = new LinkedHashMap<String, NdArray>();
        for (int k = 0; k < results.size(); k++) {
            switch (called.outputs().get(k)) {
                case Module.Binding.Argument(String name) -> returned.put(name, results.get(k));
                case Module.Binding.OfState(String name) -> set(name, results.get(k));
            }
        }
        return returned;
    }
}
