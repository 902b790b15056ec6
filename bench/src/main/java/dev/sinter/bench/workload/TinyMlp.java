package dev.sinter.bench.workload;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Two dense layers, 4-8-3, of one row: `out(tanh(hidden(x)))`. Result: `[1, 3]`.
public record TinyMlp() implements Computation {
    @Override
    public List<Value> inputs() {
        return List.of(Value.input("x", 1, 4));
    }

    @Override
    public List<Value> parameters() {
        return Stream.of(Layers.linear("hidden", 4, 8), Layers.linear("out", 8, 3)).flatMap(List::stream).toList();
    }

    @Override
    public Work work() {
        return Work.once(2 * (4 * 8 + 8 * 3), inputs(), parameters(), 3);
    }

    @Override
    public ModelSource source() {
        return new ModelSource("bench/workloads/calls.sinter", "TinyMlp", Map.of(), "predict");
    }
}
