/// What is measured, as data: computations with their sizes, inputs and weights. Nothing here knows a system that carries them out, and no file is read:
/// every process makes the same numbers from their names.
package dev.sinter.bench.workload;
