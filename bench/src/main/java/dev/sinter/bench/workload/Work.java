package dev.sinter.bench.workload;

import java.util.List;

/// What a call has to do at least, however it is carried out.
///
/// @param flops   floating-point operations as the model states them, two for each multiply-add; 0 where the functions of one argument dominate, which have no fixed count
/// @param read    bytes that must come from where the data are kept, each as often as the algorithm needs it (the weights of a recurrent layer once a step)
/// @param written bytes of results
/// @param kept    bytes of all data of the call together, which decide in which cache they stay
public record Work(long flops, long read, long written, long kept) {
    /// Inputs and weights are read once, results written once.
    public static Work once(long flops, List<Value> inputs, List<Value> parameters, long results) {
        long read = bytes(inputs) + bytes(parameters);
        return new Work(flops, read, 4 * results, read + 4 * results);
    }

    static long bytes(List<Value> values) {
        return values.stream().mapToLong(Value::bytes).sum();
    }
}
