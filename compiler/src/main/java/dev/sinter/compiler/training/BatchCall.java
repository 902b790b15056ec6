package dev.sinter.compiler.training;

import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.Function;
import dev.sinter.runtime.Session;
import dev.sinter.runtime.Tensor;
import java.util.HashMap;
import java.util.Map;

/// Calls of one function on batches. The tensors for a size of batch are made at its first call and filled again for each further one.
final class BatchCall implements AutoCloseable {
    private final Function function;
    private final Feed feed;
    private final Session session;
    private final int loss;
    private final Map<Integer, Prepared> sizes = new HashMap<>();
    private Prepared bound;

    private record Prepared(int rows, Tensor[] inputs, Tensor[] outputs) { }

    BatchCall(Function function, Feed feed, int threads) {
        this.function = function;
        this.feed = feed;
        this.session = function.session(threads);
        int first = -1;
        for (int k = function.outputs().size() - 1; k >= 0; k--) {
            var output = function.outputs().get(k);
            if (output.shape().isEmpty() && (output.type() == ElementType.F32 || output.type() == ElementType.F64)) {
                first = k;
            }
        }
        this.loss = first;
    }

    String name() {
        return function.name();
    }

    Feed feed() {
        return feed;
    }

    /// Whether the function gives a real number, its loss.
    boolean hasLoss() {
        return loss >= 0;
    }

    /// Calls the function on `count` rows from `from` on; gives its first real number, or 0 if it has none.
    double call(int[] order, int from, int count, long seed) {
        if (bound == null || bound.rows != count) {
            Prepared prepared = sizes.get(count);
            if (prepared == null) {
                Tensor[] inputs = feed.allocate(count);
                prepared = new Prepared(count, inputs, session.allocateOutputs(inputs));
                sizes.put(count, prepared);
            }
            session.bind(prepared.inputs, prepared.outputs);
            bound = prepared;
        }
        feed.fill(bound.inputs, order, from, count, seed);
        session.call();
        if (loss < 0) {
            return 0;
        }
        Tensor result = bound.outputs[loss];
        return result.type() == ElementType.F32 ? result.getFloat(0) : result.getDouble(0);
    }

    @Override
    public void close() {
        session.close();
    }
}
