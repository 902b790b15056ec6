package dev.sinter.frontend.checked;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/// The `training` block of a model: what to call for each batch, and what scores held-out data.
///
/// @param settings names and literal values: `Long`, `Double`, `String` or `Boolean`
public record TrainingPlan(Map<String, Object> settings, List<Round> rounds, List<Score> scores) {
    /// Copies the collections.
    public TrainingPlan {
        settings = Map.copyOf(settings);
        rounds = List.copyOf(rounds);
        scores = List.copyOf(scores);
    }

    /// The calls made for each `unit` (`"batch"` or `"epoch"`), in order.
    public record Round(String unit, List<Call> calls) {
        /// Copies the list.
        public Round {
            calls = List.copyOf(calls);
        }
    }

    /// A call of an exported function, made `times` times, each time with a fresh batch.
    ///
    /// @param columns the data column for each input of the function, by the input's name, in order
    public record Call(long times, String function, List<Column> columns) {
        /// Copies the list.
        public Call {
            columns = List.copyOf(columns);
        }
    }

    /// A data column bound to an input.
    public record Column(String input, String column) { }

    /// A measure of the model, or of the model on held-out data; taken at the end, and after each epoch too if it is followed.
    ///
    /// @param entry the function of the module that computes it for a batch: one real number, the mean over the batch
    /// @param columns the data column for each input
    /// @param followed whether it is taken before the first epoch and after each one
    /// @param goal what it should come near to, if the model says so
    public record Score(String name, String entry, List<Column> columns, boolean followed, OptionalDouble goal) {
        /// Copies the list.
        public Score {
            columns = List.copyOf(columns);
        }
    }
}
