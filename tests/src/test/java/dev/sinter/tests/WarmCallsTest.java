package dev.sinter.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sinter.compiler.Compilation;
import dev.sinter.compiler.Compiler;
import dev.sinter.compiler.Target;
import dev.sinter.compiler.measure.Signature;
import dev.sinter.frontend.source.Source;
import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.Function;
import dev.sinter.runtime.LoadOptions;
import dev.sinter.runtime.Machine;
import dev.sinter.runtime.Tensor;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Calls into memory of the caller's allocate nothing once HotSpot has compiled the code, and with a quick start from the first call on. Bytes are counted; nothing is timed but the test's patience.
class WarmCallsTest {
    private static final Path REGRESSION = Path.of("../models/softmax_regression/softmax_regression.sinter");
    private static final Path LENET = Path.of("../models/lenet5/lenet5.sinter");
    private static final Path VAE = Path.of("../models/vae/vae.sinter");
    private static final Path LSTM = Path.of("../models/char_lstm/char_lstm.sinter");
    private static final Path GAN = Path.of("../models/wgan_gp/wgan_gp.sinter");
    /// So much arithmetic in one kernel that it becomes several methods, with vectors in use across their calls.
    private static final Source NOISE = Source.of("noise.sinter", """
            import std.random
            model Noise() {
              export fn noise() -> f32[64, 8] = normal([64, 8])
            }
            """);
    private static final String VECTORS = Machine.targets().stream().filter(t -> t.startsWith("jvm-")).findFirst().orElseThrow();
    private static final int CALLS = 500;
    private static final int FEW_CALLS = 10;
    /// Calls that allocate take so many bytes each, at least; on a crowded machine ten calls have been seen to take 48 once, all together.
    private static final int SMALLEST_OBJECT = 16;
    /// So many rounds of calls without allocation, one after the other, are enough.
    private static final int ROUNDS = 3;
    /// Of the calling thread's processor time, so that a busy machine is given longer.
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private static final com.sun.management.ThreadMXBean THREADS = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TestFactory
    Stream<DynamicTest> warmCallsAllocateNothing() {
        Compilation compilation = Compiler.compile(REGRESSION, Compiler.Options.DEFAULT, Compiler.Progress.NONE);
        return Stream.of(VECTORS, "jvm-scalar", "native").flatMap(target -> Stream.of("predict", "fit").map(function -> DynamicTest.dynamicTest(function + ", " + target,
                () -> check(compilation, target, function))));
    }

    @TestFactory
    Stream<DynamicTest> registerTilesAllocateNothing() {
        Compilation compilation = Compiler.compile(LENET, only(VECTORS), Compiler.Progress.NONE);
        return Stream.of(1, 2).map(threads -> DynamicTest.dynamicTest(threads + " threads", () -> check(compilation, VECTORS, "predict", 64, threads)));
    }

    /// On x86-64, HotSpot has no masks for vectors of two lanes; a loss with normally distributed numbers would have them, since those are computed in f64.
    @Test
    void narrowVectorsAllocateNothing() {
        String narrow = "jvm-v128";
        assumeTrue(Machine.targets().contains(narrow), "the machine has vectors of 128 bits");
        check(Compiler.compile(VAE, only(narrow), Compiler.Progress.NONE), narrow, "loss", 4, 1);
    }

    @TestFactory
    Stream<DynamicTest> quickStartsAllocateNothing() {
        return Map.of(LSTM, "fit", VAE, "fit", GAN, "train_critic").entrySet().stream().map(entry -> DynamicTest.dynamicTest(entry.getValue() + " of " + entry.getKey().getFileName(),
                () -> quickly(Compiler.compile(entry.getKey(), only("jvm-scalar", VECTORS), Compiler.Progress.NONE), entry.getValue())));
    }

    /// Counts from the second call on: the first one makes the copies for the warm-up.
    private static void quickly(Compilation compilation, String name) {
        try (var model = compilation.load(LoadOptions.DEFAULT.target("jvm").threads(1).quickStart(true)); var arena = Arena.ofShared()) {
            Function function = model.function(name);
            try (var session = function.session()) {
                Tensor[] inputs = inputs(function, 4, arena);
                Tensor[] outputs = Arrays.stream(session.allocateOutputs(inputs)).map(t -> owned(arena, t)).toArray(Tensor[]::new);
                session.call(inputs, outputs);
                assertEquals("jvm-scalar", function.target());
                long before = THREADS.getCurrentThreadAllocatedBytes();
                for (int k = 0; k < FEW_CALLS; k++) {
                    session.call(inputs, outputs);
                }
                long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
                assertTrue(bytes < FEW_CALLS * SMALLEST_OBJECT, bytes + " bytes");
            }
        }
    }

    @Test
    void aKernelThatIsSeveralMethodsAllocatesNothing() {
        Compilation compilation = Compiler.compile(Compiler.check(NOISE, Compiler.Options.DEFAULT), only(VECTORS), Compiler.Progress.NONE);
        var buffers = compilation.manifest().functions().getFirst().variants().getFirst().buffers();
        assertTrue(buffers.stream().anyMatch(b -> b.name().startsWith("spill.")), "no vector crosses a call: " + buffers);
        check(compilation, VECTORS, "noise");
    }

    private static Compiler.Options only(String... variants) {
        return Compiler.Options.DEFAULT.withTargets(List.of(Target.JVM)).withVariants(List.of(variants));
    }

    private static void check(Compilation compilation, String target, String name) {
        check(compilation, target, name, 64, 1);
    }

    /// @param extent of every named dim
    private static void check(Compilation compilation, String target, String name, long extent, int threads) {
        try (var model = compilation.load(LoadOptions.DEFAULT.target(target).threads(threads)); var arena = Arena.ofShared()) {
            Function function = model.function(name);
            Tensor[] inputs = inputs(function, extent, arena);
            try (var session = function.session()) {
                Tensor[] outputs = Arrays.stream(session.allocateOutputs(inputs)).map(t -> owned(arena, t)).toArray(Tensor[]::new);
                long bytes = allocatedWhenWarm(() -> session.call(inputs, outputs));
                assertEquals(0, bytes, bytes + " bytes allocated by " + CALLS + " calls");
            }
        }
    }

    private static Tensor[] inputs(Function function, long extent, Arena arena) {
        Map<String, Long> extents = function.dims().stream().collect(Collectors.toMap(d -> d, _ -> extent));
        return Arrays.stream(Signature.inputs(function.inputs(), extents)).map(t -> owned(arena, t)).toArray(Tensor[]::new);
    }

    /// The same elements in memory of exactly their size that the caller owns.
    private static Tensor owned(Arena arena, Tensor tensor) {
        var segment = arena.allocate(tensor.segment().byteSize(), ElementType.F64.bytes()).copyFrom(tensor.segment());
        return Tensor.wrap(segment, tensor.type(), tensor.shape());
    }

    private static long allocatedWhenWarm(Runnable call) {
        call.run();
        long[] members = Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().startsWith("sinter-member")).mapToLong(Thread::threadId).toArray();
        long end = THREADS.getCurrentThreadCpuTime() + PATIENCE_NANOS;
        long bytes = 0;
        for (int quiet = 0; quiet < ROUNDS && THREADS.getCurrentThreadCpuTime() < end;) {
            long before = allocated(members);
            for (int k = 0; k < CALLS; k++) {
                call.run();
            }
            bytes = allocated(members) - before;
            quiet = bytes == 0 ? quiet + 1 : 0;
        }
        return bytes;
    }

    /// By the calling thread and the other members of teams.
    private static long allocated(long[] members) {
        long bytes = THREADS.getCurrentThreadAllocatedBytes();
        for (long member : members) {
            bytes += Math.max(0, THREADS.getThreadAllocatedBytes(member));
        }
        return bytes;
    }
}
