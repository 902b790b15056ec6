/// The reference interpreter: the meaning of graphs, against which compiled code is tested. Slow, and obviously right; floats are accumulated
/// in f64. Nothing here knows loops, targets or derivatives.
package dev.sinter.ir.interp;
