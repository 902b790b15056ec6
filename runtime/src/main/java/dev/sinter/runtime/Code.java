package dev.sinter.runtime;

import java.lang.foreign.MemorySegment;

/// One compiled function as JVM code: what every class `sinter/jvm/VARIANT/NAME.class` of an artifact implements.
///
/// The class is public and final and has a public constructor without arguments. It keeps no state: one instance serves
/// all sessions of a model at once.
@FunctionalInterface
public interface Code {

    /// Computes one member's share of one call. All members of `team` call this with the same tables.
    ///
    /// @param dims    the values of the function's dims, in the order of the manifest
    /// @param buffers the buffers, in the order of the variant's table; each has the planned number of elements, and where its memory is the runtime's 64 bytes more
    /// @param team    gives the number of members and the barrier between dependent kernels
    /// @param member  this member, from 0 to `team.size() - 1`
    void run(long[] dims, MemorySegment[] buffers, Team team, int member);
}
