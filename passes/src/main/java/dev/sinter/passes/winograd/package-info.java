/// Convolutions by filters of 3 × 3 with fewer multiplications: a rewriting of graphs. No op and no schedule knows of it; transforms are [dev.sinter.ir.graph.Combine]s,
/// what stands between them is a contraction like any other.
package dev.sinter.passes.winograd;
