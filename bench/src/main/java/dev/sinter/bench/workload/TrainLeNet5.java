package dev.sinter.bench.workload;

import java.util.List;
import java.util.Map;

/// One training step of [LeNet5]: the mean cross-entropy against the classes `label` `[batch]`, its gradient, and `p - 0.01 g` for all parameters.
/// Compared after three calls: the last loss, then all parameters.
public record TrainLeNet5(long batch) implements Computation {
    @Override
    public List<Value> inputs() {
        return List.of(Value.input("image", batch, 1, 28, 28), Value.classes("label", 10, batch));
    }

    @Override
    public List<Value> parameters() {
        return new LeNet5(batch).parameters();
    }

    @Override
    public Work work() {
        long first = 28 * 28 * 6 * 25;
        long weights = Work.bytes(parameters());
        long inputs = Work.bytes(inputs());
        return new Work(2 * batch * (3 * LeNet5.multiplications() - first), inputs + 2 * weights, weights, inputs + weights);
    }

    @Override
    public ModelSource source() {
        return new ModelSource("bench/workloads/training.sinter", "TrainLeNet5", Map.of("batch", batch), "sgd");
    }

    @Override
    public int callsToCompare() {
        return Training.STEPS;
    }
}
