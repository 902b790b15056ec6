package dev.sinter.bench.peers.torch;

import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Tensor;

/// A dense layer as PyTorch's compiler calls it: oneDNN with weights packed for a number of rows, and a function fused behind.
final class PackedLinear {
    private final Operator plain = new Operator("mkldnn::_linear_pointwise", "");
    private final Operator adding = new Operator("mkldnn::_linear_pointwise", "binary");
    private final IValue weight;
    private final IValue bias;
    private final IValue function;
    private final IValue algorithm;
    private final IValue scalars;
    private final IValue add = new IValue("add");

    /// @param weight   `[in, out]`
    /// @param bias     or null
    /// @param function `none`, `relu` or `gelu`
    PackedLinear(Tensor weight, Tensor bias, long rows, String function) {
        Tensor packed = new Operator("mkldnn::_reorder_linear_weight", "").call(new IValue(Tensors.transposed(weight)), new IValue(rows));
        this.weight = new IValue(packed);
        this.bias = bias == null ? Operator.none() : new IValue(bias);
        this.function = new IValue(function);
        this.algorithm = function.equals("gelu") ? new IValue("none") : Operator.none();
        this.scalars = plain.list(4);
    }

    /// The layer's results.
    Tensor of(Tensor x) {
        return plain.call(new IValue(x), weight, bias, function, scalars, algorithm);
    }

    /// The layer's results before the function, and another tensor added.
    Tensor plus(Tensor x, Tensor other) {
        return adding.call(new IValue(x), new IValue(other), weight, bias, add);
    }
}
