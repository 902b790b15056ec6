package dev.sinter.bench.peers.onednn;

import dev.sinter.bench.contest.Contender;
import dev.sinter.bench.contest.Prepared;
import dev.sinter.bench.contest.Setting;
import dev.sinter.bench.workload.Computation;
import dev.sinter.bench.workload.Convolution;
import dev.sinter.bench.workload.Gate;
import dev.sinter.bench.workload.LayerNormGelu;
import dev.sinter.bench.workload.Mlp;
import dev.sinter.bench.workload.Product;
import dev.sinter.bench.workload.Recurrent;
import dev.sinter.bench.workload.SoftmaxRows;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl;

/// oneDNN by hand. It is a library of kernels, so it takes part where a computation is one of its primitives or a short chain of them. Images are given to it, and taken from it, in the
/// layout that its convolution prefers: as in a network of convolutions, where the layout is changed once at the beginning and the end.
public final class OneDnnContender implements Contender {
    @Override
    public String name() {
        return "onednn";
    }

    @Override
    public String version() {
        var version = dnnl.dnnl_version();
        return version.major() + "." + version.minor() + "." + version.patch();
    }

    @Override
    public Map<String, String> environment(int threads) {
        return Map.of("OMP_NUM_THREADS", Integer.toString(threads));
    }

    @Override
    public Optional<Prepared> prepare(Computation computation, Setting setting) {
        var library = new Library();
        Optional<Prepared> prepared = switch (computation) {
            case Product product -> Optional.of(Dense.product(library, product));
            case Mlp mlp -> Optional.of(Dense.mlp(library, mlp));
            case Convolution convolution -> Optional.of(Convolutions.prepare(library, convolution));
            case Recurrent recurrent -> Optional.of(RecurrentLayers.prepare(library, recurrent));
            case SoftmaxRows softmax -> Optional.of(Elementwise.softmax(library, softmax));
            case LayerNormGelu norm -> Optional.of(Elementwise.layerNormGelu(library, norm));
            case Gate gate -> Optional.of(Elementwise.gate(library, gate));
            default -> Optional.empty();
        };
        if (prepared.isEmpty()) {
            library.close();
        }
        return prepared;
    }
}
