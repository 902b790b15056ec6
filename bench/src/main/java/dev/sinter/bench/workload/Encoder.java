package dev.sinter.bench.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One layer of a transformer's encoder, normalised after each addition (as BERT's), `x` `[batch, steps, width]`, no mask: `h = norm1(x + attention(x))`,
/// `norm2(h + down(gelu(up(h))))`; gelu by the error function, eps 1e-5. Attention has `heads` heads of `width / heads` features: `out_map(softmax(q kᵀ / √d) v)`. Result: `[batch, steps, width]`.
///
/// Weights as in `TransformerLayer` of Sinter's library, part `layer`: dense layers `attention_map.q_map`, `.k_map`, `.v_map`, `.out_map`, `up`, `down`; `norm1`, `norm2`.
public record Encoder(long batch, long steps, long width, long heads, long inner) implements Computation {
    @Override
    public List<Value> inputs() {
        return List.of(Value.input("x", batch, steps, width));
    }

    @Override
    public List<Value> parameters() {
        return transformerLayer("layer", width, inner);
    }

    static List<Value> transformerLayer(String name, long width, long inner) {
        var all = new ArrayList<Value>();
        for (String map : List.of("q_map", "k_map", "v_map", "out_map")) {
            all.addAll(Layers.linear(name + ".attention_map." + map, width, width));
        }
        all.addAll(Layers.layerNorm(name + ".norm1", width));
        all.addAll(Layers.layerNorm(name + ".norm2", width));
        all.addAll(Layers.dense(name + ".up", width, inner));
        all.addAll(Layers.linear(name + ".down", inner, width));
        return all;
    }

    @Override
    public Work work() {
        long rows = batch * steps;
        long multiplications = rows * (4 * width * width + 2 * width * inner) + 2 * rows * steps * width;
        return Work.once(2 * multiplications, inputs(), parameters(), rows * width);
    }

    @Override
    public ModelSource source() {
        return new ModelSource("bench/workloads/encoder.sinter", "Encoder", Map.of("batch", batch, "steps", steps, "width", width, "heads", heads, "inner", inner), "encode");
    }
}
