package dev.sinter.compiler;

import dev.sinter.codegen.llvm.Cpu;
import dev.sinter.passes.schedule.Machine;
import java.util.Arrays;
import java.util.List;

/// Kinds of code that an artifact can hold.
public enum Target {
    /// Class files: for each vector size, and without the Vector API.
    JVM,
    /// Shared libraries: for each processor level.
    NATIVE;

    /// The kinds named, separated by commas. @throws IllegalArgumentException naming the one that there is not
    public static List<Target> parse(String text) {
        return Arrays.stream(text.split(",")).map(String::trim).map(name -> switch (name) {
            case "jvm" -> JVM;
            case "native" -> NATIVE;
            default -> throw new IllegalArgumentException("no target is called '" + name + "'; there are jvm and native");
        }).distinct().toList();
    }

    /// The machines that programs of this kind are scheduled for.
    List<Variant> variants() {
        return switch (this) {
            case JVM -> List.of(Variant.jvm(Machine.SCALAR), Variant.jvm(Machine.V128), Variant.jvm(Machine.V256), Variant.jvm(Machine.V512));
            case NATIVE -> List.of(new Variant(Cpu.X86_64_V3.name(), Machine.V256, Cpu.X86_64_V3), new Variant(Cpu.X86_64_V4.name(), Machine.V512, Cpu.X86_64_V4));
        };
    }

    /// One variant of the code.
    ///
    /// @param name    in the manifest
    /// @param machine that the loops are scheduled for
    /// @param cpu     that LLVM generates for; null for class files
    record Variant(String name, Machine machine, Cpu cpu) {
        static Variant jvm(Machine machine) {
            return new Variant("jvm-" + machine.name(), machine, null);
        }
    }
}
