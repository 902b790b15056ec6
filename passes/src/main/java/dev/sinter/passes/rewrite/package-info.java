/// Rebuilding graphs op by op: what every pass from graph to graph shares.
///
/// Nothing here changes a graph: a rewritten function is a new one, in a new [dev.sinter.ir.graph.Graph], so common subexpressions and dead values
/// vanish by the way. No rewriting recurses along operands; only nested regions are entered by recursion.
package dev.sinter.passes.rewrite;
