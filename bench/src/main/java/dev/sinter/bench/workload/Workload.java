package dev.sinter.bench.workload;

/// A row of the table.
///
/// @param name        for people and filters
/// @param computation what is computed
/// @param goal        how fast Sinter is to be
public record Workload(String name, Computation computation, Goal goal) {
    /// How far two contenders' results may differ, relative to the largest element of the reference.
    public static final double TOLERANCE = 1e-4;

    /// How fast Sinter's two kinds of code are to be.
    public sealed interface Goal {
        /// Beside the best peer: its time over Sinter's.
        ///
        /// @param ofNative  for native code
        /// @param ofJvm     for class files
        /// @param ofMachine what part of the machine's limit native code is to reach as well
        record Ratio(double ofNative, double ofJvm, double ofMachine) implements Goal {
            Ratio(double ofNative, double ofJvm) {
                this(ofNative, ofJvm, 0);
            }
        }

        /// By the clock, where a call is nothing but the call.
        ///
        /// @param ofNative nanoseconds for native code
        /// @param ofJvm    nanoseconds for class files
        record Nanos(double ofNative, double ofJvm) implements Goal { }
    }
}
