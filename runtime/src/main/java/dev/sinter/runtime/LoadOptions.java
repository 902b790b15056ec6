package dev.sinter.runtime;

/// How a model is loaded.
///
/// Code that uses the Vector API is slow until HotSpot has compiled it, which takes seconds of calls. With a quick start calls run scalar code meanwhile, and the vectors are
/// warmed up in the background, in memory of the runtime's own; the results are the same to the bit, and no call into the caller's memory allocates anything. Without it the chosen code runs
/// from the first call on: vectors are then slow and allocate until HotSpot has compiled them.
///
/// @param target     which code to choose: `best` (native if there is some for this machine, else JVM), `jvm`, `native`, or
///                   the exact name of a target, as in [Machine#targets]
/// @param threads    how many threads a call may use
/// @param quickStart whether functions whose code uses the Vector API start with scalar code
public record LoadOptions(String target, int threads, boolean quickStart) {

    /// The best code, quickly started, and as many threads as the process has processors.
    public static final LoadOptions DEFAULT = new LoadOptions("best", Runtime.getRuntime().availableProcessors(), true);

    /// @throws IllegalArgumentException if `threads` is below 1
    public LoadOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("a call needs at least one thread, not " + threads);
        }
        if (target.isBlank()) {
            throw new IllegalArgumentException("the target is empty, expected best, jvm, native or the name of one");
        }
    }

    /// This code from the first call on.
    public LoadOptions(String target, int threads) {
        this(target, threads, false);
    }

    /// These options with the code of this target from the first call on; [#quickStart] afterwards gives it a quick start.
    public LoadOptions target(String target) {
        return new LoadOptions(target, threads, false);
    }

    /// These options with this number of threads.
    public LoadOptions threads(int threads) {
        return new LoadOptions(target, threads, quickStart);
    }

    /// These options with or without a quick start.
    public LoadOptions quickStart(boolean quickStart) {
        return new LoadOptions(target, threads, quickStart);
    }

    boolean accepts(String name) {
        return switch (target) {
            case "best" -> true;
            case "jvm" -> name.startsWith("jvm-");
            case "native" -> !name.startsWith("jvm-");
            default -> name.equals(target);
        };
    }
}
