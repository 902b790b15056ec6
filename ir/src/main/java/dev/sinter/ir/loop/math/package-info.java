/// The transcendental functions as code in the primitive functions of the Loop IR.
///
/// No backend calls a math library: all of them run these steps, and so they give the same bits on scalars and on vectors of any
/// width. Expansions have no branches; where the ways part, both are computed and one is selected. Nothing here knows a
/// backend or a graph. The errors that are reached, and the sizes of the expansions, are in `ir/ULP.md`, which a test regenerates.
///
/// Unless a function says otherwise its polynomials are minimax fits (Remez exchange in 60 digits) made for it. The coefficients of the f32
/// forms are rounded in turn from the lowest, each followed by a new fit of the rest; most of the f64 ones are rounded at once.
/// The errors noted with the coefficients are those of the rounded polynomials, evaluated exactly.
package dev.sinter.ir.loop.math;
