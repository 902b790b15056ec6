package dev.sinter.oracle;

/// What came of a case.
///
/// @param name   of the case
/// @param status passed, failed or not expressible
/// @param error  the largest error on any executor
/// @param unit   of the error: `relative` or `ulp`
/// @param detail why it failed or cannot be expressed; for a pass, what has the largest error
public record Outcome(String name, Status status, double error, String unit, String detail) {
    /// The three kinds of outcomes.
    public enum Status {
        /// Everything the case states holds on every executor, and JVM and native agree to the bit.
        PASSED,
        /// Something does not hold, or does not compile.
        FAILED,
        /// No template says this case in the language.
        NOT_EXPRESSIBLE;

        /// For people: `not expressible yet`.
        @Override
        public String toString() {
            return switch (this) {
                case PASSED -> "passed";
                case FAILED -> "failed";
                case NOT_EXPRESSIBLE -> "not expressible yet";
            };
        }
    }

    /// The part of the name before the first dot.
    public String section() {
        int dot = name.indexOf('.');
        return dot < 0 ? name : name.substring(0, dot);
    }
}
