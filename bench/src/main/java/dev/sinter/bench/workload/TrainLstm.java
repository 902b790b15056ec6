package dev.sinter.bench.workload;

import java.util.List;
import java.util.Map;

/// One training step of the LSTM of [Recurrent]: the mean over all elements of the squared difference of all hidden states and `target` `[steps, batch, out]`, its gradient through
/// time, and `p - 0.1 g` for all parameters. Compared after three calls: the last loss, then all parameters.
public record TrainLstm(long steps, long batch, long in, long out) implements Computation {
    @Override
    public List<Value> inputs() {
        return List.of(Value.input("x", steps, batch, in), Value.within("target", -0.5, 0.5, steps, batch, out));
    }

    @Override
    public List<Value> parameters() {
        return new Recurrent(Recurrent.Cell.LSTM, steps, batch, in, out).parameters();
    }

    @Override
    public Work work() {
        long rows = steps * batch;
        long multiplications = rows * 4 * out * (2 * (in + out) + out);
        long hidden = 4 * out * 4 * out;
        long inputs = Work.bytes(inputs());
        long weights = Work.bytes(parameters());
        return new Work(2 * multiplications, inputs + 2 * weights + 2 * (steps - 1) * hidden, weights, inputs + weights);
    }

    @Override
    public ModelSource source() {
        return new ModelSource("bench/workloads/training.sinter", "TrainLstm", Map.of("steps", steps, "batch", batch, "inputs", in, "hidden", out), "sgd");
    }

    @Override
    public int callsToCompare() {
        return Training.STEPS;
    }
}
