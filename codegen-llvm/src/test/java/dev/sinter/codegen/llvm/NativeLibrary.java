package dev.sinter.codegen.llvm;

import dev.sinter.ir.loop.LoopProgram;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A shared library that was emitted, loaded for a test; unloaded when nothing refers to it any more.
final class NativeLibrary {
    private static final FunctionDescriptor SIGNATURE =
            FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);

    private final SymbolLookup symbols;

    private NativeLibrary(byte[] library) throws IOException {
        Path file = Files.createTempFile("sinter-test", ".so");
        Files.write(file, library);
        symbols = SymbolLookup.libraryLookup(file, Arena.ofAuto());
        Files.delete(file);
    }

    static NativeLibrary of(Cpu cpu, LoopProgram... programs) {
        return of(LlvmBackend.emit(List.of(programs), cpu));
    }

    static NativeLibrary of(byte[] library) {
        try {
            return new NativeLibrary(library);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The levels whose code this machine can run.
    static List<Cpu> levels() {
        if (!System.getProperty("os.name").equals("Linux") || !System.getProperty("os.arch").toLowerCase(Locale.ROOT).matches("amd64|x86_64")) {
            return List.of();
        }
        try {
            String flags = " " + Files.readAllLines(Path.of("/proc/cpuinfo")).stream().filter(l -> l.startsWith("flags")).findFirst().orElse("") + " ";
            var levels = new ArrayList<Cpu>();
            if (List.of("avx2", "fma", "bmi2", "movbe", "abm").stream().allMatch(f -> flags.contains(" " + f + " "))) {
                levels.add(Cpu.X86_64_V3);
                if (List.of("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl").stream().allMatch(f -> flags.contains(" " + f + " "))) {
                    levels.add(Cpu.X86_64_V4);
                }
            }
            return levels;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The entry of a program.
    MethodHandle entry(String name) {
        return Linker.nativeLinker().downcallHandle(symbols.findOrThrow("sinter_" + name), SIGNATURE);
    }

    /// Runs a program with one thread.
    void call(String name, long[] dims, MemorySegment... buffers) {
        team(name, 1, dims, buffers);
    }

    /// Runs a program with as many threads as the team has members.
    void team(String name, int members, long[] dims, MemorySegment... buffers) {
        var entry = entry(name);
        try (var memory = Arena.ofShared()) {
            var frame = memory.allocate(8L * (dims.length + buffers.length) + 8, 64);
            for (int i = 0; i < dims.length; i++) {
                frame.setAtIndex(ValueLayout.JAVA_LONG, i, dims[i]);
            }
            for (int i = 0; i < buffers.length; i++) {
                frame.setAtIndex(ValueLayout.ADDRESS, dims.length + i, buffers[i]);
            }
            var barrier = memory.allocate(64, 64);
            var failures = new ArrayList<Throwable>();
            var threads = new ArrayList<Thread>();
            for (int m = 0; m < members; m++) {
                long member = m;
                Runnable run = () -> {
                    try {
                        entry.invokeExact(frame, member, (long) members, barrier);
                    } catch (Throwable e) {
                        synchronized (failures) {
                            failures.add(e);
                        }
                    }
                };
                if (m == members - 1) {
                    run.run();
                } else {
                    threads.add(Thread.ofPlatform().start(run));
                }
            }
            for (Thread thread : threads) {
                thread.join();
            }
            if (!failures.isEmpty()) {
                throw new AssertionError(failures.getFirst());
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
