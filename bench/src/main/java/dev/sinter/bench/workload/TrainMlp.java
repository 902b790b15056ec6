package dev.sinter.bench.workload;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/// One training step of the network of [Mlp]: the mean cross-entropy of `softmax` of the last layer's results against the classes `label` `[batch]`, its gradient, and the
/// update of all parameters. SGD: `p - 0.01 g`. Adam (Kingma and Ba): rate 0.001, beta 0.9 and 0.999, eps 1e-8, bias correction as in the paper's Algorithm 1.
/// Compared after three calls: the last loss, then all parameters.
public record TrainMlp(Optimiser optimiser, long batch) implements Computation {
    /// How parameters are updated.
    public enum Optimiser {
        /// Gradient descent, rate 0.01.
        SGD,
        /// Adam, rate 0.001.
        ADAM
    }

    @Override
    public List<Value> inputs() {
        return List.of(Value.input("x", batch, Mlp.WIDTHS.getFirst()), Value.classes("label", 10, batch));
    }

    @Override
    public List<Value> parameters() {
        return new Mlp(batch).parameters();
    }

    @Override
    public Work work() {
        long first = Mlp.WIDTHS.get(0) * Mlp.WIDTHS.get(1);
        long weights = Work.bytes(parameters());
        long moments = optimiser == Optimiser.ADAM ? 2 * weights : 0;
        long inputs = Work.bytes(inputs());
        return new Work(2 * batch * (3 * Mlp.multiplications() - first), inputs + 2 * weights + moments, weights + moments, inputs + weights + moments);
    }

    @Override
    public ModelSource source() {
        return new ModelSource("bench/workloads/training.sinter", "TrainMlp", Map.of("batch", batch), optimiser.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public int callsToCompare() {
        return Training.STEPS;
    }
}
