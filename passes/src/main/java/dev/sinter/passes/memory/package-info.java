/// Where values live: one arena per call, planned at compile time from the order in which kernels run, and the barriers that keep threads in that order.
///
/// Nothing here knows a graph or an operator; a step is a kernel with the buffers that it reads and writes.
package dev.sinter.passes.memory;
