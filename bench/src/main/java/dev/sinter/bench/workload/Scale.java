package dev.sinter.bench.workload;

import java.util.List;
import java.util.Map;

/// `2 x + 1` on a few elements: a call of it is nothing but the call. Result: `[elements]`.
public record Scale(long elements) implements Computation {
    @Override
    public List<Value> inputs() {
        return List.of(Value.input("x", elements));
    }

    @Override
    public List<Value> parameters() {
        return List.of();
    }

    @Override
    public Work work() {
        return Work.once(2 * elements, inputs(), parameters(), elements);
    }

    @Override
    public ModelSource source() {
        return new ModelSource("bench/workloads/calls.sinter", "Scale", Map.of("n", elements), "scale");
    }
}
