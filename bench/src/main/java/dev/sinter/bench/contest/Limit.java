package dev.sinter.bench.contest;

import dev.sinter.bench.workload.Work;

/// What holds a computation back on this machine, however well it is written: its arithmetic, or the memory that its data come from.
///
/// @param kind  of limit
/// @param bytes that all threads together go over again and again, for memory
record Limit(Kind kind, long bytes) {
    /// Kinds of limits.
    enum Kind {
        /// Fused multiply-adds in registers; a rate is in floating-point operations per nanosecond.
        ARITHMETIC,
        /// Reading; a rate is in bytes per nanosecond.
        READ,
        /// Copying, half of the bytes to the other half; what is read and what is written both count.
        COPY
    }

    static final Limit ARITHMETIC = new Limit(Kind.ARITHMETIC, 0);
    private static final long SMALLEST = 64 << 10;

    /// The memory limit of some work: of copying if a good part of its traffic is writing.
    static Limit ofMemory(Work work) {
        return new Limit(work.written() * 8 > work.read() ? Kind.COPY : Kind.READ, Math.max(SMALLEST, work.kept()));
    }

    /// The limit of some work that takes longer, as the least nanoseconds of a call.
    ///
    /// @param arithmetic the rate of multiply-adds
    /// @param memory     the rate of [#ofMemory]
    static double nanos(Work work, double arithmetic, double memory) {
        return Math.max(work.flops() / arithmetic, (work.read() + work.written()) / memory);
    }

    /// As a request names it.
    @Override
    public String toString() {
        return kind + " " + bytes;
    }

    /// From [#toString].
    static Limit parse(String text) {
        String[] words = text.split(" ");
        return new Limit(Kind.valueOf(words[0]), Long.parseLong(words[1]));
    }
}
