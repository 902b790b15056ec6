/// Simplification: laws of arithmetic and of shapes, applied until none fits.
///
/// A law is one [dev.sinter.passes.simplify.Rule] in a list by topic; it has a name, and a test in which it fires. Laws hold in exact arithmetic and keep NaN and
/// infinities where they come from the operands' values (`x * 0` stays); what they may change is the rounding and the sign of a zero. Both backends compile the
/// simplified graph, so they still agree to the bit. Nothing here looks at a target.
package dev.sinter.passes.simplify;
