package dev.sinter.codegen.llvm;

import java.util.List;

/// What code is generated for: everything that LLVM and the emitter must know about a machine.
///
/// @param name       the target's name in an artifact, `linux-x86_64-v3`
/// @param triple     LLVM's name of architecture and operating system
/// @param processor  LLVM's name of the processor level
/// @param vectorBits the width of the widest vector register
/// @param pause      an instruction that tells the processor that a loop spins, and nothing else
/// @param giveWay    the system call that lets another thread run
public record Cpu(String name, String triple, String processor, int vectorBits, Assembly pause, Assembly giveWay) {
    /// Inline assembly without operands.
    ///
    /// @param text     the instructions
    /// @param clobbers what they change, in LLVM's constraint syntax
    public record Assembly(String text, String clobbers) { }

    private static final Assembly X86_PAUSE = new Assembly("pause", "~{memory}");
    /// `sched_yield` is system call 24 of Linux on x86-64; the kernel changes rax (the result), rcx and r11.
    private static final Assembly X86_LINUX_YIELD =
            new Assembly("movl $$24, %eax\n\tsyscall", "~{rax},~{rcx},~{r11},~{memory},~{dirflag},~{fpsr},~{flags}");

    /// Linux on x86-64 with AVX2 and FMA.
    public static final Cpu X86_64_V3 =
            new Cpu("linux-x86_64-v3", "x86_64-unknown-linux-gnu", "x86-64-v3", 256, X86_PAUSE, X86_LINUX_YIELD);
    /// Linux on x86-64 with AVX-512 (F, BW, CD, DQ, VL).
    public static final Cpu X86_64_V4 =
            new Cpu("linux-x86_64-v4", "x86_64-unknown-linux-gnu", "x86-64-v4", 512, X86_PAUSE, X86_LINUX_YIELD);

    /// All targets, each one able to do what the one before it can.
    public static List<Cpu> all() {
        return List.of(X86_64_V3, X86_64_V4);
    }

    /// The target with this name.
    ///
    /// @throws IllegalArgumentException if there is none, naming those that there are
    public static Cpu of(String name) {
        return all().stream().filter(cpu -> cpu.name.equals(name)).findFirst().orElseThrow(
                () -> new IllegalArgumentException("there is no native target '" + name + "'; there are " + all()));
    }

    @Override
    public String toString() {
        return name;
    }
}
