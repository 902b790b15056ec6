/// How loops are carried out: contractions are tiled, `VECTOR` loops become vectors with a masked rest, `PARALLEL` loops are split among the members of
/// the team, invariants leave their loops.
///
/// Nothing here knows an operator or a graph: a schedule sees axes, scalar expressions of their variables, and buffers. No class here changes the
/// order in which one element's terms are combined, so a schedule never changes bits.
package dev.sinter.passes.schedule;
