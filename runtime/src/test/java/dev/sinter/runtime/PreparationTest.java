package dev.sinter.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/// `total() -> f32[2]` gives the sum of the state `w`, which its preparation has computed, and how often it was prepared.
/// `grow()` adds one to every element of `w`; `tick()` adds one to the state `time`, on which nothing prepared depends.
class PreparationTest {

    private static final String FOLDER = HandWritten.FOLDER;

    private static Manifest manifest(String elements) {
        var w = new Manifest.Buffer(Manifest.Role.STATE, "w", ElementType.F32, Formula.of("3"));
        var time = new Manifest.Buffer(Manifest.Role.STATE, "time", ElementType.F32, Formula.of("1"));
        var half = new Manifest.Buffer(Manifest.Role.TEMP, "half", ElementType.F32, Formula.of("1"), Formula.of("64"));
        var sum = new Manifest.Buffer(Manifest.Role.PREPARED, "sum", ElementType.F32, Formula.of("2"));
        var ahead = new Manifest.Preparation(FOLDER + "prepare.class", "", Formula.of("128"), List.of(w, half, sum));
        var total = new Manifest.FunctionEntry("total", "", List.of(), List.of(), List.of(new Manifest.Value("result", ElementType.F32, HandWritten.formulas("2"))),
                Formula.of("1"), Formula.of("1"), List.of("w"), List.of(), List.of(new Manifest.Variant("jvm-scalar", FOLDER + "total.class", "", Formula.of("0"),
                List.of(new Manifest.Buffer(Manifest.Role.PREPARED, "sum", ElementType.F32, Formula.of(elements)),
                        new Manifest.Buffer(Manifest.Role.OUTPUT, "result", ElementType.F32, Formula.of("2"))), ahead)));
        return new Manifest("p", "Prepared", List.of(new Manifest.State("w", ElementType.F32, List.of(3L), true), new Manifest.State("time", ElementType.F32, List.of(), false)),
                List.of(total, writer("grow", w), writer("tick", time)));
    }

    private static Manifest.FunctionEntry writer(String name, Manifest.Buffer written) {
        return new Manifest.FunctionEntry(name, "", List.of(), List.of(), List.of(), Formula.of("1"), Formula.of("1"), List.of(written.name()), List.of(written.name()),
                List.of(new Manifest.Variant("jvm-scalar", FOLDER + "add.class", "", Formula.of("0"), List.of(written))));
    }

    private static Model load() throws IOException {
        var entries = Map.of(FOLDER + "prepare.class", HandWritten.bytes(Prepare.class), FOLDER + "total.class", HandWritten.bytes(Total.class),
                FOLDER + "add.class", HandWritten.bytes(Add.class));
        var weights = Map.of("w", Tensor.of(new float[] {1, 2, 3}, 3), "time", Tensor.scalar(0f));
        return Model.load(new ByteArrayInputStream(ArtifactWriter.bytes(manifest("2"), weights, Map.of(), entries)));
    }

    private static void expect(Model model, float sum, float times) {
        assertArrayEquals(new float[] {sum, times}, model.function("total").call().toFloats());
    }

    @Test
    void runsOnceForEachStateThatItReads() throws IOException {
        try (var model = load()) {
            expect(model, 6, 1);
            expect(model, 6, 1);
            model.function("tick").callAll();
            model.setState("time", Tensor.scalar(5f));
            expect(model, 6, 1);
            model.function("grow").callAll();
            expect(model, 9, 2);
            model.setState("w", Tensor.of(new float[] {1, 1, 1}, 3));
            model.function("grow").callAll();
            expect(model, 6, 3);
            expect(model, 6, 3);
        }
    }

    @Test
    void isSharedByAllSessions() throws Exception {
        try (var model = load(); var callers = Executors.newFixedThreadPool(4)) {
            for (int round = 1; round <= 50; round++) {
                var results = new ArrayList<java.util.concurrent.Future<float[]>>();
                for (int c = 0; c < 4; c++) {
                    results.add(callers.submit(() -> model.function("total").call().toFloats()));
                }
                for (var result : results) {
                    assertArrayEquals(new float[] {3 + 3 * round, round}, result.get());
                }
                model.function("grow").callAll();
            }
        }
    }

    @Test
    void isPartOfTheManifest() {
        var manifest = manifest("2");
        assertEquals(manifest, Manifest.parse(manifest.toJson().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        assertTrue(assertThrows(ArtifactException.class, () -> manifest("3")).getMessage().contains("the buffer 'sum' is 3 elements of f32, prepared are 2 of f32"));
        String takesArguments = manifest.toJson().replaceFirst("\"role\": \"temp\", \"name\": \"half\"", "\"role\": \"output\", \"name\": \"half\"").replace(", \"offset\": \"64\"", "");
        assertTrue(assertThrows(ArtifactException.class, () -> Manifest.parse(takesArguments.getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .getMessage().contains("preparation, buffer 1 (output 'half'): stands for nothing"));
    }

    /// Sums by way of a temp, and counts.
    public static final class Prepare implements Code {
        /// Needed to load it.
        public Prepare() { }

        @Override
        public void run(long[] dims, MemorySegment[] buffers, Team team, int member) {
            buffers[1].setAtIndex(ValueLayout.JAVA_FLOAT, 0, buffers[0].getAtIndex(ValueLayout.JAVA_FLOAT, 0) + buffers[0].getAtIndex(ValueLayout.JAVA_FLOAT, 1));
            buffers[2].setAtIndex(ValueLayout.JAVA_FLOAT, 0, buffers[1].getAtIndex(ValueLayout.JAVA_FLOAT, 0) + buffers[0].getAtIndex(ValueLayout.JAVA_FLOAT, 2));
            buffers[2].setAtIndex(ValueLayout.JAVA_FLOAT, 1, buffers[2].getAtIndex(ValueLayout.JAVA_FLOAT, 1) + 1);
        }
    }

    /// Gives out what is prepared.
    public static final class Total implements Code {
        /// Needed to load it.
        public Total() { }

        @Override
        public void run(long[] dims, MemorySegment[] buffers, Team team, int member) {
            if (member == 0) {
                MemorySegment.copy(buffers[0], 0, buffers[1], 0, 8);
            }
        }
    }

    /// Adds one to every element.
    public static final class Add implements Code {
        /// Needed to load it.
        public Add() { }

        @Override
        public void run(long[] dims, MemorySegment[] buffers, Team team, int member) {
            for (long i = 0; member == 0 && i < buffers[0].byteSize() / 4; i++) {
                buffers[0].setAtIndex(ValueLayout.JAVA_FLOAT, i, buffers[0].getAtIndex(ValueLayout.JAVA_FLOAT, i) + 1);
            }
        }
    }
}
