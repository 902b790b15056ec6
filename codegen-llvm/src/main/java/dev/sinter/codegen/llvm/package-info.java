/// Loops to object code: [dev.sinter.ir.loop.LoopProgram]s through LLVM to a shared library.
///
/// The only package that knows LLVM; no raw LLVM pointer leaves it. It knows no graph and no operator, and it schedules nothing: it
/// translates what the Loop IR says, one expression to a few instructions. No fast-math flag, no contraction and no loop or SLP
/// vectoriser is ever used, because the bits must equal those of every other backend. Equal input gives equal bytes. The code that comes
/// out calls nothing: no C library, no unwinder, no thread-local storage. CPU and operating system are a parameter ([Cpu]), not a second emitter.
package dev.sinter.codegen.llvm;
