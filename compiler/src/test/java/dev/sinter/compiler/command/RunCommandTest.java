package dev.sinter.compiler.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RunCommandTest extends CommandLineTest {
    private static final String SIGNATURES = """
            its functions:
              predict(image: f32[N, 2]) -> (result: f32[N, 3])
              double(number: i32[N]) -> (result: i32[N])
              both(x: f32[N], yes: bool[N]) -> (twice: f32[N], no: bool[N])
              noise(seed: i64[]) -> (result: f32[4])
              fit(image: f32[N, 2], label: i32[N]) -> (loss: f32[])""";

    @Test
    void valuesAreListsNumbersTextAndFiles() throws IOException {
        String jar = artifact();
        assertEquals("model Small\n" + SIGNATURES + "\n", succeeds("run", jar));
        JsonNode list = new JsonMapper().readTree(succeeds("run", jar, "--json"));
        assertEquals("Small", list.get("model").asText());
        assertEquals("{\"name\":\"predict\",\"doc\":\"\",\"inputs\":[{\"name\":\"image\",\"type\":\"f32\",\"shape\":[\"N\",\"2\"]}],\"outputs\":[{\"name\":\"result\",\"type\":\"f32\",\"shape\":[\"N\",\"3\"]}],\"writes\":[]}",
                list.get("functions").get(0).toString());
        assertEquals("result: f32[2, 3] = [[0.33333334, 0.33333334, 0.33333334], [0.33333334, 0.33333334, 0.33333334]]\n",
                succeeds("run", jar, "predict", "image=[[1, -2e3], [.5, 4]]"));
        assertEquals("result: i32[2] = [2, -8]\n", succeeds("run", jar, "double", "number=[1, -4]"));
        assertEquals("result: i32[0] = []\n", succeeds("run", jar, "double", "number=[]"));
        assertEquals("twice: f32[2] = [NaN, Infinity]\nno: bool[2] = [false, true]\n", succeeds("run", jar, "both", "yes=[true, false]", "x=[NaN, 2e38]"));
        // '!' and '"' are 2 and 3, '#' and '%' are 4 and 6; shells take the quotes away
        assertEquals("result: i32[2] = #%\n", succeeds("run", jar, "double", "number=\"!\\\"\""));
        assertEquals("result: i32[2] = #%\n", succeeds("run", jar, "double", "number=!\""));
        NumPy.write(folder.resolve("x.npy"), Tensor.of(new double[] {1, 2}, 1, 2));
        assertEquals("result: f32[1, 3] = [[0.33333334, 0.33333334, 0.33333334]]\n", succeeds("run", jar, "predict", "image=" + in("x.npy")));
    }

    @Test
    void resultsAreWrittenAsFilesAndAsJson() throws Exception {
        String jar = artifact();
        succeeds("run", jar, "double", "number=[1, 2]", "-o", in("r.npy"));
        assertTrue(Arrays.equals(new int[] {2, 4}, NumPy.read(folder.resolve("r.npy"), ElementType.I32).toInts()));
        succeeds("run", jar, "both", "x=[1]", "yes=[true]", "-o", in("b.npy"));
        assertEquals(2, NumPy.read(folder.resolve("b-twice.npy"), ElementType.F32).getFloat(0));
        assertTrue(Files.exists(folder.resolve("b-no.npy")));
        assertEquals("{\"twice\":{\"type\":\"f32\",\"shape\":[2],\"values\":[\"NaN\",3.0]},\"no\":{\"type\":\"bool\",\"shape\":[2],\"values\":[true,false]}}\n",
                succeeds("run", jar, "both", "x=[NaN, 1.5]", "yes=[false, true]", "--json"));
    }

    @Test
    void theSeedIsZeroUnlessGiven() throws IOException {
        String jar = artifact();
        assertEquals(succeeds("run", jar, "noise", "seed=0"), succeeds("run", jar, "noise"));
        assertTrue(!succeeds("run", jar, "noise", "seed=1").equals(succeeds("run", jar, "noise")));
    }

    @Test
    void wrongNamesAreAnsweredWithTheRightOnes() throws IOException {
        String jar = artifact();
        String predict = "the signature is\n  predict(image: f32[N, 2]) -> (result: f32[N, 3])";
        assertEquals("error: model Small has no function 'predikt'; did you mean predict?\n" + SIGNATURES, fails(2, "run", jar, "predikt"));
        assertEquals("error: predict has no input 'imag'; did you mean image?; " + predict, fails(2, "run", jar, "predict", "imag=1"));
        assertEquals("error: predict has no input 'banana'; " + predict, fails(2, "run", jar, "predict", "image=[[1, 2]]", "banana=1"));
        assertEquals("error: the input 'image' is missing; " + predict, fails(2, "run", jar, "predict"));
        assertEquals("error: 'image' is not of the form NAME=VALUE; " + predict, fails(2, "run", jar, "predict", "image"));
        assertEquals("error: 'image' is given twice", fails(2, "run", jar, "predict", "image=[[1, 2]]", "image=[[1, 2]]"));
        assertEquals("error: --threads is -1, expected at least 1", fails(2, "run", jar, "predict", "image=[[1, 2]]", "--threads", "-1"));
        assertEquals("error: --threads is 0, expected at least 1", fails(2, "run", jar, "predict", "image=[[1, 2]]", "--threads", "0"));
    }

    @Test
    void valuesThatDoNotFitAreRefused() throws IOException {
        String jar = artifact();
        assertEquals("error: 'image' is ragged: expected a list of 2, as the first one at this depth, found [3]", fails(1, "run", jar, "predict", "image=[[1, 2], [3]]"));
        assertEquals("error: 'image' is ragged: expected a list of 2, as the first one at this depth, found 3", fails(1, "run", jar, "predict", "image=[[1, 2], 3]"));
        assertEquals("error: 'image': expected a number, found [1]", fails(1, "run", jar, "predict", "image=[[1, [1]]]"));
        assertEquals("error: predict: input 'image' must be f32[N, 2], here f32[1, 2], N = 1 from axis 0 of input 'image'; found f32[1, 3]",
                fails(1, "run", jar, "predict", "image=[[1, 2, 3]]"));
        assertEquals("error: 'number': expected a whole number that fits i32, found 1.5", fails(1, "run", jar, "double", "number=[1.5]"));
        assertEquals("error: 'number': expected a whole number that fits i32, found 3000000000", fails(1, "run", jar, "double", "number=[3000000000]"));
        assertEquals("error: 'yes': expected true or false, found 1", fails(1, "run", jar, "both", "x=[1]", "yes=[1]"));
        assertEquals("error: 'image': expected a number, found \"cat\"", fails(1, "run", jar, "predict", "image=\"cat\""));
        assertEquals("error: 'image=cat': expected a .npy file, a number, or a nested list such as [[1, 2], [3, 4]]", fails(1, "run", jar, "predict", "image=cat"));
        assertEquals("error: 'image=[[1, 2': expected a .npy file, a number, or a nested list such as [[1, 2], [3, 4]]; something is wrong at character 7",
                fails(1, "run", jar, "predict", "image=[[1, 2"));
        assertEquals("error: 'image=[[1]] 2': expected a .npy file, a number, or a nested list such as [[1, 2], [3, 4]]; something is wrong at character 7",
                fails(1, "run", jar, "predict", "image=[[1]] 2"));
    }

    @Test
    void filesThatAreNoArraysAreRefused() throws IOException {
        String jar = artifact();
        assertEquals("error: 'image': there is no file nothing.npy", fails(1, "run", jar, "predict", "image=nothing.npy"));
        Path broken = write("broken.npy", "this is not an array");
        assertTrue(fails(1, "run", jar, "predict", "image=" + broken).startsWith("error: 'image': " + broken + " is no NumPy array"));
        NumPy.write(folder.resolve("real.npy"), Tensor.of(new double[] {1, 2}, 2));
        assertEquals("error: 'number': " + in("real.npy") + " holds float64, expected i32", fails(1, "run", jar, "double", "number=" + in("real.npy")));
        NumPy.write(folder.resolve("long.npy"), Tensor.of(new long[] {1L << 40}, 1));
        assertEquals("error: 'number': " + in("long.npy") + " holds 1099511627776, which does not fit i32", fails(1, "run", jar, "double", "number=" + in("long.npy")));
    }

    @Test
    void artifactsThatAreNoneAreRefused() throws IOException {
        assertEquals("error: there is no file nothing.jar", fails(1, "run", "nothing.jar", "predict"));
        assertEquals("error: " + folder + " is a folder; expected an artifact", fails(1, "run", folder.toString(), "predict"));
        Path text = write("text.jar", "no jar");
        assertEquals("error: " + text + ": cannot be read as a jar (zip END header not found); the file is damaged or was not written by Sinter: fetch or compile it again",
                fails(1, "run", text.toString(), "predict"));
        String jar = artifact();
        byte[] bytes = Files.readAllBytes(Path.of(jar));
        bytes[bytes.length / 2] ^= 1;
        Files.write(folder.resolve("flipped.jar"), bytes);
        assertTrue(fails(1, "run", in("flipped.jar"), "predict", "image=[[1, 2]]").endsWith("the file is damaged or was not written by Sinter: fetch or compile it again"));
        assertTrue(fails(1, "run", jar, "predict", "image=[[1, 2]]", "--target", "native").startsWith("error: "));
    }

    @Test
    void resultsThatCannotBeWrittenAreSaidSo() throws IOException {
        String jar = artifact();
        assertEquals("error: cannot write " + in("no/r.npy") + ": there is no folder " + in("no"), fails(1, "run", jar, "double", "number=[1]", "-o", in("no/r.npy")));
        assertEquals("error: cannot write " + folder + ": it is a folder", fails(1, "run", jar, "double", "number=[1]", "-o", folder.toString()));
    }
}
