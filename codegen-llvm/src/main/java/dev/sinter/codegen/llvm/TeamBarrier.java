package dev.sinter.codegen.llvm;

import static org.bytedeco.llvm.global.LLVM.*;

import dev.sinter.codegen.llvm.Instructions.Ssa;
import dev.sinter.ir.type.ElementType;
import java.util.List;

/// The barrier of a team as a function `(words, members)`. `words[0]` counts arrivals, `words[1]` is the generation.
///
/// The last to arrive sets the count back to zero and then advances the generation, which releases the others: whoever sees the new
/// generation may arrive again at once, because the count was reset before. What a member wrote before the barrier is seen by all
/// behind it: arrivals acquire and release, the generation is released and acquired.
///
/// Waiting members spin a while with the processor's pause instruction, as members normally arrive within microseconds of each other; then
/// they give way at each turn, so that more members than processors still progress.
final class TeamBarrier {
    /// A few microseconds of pauses.
    private static final int SPINS = 256;

    private TeamBarrier() { }

    static LlvmModule.Function emit(LlvmModule module) {
        var pointer = Instructions.pointer(module.context());
        var i64 = Instructions.type(module.context(), ElementType.I64, 1);
        var function = module.function("barrier", List.of(pointer, i64), false);
        try (var in = new Instructions(module, function)) {
            Ssa words = in.parameter(0, "words");
            Ssa members = in.parameter(1, "members");
            Ssa one = in.index(1);
            in.when(in.compareIntegers(LLVMIntSLE, members, one), () -> { }, () -> {
                Ssa generation = in.address(i64, words, one);
                Ssa current = in.named(in.loadAtomic(i64, generation, LLVMAtomicOrderingAcquire), "current");
                Ssa arrived = in.named(in.binary(LLVMAdd, in.addAtomic(words, one), one), "arrived");
                in.when(in.compareIntegers(LLVMIntEQ, arrived, members), () -> {
                    in.storeAtomic(in.index(0), words, LLVMAtomicOrderingMonotonic);
                    in.storeAtomic(in.binary(LLVMAdd, current, one), generation, LLVMAtomicOrderingRelease);
                }, () -> {
                    Ssa spins = in.local("spins", i64);
                    in.write(spins, in.index(0));
                    in.repeat(() -> in.compareIntegers(LLVMIntEQ, in.loadAtomic(i64, generation, LLVMAtomicOrderingAcquire), current), () -> {
                        Ssa spun = in.read(i64, spins);
                        in.when(in.compareIntegers(LLVMIntSLT, spun, in.index(SPINS)), () -> {
                            in.write(spins, in.binary(LLVMAdd, spun, one));
                            in.assembly(module.cpu().pause());
                        }, () -> in.assembly(module.cpu().giveWay()));
                    });
                });
            });
        }
        module.verify(function, "the barrier");
        return function;
    }
}
