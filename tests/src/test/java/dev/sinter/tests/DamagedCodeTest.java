package dev.sinter.tests;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.compiler.Compilation;
import dev.sinter.compiler.Compiler;
import dev.sinter.runtime.ArtifactException;
import dev.sinter.runtime.LoadOptions;
import dev.sinter.runtime.Machine;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A compiled artifact of which bits have changed, or the end is missing, is refused or gives what the whole one gives: no damaged code ever runs.
class DamagedCodeTest {
    private static final Path SOFTMAX = Path.of("../models/softmax_regression/softmax_regression.sinter");
    private static final int FLIPS = 150;
    private static final Tensor IMAGES = images();
    private static Compilation compilation;
    private static byte[] good;

    @TempDir
    Path folder;

    @BeforeAll
    static void compile() {
        compilation = Compiler.compile(SOFTMAX, Compiler.Options.DEFAULT, Compiler.Progress.NONE);
        good = compilation.bytes(compilation.initialState(0));
    }

    static List<String> targets() {
        return compilation.manifest().functions().getFirst().variants().stream().map(v -> v.target()).filter(Machine.targets()::contains).toList();
    }

    @ParameterizedTest
    @MethodSource("targets")
    void flippedBitsNeverReachTheProcessor(String target) throws IOException {
        float[] expected = predicted(good, target);
        var random = RandomGeneratorFactory.<RandomGenerator>of("L64X128MixRandom").create(1);
        int refused = 0;
        for (int k = 0; k < FLIPS; k++) {
            byte[] bad = good.clone();
            int bit = random.nextInt(8 * bad.length);
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                assertArrayEquals(expected, predicted(bad, target), "bit " + bit);
            } catch (ArtifactException _) {
                refused++;
            }
        }
        assertTrue(refused > FLIPS / 3, "only " + refused + " of " + FLIPS + " altered files were refused");
    }

    @ParameterizedTest
    @MethodSource("targets")
    void truncatedFilesAreRefused(String target) {
        for (int length = 0; length < good.length; length += good.length / 40) {
            byte[] bad = Arrays.copyOf(good, length);
            assertThrows(ArtifactException.class, () -> predicted(bad, target), length + " bytes");
        }
    }

    private float[] predicted(byte[] artifact, String target) throws IOException {
        Path file = Files.write(folder.resolve("model.jar"), artifact);
        try (var model = Model.load(file, LoadOptions.DEFAULT.target(target).threads(1))) {
            return model.function("predict").call(IMAGES).toFloats();
        }
    }

    private static Tensor images() {
        var pixels = new float[5 * 64];
        IntStream.range(0, pixels.length).forEach(i -> pixels[i] = i % 17 / 16f);
        return Tensor.of(pixels, 5, 64);
    }
}
