package dev.sinter.bench.workload;

import java.util.List;
import java.util.Map;

/// A convolution of one square image with bias and relu: `relu(conv2d(image, layer.weight) + layer.bias)`, padded with zeros. Image `[1, in, size, size]`, weights
/// `[out, in / groups, kernel, kernel]`. Result: `[1, out, places, places]`.
public record Convolution(long in, long out, long size, long kernel, long stride, long padding, long groups) implements Computation {
    /// Places along one side of the result.
    public long places() {
        return (size + 2 * padding - kernel) / stride + 1;
    }

    @Override
    public List<Value> inputs() {
        return List.of(Value.input("image", 1, in, size, size));
    }

    @Override
    public List<Value> parameters() {
        return Layers.convolution("layer", in / groups, out, kernel);
    }

    @Override
    public Work work() {
        return Work.once(2 * out * places() * places() * (in / groups) * kernel * kernel, inputs(), parameters(), out * places() * places());
    }

    @Override
    public ModelSource source() {
        return new ModelSource("bench/workloads/convolutions.sinter", "Convolution",
                Map.of("channels", in, "filters", out, "size", size, "kernel", kernel, "stride", stride, "padding", padding, "groups", groups), "apply");
    }
}
