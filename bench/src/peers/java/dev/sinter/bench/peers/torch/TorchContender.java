package dev.sinter.bench.peers.torch;

import dev.sinter.bench.contest.Contender;
import dev.sinter.bench.contest.Prepared;
import dev.sinter.bench.contest.Setting;
import dev.sinter.bench.workload.Computation;
import dev.sinter.bench.workload.Convolution;
import dev.sinter.bench.workload.Decoding;
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
import dev.sinter.bench.workload.TrainLeNet5;
import dev.sinter.bench.workload.TrainLstm;
import dev.sinter.bench.workload.TrainMlp;
import dev.sinter.bench.workload.Vgg16;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.global.torch;

/// libtorch. Of the ways that it has for a computation the fastest is taken, as measured with one and two threads.
public final class TorchContender implements Contender {
    @Override
    public String name() {
        return "libtorch";
    }

    @Override
    public String version() {
        load();
        String version = torch.show_config().getString();
        return version.replaceAll("(?s).*TORCH_VERSION=([^,]*),.*", "$1");
    }

    /// Freed memory is kept. OpenMP's threads wait busily for some milliseconds, as they do by themselves; OpenBLAS's hardly at all: if both did, they would take the processors from each other.
    @Override
    public Map<String, String> environment(int threads) {
        return Map.of("OMP_NUM_THREADS", Integer.toString(threads), "OMP_WAIT_POLICY", "", "OPENBLAS_NUM_THREADS", Integer.toString(threads), "OPENBLAS_THREAD_TIMEOUT", "4",
                "MALLOC_MMAP_THRESHOLD_", "1073741824", "MALLOC_TRIM_THRESHOLD_", "17179869184", "MALLOC_TOP_PAD_", "67108864");
    }

    private static void load() {
        // Else JavaCPP asks the system for the process's memory whenever a pointer is made.
        System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        System.setProperty("org.bytedeco.javacpp.maxBytes", "0");
    }

    @Override
    public Optional<Prepared> prepare(Computation computation, Setting setting) {
        load();
        torch.set_num_threads(setting.threads());
        openblas.blas_set_num_threads(setting.threads());
        return Optional.of(switch (computation) {
            case Product product -> DenseLayers.product(product);
            case Mlp mlp -> DenseLayers.mlp(mlp);
            case TinyMlp mlp -> DenseLayers.tiny(mlp);
            case Scale scale -> Elementwise.scale(scale);
            case LeNet5 network -> ImageNetworks.leNet5(network);
            case Convolution convolution -> ImageNetworks.convolution(convolution);
            case ResNet18 network -> ImageNetworks.resNet18(network);
            case Vgg16 network -> ImageNetworks.vgg16(network);
            case Recurrent recurrent -> RecurrentLayers.prepare(recurrent);
            case Encoder encoder -> Transformers.encoder(encoder);
            case Decoding decoding -> Transformers.decoding(decoding);
            case LayerNormGelu norm -> Elementwise.layerNormGelu(norm);
            case SoftmaxRows softmax -> Elementwise.softmax(softmax);
            case Gate gate -> Elementwise.gate(gate);
            case TrainMlp training -> TrainingStep.mlp(training);
            case TrainLeNet5 training -> TrainingStep.leNet5(training);
            case TrainLstm training -> TrainingStep.lstm(training);
        });
    }
}
