package dev.sinter.bench.peers.torch;

import dev.sinter.bench.contest.Prepared;
import dev.sinter.bench.workload.Gate;
import dev.sinter.bench.workload.LayerNormGelu;
import dev.sinter.bench.workload.Scale;
import dev.sinter.bench.workload.SoftmaxRows;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// What is done element by element or row by row: one function after the other, in place where they can.
final class Elementwise {
    private Elementwise() { }

    /// `1 + 2 x` is an addition with a factor.
    static Prepared scale(Scale s) {
        Tensor x = Tensors.of(s.inputs().getFirst());
        return InPlace.of(new long[] {s.elements()}, result -> {
            Tensor one = torch.ones(s.elements());
            var two = new Scalar(2.0);
            return () -> torch.add_out(result, one, x, two);
        });
    }

    /// The softmax of rows.
    static Prepared softmax(SoftmaxRows s) {
        Tensor x = Tensors.of(s.inputs().getFirst());
        return Inference.of(() -> () -> torch.softmax(x, 1));
    }

    /// `y = gelu(a x + b)` in one tensor that stays, then the normalisation.
    static Prepared layerNormGelu(LayerNormGelu n) {
        Tensor x = Tensors.of(n.inputs().get(0));
        Tensor a = Tensors.of(n.inputs().get(1));
        Tensor b = Tensors.of(n.inputs().get(2));
        return Inference.of(() -> {
            Tensor y = torch.empty(n.rows(), n.columns());
            return () -> {
                torch.addcmul_out(y, b, x, a);
                torch.gelu_(y);
                return torch.layer_norm(y, n.columns());
            };
        });
    }

    /// Each function writes over what it is done to.
    static Prepared gate(Gate g) {
        Tensor x = Tensors.of(g.inputs().get(0));
        Tensor y = Tensors.of(g.inputs().get(1));
        Tensor z = Tensors.of(g.inputs().get(2));
        return InPlace.of(new long[] {g.elements()}, result -> {
            Tensor other = torch.empty(g.elements());
            return () -> {
                torch.tanh_out(result, x);
                torch.sigmoid_out(other, y);
                result.mul_(other);
                torch.neg_out(other, z);
                other.exp_();
                result.add_(other);
            };
        });
    }
}
