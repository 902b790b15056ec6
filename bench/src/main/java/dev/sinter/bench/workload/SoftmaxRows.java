package dev.sinter.bench.workload;

import java.util.List;
import java.util.Map;

/// The softmax of each row of `x` `[rows, columns]`. Result: `[rows, columns]`.
public record SoftmaxRows(long rows, long columns) implements Computation {
    @Override
    public List<Value> inputs() {
        return List.of(Value.input("x", rows, columns));
    }

    @Override
    public List<Value> parameters() {
        return List.of();
    }

    @Override
    public Work work() {
        return Work.once(0, inputs(), parameters(), rows * columns);
    }

    @Override
    public ModelSource source() {
        return new ModelSource("bench/workloads/fused.sinter", "Fused", Map.of("rows", rows, "width", columns), "softmax_rows");
    }
}
