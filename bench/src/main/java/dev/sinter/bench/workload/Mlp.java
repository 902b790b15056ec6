package dev.sinter.bench.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Three dense layers, 784-512-512-10, relu after the first two: `softmax((relu(relu(x w0 + b0) w1 + b1)) w2 + b2)`, weights `[in, out]`. Result: `[batch, 10]`.
public record Mlp(long batch) implements Computation {
    static final List<Long> WIDTHS = List.of(784L, 512L, 512L, 10L);

    @Override
    public List<Value> inputs() {
        return List.of(Value.input("x", batch, WIDTHS.getFirst()));
    }

    @Override
    public List<Value> parameters() {
        var parameters = new ArrayList<Value>();
        for (int k = 0; k + 1 < WIDTHS.size(); k++) {
            parameters.addAll(Layers.dense("layers." + k, WIDTHS.get(k), WIDTHS.get(k + 1)));
        }
        return parameters;
    }

    @Override
    public Work work() {
        return Work.once(2 * batch * multiplications(), inputs(), parameters(), batch * WIDTHS.getLast());
    }

    static long multiplications() {
        long sum = 0;
        for (int k = 0; k + 1 < WIDTHS.size(); k++) {
            sum += WIDTHS.get(k) * WIDTHS.get(k + 1);
        }
        return sum;
    }

    @Override
    public ModelSource source() {
        return new ModelSource("bench/workloads/mlp.sinter", "Mlp784", Map.of("batch", batch), "predict");
    }
}
