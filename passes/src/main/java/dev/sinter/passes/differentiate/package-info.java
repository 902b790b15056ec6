/// Differentiation as a graph transformation: `vjp` and `jvp` ops become ordinary graphs.
///
/// Reverse mode walks a function backwards and adds up cotangents; forward mode walks it once. Both take the rules of ops from
/// [dev.sinter.ir.graph.Differentiable] and treat control flow themselves, because there the rules transform regions. No formula of an op is here. The
/// result is linear in the size of the function, and is differentiated again like any other graph.
package dev.sinter.passes.differentiate;
