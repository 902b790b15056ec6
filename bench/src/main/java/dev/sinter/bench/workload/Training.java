package dev.sinter.bench.workload;

/// What is common to training steps: each call takes the same batch, changes the parameters, and gives the loss from before the change. The results that are compared, after
/// [#STEPS] calls from the first state, are the last loss and then all parameters in order.
final class Training {
    /// Calls before the comparison.
    static final int STEPS = 3;

    private Training() { }
}
