package dev.sinter.bench.workload;

import java.util.List;
import java.util.Map;

/// A matrix product. Result: `a @ b`, `[m, n]`.
///
/// @param constant whether the second operand is a weight, which may be packed before, or given with each call
public record Product(long m, long k, long n, boolean constant) implements Computation {
    @Override
    public List<Value> inputs() {
        return constant ? List.of(Value.input("x", m, k)) : List.of(Value.input("a", m, k), Value.weight("b", 1, k, k, n));
    }

    @Override
    public List<Value> parameters() {
        return constant ? List.of(Value.weight("weight", 1, k, k, n)) : List.of();
    }

    @Override
    public Work work() {
        return Work.once(2 * m * k * n, inputs(), parameters(), m * n);
    }

    @Override
    public ModelSource source() {
        return new ModelSource("bench/workloads/matmul.sinter", "Matmul", Map.of("m", m, "k", k, "n", n), constant ? "dense" : "multiply");
    }
}
