package dev.sinter.frontend;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.frontend.checked.Options;
import dev.sinter.frontend.format.Formatter;
import dev.sinter.frontend.problem.Render;
import dev.sinter.frontend.source.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever the text, the answer is a model or problems, never an exception. The texts are the models with words dropped, doubled, swapped
/// or replaced; the seeds are fixed.
class RobustnessTest {
    private static final List<String> WORDS = List.of("(", ")", "[", "]", "{", "}", "=", ":=", "=>", "|>", ",", ":", "fn", "export", "train", "if", "then", "else",
        "for", "in", "while", "sum", "x", "0", "1e9", "\"", "...", "..", "@", "-", "none", "minimise", "\n", "N", "$", "grad", "scan", "self");

    @ParameterizedTest
    @ValueSource(strings = {"softmax_regression", "lenet5", "char_lstm", "vae", "wgan_gp"})
    void mutatedModelsNeverThrow(String model) throws IOException {
        String text = Files.readString(Path.of("../models", model, model + ".sinter"));
        var random = new Random(model.hashCode());
        for (int round = 0; round < 60; round++) {
            String mutated = mutate(text, random, 1 + round % 4);
            var result = Frontend.compile(Source.of(model + "-" + round, mutated), Options.DEFAULT);
            assertTrue(result.model().isPresent() != result.problems().stream().anyMatch(p -> p.isError()), mutated);
            assertFalse(Render.text(result.problems()).isEmpty());
            Formatter.format(mutated);
        }
    }

    private static String mutate(String text, Random random, int times) {
        var words = new ArrayList<>(List.of(text.split("(?<=\\W)|(?=\\W)")));
        for (int k = 0; k < times; k++) {
            int at = random.nextInt(words.size());
            switch (random.nextInt(4)) {
                case 0 -> words.remove(at);
                case 1 -> words.add(at, words.get(random.nextInt(words.size())));
                case 2 -> words.set(at, WORDS.get(random.nextInt(WORDS.size())));
                default -> words.set(at, words.get(random.nextInt(words.size())));
            }
        }
        return String.join("", words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "model", "model M", "model M {", "}", "((((", "model M { fn f(x) = ", "\"", "/*", "///", "\uD800", "model M { export fn f(x: f32[N]) = x[", "é = 1"})
    void fragmentsNeverThrow(String text) {
        var result = Frontend.compile(Source.of("fragment", text), Options.DEFAULT);
        assertTrue(result.model().isEmpty());
        assertFalse(result.problems().isEmpty());
    }

    @Test
    void depthIsLimitedWithAMessage() {
        for (String open : List.of("(", "[", "{", "-", "not ", "x => ", "if x then x else ", "f(", "2^")) {
            var result = Frontend.compile(Source.of("deep", "model M {\n  export fn f(x: f32) = " + open.repeat(100_000) + "\n}\n"), Options.DEFAULT);
            assertTrue(result.problems().stream().anyMatch(p -> p.code().toString().equals("S0105")), open);
        }
    }

    @Test
    void deepButAllowedNestingCompiles() {
        String text = "model M {\n  export fn f(x: f32) = " + "(".repeat(190) + "x" + ")".repeat(190) + " + x".repeat(1_500) + "\n}\n";
        assertTrue(Frontend.compile(Source.of("deep", text), Options.DEFAULT).model().isPresent());
    }

    @Test
    void loopsThatNeverEndAtCompileTimeAreStopped() {
        String calls = "fn f(n) = f(n + 1)\n\nmodel M {\n  export fn g(x: f32) = x + f(0)\n}\n";
        assertTrue(Frontend.compile(Source.of("a", calls), Options.DEFAULT).problems().stream().anyMatch(p -> p.code().toString().equals("S0306")));
        String nested = "model M {\n  export fn g(x: f32) = sum([sum([i * j for j in 0..50000]) for i in 0..50000]) + x\n}\n";
        assertTrue(Frontend.compile(Source.of("a", nested), Options.DEFAULT).problems().stream().anyMatch(p -> p.code().toString().equals("S0902")));
        String lists = "model M {\n  export fn g(x: f32) = sum([i * j * k for i in 0..9999 for j in 0..9999 for k in 0..9999]) + x\n}\n";
        assertTrue(Frontend.compile(Source.of("a", lists), Options.DEFAULT).problems().stream().anyMatch(p -> p.code().toString().equals("S0902")));
    }
}
