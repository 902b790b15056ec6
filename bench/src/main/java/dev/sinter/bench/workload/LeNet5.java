package dev.sinter.bench.workload;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// LeNet-5 with relu and max pooling: images `[batch, 1, 28, 28]`; 5×5 convolution 1→6, padding 2; relu; 2×2 max pooling; 5×5 convolution 6→16; relu; pooling; dense
/// 400-120-84-10 with relu between; softmax. Result: `[batch, 10]`.
public record LeNet5(long batch) implements Computation {
    @Override
    public List<Value> inputs() {
        return List.of(Value.input("image", batch, 1, 28, 28));
    }

    @Override
    public List<Value> parameters() {
        return Stream.of(Layers.convolution("c1", 1, 6, 5), Layers.convolution("c2", 6, 16, 5), Layers.dense("f1", 400, 120), Layers.dense("f2", 120, 84),
                Layers.dense("f3", 84, 10)).flatMap(List::stream).toList();
    }

    @Override
    public Work work() {
        return Work.once(2 * batch * multiplications(), inputs(), parameters(), batch * 10);
    }

    /// Of one image.
    static long multiplications() {
        return 28 * 28 * 6 * 25 + 10 * 10 * 16 * 150 + 400 * 120 + 120 * 84 + 84 * 10;
    }

    @Override
    public ModelSource source() {
        return new ModelSource("models/lenet5/lenet5.sinter", "LeNet5", Map.of(), "predict");
    }
}
