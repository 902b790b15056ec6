package dev.sinter.codegen.llvm;

import dev.sinter.ir.loop.LoopProgram;
import java.util.List;
import java.util.function.Function;

/// The native backend: programs as native code for one [Cpu].
///
/// All methods take programs whose loops are bound `SERIAL` and whose functions are primitive, refuse others with an
/// `IllegalArgumentException` that names the kernel, and may be called from several threads at once. An `IllegalStateException` is a bug of ours
/// (LLVM refuses what was emitted), or says that LLVM's linker cannot be run here.
public final class LlvmBackend {
    private LlvmBackend() { }

    /// A shared library (the bytes of a `.so` file) that exports `sinter_NAME` for each program, as described under "The call contract" in
    /// `ARCHITECTURE.md`. It needs no other library. Equal programs give equal bytes.
    public static byte[] emit(List<LoopProgram> programs, Cpu cpu) {
        return Linker.link(compile(programs, cpu, module -> {
            module.optimise();
            return module.object();
        }));
    }

    /// LLVM's text for the programs as they are emitted, before any pass of LLVM's; for people.
    public static String ir(List<LoopProgram> programs, Cpu cpu) {
        return String.join("\n", compile(programs, cpu, LlvmModule::text));
    }

    /// LLVM's text for the programs after its passes, from which machine code is generated; for people.
    public static String optimisedIr(List<LoopProgram> programs, Cpu cpu) {
        return String.join("\n", compile(programs, cpu, module -> {
            module.optimise();
            return module.text();
        }));
    }

    /// The machine code as assembly text; for people.
    public static String assembly(List<LoopProgram> programs, Cpu cpu) {
        return String.join("\n", compile(programs, cpu, module -> {
            module.optimise();
            return module.assembly();
        }));
    }

    /// One module for each program, so that they can be compiled side by side; results, or the first failure, in the order of the programs.
    private static <T> List<T> compile(List<LoopProgram> programs, Cpu cpu, Function<LlvmModule, T> result) {
        var outcomes = programs.parallelStream().map(program -> {
            try (var module = new LlvmModule(program.name(), cpu)) {
                ProgramEmitter.emit(program, module);
                return new Outcome<>(result.apply(module), null);
            } catch (RuntimeException e) {
                return new Outcome<T>(null, e);
            }
        }).toList();
        for (var outcome : outcomes) {
            if (outcome.failure() != null) {
                throw outcome.failure();
            }
        }
        return outcomes.stream().map(Outcome::result).toList();
    }

    /// What became of one program; failures are carried, as a parallel stream would wrap them.
    private record Outcome<T>(T result, RuntimeException failure) { }
}
