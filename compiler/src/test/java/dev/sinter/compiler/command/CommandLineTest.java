package dev.sinter.compiler.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/// Runs `sinter` in this process, in a folder of its own with a small model and its data.
abstract class CommandLineTest {
    /// Two numbers to three classes.
    static final String SMALL = """
            import std.nn
            import std.optim

            model Small {
              param weight: f32[2, 3] = 0
              param bias: f32[3] = 0

              fn logits(image: f32[N, 2]) -> f32[N, 3] = image @ weight + bias

              export fn predict(image) = softmax(logits(image))

              export fn double(number: i32[N]) -> i32[N] = number + number

              export fn both(x: f32[N], yes: bool[N]) = (twice: 2 * x, no: not yes)

              export fn noise() -> f32[4] = uniform([4])

              export train fit(image, label: i32[N]) = Adam(rate: 0.1) minimise mean(cross_entropy(logits(image), label))

              training {
                data: "small.csv"
                batch: 8
                epochs: 4
                each batch { fit(image, label) }
                score accuracy: accuracy(logits(image), label) each epoch towards 1
                score loss: mean(cross_entropy(logits(image), label))
              }

              example "zero weights know nothing" {
                predict([[1, 2]]) ~ full([1, 3], 1 / 3) within 1e-6
              }
            }
            """;

    @TempDir
    Path folder;

    /// What a command did.
    record Result(int code, String out, String err) {
        /// The last line of standard output.
        String lastLine() {
            return out.strip().lines().reduce((_, b) -> b).orElse("");
        }
    }

    /// Writes the model and 40 rows of data, in three clusters.
    Path small() throws IOException {
        var rows = new StringBuilder("x,y,label\n");
        for (int k = 0; k < 40; k++) {
            int label = k % 3;
            rows.append(label * 3 + (k % 7) * 0.1).append(',').append(-label * 2 + (k % 5) * 0.1).append(',').append(label).append('\n');
        }
        write("small.csv", rows.toString());
        return write("small.sinter", SMALL);
    }

    Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    /// The name of a file in the folder.
    String in(String name) {
        return folder.resolve(name).toString();
    }

    static Result sinter(String... args) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code = Sinter.run(args, new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Result(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /// The error message of a command that must fail with this code.
    static String fails(int code, String... args) {
        Result result = sinter(args);
        assertEquals(code, result.code, () -> result.err + result.out);
        return result.err.strip();
    }

    /// The output of a command that must succeed.
    static String succeeds(String... args) {
        Result result = sinter(args);
        assertEquals(Sinter.DONE, result.code, result::err);
        return result.out;
    }

    /// The compiled small model.
    String artifact() throws IOException {
        String jar = in("small.jar");
        succeeds("compile", small().toString(), "--target", "jvm", "-o", jar);
        return jar;
    }
}
