package dev.sinter.compiler.examples;

import java.util.List;

/// What came of one example.
///
/// @param title  of the example
/// @param checks how many statements it checks
/// @param faults what went wrong, empty if nothing
public record Outcome(String title, int checks, List<Fault> faults) {
    /// Copies the list.
    public Outcome {
        faults = List.copyOf(faults);
    }

    /// Whether every executor fulfilled every check, and all compiled code gave the same bits.
    public boolean passed() {
        return faults.isEmpty();
    }

    /// A check that an executor did not fulfil, or a result with other bits than that of another.
    ///
    /// @param executor `interp`, `jvm-scalar`, `linux-x86_64-v4`, …
    /// @param place    of the check, `file:line:column`
    /// @param check    as written
    /// @param problem  expected, found, and the largest error
    public record Fault(String executor, String place, String check, String problem) { }
}
