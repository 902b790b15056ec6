package dev.sinter.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Calls into memory of the caller's allocate nothing once HotSpot has compiled the code. Bytes are counted; nothing is timed but the test's patience.
class WarmCallsTest {
    private static final Path REGRESSION = Path.of("../models/softmax_regression/softmax_regression.sinter");
    private static final Path LENET = Path.of("../models/lenet5/lenet5.sinter");
    /// So much arithmetic in one kernel that it becomes several methods, with vectors in use across their calls.
    private static final Source NOISE = Source.of("noise.sinter", """
            import std.random
            model Noise() {
              export fn noise() -> f32[64, 8] = normal([64, 8])
            }
            """);
    private static final String VECTORS = Machine.targets().stream().filter(t -> t.startsWith("jvm-")).findFirst().orElseThrow();
    private static final int CALLS = 500;
    /// So many rounds of calls without allocation, one after the other, are enough.
    private static final int ROUNDS = 3;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private static final com.sun.management.ThreadMXBean THREADS = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TestFactory
    Stream<DynamicTest> warmCallsAllocateNothing() {
        Compilation compilation = Compiler.compile(REGRESSION, Compiler.Options.DEFAULT, Compiler.Progress.NONE);
        return Stream.of(VECTORS, "jvm-scalar", "native").flatMap(target -> Stream.of("predict", "fit").map(function -> DynamicTest.dynamicTest(function + ", " + target,
                () -> check(compilation, target, function))));
    }

    @Test
    void registerTilesAllocateNothing() {
        check(Compiler.compile(LENET, vectorsOnly(), Compiler.Progress.NONE), VECTORS, "predict");
    }

    @Test
    void aKernelThatIsSeveralMethodsAllocatesNothing() {
        Compilation compilation = Compiler.compile(Compiler.check(NOISE, Compiler.Options.DEFAULT), vectorsOnly(), Compiler.Progress.NONE);
        var buffers = compilation.manifest().functions().getFirst().variants().getFirst().buffers();
        assertTrue(buffers.stream().anyMatch(b -> b.name().startsWith("spill.")), "no vector crosses a call: " + buffers);
        check(compilation, VECTORS, "noise");
    }

    private static Compiler.Options vectorsOnly() {
        return Compiler.Options.DEFAULT.withTargets(List.of(Target.JVM)).withVariants(List.of(VECTORS));
    }

    private static void check(Compilation compilation, String target, String name) {
        try (var model = compilation.load(LoadOptions.DEFAULT.target(target).threads(1)); var arena = Arena.ofShared()) {
            Function function = model.function(name);
            Tensor[] inputs = Arrays.stream(Signature.inputs(function.inputs(), Map.of("N", 64L))).map(t -> owned(arena, t)).toArray(Tensor[]::new);
            try (var session = function.session()) {
                Tensor[] outputs = Arrays.stream(session.allocateOutputs(inputs)).map(t -> owned(arena, t)).toArray(Tensor[]::new);
                long bytes = allocatedWhenWarm(() -> session.call(inputs, outputs));
                assertEquals(0, bytes, bytes + " bytes allocated by " + CALLS + " calls");
            }
        }
    }

    /// The same elements in memory of exactly their size that the caller owns.
    private static Tensor owned(Arena arena, Tensor tensor) {
        var segment = arena.allocate(tensor.segment().byteSize(), ElementType.F64.bytes()).copyFrom(tensor.segment());
        return Tensor.wrap(segment, tensor.type(), tensor.shape());
    }

    private static long allocatedWhenWarm(Runnable call) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        long bytes = 0;
        for (int quiet = 0; quiet < ROUNDS && System.nanoTime() < end;) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int k = 0; k < CALLS; k++) {
                call.run();
            }
            bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
            quiet = bytes == 0 ? quiet + 1 : 0;
        }
        return bytes;
    }
}
