package dev.sinter.bench.contest;

import dev.sinter.bench.workload.Computation;
import java.util.Map;
import java.util.Optional;

/// A system that carries out computations. Each contender has a process of its own for each number of threads, so its libraries, threads, allocator and the JIT's profiles disturb no other.
/// Contenders other than Sinter are found as services: `META-INF/services/dev.sinter.bench.contest.Contender`. Constructing one loads no native library.
public interface Contender {
    /// For people and filters: `onnxruntime`.
    String name();

    /// The version, for the report; may load the library. Called in the contender's own process.
    String version();

    /// What its process has in its environment beside the usual. An empty text takes a variable away.
    default Map<String, String> environment(int threads) {
        return Map.of();
    }

    /// Builds a computation with its weights, at this system's best: fused, with layouts of its choice, with weights prepared.
    ///
    /// @return nothing if this system cannot do the computation
    Optional<Prepared> prepare(Computation computation, Setting setting) throws Exception;

    /// An application that gives the first result of a computation, once: its start, its memory and its size are measured. What it reads is written to the scratch folder before.
    ///
    /// @return nothing if there is none for this computation
    default Optional<StartUp> startUp(Computation computation, Setting setting) throws Exception {
        return Optional.empty();
    }
}
