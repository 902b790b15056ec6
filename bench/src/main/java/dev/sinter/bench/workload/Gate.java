package dev.sinter.bench.workload;

import java.util.List;
import java.util.Map;

/// `tanh(x) sigmoid(y) + exp(-z)`, element by element. Result: `[elements]`.
public record Gate(long elements) implements Computation {
    @Override
    public List<Value> inputs() {
        return List.of(Value.input("x", elements), Value.input("y", elements), Value.input("z", elements));
    }

    @Override
    public List<Value> parameters() {
        return List.of();
    }

    @Override
    public Work work() {
        return Work.once(0, inputs(), parameters(), elements);
    }

    @Override
    public ModelSource source() {
        return new ModelSource("bench/workloads/fused.sinter", "Fused", Map.of("n", elements), "gate");
    }
}
