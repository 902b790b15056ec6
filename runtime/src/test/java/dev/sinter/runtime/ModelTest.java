package dev.sinter.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelTest {

    @TempDir
    Path folder;

    private static final float[] X = {1, 2, 3, -4, 0, Float.NaN};

    private static Model load() throws IOException {
        return Model.load(new ByteArrayInputStream(HandWritten.artifact()));
    }

    @Test
    void aLoadedFunctionCanBeCalled() throws IOException {
        try (var model = load()) {
            var predict = model.function("predict");
            assertEquals("predict(x: f32[N, 3]) -> (result: f32[N, 3])", predict.toString());
            assertEquals("jvm-scalar", predict.target());
            var result = predict.call(Tensor.of(X, 2, 3));
            assertArrayEquals(HandWritten.predicted(X, new float[] {1, 2, 3}), result.toFloats());
            assertEquals("f32[2, 3]", result.description());
            assertEquals(0, predict.call(Tensor.of(new float[0], 0, 3)).elements());
            assertTrue(result.sameBits(predict.call(Map.of("x", Tensor.of(X, 2, 3))).get("result")));
        }
    }

    @Test
    void stateIsReadableAndWritable() throws IOException {
        try (var model = load()) {
            assertEquals(List.of("scale", "steps"), List.copyOf(model.state().keySet()));
            assertEquals(7, model.state("steps").getLong(0));
            model.setState("scale", Tensor.of(new float[] {1, 10, 3}, 3));
            assertThrows(IllegalArgumentException.class, () -> model.state("scale").setFloat(1, 7), "a view is read-only");
            assertArrayEquals(HandWritten.predicted(X, new float[] {1, 10, 3}), model.function("predict").call(Tensor.of(X, 2, 3)).toFloats());
            model.setState("scale", Tensor.of(new float[] {0, 0, 1}, 3));
            assertArrayEquals(HandWritten.predicted(X, new float[] {0, 0, 1}), model.function("predict").call(Tensor.of(X, 2, 3)).toFloats());
            assertThrows(IllegalArgumentException.class, () -> model.setState("scale", Tensor.of(new float[3], 3, 1)));
            assertThrows(IllegalArgumentException.class, () -> model.setState("steps", Tensor.scalar(1)));
            assertEquals("model HandWritten has no state 'stepz'; its state is scale, steps",
                    assertThrows(IllegalArgumentException.class, () -> model.state("stepz")).getMessage());
            assertEquals("model HandWritten has no function 'train'; its functions are predict, step, check",
                    assertThrows(IllegalArgumentException.class, () -> model.function("train")).getMessage());
        }
    }

    @Test
    void trainingGoesOnWhereItWasSaved() throws IOException {
        Path weights = folder.resolve("state.safetensors");
        Path artifact = folder.resolve("saved.jar");
        var x = Tensor.of(new float[] {1, 2, 3}, 1, 3);
        try (var model = load()) {
            assertEquals(6.0, model.function("step").call(x, Tensor.scalar(2L)).getDouble(0));
            model.saveState(weights);
            model.save(artifact);
        }
        try (var fresh = load(); var saved = Model.load(artifact)) {
            fresh.loadState(weights);
            for (var model : List.of(fresh, saved)) {
                assertEquals(9, model.state("steps").getLong(0));
                model.function("step").call(x, Tensor.scalar(-1L));
                assertEquals(8, model.state("steps").getLong(0));
                assertArrayEquals(new float[] {3, 6, 9}, model.state("scale").toFloats());
            }
        }
    }

    @Test
    void savingAnArtifactAgainGivesTheSameBytes() throws IOException {
        byte[] original = HandWritten.artifact();
        Path first = Files.write(folder.resolve("first.jar"), original);
        try (var model = Model.load(first)) {
            model.save(first);
        }
        assertArrayEquals(original, Files.readAllBytes(first));
        try (var names = Files.list(folder)) {
            assertEquals(1, names.count(), "nothing is left beside it");
        }
    }

    @Test
    void aStateThatDoesNotFitChangesNothing() throws IOException {
        Path file = folder.resolve("state.safetensors");
        try (var model = load()) {
            var fits = new HashMap<>(HandWritten.weights());
            var cases = Map.of(
                    "it lacks steps", without(fits, "steps"),
                    "the model has no extra", with(fits, "extra", Tensor.scalar(1f)),
                    "'scale' is f32[1, 3], the model's is f32[3]", with(fits, "scale", Tensor.of(new float[3], 1, 3)),
                    "'steps' is i32[], the model's is i64[]", with(fits, "steps", Tensor.scalar(1)));
            for (var entry : cases.entrySet()) {
                SafeTensors.write(file, entry.getValue());
                var e = assertThrows(ArtifactException.class, () -> model.loadState(file));
                assertTrue(e.getMessage().contains(entry.getKey()), e.getMessage());
                assertEquals(7, model.state("steps").getLong(0));
                assertArrayEquals(new float[] {1, 2, 3}, model.state("scale").toFloats());
            }
            var e = assertThrows(ArtifactException.class, () -> model.loadState(folder.resolve("none")));
            assertTrue(e.getMessage().contains("cannot be read"), e.getMessage());
        }
    }

    private static Map<String, Tensor> with(Map<String, Tensor> map, String name, Tensor value) {
        var copy = new HashMap<>(map);
        copy.put(name, value);
        return copy;
    }

    private static Map<String, Tensor> without(Map<String, Tensor> map, String name) {
        var copy = new HashMap<>(map);
        copy.remove(name);
        return copy;
    }

    @Test
    void aClosedModelSaysSo() throws IOException {
        var model = load();
        var predict = model.function("predict");
        var session = predict.session();
        var in = new Tensor[] {Tensor.of(X, 2, 3)};
        session.call(in, session.allocateOutputs(in));
        predict.call(in);
        var view = model.state("scale");
        model.close();
        model.close();
        assertThrows(IllegalStateException.class, () -> predict.call(in));
        assertThrows(IllegalStateException.class, session::call);
        assertThrows(IllegalStateException.class, predict::session);
        assertThrows(IllegalStateException.class, () -> view.getFloat(0));
        assertThrows(IllegalStateException.class, () -> model.saveState(folder.resolve("w")));
        assertFalse(Files.exists(folder.resolve("w")));
        session.close();
        session.close();
    }

    @Test
    void theTargetCanBeChosen() throws IOException {
        byte[] bytes = HandWritten.artifact();
        for (String target : List.of("best", "jvm", "jvm-scalar")) {
            try (var model = Model.load(new ByteArrayInputStream(bytes), LoadOptions.DEFAULT.target(target).threads(3))) {
                assertEquals("jvm-scalar", model.function("predict").target());
                assertEquals(3, model.threads());
            }
        }
        for (String target : List.of("native", "linux-x86_64-v4", "jvm-v512", "tpu")) {
            var e = assertThrows(ArtifactException.class, () -> Model.load(new ByteArrayInputStream(bytes), LoadOptions.DEFAULT.target(target)));
            assertTrue(e.getMessage().startsWith("function 'predict': it has code for jvm-scalar; asked for is " + target), e.getMessage());
        }
        var foreign = ArtifactWriter.bytes(HandWritten.manifest("jvm-v4096"), HandWritten.weights(), HandWritten.constants(), HandWritten.entries());
        var e = assertThrows(ArtifactException.class, () -> Model.load(new ByteArrayInputStream(foreign)));
        assertTrue(e.getMessage().contains("it has code for jvm-v4096"), e.getMessage());
        assertEquals(!Machine.hasVectors(), e.getMessage().contains("start Java with --add-modules jdk.incubator.vector"), e.getMessage());
    }

    @Test
    void missingAndForeignFilesAreNamed() throws IOException {
        var missing = assertThrows(ArtifactException.class, () -> Model.load(folder.resolve("none.jar")));
        assertTrue(missing.getMessage().endsWith("there is no such file; check the path"), missing.getMessage());
        var aFolder = assertThrows(ArtifactException.class, () -> Model.load(folder));
        assertTrue(aFolder.getMessage().startsWith(folder.toString()), aFolder.getMessage());
        Path text = Files.writeString(folder.resolve("text.jar"), "not a jar");
        assertThrows(ArtifactException.class, () -> Model.load(text));
        assertThrows(ArtifactException.class, () -> Model.load(Files.write(folder.resolve("empty.jar"), new byte[0])));
    }
}
