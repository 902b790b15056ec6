package dev.sinter.bench.peers.torch;

import dev.sinter.bench.contest.Prepared;
import dev.sinter.bench.workload.Mlp;
import dev.sinter.bench.workload.Product;
import dev.sinter.bench.workload.TinyMlp;
import java.util.ArrayList;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Matrix products and networks of dense layers.
final class DenseLayers {
    /// From this many multiplications on oneDNN's packed weights pay for the longer way to them.
    private static final long WORTH_PACKING = 1 << 20;

    private DenseLayers() { }

    /// One product: of one row as matrix times vector, of known weights by oneDNN, else by OpenBLAS.
    static Prepared product(Product p) {
        Tensor x = Tensors.of(p.inputs().getFirst());
        Tensor weight = Tensors.of(p.constant() ? p.parameters().getFirst() : p.inputs().get(1));
        if (p.m() == 1) {
            return InPlace.of(new long[] {p.n()}, result -> {
                Tensor row = x.view(p.k());
                Tensor transposed = weight.t();
                return () -> torch.mv_out(result, transposed, row);
            });
        }
        if (p.constant() && p.m() * p.k() * p.n() >= WORTH_PACKING) {
            return Inference.of(() -> {
                var layer = new PackedLinear(weight, null, p.m(), "none");
                return () -> layer.of(x);
            });
        }
        return InPlace.of(new long[] {p.m(), p.n()}, result -> () -> torch.mm_out(result, x, weight));
    }

    /// Three layers and a softmax.
    static Prepared mlp(Mlp mlp) {
        Tensor x = Tensors.of(mlp.inputs().getFirst());
        Map<String, Tensor> weights = Tensors.of(mlp.parameters());
        if (mlp.batch() == 1) {
            weights.replaceAll((name, tensor) -> name.endsWith(".weight") ? Tensors.transposed(tensor) : tensor);
            return Inference.of(() -> Script.frozen(weights, """
                    def forward(self, x):
                      h = torch.relu_(torch.linear(x, self.layers_0_weight, self.layers_0_bias))
                      h = torch.relu_(torch.linear(h, self.layers_1_weight, self.layers_1_bias))
                      return torch.softmax(torch.linear(h, self.layers_2_weight, self.layers_2_bias), 1)
                    """, x));
        }
        return Inference.of(() -> {
            var layers = new ArrayList<PackedLinear>();
            for (int k = 0; k < 3; k++) {
                layers.add(new PackedLinear(weights.get("layers." + k + ".weight"), weights.get("layers." + k + ".bias"), mlp.batch(), k < 2 ? "relu" : "none"));
            }
            return () -> {
                Tensor h = x;
                for (PackedLinear layer : layers) {
                    h = layer.of(h);
                }
                return torch.softmax(h, 1);
            };
        });
    }

    /// Two layers so small that everything is overhead: with functions that write to tensors that are there already.
    static Prepared tiny(TinyMlp mlp) {
        Tensor x = Tensors.of(mlp.inputs().getFirst());
        Map<String, Tensor> weights = Tensors.of(mlp.parameters());
        Tensor w1 = weights.get("hidden.weight");
        Tensor b1 = weights.get("hidden.bias");
        Tensor w2 = weights.get("out.weight");
        Tensor b2 = weights.get("out.bias");
        return InPlace.of(new long[] {1, 3}, result -> {
            Tensor h = torch.empty(1, 8);
            return () -> {
                torch.addmm_out(h, b1, x, w1);
                h.tanh_();
                torch.addmm_out(result, b2, h, w2);
            };
        });
    }
}
