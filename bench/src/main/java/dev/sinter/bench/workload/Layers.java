package dev.sinter.bench.workload;

import java.util.List;

/// The weights of the layers of Sinter's library, by the names and in the shapes that they have there.
final class Layers {
    private Layers() { }

    /// `x @ weight + bias`, before a relu or something like it.
    static List<Value> dense(String name, long in, long out) {
        return List.of(Value.weight(name + ".weight", 2, in, in, out), bias(name + ".bias", out));
    }

    /// A dense layer whose results are as large as its inputs.
    static List<Value> linear(String name, long in, long out) {
        return List.of(Value.weight(name + ".weight", 1, in, in, out), bias(name + ".bias", out));
    }

    /// Weights `[out, in, kernel, kernel]`.
    static List<Value> convolution(String name, long in, long out, long kernel) {
        return List.of(filters(name, in, out, kernel), bias(name + ".bias", out));
    }

    /// Weights `[out, in, kernel, kernel]` without a bias.
    static Value filters(String name, long in, long out, long kernel) {
        return Value.weight(name + ".weight", 2, in * kernel * kernel, out, in, kernel, kernel);
    }

    /// A batch normalisation with given statistics, whose scale is about `scale`.
    static List<Value> batchNorm(String name, double scale, long channels) {
        return List.of(Value.within(name + ".scale", 0.8 * scale, 1.2 * scale, channels), bias(name + ".shift", channels),
                bias(name + ".running_mean", channels), Value.within(name + ".running_variance", 0.5, 1.5, channels));
    }

    /// A layer normalisation.
    static List<Value> layerNorm(String name, long width) {
        return List.of(Value.within(name + ".scale", 0.8, 1.2, width), bias(name + ".shift", width));
    }

    /// Numbers that are added.
    static Value bias(String name, long width) {
        return Value.within(name, -0.1, 0.1, width);
    }
}
