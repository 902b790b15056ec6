package dev.sinter.bench.workload;

import dev.sinter.bench.workload.Recurrent.Cell;
import dev.sinter.bench.workload.TrainMlp.Optimiser;
import dev.sinter.bench.workload.Workload.Goal;
import dev.sinter.bench.workload.Workload.Goal.Nanos;
import dev.sinter.bench.workload.Workload.Goal.Ratio;
import java.util.List;
import java.util.Optional;

/// All rows of the table.
public final class Workloads {
    private static final Goal LARGE_PRODUCTS = new Ratio(0.97, 0.85, 0.92);
    private static final Goal SMALL_PRODUCTS = new Ratio(1.0, 0.85);
    private static final Goal MLP = new Ratio(1.1, 0.95);
    private static final Goal LENET = new Ratio(2.0, 1.5);
    private static final Goal DENSE_CONVOLUTIONS = new Ratio(1.3, 1.0);
    private static final Goal OTHER_CONVOLUTIONS = new Ratio(1.0, 0.85);
    private static final Goal RECURRENT = new Ratio(1.2, 1.0);
    private static final Goal ENCODER = new Ratio(1.1, 0.95);

    private Workloads() { }

    private static final List<Workload> ALL = List.of(
            new Workload("matmul-512", new Product(512, 512, 512, false), LARGE_PRODUCTS),
            new Workload("matmul-1024", new Product(1024, 1024, 1024, false), LARGE_PRODUCTS),
            new Workload("matmul-2048", new Product(2048, 2048, 2048, false), LARGE_PRODUCTS),
            new Workload("dense-512", new Product(512, 512, 512, true), LARGE_PRODUCTS),
            new Workload("dense-1024", new Product(1024, 1024, 1024, true), LARGE_PRODUCTS),
            new Workload("dense-2048", new Product(2048, 2048, 2048, true), LARGE_PRODUCTS),
            new Workload("dense-64", new Product(64, 64, 64, true), SMALL_PRODUCTS),
            new Workload("dense-128", new Product(128, 128, 128, true), SMALL_PRODUCTS),
            new Workload("dense-256", new Product(256, 256, 256, true), SMALL_PRODUCTS),
            new Workload("dense-64x784x512", new Product(64, 784, 512, true), SMALL_PRODUCTS),
            new Workload("dense-8x1024x1024", new Product(8, 1024, 1024, true), SMALL_PRODUCTS),
            new Workload("dense-1x1024x1024", new Product(1, 1024, 1024, true), SMALL_PRODUCTS),
            new Workload("mlp-b1", new Mlp(1), MLP),
            new Workload("mlp-b64", new Mlp(64), MLP),
            new Workload("mlp-b256", new Mlp(256), MLP),
            new Workload("lenet5-b1", new LeNet5(1), LENET),
            new Workload("lenet5-b64", new LeNet5(64), LENET),
            new Workload("conv-3x3-64-56", new Convolution(64, 64, 56, 3, 1, 1, 1), DENSE_CONVOLUTIONS),
            new Workload("conv-3x3-256-14", new Convolution(256, 256, 14, 3, 1, 1, 1), DENSE_CONVOLUTIONS),
            new Workload("conv-1x1-256-64-56", new Convolution(256, 64, 56, 1, 1, 0, 1), OTHER_CONVOLUTIONS),
            new Workload("conv-7x7-2-3-64-224", new Convolution(3, 64, 224, 7, 2, 3, 1), OTHER_CONVOLUTIONS),
            new Workload("conv-depthwise-144-56", new Convolution(144, 144, 56, 3, 1, 1, 144), new Ratio(1.5, 1.2)),
            new Workload("resnet18", new ResNet18(1), new Ratio(1.2, 1.0)),
            new Workload("vgg16", new Vgg16(1), new Ratio(1.4, 1.1)),
            new Workload("lstm-b1", new Recurrent(Cell.LSTM, 64, 1, 128, 256), RECURRENT),
            new Workload("lstm-b32", new Recurrent(Cell.LSTM, 64, 32, 128, 256), RECURRENT),
            new Workload("gru-b1", new Recurrent(Cell.GRU, 64, 1, 128, 256), RECURRENT),
            new Workload("gru-b32", new Recurrent(Cell.GRU, 64, 32, 128, 256), RECURRENT),
            new Workload("encoder-b1", new Encoder(1, 128, 512, 8, 2048), ENCODER),
            new Workload("encoder-b8", new Encoder(8, 128, 512, 8, 2048), ENCODER),
            new Workload("decode-512", new Decoding(512, 768, 12, 3072), new Ratio(1.3, 1.1)),
            new Workload("layernorm-gelu", new LayerNormGelu(4096, 1024), new Ratio(3.0, 2.0)),
            new Workload("softmax", new SoftmaxRows(4096, 1024), new Ratio(1.3, 1.0)),
            new Workload("gate", new Gate(4 << 20), new Ratio(2.0, 1.5)),
            new Workload("train-mlp-sgd", new TrainMlp(Optimiser.SGD, 64), new Ratio(1.4, 1.2)),
            new Workload("train-mlp-adam", new TrainMlp(Optimiser.ADAM, 64), new Ratio(1.8, 1.4)),
            new Workload("train-lenet5", new TrainLeNet5(64), new Ratio(3.0, 2.0)),
            new Workload("train-lstm", new TrainLstm(64, 32, 128, 256), new Ratio(1.3, 1.1)),
            new Workload("call-scale", new Scale(4), new Nanos(30, 20)),
            new Workload("call-mlp", new TinyMlp(), new Nanos(60, 50)));

    /// The rows in their order.
    public static List<Workload> all() {
        return ALL;
    }

    /// The row of this name.
    public static Optional<Workload> named(String name) {
        return ALL.stream().filter(w -> w.name().equals(name)).findFirst();
    }
}
