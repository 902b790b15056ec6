package dev.sinter.bench.peers.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.sinter.bench.contest.Prepared;
import dev.sinter.bench.workload.Recurrent;
import dev.sinter.bench.workload.Recurrent.Cell;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/// LSTM and GRU as one primitive each, from a state of zeros.
final class RecurrentLayers {
    private RecurrentLayers() { }

    /// A layer.
    static Prepared prepare(Library library, Recurrent r) {
        long gates = r.cell().gates();
        float[] input = r.parameters().get(0).floats();
        float[] hidden = r.parameters().get(1).floats();
        float[] bias = r.parameters().get(2).floats();
        if (r.cell() == Cell.GRU) {
            updateFirst(input, r.out());
            updateFirst(hidden, r.out());
            bias = bias(bias, r.parameters().get(3).floats(), Math.toIntExact(r.out()));
        }
        Block x = library.block(r.inputs().getFirst(), dnnl_tnc, r.steps(), r.batch(), r.in());
        Block ofInput = library.block(input, dnnl_ldigo, 1, 1, r.in(), gates, r.out());
        Block ofHidden = library.block(hidden, dnnl_ldigo, 1, 1, r.out(), gates, r.out());
        Block biases = library.block(bias, dnnl_ldgo, 1, 1, 4, r.out());
        dnnl_memory_desc anyInput = library.layout(dnnl_format_tag_any, 1, 1, r.in(), gates, r.out());
        dnnl_memory_desc anyHidden = library.layout(dnnl_format_tag_any, 1, 1, r.out(), gates, r.out());
        dnnl_memory_desc states = library.layout(dnnl_tnc, r.steps(), r.batch(), r.out());
        var description = new dnnl_primitive_desc();
        if (r.cell() == Cell.LSTM) {
            Library.check(dnnl_lstm_forward_primitive_desc_create(description, library.engine(), dnnl_forward_inference, dnnl_unidirectional_left2right, x.layout(), null, null,
                    anyInput, anyHidden, null, null, biases.layout(), states, null, null, dnnl_rnn_flags_undef, library.attributes()));
        } else {
            Library.check(dnnl_lbr_gru_forward_primitive_desc_create(description, library.engine(), dnnl_forward_inference, dnnl_unidirectional_left2right, x.layout(), null,
                    anyInput, anyHidden, biases.layout(), states, null, dnnl_rnn_flags_undef, library.attributes()));
        }
        Block packedInput = library.in(weights(description, 0), ofInput);
        Block packedHidden = library.in(weights(description, 1), ofHidden);
        Block result = library.block(states);
        Step step = library.step(description, Map.of(DNNL_ARG_SRC_LAYER, x, DNNL_ARG_WEIGHTS_LAYER, packedInput, DNNL_ARG_WEIGHTS_ITER, packedHidden, DNNL_ARG_BIAS, biases,
                DNNL_ARG_DST_LAYER, result));
        return new Steps(library, List.of(step), result, states);
    }

    private static dnnl_memory_desc weights(dnnl_primitive_desc description, int which) {
        return dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, which);
    }

    /// Exchanges the first two of three gates in rows of weights: oneDNN has the update before the reset.
    private static void updateFirst(float[] weights, long out) {
        int n = Math.toIntExact(out);
        for (int row = 0; row < weights.length; row += 3 * n) {
            for (int k = row; k < row + n; k++) {
                float reset = weights[k];
                weights[k] = weights[k + n];
                weights[k + n] = reset;
            }
        }
    }

    /// Update, reset, candidate, and what is added to the hidden part of the candidate before it is reset.
    private static float[] bias(float[] ofInput, float[] ofHidden, int n) {
        var bias = new float[4 * n];
        for (int k = 0; k < n; k++) {
            bias[k] = ofInput[n + k] + ofHidden[n + k];
            bias[n + k] = ofInput[k] + ofHidden[k];
            bias[2 * n + k] = ofInput[2 * n + k];
            bias[3 * n + k] = ofHidden[2 * n + k];
        }
        return bias;
    }
}
