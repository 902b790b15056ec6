package dev.sinter.bench.workload;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A recurrent layer over sequences, `x` `[steps, batch, in]`, from a state of zeros. Result: all hidden states, `[steps, batch, out]`.
///
/// LSTM: `layer.w_input` `[in, 4 out]`, `layer.w_hidden` `[out, 4 out]`, `layer.bias` `[4 out]`, the gates in the order input, forget, cell, output.
/// GRU: `layer.w_input` `[in, 3 out]`, `layer.w_hidden` `[out, 3 out]`, `layer.b_input`, `layer.b_hidden` `[3 out]`, in the order reset, update, candidate; the reset is multiplied to
/// `h w_hidden + b_hidden`.
public record Recurrent(Cell cell, long steps, long batch, long in, long out) implements Computation {
    /// Kinds of layers.
    public enum Cell {
        /// Long short-term memory.
        LSTM,
        /// Gated recurrent unit.
        GRU;

        /// How many gates.
        public long gates() {
            return this == LSTM ? 4 : 3;
        }
    }

    @Override
    public List<Value> inputs() {
        return List.of(Value.input("x", steps, batch, in));
    }

    @Override
    public List<Value> parameters() {
        long wide = cell.gates() * out;
        var input = Value.weight("layer.w_input", 1, in, in, wide);
        var hidden = Value.weight("layer.w_hidden", 1, out, out, wide);
        return cell == Cell.LSTM ? List.of(input, hidden, Layers.bias("layer.bias", wide))
                : List.of(input, hidden, Layers.bias("layer.b_input", wide), Layers.bias("layer.b_hidden", wide));
    }

    @Override
    public Work work() {
        Work once = Work.once(2 * steps * batch * (in + out) * cell.gates() * out, inputs(), parameters(), steps * batch * out);
        long hidden = 4 * out * cell.gates() * out;
        return new Work(once.flops(), once.read() + (steps - 1) * hidden, once.written(), hidden);
    }

    @Override
    public ModelSource source() {
        return new ModelSource("bench/workloads/recurrent.sinter", cell == Cell.LSTM ? "Lstm" : "Gru", Map.of("steps", steps, "batch", batch, "inputs", in, "hidden", out),
                cell.name().toLowerCase(Locale.ROOT));
    }
}
