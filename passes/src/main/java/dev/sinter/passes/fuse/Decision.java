package dev.sinter.passes.fuse;

import dev.sinter.ir.graph.Origin;

/// Why two values share a kernel, or do not.
///
/// @param producer the value that is read: its op and type
/// @param consumer the value that reads it
/// @param from     where the producer comes from
/// @param to       where the consumer comes from
/// @param fused    whether they share a kernel
/// @param reason   in words
public record Decision(String producer, String consumer, Origin from, Origin to, boolean fused, String reason) { }
