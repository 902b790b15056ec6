/// The graph: what is computed, as typed SSA over tensors with symbolic dims.
///
/// Nothing here mutates a graph, reads a file or knows a target. A [dev.sinter.ir.graph.Value] compares by identity and an
/// [dev.sinter.ir.graph.Op] by structure; [dev.sinter.ir.graph.Graph#add] hands back the node of an equal op. Functions are closed, regions are functions.
/// One primitive or family is one file: meaning, type rule, derivatives, reference evaluation, lowering. There is no implicit
/// broadcasting between operands. Abbreviations: `jvp` (Jacobian-vector product), `vjp` (vector-Jacobian product).
package dev.sinter.ir.graph;
