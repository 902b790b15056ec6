package dev.sinter.bench.peers.onnxruntime;

import dev.sinter.bench.peers.onnxruntime.OnnxModel.Attribute;
import dev.sinter.bench.workload.Decoding;
import dev.sinter.bench.workload.Encoder;
import dev.sinter.bench.workload.Value;
import java.util.List;
import java.util.Map;

/// Transformer layers with ONNX Runtime's own operators.
final class Transformers {
    private static final String PART = "layer.";

    private final OnnxModel m;
    private final Map<String, Value> weights;

    private Transformers(OnnxModel model, Map<String, Value> weights) {
        this.m = model;
        this.weights = weights;
    }

    /// The encoder's layer, normalised after each addition.
    ///
    /// @param fused whether attention is one operator, or products and a softmax: which is faster depends on the sizes
    static String encoder(OnnxModel model, Encoder e, Map<String, Value> weights, boolean fused) {
        var t = new Transformers(model, weights);
        String attended = fused
                ? model.node(OnnxModel.MICROSOFT, "Attention", List.of("x", t.joined("weight", e.width()), t.joined("bias", e.width())), new Attribute.Int("num_heads", e.heads()))
                : t.attention(e);
        String h = t.addAndNormalise("x", t.product(attended, "attention_map.out_map"), "norm1", "attention_map.out_map");
        String inner = model.node(OnnxModel.MICROSOFT, "BiasGelu", List.of(t.product(h, "up"), t.weight("up.bias")));
        return t.addAndNormalise(h, t.product(inner, "down"), "norm2", "down");
    }

    private String attention(Encoder e) {
        m.whole("heads apart", e.batch(), e.steps(), e.heads(), e.width() / e.heads());
        m.whole("heads together", e.batch(), e.steps(), e.width());
        String q = apart("q_map", 0, 2, 1, 3);
        String k = apart("k_map", 0, 2, 3, 1);
        String v = apart("v_map", 0, 2, 1, 3);
        String scale = m.weight("scale", new float[] {(float) (1 / Math.sqrt((double) e.width() / e.heads()))}, 1);
        String seen = m.node("Softmax", List.of(m.node("Mul", List.of(m.node("MatMul", List.of(q, k)), scale))), new Attribute.Int("axis", -1));
        String y = m.node("Transpose", List.of(m.node("MatMul", List.of(seen, v))), new Attribute.Ints("perm", 0, 2, 1, 3));
        return m.node("Reshape", List.of(y, "heads together"));
    }

    private String apart(String map, long... order) {
        String mapped = m.node("Add", List.of(product("x", "attention_map." + map), weight("attention_map." + map + ".bias")));
        return m.node("Transpose", List.of(m.node("Reshape", List.of(mapped, "heads apart"))), new Attribute.Ints("perm", order));
    }

    /// The decoding step on a cache that stays in place, `[1, heads, cached, width / heads]`: its results are called `result`, `present_key` and `present_value`.
    static void decoding(OnnxModel model, Decoding d, Map<String, Value> weights) {
        var t = new Transformers(model, weights);
        long part = d.width() / d.heads();
        model.input("x", 1, 1, d.width());
        model.input("past_key", 1, d.heads(), d.cached(), part);
        model.input("past_value", 1, d.heads(), d.cached(), part);
        model.wholeInput("last", 1);
        model.wholeInput("total");
        String n = t.normalise("x", "norm1");
        String qkv = model.node("Add", List.of(model.node("MatMul", List.of(n, t.joined("weight", d.width()))), t.joined("bias", d.width())));
        model.node(OnnxModel.MICROSOFT, "GroupQueryAttention", List.of("attended", "present_key", "present_value"), List.of(qkv, "", "", "past_key", "past_value", "last", "total"),
                new Attribute.Int("num_heads", d.heads()), new Attribute.Int("kv_num_heads", d.heads()));
        model.node(OnnxModel.MICROSOFT, "SkipLayerNormalization", List.of("normalised", "", "", "h"),
                List.of(t.product("attended", "attention_map.out_map"), "x", t.weight("norm2.scale"), t.weight("norm2.shift"), t.weight("attention_map.out_map.bias")),
                new Attribute.Real("epsilon", 1e-5f));
        String inner = model.node(OnnxModel.MICROSOFT, "BiasGelu", List.of(t.product("normalised", "up"), t.weight("up.bias")));
        String down = model.node("Add", List.of(t.product(inner, "down"), t.weight("down.bias")));
        model.node("", "Add", List.of(Networks.RESULT), List.of("h", down));
        model.output(Networks.RESULT, 1, 1, d.width());
        model.output("present_key", 1, d.heads(), d.cached(), part);
        model.output("present_value", 1, d.heads(), d.cached(), part);
    }

    /// The maps of queries, keys and values side by side.
    private String joined(String kind, long width) {
        int w = (int) width;
        int rows = kind.equals("weight") ? w : 1;
        var all = new float[rows * 3 * w];
        List<String> maps = List.of("q_map", "k_map", "v_map");
        for (int k = 0; k < 3; k++) {
            float[] one = weights.get(PART + "attention_map." + maps.get(k) + "." + kind).floats();
            for (int r = 0; r < rows; r++) {
                System.arraycopy(one, r * w, all, r * 3 * w + k * w, w);
            }
        }
        return kind.equals("weight") ? m.weight("qkv.weight", all, width, 3 * width) : m.weight("qkv.bias", all, 3 * width);
    }

    private String weight(String name) {
        return m.weight(weights.get(PART + name));
    }

    private String product(String x, String layer) {
        return m.node("MatMul", List.of(x, weight(layer + ".weight")));
    }

    private String normalise(String x, String layer) {
        return m.node("LayerNormalization", List.of(x, weight(layer + ".scale"), weight(layer + ".shift")), new Attribute.Int("axis", -1), new Attribute.Real("epsilon", 1e-5f));
    }

    private String addAndNormalise(String x, String y, String layer, String biased) {
        return m.node(OnnxModel.MICROSOFT, "SkipLayerNormalization", List.of(y, x, weight(layer + ".scale"), weight(layer + ".shift"), weight(biased + ".bias")),
                new Attribute.Real("epsilon", 1e-5f));
    }
}
