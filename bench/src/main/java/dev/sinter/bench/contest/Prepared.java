package dev.sinter.bench.contest;

/// A computation that is ready to be called again and again, with inputs that stay in place.
public interface Prepared extends AutoCloseable {
    /// One call: what is timed. Afterwards the results are there in full.
    void run();

    /// The results of the last call, as the computation's doc comment orders them, one after the other, row-major.
    float[] output();

    /// For training: the first parameters and a fresh optimiser. What does not change its state does nothing.
    default void reset() { }

    @Override
    void close();
}
