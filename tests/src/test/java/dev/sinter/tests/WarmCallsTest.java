package dev.sinter.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.compiler.Compilation;
import dev.sinter.compiler.Compiler;
import dev.sinter.compiler.Target;
import dev.sinter.compiler.measure.Signature;
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
import org.junit.jupiter.api.TestFactory;

/// Calls into memory of the caller's allocate nothing once HotSpot has compiled the code. Bytes are counted; nothing is timed but the test's patience.
class WarmCallsTest {
    private static final Path MODEL = Path.of("../models/softmax_regression/softmax_regression.sinter");
    private static final int CALLS = 500;
    /// So many rounds of calls without allocation, one after the other, are enough.
    private static final int ROUNDS = 3;
    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private static final com.sun.management.ThreadMXBean THREADS = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TestFactory
    Stream<DynamicTest> warmCallsAllocateNothing() {
        Compilation compilation = Compiler.compile(MODEL, Compiler.Options.DEFAULT.withTargets(List.of(Target.JVM, Target.NATIVE)), Compiler.Progress.NONE);
        String vectors = Machine.targets().stream().filter(t -> t.startsWith("jvm-")).findFirst().orElseThrow();
        return Stream.of(vectors, "jvm-scalar", "native").flatMap(target -> Stream.of("predict", "fit").map(function -> DynamicTest.dynamicTest(function + ", " + target,
                () -> check(compilation, target, function))));
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
