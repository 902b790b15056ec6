package dev.sinter.bench.workload;

import java.util.List;
import java.util.Map;

/// One step of decoding with one transformer layer, normalised before (as GPT-2's): the row `x` `[1, width]` sees itself and `cached - 1` earlier rows, whose keys and values are
/// given. `n = norm1(x)`; `key = k_map(n)`, `value = v_map(n)`; `h = x + out_map(attention(q_map(n), all keys, all values))`; `h + down(gelu(up(norm2(h))))`; gelu by the error function,
/// eps 1e-5. Results: the row `[1, width]`, then its key `[1, width]` and value `[1, width]`, which the caller appends to its cache.
///
/// `keys` and `values` are `[cached - 1, width]`, time first, the heads one after the other in a row: a cache grows at its end. A contender may keep them in another layout, and
/// append to it in place. Weights as in [Encoder].
public record Decoding(long cached, long width, long heads, long inner) implements Computation {
    @Override
    public List<Value> inputs() {
        return List.of(Value.input("x", 1, width), Value.input("keys", cached - 1, width), Value.input("values", cached - 1, width));
    }

    @Override
    public List<Value> parameters() {
        return Encoder.transformerLayer("layer", width, inner);
    }

    @Override
    public Work work() {
        return Work.once(2 * (4 * width * width + 2 * width * inner + 2 * cached * width), inputs(), parameters(), 3 * width);
    }

    @Override
    public ModelSource source() {
        return new ModelSource("bench/workloads/decode.sinter", "Decode", Map.of("width", width, "heads", heads, "inner", inner), "step");
    }
}
