/// Loops to class files.
///
/// Nothing here knows a graph, an operator or LLVM, and nothing loads a class. [dev.sinter.codegen.jvm.JvmBackend] is the entrance;
/// [dev.sinter.codegen.jvm.Outliner] decides what becomes a method; [dev.sinter.codegen.jvm.Statements], [dev.sinter.codegen.jvm.Scalars],
/// [dev.sinter.codegen.jvm.Vectors], [dev.sinter.codegen.jvm.Masks], [dev.sinter.codegen.jvm.Memory] and [dev.sinter.codegen.jvm.Slices] write a method, each by one exhaustive
/// switch, over [dev.sinter.codegen.jvm.Instructions], the only class beside the entrance and the support that calls ASM.
package dev.sinter.codegen.jvm;
