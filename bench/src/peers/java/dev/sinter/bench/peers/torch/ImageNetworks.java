package dev.sinter.bench.peers.torch;

import dev.sinter.bench.contest.Prepared;
import dev.sinter.bench.workload.Convolution;
import dev.sinter.bench.workload.LeNet5;
import dev.sinter.bench.workload.ResNet18;
import dev.sinter.bench.workload.Vgg16;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Convolutions and networks of them. Large ones have their channels last, the layout that libtorch's oneDNN convolutions are fastest with; a single convolution takes and leaves images in it.
final class ImageNetworks {
    private ImageNetworks() { }

    /// LeNet-5. For one image libtorch's own convolution is faster than calling oneDNN; for many the whole network is in oneDNN's layouts.
    static Prepared leNet5(LeNet5 network) {
        Tensor image = Tensors.of(network.inputs().getFirst());
        Map<String, Tensor> weights = Tensors.of(network.parameters());
        weights.replaceAll((name, tensor) -> name.matches("f..weight") ? Tensors.transposed(tensor) : tensor);
        String source = """
                def forward(self, x):
                  h = torch.conv2d(x, self.c1_weight, self.c1_bias, [1, 1], [2, 2], [1, 1], 1)
                  h = torch.relu(torch.max_pool2d(h, [2, 2], [2, 2], [0, 0], [1, 1], False))
                  h = torch.conv2d(h, self.c2_weight, self.c2_bias, [1, 1], [0, 0], [1, 1], 1)
                  h = torch.relu(torch.max_pool2d(h, [2, 2], [2, 2], [0, 0], [1, 1], False))
                  h = torch.flatten(h, 1, -1)
                  h = torch.relu(torch.linear(h, self.f1_weight, self.f1_bias))
                  h = torch.relu(torch.linear(h, self.f2_weight, self.f2_bias))
                  return torch.softmax(torch.linear(h, self.f3_weight, self.f3_bias), 1)
                """;
        return network.batch() == 1 ? Inference.withoutOneDnn(() -> Script.frozen(weights, source, image)) : Inference.of(() -> Script.optimised(weights, source, image));
    }

    /// A convolution with bias and relu.
    static Prepared convolution(Convolution c) {
        Tensor image = channelsLast(Tensors.of(c.inputs().getFirst()));
        List<Tensor> weights = List.copyOf(Tensors.of(c.parameters()).values());
        return Inference.of(() -> {
            var layer = new PackedConvolution(weights.get(0), weights.get(1), c.stride(), c.padding(), c.groups(), image.shape(), true);
            return () -> layer.of(image);
        });
    }

    /// ResNet-18 with the normalisations multiplied into the convolutions, and the additions fused with them.
    static Prepared resNet18(ResNet18 network) {
        Tensor image = Tensors.of(network.inputs().getFirst());
        Map<String, Tensor> weights = Tensors.of(network.parameters());
        return Inference.of(() -> {
            PackedConvolution stem = normalised(weights, "stem", "stem_norm", 2, 3, image.shape(), true);
            var blocks = new ArrayList<UnaryOperator<Tensor>>();
            for (ResNet18.Block b : ResNet18.blocks()) {
                long[] in = {network.batch(), b.in(), b.size(), b.size()};
                long[] out = {network.batch(), b.out(), b.size() / b.stride(), b.size() / b.stride()};
                PackedConvolution first = normalised(weights, b.name() + ".c1", b.name() + ".n1", b.stride(), 1, in, true);
                PackedConvolution second = normalised(weights, b.name() + ".c2", b.name() + ".n2", 1, 1, out, true);
                if (b.projects()) {
                    PackedConvolution shortcut = normalised(weights, b.name() + ".shortcut", b.name() + ".shortcut_norm", b.stride(), 0, in, false);
                    blocks.add(x -> second.plus(first.of(x), shortcut.of(x)));
                } else {
                    blocks.add(x -> second.plus(first.of(x), x));
                }
            }
            Tensor head = Tensors.transposed(weights.get("head.weight"));
            return () -> {
                Tensor h = torch.max_pool2d(stem.of(channelsLast(image)), new long[] {3, 3}, new long[] {2, 2}, new long[] {1, 1}, new long[] {1, 1}, false);
                for (UnaryOperator<Tensor> block : blocks) {
                    h = block.apply(h);
                }
                Tensor means = torch.adaptive_avg_pool2d(h, 1, 1).flatten(1, -1);
                return torch.softmax(row(means, head, weights.get("head.bias")), 1);
            };
        });
    }

    /// VGG-16.
    static Prepared vgg16(Vgg16 network) {
        Tensor image = Tensors.of(network.inputs().getFirst());
        Map<String, Tensor> weights = Tensors.of(network.parameters());
        return Inference.of(() -> {
            var layers = new ArrayList<UnaryOperator<Tensor>>();
            long in = 3;
            long size = 224;
            int k = 0;
            for (long out : Vgg16.LAYERS) {
                if (out == 0) {
                    layers.add(x -> torch.max_pool2d(x, 2, 2));
                    size /= 2;
                } else {
                    String name = "convolutions." + k++;
                    var layer = new PackedConvolution(weights.remove(name + ".weight"), weights.get(name + ".bias"), 1, 1, 1, new long[] {network.batch(), in, size, size}, true);
                    layers.add(layer::of);
                    in = out;
                }
            }
            List<String> names = List.of("f1", "f2", "f3");
            List<Tensor> dense = names.stream().map(name -> Tensors.transposed(weights.remove(name + ".weight"))).toList();
            return () -> {
                Tensor h = channelsLast(image);
                for (UnaryOperator<Tensor> layer : layers) {
                    h = layer.apply(h);
                }
                h = h.contiguous().flatten(1, -1);
                for (int i = 0; i < 3; i++) {
                    h = row(h, dense.get(i), weights.get(names.get(i) + ".bias"));
                    if (i < 2) {
                        h.relu_();
                    }
                }
                return torch.softmax(h, 1);
            };
        });
    }

    private static Tensor channelsLast(Tensor images) {
        return images.contiguous(torch.MemoryFormat.ChannelsLast);
    }

    /// A dense layer; of one row as matrix times vector.
    private static Tensor row(Tensor x, Tensor transposed, Tensor bias) {
        return x.size(0) == 1 ? torch.addmv(bias, transposed, x.view(x.size(1))).view(1, transposed.size(0)) : torch.addmm(bias, x, transposed.t());
    }

    private static PackedConvolution normalised(Map<String, Tensor> weights, String convolution, String norm, long stride, long padding, long[] images, boolean relu) {
        Tensor factor = weights.get(norm + ".running_variance").add(new Scalar(1e-5)).rsqrt().mul(weights.get(norm + ".scale"));
        Tensor bias = weights.get(norm + ".shift").sub(weights.get(norm + ".running_mean").mul(factor));
        return new PackedConvolution(weights.get(convolution + ".weight").mul(factor.view(-1, 1, 1, 1)), bias, stride, padding, 1, images, relu);
    }
}
