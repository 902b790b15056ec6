package dev.sinter.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sinter.compiler.command.Sinter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// The models that come with Sinter, from the command line.
class ModelsTest {
    private static final Path MODELS = Path.of("..", "models");

    @TempDir
    Path folder;

    private static String sinter(String... args) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code = Sinter.run(args, new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        assertEquals(0, code, () -> String.join(" ", args) + "\n" + err.toString(StandardCharsets.UTF_8) + out.toString(StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8);
    }

    /// On the interpreter, on the JVM and natively, with equal bits from all that is compiled.
    @TestFactory
    Stream<DynamicTest> everyModelFulfilsItsExamples() throws IOException {
        try (var files = Files.walk(MODELS)) {
            return files.filter(f -> f.toString().endsWith(".sinter")).sorted().toList().stream()
                    .map(f -> DynamicTest.dynamicTest(f.getFileName().toString(), () -> assertTrue(sinter("test", f.toString()).matches("(?s).*[1-9][0-9]* of [1-9][0-9]* examples passed.*"))));
        }
    }

    @Test
    void theStandardLibraryFulfilsItsExamples() {
        assertTrue(sinter("test", "--library").matches("(?s).*[1-9][0-9]* of [1-9][0-9]* examples passed.*"));
    }

    @Test
    void everyModelIsLaidOutInTheOneStyle() {
        assertEquals("", sinter("fmt", "--check", MODELS.toString()));
    }

    @Test
    void softmaxRegressionLearnsTheDigits() throws IOException {
        String file = MODELS.resolve("softmax_regression").resolve("softmax_regression.sinter").toString();
        String[] lines = sinter("train", file, "--target", "native", "-o", folder.resolve("learned.jar").toString(), "--json").strip().split("\n");
        var report = new ObjectMapper().readTree(lines[lines.length - 1]);
        assertEquals("accuracy", report.get("metric").asText());
        assertTrue(report.get("value").asDouble() >= 0.96, report::toString);
    }

    /// The gradient penalty at work: the norm of the critic's gradient is led to one, everywhere between real and generated points, while the modes are found.
    @Test
    void theCriticsGradientNormTendsToOneAndAllModesAreCovered() throws IOException {
        String file = MODELS.resolve("wgan_gp").resolve("wgan_gp.sinter").toString();
        String[] lines = sinter("train", file, "--target", "native", "--threads", "1", "--epochs", "4", "-o", folder.resolve("gan.jar").toString(), "--json").strip().split("\n");
        var report = new ObjectMapper().readTree(lines[lines.length - 1]);
        var slope = report.get("followed").get("slope").get("values");
        var deviation = report.get("followed").get("deviation").get("values");
        assertEquals(5, slope.size());
        double start = Math.abs(slope.get(0).asDouble() - 1);
        double end = Math.abs(slope.get(4).asDouble() - 1);
        assertTrue(end < start && end < 0.05, slope::toString);
        assertTrue(deviation.get(4).asDouble() < deviation.get(0).asDouble() && deviation.get(4).asDouble() < 0.15, deviation::toString);
        assertEquals(8, report.get("scores").get("covered").asDouble(), report::toString);
        assertTrue(Files.size(folder.resolve("gan-loss.png")) > 0);
    }

    /// A run that is long enough to have learned something.
    ///
    /// @param score  what the model reports on rows that it was not trained on
    /// @param worst  the score's bound: from above for a loss, from below for all else
    private record Run(String model, String score, double worst, List<String> options) {
        private Run(String model, String score, double worst, String... options) {
            this(model, score, worst, List.of(options));
        }

        private boolean isGood(double value) {
            return score.equals("accuracy") || score.equals("covered") ? value >= worst : value <= worst;
        }
    }

    /// All state at the end (optimisers and random keys included) and every loss on the way have the same bits; and the model has learned. Among the runs are
    /// convolutions with Adam, a recurrent network whose gradient is clipped, random draws, and a gradient of a gradient.
    @TestFactory
    Stream<DynamicTest> trainingOnTheJvmAndNativelyGivesTheSameBits() throws IOException {
        Path book = folder.resolve("book.txt");
        byte[] text = Files.readAllBytes(MODELS.resolve("data").resolve("kjv").resolve("genesis-ruth.txt"));
        Files.write(book, Arrays.copyOf(text, 100_000));
        return Stream.of(
                new Run("softmax_regression", "accuracy", 0.9, "--epochs", "1"),
                new Run("lenet5", "accuracy", 0.85, "--epochs", "1"),
                new Run("vae", "loss", 35, "--epochs", "5"),
                new Run("char_lstm", "loss", 3.1, "--epochs", "2", "--with", "hidden=24", "--data", book.toString()),
                new Run("wgan_gp", "deviation", 0.95, "--epochs", "1", "--with", "rounds=10")).map(run -> DynamicTest.dynamicTest(run.model(), () -> {
            train(run, "jvm", "1");
            JsonNode report = train(run, "native", "3");
            assertEquals(-1, Files.mismatch(folder.resolve(run.model() + "-jvm-training.safetensors"), folder.resolve(run.model() + "-native-training.safetensors")));
            assertTrue(run.isGood(report.get("scores").get(run.score()).asDouble()), report::toString);
        }));
    }

    private JsonNode train(Run run, String target, String threads) throws IOException {
        var command = new ArrayList<>(List.of("train", MODELS.resolve(run.model()).resolve(run.model() + ".sinter").toString(), "--json", "--target", target, "--threads", threads,
                "-o", folder.resolve(run.model() + "-" + target + ".jar").toString()));
        command.addAll(run.options());
        String[] lines = sinter(command.toArray(String[]::new)).strip().split("\n");
        return new ObjectMapper().readTree(lines[lines.length - 1]);
    }
}
