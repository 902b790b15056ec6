package dev.sinter.bench.peers.torch;

import dev.sinter.bench.contest.Prepared;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// A computation without derivatives, whose results are new tensors in every call, as libtorch has it; those of the call before are released first, so that their memory is used again.
final class Inference implements Prepared {
    private final PointerScope preparations;
    private final InferenceMode mode;
    private final Supplier<Tensor> call;
    private final boolean oneDnn;
    private Tensor result;

    private Inference(Supplier<Supplier<Tensor>> preparation, boolean oneDnn) {
        this.oneDnn = oneDnn;
        torch.globalContext().setUserEnabledMkldnn(oneDnn);
        mode = new InferenceMode(true);
        preparations = new PointerScope();
        call = preparation.get();
    }

    /// @param preparation makes what the calls need, and gives the call; all pointers that it makes live until [#close]
    static Inference of(Supplier<Supplier<Tensor>> preparation) {
        return new Inference(preparation, true);
    }

    /// The same with libtorch's own convolutions instead of oneDNN's.
    static Inference withoutOneDnn(Supplier<Supplier<Tensor>> preparation) {
        return new Inference(preparation, false);
    }

    @Override
    public void run() {
        if (result != null) {
            result.close();
        }
        try (var _ = new PointerScope()) {
            result = call.get();
            result.retainReference();
        }
    }

    @Override
    public float[] output() {
        return Tensors.floats(List.of(result));
    }

    @Override
    public void close() {
        if (result != null) {
            result.close();
        }
        preparations.close();
        mode.close();
        if (!oneDnn) {
            torch.globalContext().setUserEnabledMkldnn(true);
        }
    }
}
