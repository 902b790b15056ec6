package dev.sinter.bench.peers.onednn;

import java.lang.foreign.MemorySegment;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;

/// A tensor in memory.
///
/// @param memory what primitives take
/// @param layout its shape and the order of its elements
/// @param data   where the elements are
record Block(dnnl_memory memory, dnnl_memory_desc layout, MemorySegment data) { }
