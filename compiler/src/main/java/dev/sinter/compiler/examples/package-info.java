/// The examples of a model file, run by every executor: the reference interpreter, and the compiled code in every variant that this machine can run.
///
/// Nothing here prints. An example fails on an executor if one of its checks does; compiled variants must moreover give the same bits as each other.
package dev.sinter.compiler.examples;
