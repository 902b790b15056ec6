/// Which values share a kernel. A value is either a *root*, which some kernel computes once, or is computed again wherever it is read; roots are grouped
/// so that what is computed together is read where it is made.
///
/// Decisions rest on what an op's scalar expression looks like and on how it is indexed. Nothing here makes loops.
package dev.sinter.passes.fuse;
