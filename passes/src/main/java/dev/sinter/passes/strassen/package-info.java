/// Products of large matrices with fewer multiplications: a rewriting of graphs, as [dev.sinter.passes.winograd] is for convolutions. Both are bilinear algorithms, sums of each factor, products of
/// sums, sums of products, and both are written as a contraction between [dev.sinter.ir.graph.Combine]s, so that no op and no schedule knows of them.
package dev.sinter.passes.strassen;
