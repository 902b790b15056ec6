package dev.sinter.frontend.checked;

import dev.sinter.ir.graph.Module;
import java.util.List;
import java.util.Optional;

/// A model without errors, as graphs.
///
/// @param module the model's state and its exported functions
/// @param init computes the initial value of every state variable from an input `seed: i64`; its outputs are bound to the state
/// @param examples the examples of the file, each a function without inputs
/// @param training how `sinter train` uses the exported functions, if the model says so
public record CheckedModel(Module module, Module.Entry init, List<Example> examples, Optional<TrainingPlan> training) {
    /// Copies the list.
    public CheckedModel {
        examples = List.copyOf(examples);
    }

    /// An `example` block. Its function has no inputs and touches no state: variables have the values that the block assigns, or
    /// their initial values for seed 0.
    ///
    /// @param entry a function whose outputs are, for each check, the actual and the expected value
    public record Example(String title, Module.Entry entry, List<Check> checks) {
        /// Copies the list.
        public Example {
            checks = List.copyOf(checks);
        }
    }

    /// A statement of an example: output `actual` must equal output `expected` up to `tolerance`, element by element; NaN equals NaN.
    ///
    /// @param text the statement as written
    /// @param place `file:line:column`
    public record Check(String text, String place, int actual, int expected, double tolerance) { }
}
