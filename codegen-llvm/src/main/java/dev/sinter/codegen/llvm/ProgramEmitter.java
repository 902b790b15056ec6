package dev.sinter.codegen.llvm;

import dev.sinter.codegen.llvm.Instructions.Ssa;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.LoopVerifier;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A program as functions of a module: one exported driver, one internal function per kernel.
///
/// The driver is `void sinter_NAME(frame, member, members, barrier)`; see "The call contract" in `ARCHITECTURE.md`. A kernel is
/// `void NAME.KERNEL(frame, member, members, buffers…, parameters…)`: it gets the buffers that it touches as pointers of which LLVM is
/// told that they do not overlap, which is what lets loads move over stores.
final class ProgramEmitter {
    private static final int FRAME = 0;
    private static final int MEMBER = 1;
    private static final int MEMBERS = 2;
    private static final int BARRIER = 3;
    private static final int FIRST_BUFFER = 3;

    private final LlvmModule module;
    private final LoopProgram program;
    private final LlvmModule.Type i64;
    private final LlvmModule.Type pointer;
    private final Map<Kernel, EmittedKernel> kernels = new HashMap<>();
    private LlvmModule.Function barrier;

    /// A kernel's function and the buffers that it takes, in order.
    private record EmittedKernel(LlvmModule.Function function, List<Buffer> buffers) { }

    private ProgramEmitter(LoopProgram program, LlvmModule module) {
        this.module = module;
        this.program = program;
        this.i64 = Instructions.type(module.context(), ElementType.I64, 1);
        this.pointer = Instructions.pointer(module.context());
    }

    /// The name under which a program is exported.
    static String symbol(LoopProgram program) {
        return "sinter_" + program.name();
    }

    /// Adds the program to the module.
    ///
    /// @throws IllegalArgumentException naming everything that is wrong, if the program is not ready for a backend: LLVM checks little of what it is
    ///     told, and may end the process
    static void emit(LoopProgram program, LlvmModule module) {
        var problems = LoopVerifier.problems(program, true);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("the native backend cannot take the program " + program.name() + ": " + String.join("; ", problems));
        }
        new ProgramEmitter(program, module).driver();
    }

    private void driver() {
        var function = module.function(symbol(program), List.of(pointer, i64, i64, pointer), true);
        module.unaliased(function, FRAME, true);
        try (var in = new Instructions(module, function)) {
            Ssa frame = in.parameter(FRAME, "frame");
            Ssa member = in.parameter(MEMBER, "member");
            Ssa members = in.parameter(MEMBERS, "members");
            Ssa barrierWords = in.parameter(BARRIER, "barrier");
            var level = new BodyEmitter.ProgramLevel() {
                @Override
                public void launch(Kernel kernel, List<Ssa> arguments) {
                    var callee = kernels.computeIfAbsent(kernel, ProgramEmitter.this::kernel);
                    var all = new ArrayList<>(List.of(frame, member, members));
                    callee.buffers().forEach(buffer -> all.add(address(in, frame, buffer)));
                    all.addAll(arguments);
                    in.call(callee.function(), all.toArray(Ssa[]::new));
                }

                @Override
                public void barrier() {
                    if (barrier == null) {
                        barrier = TeamBarrier.emit(module);
                    }
                    in.call(barrier, barrierWords, members);
                }
            };
            var addresses = new HashMap<Buffer, Ssa>();
            BufferUses.of(program.body()).touched().forEach(buffer -> addresses.put(buffer, address(in, frame, buffer)));
            var body = new BodyEmitter(in, addresses, level);
            bindFrame(in, body, frame, member, members);
            body.run(program.body());
        }
        module.verify(function, "the body of " + program.name());
    }

    private EmittedKernel kernel(Kernel kernel) {
        var uses = BufferUses.of(kernel.body());
        var types = new ArrayList<>(List.of(pointer, i64, i64));
        uses.touched().forEach(_ -> types.add(pointer));
        kernel.parameters().forEach(p -> types.add(Instructions.type(module.context(), p.type(), p.lanes())));
        var function = module.function(program.name() + "." + kernel.name(), types, false);
        module.unaliased(function, FRAME, true);
        try (var in = new Instructions(module, function)) {
            Ssa frame = in.parameter(FRAME, "frame");
            int next = FIRST_BUFFER;
            var pointers = new HashMap<Buffer, Ssa>();
            for (Buffer buffer : uses.touched()) {
                module.unaliased(function, next, !uses.written().contains(buffer));
                pointers.put(buffer, in.parameter(next++, buffer.name()));
            }
            var body = new BodyEmitter(in, pointers, BodyEmitter.KERNEL);
            bindFrame(in, body, frame, in.parameter(MEMBER, "member"), in.parameter(MEMBERS, "members"));
            for (Expr.Var parameter : kernel.parameters()) {
                body.bind(parameter, in.parameter(next++, parameter.name()));
            }
            body.run(kernel.body());
        }
        module.verify(function, "kernel " + kernel.name() + " of " + program.name() + " (" + kernel.origin() + ")");
        return new EmittedKernel(function, List.copyOf(uses.touched()));
    }

    private void bindFrame(Instructions in, BodyEmitter body, Ssa frame, Ssa member, Ssa members) {
        for (int d = 0; d < program.dims().size(); d++) {
            Expr.Var dim = program.dims().get(d);
            body.bind(dim, in.named(in.load(i64, in.address(i64, frame, in.index(d)), Long.BYTES), dim.name()));
        }
        body.bind(LoopProgram.MEMBER, member);
        body.bind(LoopProgram.MEMBERS, members);
    }

    private Ssa address(Instructions in, Ssa frame, Buffer buffer) {
        Ssa slot = in.address(i64, frame, in.index(program.dims().size() + program.buffers().indexOf(buffer)));
        return in.named(in.load(pointer, slot, Long.BYTES), buffer.name());
    }
}
