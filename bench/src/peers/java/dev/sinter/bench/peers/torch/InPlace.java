package dev.sinter.bench.peers.torch;

import dev.sinter.bench.contest.Prepared;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;

/// A computation whose calls make no tensors: they write to one that stays.
final class InPlace implements Prepared {
    private final PointerScope preparations;
    private final InferenceMode mode;
    private final Runnable call;
    private final Tensor result;

    private InPlace(long[] shape, Function<Tensor, Runnable> preparation) {
        mode = new InferenceMode(true);
        preparations = new PointerScope();
        result = org.bytedeco.pytorch.global.torch.empty(shape);
        call = preparation.apply(result);
    }

    /// @param preparation makes what the calls need, and gives the call, which writes to the tensor of this shape and makes no pointers
    static InPlace of(long[] shape, Function<Tensor, Runnable> preparation) {
        return new InPlace(shape, preparation);
    }

    @Override
    public void run() {
        call.run();
    }

    @Override
    public float[] output() {
        return Tensors.floats(List.of(result));
    }

    @Override
    public void close() {
        preparations.close();
        mode.close();
    }
}
