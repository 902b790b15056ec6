package dev.sinter.bench.workload;

/// A row of the table.
///
/// @param name        for people and filters
/// @param computation what is computed
/// @param goal        how fast Sinter is to be
public record Workload(String name, Computation computation, Goal goal) {
    /// How far two contenders' results may differ, relative to the largest element of the reference.
    public static final double TOLERANCE = 1e-4;

    /// The time of the best peer over Sinter's time that is to be reached, for each kind of code.
    ///
    /// @param ofNative for native code
    /// @param ofJvm    for class files
    public record Goal(double ofNative, double ofJvm) { }
}
