package dev.sinter.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

@Timeout(60)
class SessionTest {

    private static final float[] SCALE = {1, 2, 3};

    private Model model;
    private Function predict;
    private Function step;

    @BeforeEach
    void load() throws IOException {
        model = Model.load(new ByteArrayInputStream(HandWritten.artifact()));
        predict = model.function("predict");
        step = model.function("step");
    }

    @AfterEach
    void close() {
        model.close();
    }

    private static Tensor rows(int n) {
        float[] x = new float[3 * n];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i * 37 % 101) / 8f;
        }
        return Tensor.of(x, n, 3);
    }

    private static Tensor[] list(Tensor... tensors) {
        return tensors;
    }

    private static void assertPredicted(Tensor x, Tensor result) {
        assertArrayEquals(HandWritten.predicted(x.toFloats(), SCALE), result.toFloats());
    }

    @Test
    void shapesMayChangeFromCallToCall() {
        try (var session = predict.session()) {
            for (int n : new int[] {1, 7, 7, 100_000, 2, 0, 3}) {
                var x = rows(n);
                var out = session.allocateOutputs(x);
                session.call(list(x), out);
                assertPredicted(x, out[0]);
                assertEquals(64 + 64L * n, session.arenaBytes());
                out[0].segment().fill((byte) 1);
                session.call();
                assertPredicted(x, out[0]);
            }
        }
    }

    @Test
    void everyNumberOfThreadsGivesTheSame() {
        var x = rows(20_000);
        for (int threads : new int[] {1, 2, 3, 7}) {
            try (var session = predict.session(threads)) {
                assertEquals(threads, session.threads());
                for (int i = 0; i < 20; i++) {
                    var out = session.allocateOutputs(x);
                    session.call(list(x), out);
                    assertPredicted(x, out[0]);
                }
            }
        }
        assertThrows(IllegalArgumentException.class, () -> predict.session(0));
    }

    @Test
    void aRepeatedCallAllocatesNothing() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (var session = step.session()) {
            var one = list(rows(2), Tensor.scalar(0L));
            var other = list(rows(2), Tensor.scalar(0L));
            var out = list(Tensor.scalar(0.0));
            long least = Long.MAX_VALUE;
            // The interpreter allocates in the hand-written code, so this waits until that is compiled.
            for (int round = 0; round < 200 && least > 0; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 1_000; i++) {
                    session.call(one, out);
                    session.call(other, out);
                    session.call();
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertEquals(0, least);
        }
    }

    @Test
    void aCallThatDoesNotFitSaysWhatWasExpected() {
        var x = rows(2);
        var loss = Tensor.scalar(0.0);
        var two = Tensor.scalar(2L);
        var cases = Map.<String, Executable>ofEntries(
                Map.entry("predict: it has 1 inputs ('x'), found 2", () -> predict.call(x, x)),
                Map.entry("predict: it has 1 inputs ('x'), found 0", predict::call),
                Map.entry("predict: input 'x' must be f32[N, 3], found null", () -> predict.call((Tensor) null)),
                Map.entry("predict: input 'x' must be f32[N, 3], found f64[2, 3]", () -> predict.call(Tensor.of(new double[6], 2, 3))),
                Map.entry("predict: input 'x' must be f32[N, 3], found f32[6]: it needs 2 axes, not 1", () -> predict.call(Tensor.of(new float[6], 6))),
                Map.entry("predict: input 'x' must be f32[N, 3], here f32[3, 3], N = 3 from axis 0 of input 'x'; found f32[3, 2]",
                        () -> predict.call(Tensor.of(new float[6], 3, 2))),
                Map.entry("predict: there is no input 'y'; the inputs are 'x'", () -> predict.call(Map.of("y", x))),
                Map.entry("step: the input 'by' is missing; the inputs are 'x', 'by'", () -> step.call(Map.of("x", x))),
                Map.entry("check: it has 0 outputs: use callAll, or call with names", () -> model.function("check").call(x)),
                Map.entry("step: it has 1 outputs ('loss'), found 0", () -> bind(step, list(x, two))),
                Map.entry("step: output 'loss' must be f64[], here f64[]; found f64[1]", () -> bind(step, list(x, two), Tensor.of(new double[1], 1))),
                Map.entry("step: output 'loss' must be f64[], here f64[]; found null", () -> bind(step, list(x, two), (Tensor) null)),
                Map.entry("step: output 'loss' is read-only memory",
                        () -> bind(step, list(x, two), Tensor.wrap(loss.segment().asReadOnly(), ElementType.F64))),
                Map.entry("predict: output 'result' overlaps input 'x' in memory", () -> bind(predict, list(x), x)),
                Map.entry("predict: output 'result' overlaps the model's state in memory",
                        () -> bind(predict, list(rows(1)), Tensor.wrap(MemorySegment.ofAddress(model.state("scale").segment().address()).reinterpret(12), ElementType.F32, 1, 3))),
                Map.entry("step: input 'by' lies in the model's state, which the function writes: pass a copy",
                        () -> bind(step, list(x, model.state("steps")), loss)),
                Map.entry("predict: no tensors are bound", () -> predict.session().call()));
        cases.forEach((message, call) -> assertEquals(message, assertThrows(CallException.class, call, message).getMessage()));
        assertEquals(7, model.state("steps").getLong(0), "no call was half done");
    }

    private static void bind(Function function, Tensor[] in, Tensor... out) {
        try (var session = function.session()) {
            session.bind(in, out);
        }
    }

    @Test
    void partsOfOneMemoryMayBeUsedWhereTheyDoNotOverlap() {
        var memory = Arena.ofAuto().allocate(48, 4);
        var x = Tensor.wrap(memory.asSlice(0, 24), ElementType.F32, 2, 3);
        var y = Tensor.wrap(memory.asSlice(24, 24), ElementType.F32, 2, 3);
        bind(predict, list(x), y);
        var late = Tensor.wrap(memory.asSlice(20, 24), ElementType.F32, 2, 3);
        assertThrows(CallException.class, () -> bind(predict, list(x), late));
        var heap = MemorySegment.ofArray(new float[12]);
        var first = Tensor.wrap(heap.asSlice(0, 24), ElementType.F32, 2, 3);
        bind(predict, list(first), Tensor.wrap(heap.asSlice(24, 24), ElementType.F32, 2, 3));
        assertThrows(CallException.class, () -> bind(predict, list(first), Tensor.wrap(heap.asSlice(20, 24), ElementType.F32, 2, 3)));
    }

    @Test
    void heapAndConfinedAndClosableMemoryCanBeUsed() {
        var x = rows(20_000);
        var shared = Arena.ofShared();
        try (var session = predict.session(3); var confined = Arena.ofConfined()) {
            float[] array = new float[60_000];
            var results = List.of(Tensor.wrap(MemorySegment.ofArray(array), ElementType.F32, 20_000, 3),
                    Tensor.allocate(confined, ElementType.F32, 20_000, 3), Tensor.allocate(shared, ElementType.F32, 20_000, 3));
            var inputs = List.of(Tensor.wrap(MemorySegment.ofArray(x.toFloats()), ElementType.F32, 20_000, 3).copy(),
                    Tensor.allocate(confined, ElementType.F32, 20_000, 3), Tensor.allocate(shared, ElementType.F32, 20_000, 3));
            for (int i = 0; i < 3; i++) {
                inputs.get(i).copyFrom(x);
                for (var result : results) {
                    result.segment().fill((byte) 0);
                    session.call(list(inputs.get(i)), list(result));
                    assertPredicted(x, result);
                    result.segment().fill((byte) 0);
                    session.call();
                    assertPredicted(x, result);
                }
            }
            session.call(list(x), list(results.get(2)));
            shared.close();
            assertTrue(assertThrows(CallException.class, session::call).getMessage().contains("was closed since it was bound"));
            assertEquals("predict: the memory of output 'result' is closed",
                    assertThrows(CallException.class, () -> session.call(list(rows(20_000)), list(results.get(2)))).getMessage());
            session.call(list(x), list(results.get(0)));
        }
    }

    @Test
    void failingCodeFailsTheCallAndTheNextOneWorks() {
        var check = model.function("check");
        try (var session = check.session(3)) {
            var flags = Tensor.allocate(ElementType.BOOL, 10);
            session.call(list(flags), list());
            for (int i = 0; i < 10; i++) {
                flags.setBoolean(i, true);
                assertEquals("flag " + i, assertThrows(IllegalArgumentException.class, session::call).getMessage());
                flags.setBoolean(i, false);
                session.call();
            }
        }
    }

    @Test
    void aSessionServesOneThreadAtATime() throws Exception {
        var session = predict.session();
        var x = rows(30_000);
        var outs = list(rows(30_000));
        var stop = new AtomicBoolean();
        var started = new CountDownLatch(1);
        var first = new Thread(() -> {
            while (!stop.get()) {
                try {
                    session.call(list(x), outs);
                } catch (CallException e) {
                    // The other thread was faster this time.
                }
                started.countDown();
            }
        }, "first");
        first.start();
        started.await();
        CallException refused = null;
        while (refused == null) {
            try {
                session.call(list(x), outs);
            } catch (CallException e) {
                refused = e;
            }
        }
        stop.set(true);
        first.join();
        assertTrue(refused.getMessage().startsWith("predict: the session is in a call of the thread '"), refused.getMessage());
        session.call(list(x), outs);
        session.close();
        assertEquals("predict: the session is closed", assertThrows(CallException.class, session::call).getMessage());
    }

    /// `step` adds the same to all three scales: a `predict` that sees them differ has seen half a step.
    @Test
    void readersRunAtOnceAndWritersAlone() throws Exception {
        model.setState("scale", Tensor.of(new float[] {0, 0, 0}, 3));
        var ones = Tensor.of(new float[] {1, 1, 1}, 1, 3);
        int steps = 2_000;
        try (var pool = Executors.newFixedThreadPool(4)) {
            var futures = new ArrayList<Future<?>>();
            for (int writer = 0; writer < 2; writer++) {
                futures.add(pool.submit((Callable<Void>) () -> {
                    for (int i = 0; i < steps; i++) {
                        step.call(ones, Tensor.scalar(1L));
                    }
                    return null;
                }));
            }
            for (int reader = 0; reader < 2; reader++) {
                futures.add(pool.submit((Callable<Void>) () -> {
                    for (int i = 0; i < steps; i++) {
                        float[] seen = predict.call(ones).toFloats();
                        assertEquals(seen[0], seen[1]);
                        assertEquals(seen[0], seen[2]);
                    }
                    return null;
                }));
            }
            for (var future : futures) {
                future.get();
            }
        }
        assertEquals(7 + 2L * steps, model.state("steps").getLong(0));
        assertArrayEquals(new float[] {2 * steps, 2 * steps, 2 * steps}, model.state("scale").toFloats());
    }

    @Test
    void closingTheModelWaitsForCalls() throws Exception {
        var x = rows(50_000);
        var expected = HandWritten.predicted(x.toFloats(), SCALE);
        var started = new CountDownLatch(2);
        try (var pool = Executors.newFixedThreadPool(2)) {
            var futures = new ArrayList<Future<?>>();
            for (int i = 0; i < 2; i++) {
                futures.add(pool.submit(() -> {
                    while (true) {
                        try {
                            assertArrayEquals(expected, predict.call(x).toFloats());
                        } catch (IllegalStateException e) {
                            return;
                        }
                        started.countDown();
                    }
                }));
            }
            started.await();
            model.close();
            for (var future : futures) {
                future.get();
            }
        }
    }

    @Test
    void dimsThatCodeCannotTakeAreRefused() {
        var narrow = new Manifest.FunctionEntry("narrow", "", List.of("N"), List.of(new Manifest.Value("x", ElementType.F32, HandWritten.formulas("N"))),
                List.of(), Formula.of("1"), Formula.of("1"), List.of(), List.of(), List.of(new Manifest.Requirement(Formula.of("N-5"), "%3 = window")),
                List.of(new Manifest.Variant("jvm-scalar", HandWritten.FOLDER + "check.class", "", Formula.of("0"), List.of())));
        var manifest = new Manifest("p", "m", List.of(), List.of(narrow));
        assertEquals(manifest.functions(), Manifest.parse(manifest.toJson().getBytes(java.nio.charset.StandardCharsets.UTF_8)).functions());
        try (var other = Model.load(new ByteArrayInputStream(ArtifactWriter.bytes(manifest, Map.of(), Map.of(), HandWritten.entries())))) {
            assertEquals("narrow: the inputs are too small: %3 = window needs N-5 to be 0 or more, and it is -1, N = 4 from axis 0 of input 'x'",
                    assertThrows(CallException.class, () -> other.function("narrow").callAll(Tensor.allocate(ElementType.F32, 4))).getMessage());
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void impossibleSizesAreRefused() {
        var long1 = new Manifest.FunctionEntry("huge", "", List.of("N"), List.of(new Manifest.Value("x", ElementType.F32, HandWritten.formulas("N"))),
                List.of(), Formula.of("1"), Formula.of("1"), List.of(), List.of(),
                List.of(new Manifest.Variant("jvm-scalar", HandWritten.FOLDER + "check.class", "", Formula.of("N*1000000000000000"), List.of())));
        var lies = new Manifest.FunctionEntry("lies", "", long1.dims(), long1.inputs(), List.of(), long1.flops(), long1.bytes(), List.of(), List.of(),
                List.of(new Manifest.Variant("jvm-scalar", HandWritten.FOLDER + "check.class", "", Formula.of("64"), List.of(
                        new Manifest.Buffer(Manifest.Role.TEMP, "t", ElementType.F32, Formula.of("N"), Formula.of("0")),
                        new Manifest.Buffer(Manifest.Role.INPUT, "x", ElementType.F32, Formula.of("max(N,2)"))))));
        var manifest = new Manifest("p", "m", List.of(), List.of(long1, lies));
        var bytes = ArtifactWriter.bytes(manifest, Map.of(), Map.of(), HandWritten.entries());
        try (var other = Model.load(new ByteArrayInputStream(bytes))) {
            var huge = other.function("huge");
            assertEquals("huge: a call with these shapes needs 4000000000000000 bytes for temporary values, which this process cannot have",
                    assertThrows(CallException.class, () -> huge.callAll(Tensor.allocate(ElementType.F32, 4))).getMessage());
            assertTrue(assertThrows(CallException.class, () -> huge.callAll(Tensor.allocate(ElementType.F32, 10_000))).getMessage()
                    .startsWith("huge: the shapes are too large: 'N*1000000000000000' has no 64-bit value for N = 10000"));
            assertTrue(assertThrows(CallException.class, () -> other.function("lies").callAll(Tensor.allocate(ElementType.F32, 17))).getMessage()
                    .contains("temp 't' of 68 bytes at 0 is not in the arena of 64 bytes, N = 17 from axis 0 of input 'x'"));
            assertTrue(assertThrows(CallException.class, () -> other.function("lies").callAll(Tensor.allocate(ElementType.F32, 1))).getMessage()
                    .contains("the buffer of 'x' has 2 elements, its shape is [1]"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
