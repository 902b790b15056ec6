package dev.sinter.bench.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// VGG-16 (Simonyan and Zisserman, 2014, configuration D) on images `[batch, 3, 224, 224]`: thirteen 3×3 convolutions with padding 1, bias and relu, 2×2 max pooling after the
/// 2nd, 4th, 7th, 10th and 13th; flattened; dense 25088-4096-4096-1000 with relu between; softmax; no dropout. Result: `[batch, 1000]`.
public record Vgg16(long batch) implements Computation {
    /// The channels after each convolution, and 0 for each pooling.
    public static final List<Long> LAYERS = List.of(64L, 64L, 0L, 128L, 128L, 0L, 256L, 256L, 256L, 0L, 512L, 512L, 512L, 0L, 512L, 512L, 512L, 0L);

    @Override
    public List<Value> inputs() {
        return List.of(Value.input("image", batch, 3, 224, 224));
    }

    @Override
    public List<Value> parameters() {
        var all = new ArrayList<Value>();
        long in = 3;
        int k = 0;
        for (long out : LAYERS) {
            if (out > 0) {
                all.addAll(Layers.convolution("convolutions." + k++, in, out, 3));
                in = out;
            }
        }
        all.addAll(Layers.dense("f1", 25088, 4096));
        all.addAll(Layers.dense("f2", 4096, 4096));
        all.addAll(Layers.linear("f3", 4096, 1000));
        return all;
    }

    @Override
    public Work work() {
        long multiplications = 25088L * 4096 + 4096 * 4096 + 4096 * 1000;
        long in = 3;
        long size = 224;
        for (long out : LAYERS) {
            if (out == 0) {
                size /= 2;
            } else {
                multiplications += size * size * 9 * in * out;
                in = out;
            }
        }
        return Work.once(2 * batch * multiplications, inputs(), parameters(), 1000 * batch);
    }

    @Override
    public ModelSource source() {
        return new ModelSource("models/vgg16/vgg16.sinter", "Vgg16", Map.of(), "predict");
    }
}
