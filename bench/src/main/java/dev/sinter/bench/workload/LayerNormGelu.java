package dev.sinter.bench.workload;

import java.util.List;
import java.util.Map;

/// `y = gelu(a x + b)`, each row of it then with mean 0 and variance 1 (eps 1e-5, no scale, no shift); gelu by the error function. `x` `[rows, columns]`, `a` and `b` `[columns]`.
/// Result: `[rows, columns]`.
public record LayerNormGelu(long rows, long columns) implements Computation {
    @Override
    public List<Value> inputs() {
        return List.of(Value.input("x", rows, columns), Value.within("a", 0.5, 1.5, columns), Layers.bias("b", columns));
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
        return new ModelSource("bench/workloads/fused.sinter", "Fused", Map.of("rows", rows, "width", columns), "layernorm_gelu");
    }
}
