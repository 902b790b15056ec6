package dev.sinter.bench.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// ResNet-18 (He et al., 2015) on images `[batch, 3, 224, 224]`. Batch normalisation uses the running statistics, with eps 1e-5. `stem`: 7×7 convolution 3→64, stride 2, padding 3,
/// without bias; `stem_norm`; relu; 3×3 max pooling, stride 2, padding 1. Then eight blocks, two of each width 64, 128, 256, 512: `relu(n2(c2(relu(n1(c1(x))))) + s(x))` with 3×3
/// convolutions without bias; the first block of a new width has stride 2 in `c1`, and `s` is `shortcut_norm(shortcut(x))`, a 1×1 convolution of stride 2; otherwise `s(x)` is `x`.
/// Then the mean over places, `head` (dense, 512-1000), softmax. Result: `[batch, 1000]`.
public record ResNet18(long batch) implements Computation {
    /// One of the eight blocks.
    ///
    /// @param name in the model: `blocks.0`
    /// @param size of the image that comes in
    public record Block(String name, long in, long out, long stride, long size) {
        /// Whether the shortcut is a convolution.
        public boolean projects() {
            return stride != 1;
        }
    }

    /// The blocks in order.
    public static List<Block> blocks() {
        var blocks = new ArrayList<Block>();
        long in = 64;
        long size = 56;
        for (int k = 0; k < 8; k++) {
            long out = 64L << (k / 2);
            long stride = out == in ? 1 : 2;
            blocks.add(new Block("blocks." + k, in, out, stride, size));
            in = out;
            size /= stride;
        }
        return blocks;
    }

    @Override
    public List<Value> inputs() {
        return List.of(Value.input("image", batch, 3, 224, 224));
    }

    @Override
    public List<Value> parameters() {
        var all = new ArrayList<Value>();
        all.add(Layers.filters("stem", 3, 64, 7));
        all.addAll(Layers.batchNorm("stem_norm", 1, 64));
        for (Block b : blocks()) {
            all.add(Layers.filters(b.name() + ".c1", b.in(), b.out(), 3));
            all.addAll(Layers.batchNorm(b.name() + ".n1", 1, b.out()));
            all.add(Layers.filters(b.name() + ".c2", b.out(), b.out(), 3));
            all.addAll(Layers.batchNorm(b.name() + ".n2", 0.5, b.out()));
            if (b.projects()) {
                all.add(Layers.filters(b.name() + ".shortcut", b.in(), b.out(), 1));
                all.addAll(Layers.batchNorm(b.name() + ".shortcut_norm", 0.7, b.out()));
            }
        }
        all.addAll(Layers.linear("head", 512, 1000));
        return all;
    }

    @Override
    public Work work() {
        long multiplications = 112L * 112 * 64 * 3 * 49 + 512 * 1000;
        for (Block b : blocks()) {
            long places = (b.size() / b.stride()) * (b.size() / b.stride());
            multiplications += places * b.out() * (9 * (b.in() + b.out()) + (b.projects() ? b.in() : 0));
        }
        return Work.once(2 * batch * multiplications, inputs(), parameters(), 1000 * batch);
    }

    @Override
    public ModelSource source() {
        return new ModelSource("models/resnet18/resnet18.sinter", "ResNet18", Map.of(), "predict");
    }
}
