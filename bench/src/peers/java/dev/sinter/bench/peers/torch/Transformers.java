package dev.sinter.bench.peers.torch;

import dev.sinter.bench.contest.Prepared;
import dev.sinter.bench.workload.Decoding;
import dev.sinter.bench.workload.Encoder;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// Layers of transformers, with fused attention and the maps of queries, keys and values in one product.
final class Transformers {
    private static final double EPS = 1e-5;
    private static final String MAPS = "layer.attention_map.";

    private Transformers() { }

    /// A layer of an encoder.
    static Prepared encoder(Encoder e) {
        long rows = e.batch() * e.steps();
        long part = e.width() / e.heads();
        Tensor x = Tensors.of(e.inputs().getFirst()).view(rows, e.width());
        Map<String, Tensor> weights = Tensors.of(e.parameters());
        return Inference.of(() -> {
            var maps = new PackedLinear(together(weights, ".weight", 1), together(weights, ".bias", 0), rows, "none");
            var out = packed(weights, MAPS + "out_map", rows, "none");
            var up = packed(weights, "layer.up", rows, "gelu");
            var down = packed(weights, "layer.down", rows, "none");
            var norm1 = new Norm(weights, "layer.norm1", e.width());
            var norm2 = new Norm(weights, "layer.norm2", e.width());
            return () -> {
                Tensor heads = maps.of(x).view(e.batch(), e.steps(), 3, e.heads(), part).permute(2, 0, 3, 1, 4);
                Tensor seen = torch.scaled_dot_product_attention(heads.select(0, 0), heads.select(0, 1), heads.select(0, 2));
                Tensor h = norm1.of(out.plus(seen.transpose(1, 2).reshape(rows, e.width()), x));
                return norm2.of(down.plus(up.of(h), h));
            };
        });
    }

    /// A step of decoding. The caches are by heads, and the step writes to their last row.
    static Prepared decoding(Decoding d) {
        long part = d.width() / d.heads();
        Tensor x = Tensors.of(d.inputs().getFirst()).view(d.width());
        Map<String, Tensor> weights = Tensors.of(d.parameters());
        return Inference.of(() -> {
            Tensor keys = cache(d, Tensors.of(d.inputs().get(1)));
            Tensor values = cache(d, Tensors.of(d.inputs().get(2)));
            Tensor lastKey = keys.select(2, d.cached() - 1);
            Tensor lastValue = values.select(2, d.cached() - 1);
            Tensor maps = Tensors.transposed(together(weights, ".weight", 1));
            Tensor mapsBias = together(weights, ".bias", 0);
            Tensor out = Tensors.transposed(weights.get(MAPS + "out_map.weight"));
            Tensor up = Tensors.transposed(weights.get("layer.up.weight"));
            Tensor down = Tensors.transposed(weights.get("layer.down.weight"));
            var norm1 = new Norm(weights, "layer.norm1", d.width());
            var norm2 = new Norm(weights, "layer.norm2", d.width());
            return () -> {
                Tensor mapped = torch.addmv(mapsBias, maps, norm1.of(x));
                Tensor key = mapped.narrow(0, d.width(), d.width());
                Tensor value = mapped.narrow(0, 2 * d.width(), d.width());
                lastKey.copy_(key.view(1, d.heads(), part));
                lastValue.copy_(value.view(1, d.heads(), part));
                Tensor query = mapped.narrow(0, 0, d.width()).view(1, d.heads(), 1, part);
                Tensor seen = torch.scaled_dot_product_attention(query, keys, values).reshape(d.width());
                Tensor h = torch.addmv(weights.get(MAPS + "out_map.bias"), out, seen).add_(x);
                Tensor inner = torch.gelu_(torch.addmv(weights.get("layer.up.bias"), up, norm2.of(h)));
                Tensor y = torch.addmv(weights.get("layer.down.bias"), down, inner).add_(h);
                return torch.cat(new TensorVector(y, key, value), 0);
            };
        });
    }

    private static Tensor cache(Decoding d, Tensor rows) {
        long part = d.width() / d.heads();
        Tensor cache = torch.zeros(1, d.heads(), d.cached(), part);
        cache.narrow(2, 0, d.cached() - 1).copy_(rows.view(1, d.cached() - 1, d.heads(), part).transpose(1, 2));
        return cache;
    }

    private static Tensor together(Map<String, Tensor> weights, String what, long axis) {
        return torch.cat(new TensorVector(weights.get(MAPS + "q_map" + what), weights.get(MAPS + "k_map" + what), weights.get(MAPS + "v_map" + what)), axis);
    }

    private static PackedLinear packed(Map<String, Tensor> weights, String layer, long rows, String function) {
        return new PackedLinear(weights.get(layer + ".weight"), weights.get(layer + ".bias"), rows, function);
    }

    /// A layer normalisation of the last axis.
    private record Norm(TensorOptional scale, TensorOptional shift, long[] width) {
        Norm(Map<String, Tensor> weights, String layer, long width) {
            this(new TensorOptional(weights.get(layer + ".scale")), new TensorOptional(weights.get(layer + ".shift")), new long[] {width});
        }

        Tensor of(Tensor x) {
            return torch.layer_norm(x, width, scale, shift, EPS, false);
        }
    }
}
