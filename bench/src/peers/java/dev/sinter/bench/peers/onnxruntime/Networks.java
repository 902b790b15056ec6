package dev.sinter.bench.peers.onnxruntime;

import dev.sinter.bench.peers.onnxruntime.OnnxModel.Attribute;
import dev.sinter.bench.workload.Computation;
import dev.sinter.bench.workload.Convolution;
import dev.sinter.bench.workload.Encoder;
import dev.sinter.bench.workload.Gate;
import dev.sinter.bench.workload.LayerNormGelu;
import dev.sinter.bench.workload.LeNet5;
import dev.sinter.bench.workload.Mlp;
import dev.sinter.bench.workload.Product;
import dev.sinter.bench.workload.Recurrent;
import dev.sinter.bench.workload.ResNet18;
import dev.sinter.bench.workload.Scale;
import dev.sinter.bench.workload.SoftmaxRows;
import dev.sinter.bench.workload.TinyMlp;
import dev.sinter.bench.workload.Value;
import dev.sinter.bench.workload.Vgg16;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Computations as ONNX graphs with one result called [#RESULT], as the operators of ONNX Runtime do them best.
final class Networks {
    /// The name of the result.
    static final String RESULT = "result";

    private final OnnxModel m;
    private final Map<String, Value> weights = new HashMap<>();
    private final boolean fused;

    private Networks(OnnxModel model, Computation computation, boolean fused) {
        this.m = model;
        this.fused = fused;
        computation.parameters().forEach(p -> weights.put(p.name(), p));
    }

    /// Adds the graph of a computation.
    ///
    /// @param fused whether operators of ONNX Runtime's own for several steps at once are used where there are others for each
    /// @return the shape of the result, or null if there is no such graph
    static long[] write(OnnxModel model, Computation computation, boolean fused) {
        long[] shape = shape(computation);
        if (shape == null) {
            return null;
        }
        var networks = new Networks(model, computation, fused);
        computation.inputs().forEach(i -> model.input(i.name(), i.dims()));
        String result = networks.of(computation);
        model.named(RESULT, result);
        model.output(RESULT, shape);
        return shape;
    }

    private static long[] shape(Computation computation) {
        return switch (computation) {
            case Product p -> new long[] {p.m(), p.n()};
            case Mlp p -> new long[] {p.batch(), 10};
            case LeNet5 p -> new long[] {p.batch(), 10};
            case Convolution p -> new long[] {1, p.out(), p.places(), p.places()};
            case ResNet18 p -> new long[] {p.batch(), 1000};
            case Vgg16 p -> new long[] {p.batch(), 1000};
            case Recurrent p -> new long[] {p.steps(), 1, p.batch(), p.out()};
            case Encoder p -> new long[] {p.batch(), p.steps(), p.width()};
            case LayerNormGelu p -> new long[] {p.rows(), p.columns()};
            case SoftmaxRows p -> new long[] {p.rows(), p.columns()};
            case Gate p -> new long[] {p.elements()};
            case Scale p -> new long[] {p.elements()};
            case TinyMlp _ -> new long[] {1, 3};
            default -> null;
        };
    }

    private String of(Computation computation) {
        return switch (computation) {
            case Product p -> p.constant() ? m.node("MatMul", List.of("x", weight("weight"))) : m.node("MatMul", List.of("a", "b"));
            case Mlp _ -> softmax(dense(relu(dense(relu(dense("x", "layers.0")), "layers.1")), "layers.2"));
            case LeNet5 _ -> leNet5();
            case Convolution p -> relu(convolution("image", "layer", p.stride(), p.padding(), p.groups()));
            case ResNet18 _ -> resNet18();
            case Vgg16 _ -> vgg16();
            case Recurrent p -> p.cell() == Recurrent.Cell.LSTM ? lstm(p) : gru(p);
            case Encoder p -> Transformers.encoder(m, p, weights, fused);
            case LayerNormGelu p -> m.node("LayerNormalization", List.of(m.node(OnnxModel.MICROSOFT, "Gelu", List.of(m.node("Add", List.of(m.node("Mul", List.of("x", "a")), "b")))),
                    m.weight("ones", ones(p.columns()), p.columns())), new Attribute.Int("axis", -1), new Attribute.Real("epsilon", 1e-5f));
            case SoftmaxRows _ -> softmax("x");
            case Gate _ -> m.node("Add", List.of(m.node("Mul", List.of(m.node("Tanh", List.of("x")), m.node("Sigmoid", List.of("y")))), m.node("Exp", List.of(m.node("Neg", List.of("z"))))));
            case Scale _ -> m.node("Add", List.of(m.node("Mul", List.of("x", m.weight("two", new float[] {2}, 1))), m.weight("one", new float[] {1}, 1)));
            case TinyMlp _ -> dense(m.node("Tanh", List.of(dense("x", "hidden"))), "out");
            default -> throw new IllegalArgumentException(computation.toString());
        };
    }

    private String leNet5() {
        String x = pool(relu(convolution("image", "c1", 1, 2, 1)), 2, 2, 0);
        x = pool(relu(convolution(x, "c2", 1, 0, 1)), 2, 2, 0);
        return softmax(dense(relu(dense(relu(dense(flatten(x), "f1")), "f2")), "f3"));
    }

    private String resNet18() {
        String x = pool(relu(norm(filter("image", "stem", 2, 3), "stem_norm")), 3, 2, 1);
        for (ResNet18.Block b : ResNet18.blocks()) {
            String y = relu(norm(filter(x, b.name() + ".c1", b.stride(), 1), b.name() + ".n1"));
            y = norm(filter(y, b.name() + ".c2", 1, 1), b.name() + ".n2");
            String shortcut = b.projects() ? norm(filter(x, b.name() + ".shortcut", b.stride(), 0), b.name() + ".shortcut_norm") : x;
            x = relu(m.node("Add", List.of(y, shortcut)));
        }
        return softmax(dense(flatten(m.node("GlobalAveragePool", List.of(x))), "head"));
    }

    private String vgg16() {
        String x = "image";
        int k = 0;
        for (long out : Vgg16.LAYERS) {
            x = out == 0 ? pool(x, 2, 2, 0) : relu(convolution(x, "convolutions." + k++, 1, 1, 1));
        }
        return softmax(dense(relu(dense(relu(dense(flatten(x), "f1")), "f2")), "f3"));
    }

    /// ONNX has the gates in the order input, output, forget, cell.
    private String lstm(Recurrent p) {
        int[] order = {0, 3, 1, 2};
        long wide = 4 * p.out();
        String w = m.weight("W", gates("layer.w_input", order), 1, wide, p.in());
        String r = m.weight("R", gates("layer.w_hidden", order), 1, wide, p.out());
        float[] bias = java.util.Arrays.copyOf(gates("layer.bias", order), (int) (2 * wide));
        m.node("", "LSTM", List.of("states"), List.of("x", w, r, m.weight("B", bias, 1, 2 * wide)), new Attribute.Int("hidden_size", p.out()));
        return "states";
    }

    /// ONNX has the gates in the order update, reset, candidate.
    private String gru(Recurrent p) {
        int[] order = {1, 0, 2};
        long wide = 3 * p.out();
        String w = m.weight("W", gates("layer.w_input", order), 1, wide, p.in());
        String r = m.weight("R", gates("layer.w_hidden", order), 1, wide, p.out());
        float[] input = gates("layer.b_input", order);
        float[] bias = java.util.Arrays.copyOf(input, 2 * input.length);
        System.arraycopy(gates("layer.b_hidden", order), 0, bias, input.length, input.length);
        m.node("", "GRU", List.of("states"), List.of("x", w, r, m.weight("B", bias, 1, 2 * wide)), new Attribute.Int("hidden_size", p.out()),
                new Attribute.Int("linear_before_reset", 1));
        return "states";
    }

    /// A weight `[in, gates out]` or bias `[gates out]` as `[gates out, in]`, the gates in another order: gate `k` of the result is gate `order[k]`.
    private float[] gates(String name, int[] order) {
        Value value = weights.get(name);
        float[] from = value.floats();
        int in = value.shape().size() == 2 ? value.shape().getFirst().intValue() : 1;
        int wide = value.shape().getLast().intValue();
        int out = wide / order.length;
        var to = new float[from.length];
        for (int g = 0; g < order.length; g++) {
            for (int o = 0; o < out; o++) {
                for (int i = 0; i < in; i++) {
                    to[(g * out + o) * in + i] = from[i * wide + order[g] * out + o];
                }
            }
        }
        return to;
    }

    private String weight(String name) {
        return m.weight(weights.get(name));
    }

    private String relu(String x) {
        return m.node("Relu", List.of(x));
    }

    private String softmax(String x) {
        return m.node("Softmax", List.of(x), new Attribute.Int("axis", -1));
    }

    private String flatten(String x) {
        return m.node("Flatten", List.of(x), new Attribute.Int("axis", 1));
    }

    private String dense(String x, String layer) {
        return m.node("Gemm", List.of(x, weight(layer + ".weight"), weight(layer + ".bias")));
    }

    private String convolution(String x, String layer, long stride, long padding, long groups) {
        return conv(List.of(x, weight(layer + ".weight"), weight(layer + ".bias")), layer, stride, padding, groups);
    }

    private String filter(String x, String layer, long stride, long padding) {
        return conv(List.of(x, weight(layer + ".weight")), layer, stride, padding, 1);
    }

    private String conv(List<String> operands, String layer, long stride, long padding, long groups) {
        long kernel = weights.get(layer + ".weight").shape().getLast();
        return m.node("Conv", operands, new Attribute.Ints("kernel_shape", kernel, kernel), new Attribute.Ints("strides", stride, stride),
                new Attribute.Ints("pads", padding, padding, padding, padding), new Attribute.Int("group", groups));
    }

    private String norm(String x, String layer) {
        return m.node("BatchNormalization", List.of(x, weight(layer + ".scale"), weight(layer + ".shift"), weight(layer + ".running_mean"), weight(layer + ".running_variance")),
                new Attribute.Real("epsilon", 1e-5f));
    }

    private String pool(String x, long kernel, long stride, long padding) {
        return m.node("MaxPool", List.of(x), new Attribute.Ints("kernel_shape", kernel, kernel), new Attribute.Ints("strides", stride, stride),
                new Attribute.Ints("pads", padding, padding, padding, padding));
    }

    private static float[] ones(long n) {
        var ones = new float[(int) n];
        java.util.Arrays.fill(ones, 1);
        return ones;
    }
}
