package dev.sinter.runtime;

/// How a model is loaded.
///
/// @param target  which code to choose: `best` (native if there is some for this machine, else JVM), `jvm`, `native`, or
///                the exact name of a target, as in [Machine#targets]
/// @param threads how many threads a call may use
public record LoadOptions(String target, int threads) {

    /// The best code, and as many threads as the process has processors.
    public static final LoadOptions DEFAULT = new LoadOptions("best", Runtime.getRuntime().availableProcessors());

    /// @throws IllegalArgumentException if `threads` is below 1
    public LoadOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("a call needs at least one thread, not " + threads);
        }
        if (target.isBlank()) {
            throw new IllegalArgumentException("the target is empty, expected best, jvm, native or the name of one");
        }
    }

    /// These options with this target.
    public LoadOptions target(String target) {
        return new LoadOptions(target, threads);
    }

    /// These options with this number of threads.
    public LoadOptions threads(int threads) {
        return new LoadOptions(target, threads);
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
