package dev.sinter.ir.graph;

import dev.sinter.ir.type.Type;
import java.util.List;

/// A compiled model as graphs: its state and the functions that can be called.
///
/// @param name    the model's name
/// @param state   the tensors that live as long as the model: parameters, optimiser slots, running statistics, step counts
/// @param entries the functions of the artifact
public record Module(String name, List<State> state, List<Entry> entries) {
    /// Copies the lists.
    public Module {
        state = List.copyOf(state);
        entries = List.copyOf(entries);
    }

    /// One tensor of the model's state. Its shape is static.
    ///
    /// @param trainable whether optimisers change it (a parameter, as opposed to a buffer)
    public record State(String name, Type.Tensor type, boolean trainable) { }

    /// A callable function: what its parameters are bound to and where its results go.
    ///
    /// @param doc     the doc comment of the source, or ""
    /// @param inputs  one per parameter of `function`
    /// @param outputs one per result of `function`
    public record Entry(Function function, String doc, List<Binding> inputs, List<Binding> outputs) {
        /// Copies the lists and checks their lengths.
        public Entry {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
            if (inputs.size() != function.parameters().size() || outputs.size() != function.results().size()) {
                throw new IllegalArgumentException("bindings do not fit " + function);
            }
        }

        /// The function's name.
        public String name() {
            return function.name();
        }

        /// This entry with another function of the same signature.
        public Entry withFunction(Function other) {
            return new Entry(other, doc, inputs, outputs);
        }
    }

    /// What a parameter is bound to, or a result is stored to.
    public sealed interface Binding {
        /// The name of the caller's tensor, or of the state.
        String name();

        /// A tensor of the caller.
        record Argument(String name) implements Binding { }

        /// A tensor of the model's state: read at the start of the call, written at its end.
        record OfState(String name) implements Binding { }
    }

    /// The entry called `name`. @throws IllegalArgumentException if there is none
    public Entry entry(String name) {
        return entries.stream().filter(e -> e.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no function is called '" + name + "'"));
    }
}
