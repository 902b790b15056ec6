package dev.sinter.bench.peers.torch;

import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Tensor;

/// A convolution with a bias as PyTorch's compiler calls it: oneDNN with weights packed for one size of images, which have their channels last, and relu fused behind.
final class PackedConvolution {
    private final Operator plain = new Operator("mkldnn::_convolution_pointwise", "");
    private final Operator adding = new Operator("mkldnn::_convolution_pointwise", "binary");
    private final IValue weight;
    private final IValue bias;
    private final IValue padding;
    private final IValue stride;
    private final IValue dilation = Operator.integers(1, 1);
    private final IValue groups;
    private final IValue function;
    private final IValue scalars = plain.list(8);
    private final IValue noScalars = adding.list(11);

    /// @param weight `[out, in / groups, kernel, kernel]`
    /// @param images the shape of the images
    /// @param relu   whether negative results become zero
    PackedConvolution(Tensor weight, Tensor bias, long stride, long padding, long groups, long[] images, boolean relu) {
        this.padding = Operator.integers(padding, padding);
        this.stride = Operator.integers(stride, stride);
        this.groups = new IValue(groups);
        this.bias = new IValue(bias);
        this.function = new IValue(relu ? "relu" : "none");
        Tensor packed = new Operator("mkldnn::_reorder_convolution_weight", "").call(new IValue(weight), this.padding, this.stride, dilation, this.groups, Operator.integers(images));
        this.weight = new IValue(packed);
    }

    /// The convolution's results.
    Tensor of(Tensor x) {
        return plain.call(new IValue(x), weight, bias, padding, stride, dilation, groups, function, scalars, Operator.none());
    }

    /// Another tensor added to the results, then the relu.
    Tensor plus(Tensor x, Tensor other) {
        return adding.call(new IValue(x), new IValue(other), weight, bias, padding, stride, dilation, groups, new IValue("add"), Operator.none(), new IValue("relu"), noScalars,
                Operator.none());
    }
}
