package dev.sinter.bench.peers.torch;

import dev.sinter.bench.contest.Prepared;
import dev.sinter.bench.workload.Recurrent;
import dev.sinter.bench.workload.Recurrent.Cell;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// libtorch's own LSTM and GRU, whose gates are in the same order as Sinter's.
final class RecurrentLayers {
    private RecurrentLayers() { }

    /// A layer from a state of zeros.
    static Prepared prepare(Recurrent r) {
        Tensor x = Tensors.of(r.inputs().getFirst());
        List<Tensor> weights = List.copyOf(Tensors.of(r.parameters()).values());
        Tensor input = Tensors.transposed(weights.get(0));
        Tensor hidden = Tensors.transposed(weights.get(1));
        return Inference.of(() -> {
            Tensor second = r.cell() == Cell.GRU ? weights.get(3) : torch.zeros_like(weights.get(2));
            var all = new TensorVector(input, hidden, weights.get(2), second);
            Tensor state = torch.zeros(1, r.batch(), r.out());
            if (r.cell() == Cell.GRU) {
                return () -> new Tensor(torch.gru(x, state, all, true, 1, 0, false, false, false).get0());
            }
            var states = new TensorVector(state, torch.zeros(1, r.batch(), r.out()));
            return () -> new Tensor(torch.lstm(x, states, all, true, 1, 0, false, false, false).get0());
        });
    }
}
