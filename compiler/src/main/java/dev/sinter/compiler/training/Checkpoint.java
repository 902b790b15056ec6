package dev.sinter.compiler.training;

import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.SafeTensors;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/// A training run at the end of an epoch, as a safetensors file: all state of the model by name, and, under names that begin with `training/`, the
/// epochs done, the seed, the batch size, the number of rows, the losses and the followed scores so far.
///
/// @param epochs done
/// @param seed   of the run
/// @param batch  rows in a batch
/// @param rows   rows of training data
/// @param state  all state of the model
/// @param losses of every step, by function
/// @param scores that were followed, by name: before the first epoch and after each one
public record Checkpoint(int epochs, long seed, int batch, int rows, Map<String, Tensor> state, Map<String, double[]> losses, Map<String, double[]> scores) {
    private static final String PREFIX = "training/";
    private static final String LOSSES = PREFIX + "losses/";
    private static final String SCORES = PREFIX + "scores/";

    /// Writes the state of a model and of its training; the file is complete or not there.
    static void write(Path file, Model model, int epochs, long seed, int batch, int rows, Losses losses, Followed followed) throws IOException {
        var tensors = new LinkedHashMap<String, Tensor>(model.state());
        tensors.put(PREFIX + "epochs", Tensor.scalar((long) epochs));
        tensors.put(PREFIX + "seed", Tensor.scalar(seed));
        tensors.put(PREFIX + "batch", Tensor.scalar((long) batch));
        tensors.put(PREFIX + "rows", Tensor.scalar((long) rows));
        losses.byFunction().forEach((function, values) -> tensors.put(LOSSES + function, Tensor.of(values, values.length)));
        followed.byName().forEach((name, values) -> tensors.put(SCORES + name, Tensor.of(values, values.length)));
        SafeTensors.write(file, tensors);
    }

    /// Reads what [#write] wrote.
    ///
    /// @throws TrainingException if the file holds no training state
    /// @throws dev.sinter.runtime.ArtifactException if it cannot be read
    public static Checkpoint read(Path file) {
        var state = new LinkedHashMap<String, Tensor>();
        var about = new LinkedHashMap<String, Tensor>();
        var losses = new LinkedHashMap<String, double[]>();
        var scores = new LinkedHashMap<String, double[]>();
        SafeTensors.read(file).forEach((name, tensor) -> {
            if (name.startsWith(LOSSES) && tensor.type() == ElementType.F64) {
                losses.put(name.substring(LOSSES.length()), tensor.toDoubles());
            } else if (name.startsWith(SCORES) && tensor.type() == ElementType.F64) {
                scores.put(name.substring(SCORES.length()), tensor.toDoubles());
            } else {
                (name.startsWith(PREFIX) ? about : state).put(name, tensor);
            }
        });
        return new Checkpoint(Math.toIntExact(number(file, about, "epochs")), number(file, about, "seed"), Math.toIntExact(number(file, about, "batch")),
                Math.toIntExact(number(file, about, "rows")), state, losses, scores);
    }

    private static long number(Path file, Map<String, Tensor> about, String name) {
        Tensor tensor = about.get(PREFIX + name);
        if (tensor == null || tensor.type() != ElementType.I64 || tensor.elements() != 1) {
            throw new TrainingException(file + " holds no state of a training run (there is no " + PREFIX + name + " in it); --resume takes the file OUT-training.safetensors "
                    + "that 'sinter train' keeps beside OUT.jar");
        }
        return tensor.getLong(0);
    }

    /// Gives a model this state.
    ///
    /// @throws TrainingException if the model's state has other names, types or shapes
    void restore(Model model) {
        var names = new TreeSet<>(model.state().keySet());
        if (!names.equals(new TreeSet<>(state.keySet()))) {
            names.removeAll(state.keySet());
            var others = new TreeSet<>(state.keySet());
            others.removeAll(model.state().keySet());
            throw new TrainingException("the saved training is of another model than " + model.name() + ":" + (names.isEmpty() ? "" : " it lacks " + String.join(", ", names))
                    + (others.isEmpty() ? "" : " it has " + String.join(", ", others)));
        }
        state.forEach((name, value) -> {
            Tensor present = model.state(name);
            if (!present.description().equals(value.description())) {
                throw new TrainingException("the saved training is of another model than " + model.name() + ": '" + name + "' is " + value.description()
                        + " in it, " + present.description() + " in the model");
            }
        });
        state.forEach(model::setState);
    }
}
