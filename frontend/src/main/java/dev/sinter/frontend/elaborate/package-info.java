/// From syntax to graphs: names, types and shapes, functions and models computed away, derivatives as ops.
///
/// Nothing here knows ANTLR, a derivative's formula, a loop nest or a target. `Elaboration` is the way in; `Elaborator` holds what is shared, and
/// one class per construct does the work. A `Failure` ends a statement and is reported once; a `Broken` datum keeps its consequences silent.
package dev.sinter.frontend.elaborate;
