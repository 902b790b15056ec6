/// Graph to loops: values get places, groups of values become kernels, control flow becomes control flow of the program.
///
/// Operators are known here by what they can do ([dev.sinter.ir.graph.Pointwise], [dev.sinter.ir.graph.Looped]); by name only reductions, contractions and
/// control flow. Nothing here knows a backend. The same graph gives the same buffers and bits for every [dev.sinter.passes.schedule.Machine], up to scratch.
package dev.sinter.passes.lower;
