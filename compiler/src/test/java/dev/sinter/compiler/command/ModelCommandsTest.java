package dev.sinter.compiler.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sinter.frontend.problem.Code;
import dev.sinter.compiler.Compiler;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The commands that read a model and train or run nothing.
class ModelCommandsTest extends CommandLineTest {
    @Test
    void everyCommandExplainsItself() {
        for (String command : new String[] {"train", "compile", "run", "test", "bench", "warm-up", "ir", "graph", "explain", "check", "fmt"}) {
            assertTrue(succeeds(command, "--help").startsWith("Usage: sinter " + command), command);
            assertTrue(succeeds("--help").contains("\n  " + command), command);
        }
        assertTrue(succeeds().startsWith("Usage: sinter"));
        assertTrue(succeeds("--version").startsWith(Compiler.PRODUCER + ", Java "));
        assertEquals("error: there is no command 'trian'\nDid you mean: sinter train?\ntry: sinter --help", fails(2, "trian", "x"));
    }

    @Test
    void checkSaysWhatIsThereOrWhatIsWrong() throws IOException {
        Path small = small();
        assertEquals(small + ": model Small is valid: 5 functions, 7 tensors of state, 1 example, trainable\n", succeeds("check", small.toString()));
        assertEquals("[]\n", succeeds("check", small.toString(), "--json"));
        Path bad = write("bad.sinter", SMALL.replace("image @ weight", "image @ weigth"));
        String text = fails(1, "check", bad.toString());
        assertTrue(text.startsWith("error[S0201]: there is no `weigth` here\n  --> " + bad + ":8:54\n"), text);
        Result json = sinter("check", bad.toString(), "--json");
        assertEquals(1, json.code());
        JsonNode problems = new JsonMapper().readTree(json.out());
        assertEquals("S0201", problems.get(0).get("code").asText());
        assertEquals(8, problems.get(0).get("primary").get("line").asInt());
        assertEquals("error: there is no file nothing.sinter", fails(1, "check", "nothing.sinter"));
        assertEquals("error: " + folder + " is a folder; expected a model file", fails(1, "check", folder.toString()));
        Files.write(folder.resolve("latin.sinter"), "// caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
        assertEquals("error: the file is no UTF-8 text", fails(1, "check", in("latin.sinter")));
        assertTrue(fails(1, "check", write("nothing.sinter", "").toString()).startsWith("error[S0206]"));
    }

    @Test
    void whatHasNoDerivativeIsSaidWithItsPlace() throws IOException {
        Path loop = write("loop.sinter", """
                model Loop {
                  fn f(x: f32[]) -> f32[] = {
                    y = x
                    while y < 10 { y = y * 2 }
                    y
                  }
                  export fn g(x: f32[]) -> f32[] = grad(f)(x)
                }
                """);
        for (String[] command : new String[][] {{"check", loop.toString()}, {"compile", loop.toString(), "-o", in("loop.jar")}}) {
            String text = fails(1, command);
            assertTrue(text.endsWith("""
                    error[S0704]: `while` cannot be differentiated
                      --> %s:7:36
                       |
                     7 |   export fn g(x: f32[]) -> f32[] = grad(f)(x)
                       |                                    ^^^^ the number of steps of a while loop is not known beforehand, so reverse mode has nowhere to keep what the way back needs
                       |
                       = help: forward mode (jvp) works, and so does scan with a known length
                       = more: sinter explain S0704

                    1 error""".formatted(loop)), text);
        }
        assertTrue(Files.notExists(folder.resolve("loop.jar")));
        Result json = sinter("check", loop.toString(), "--json");
        assertEquals(1, json.code());
        JsonNode problem = new JsonMapper().readTree(json.out()).get(0);
        assertEquals("S0704", problem.get("code").asText());
        assertEquals(7, problem.get("primary").get("line").asInt());
        assertEquals("grad".length(), problem.get("primary").get("end").asInt() - problem.get("primary").get("start").asInt());
    }

    @Test
    void theExampleOnThePageOfWhatHasNoDerivativeHasNone() throws IOException {
        String page = succeeds("explain", "S0704");
        assertTrue(page.contains("S0704: something that has no derivative"), page);
        String example = Code.S0704.explanation().replaceFirst("(?s).*```sinter\n(.*?)```.*", "$1");
        assertTrue(fails(1, "check", write("page.sinter", example).toString()).startsWith("error[S0704]"));
    }

    @Test
    void explainMeasuresKernels() throws IOException {
        String small = small().toString();
        String table = succeeds("explain", "--kernels", small, "--target", "jvm-scalar", "--function", "double", "--dim", "N=3");
        assertTrue(table.startsWith("double on jvm-scalar, one thread: kernels of "), table);
        assertTrue(table.contains("predicted us") && table.contains(" memory "), table);
        for (String line : succeeds("explain", "--kernels", small, "--target", "jvm-scalar", "--function", "double", "--json").strip().split("\n")) {
            JsonNode kernel = new JsonMapper().readTree(line);
            assertEquals("double", kernel.get("function").asText());
            assertTrue(kernel.get("runs").asLong() >= 1 && kernel.get("bytes").asDouble() > 0 && kernel.get("measured_us").asDouble() > 0, line);
        }
        assertEquals(2, sinter("explain", "--kernels", small, "S0501").code());
        assertEquals(2, sinter("explain", "--kernels", small, "--target", "abacus").code());
    }

    @Test
    void compileWritesAnArtifactOrText() throws IOException {
        String small = small().toString();
        String out = succeeds("compile", small, "--target", "jvm", "-o", in("a.jar"));
        assertTrue(out.startsWith(in("a.jar") + ": model Small, "), out);
        assertTrue(out.contains("jvm-scalar jvm-v128 jvm-v256 jvm-v512\n"), out);
        assertTrue(out.contains("  predict(image: f32[N, 2]) -> (result: f32[N, 3])\n      with N = 1: "), out);
        assertTrue(succeeds("compile", small, "--emit", "ir").startsWith("module Small {"));
        assertTrue(succeeds("compile", small, "--emit", "loops,class", "--target", "jvm").contains("// v256.loops"));
        succeeds("compile", small, "--emit", "ir,loops", "--target", "jvm", "-o", in("b.jar"));
        assertTrue(Files.readString(folder.resolve("b.sir")).startsWith("module Small {"));
        assertTrue(Files.exists(folder.resolve("b.v512.loops")));
        assertEquals(-1, Files.mismatch(folder.resolve("a.jar"), folder.resolve("b.jar")));
        JsonNode json = new JsonMapper().readTree(succeeds("compile", small, "--target", "jvm", "-o", in("a.jar"), "--json"));
        assertEquals("Small", json.get("model").asText());
        assertEquals(Files.size(folder.resolve("a.jar")), json.get("bytes").asLong());
        JsonNode texts = json(succeeds("compile", small, "--target", "jvm", "--emit", "ir,loops", "--json"));
        assertEquals("Small", texts.get("model").asText());
        assertTrue(texts.get("texts").get("sir").asText().startsWith("module Small {"));
        assertTrue(texts.get("texts").has("v256.loops"));
        String timed = sinter("compile", small, "--target", "jvm", "-o", in("a.jar"), "--time").err();
        assertTrue(timed.contains("parse and check") && timed.contains("total"), timed);
    }

    @Test
    void compileTakesWeights() throws IOException {
        String small = small().toString();
        succeeds("train", small, "--target", "jvm", "-o", in("trained.jar"));
        String trained = succeeds("run", in("trained.jar"), "predict", "image=[[1, 2]]");
        try (var model = dev.sinter.runtime.Model.load(folder.resolve("trained.jar"))) {
            model.saveState(folder.resolve("w.safetensors"));
        }
        succeeds("compile", small, "--target", "jvm", "--weights", in("w.safetensors"), "-o", in("again.jar"));
        assertEquals(trained, succeeds("run", in("again.jar"), "predict", "image=[[1, 2]]"));
        assertEquals(-1, Files.mismatch(folder.resolve("trained.jar"), folder.resolve("again.jar")));
        write("broken.safetensors", "nonsense");
        assertTrue(fails(1, "compile", small, "--target", "jvm", "--weights", in("broken.safetensors"), "-o", in("c.jar")).startsWith("error: " + in("broken.safetensors") + ": "));
        assertFalse(Files.exists(folder.resolve("c.jar")));
    }

    @Test
    void compileRefusesWhatItCannotDo() throws IOException {
        String small = small().toString();
        assertEquals("error: nothing to write: give -o OUT.jar, or --emit for text on standard output", fails(2, "compile", small));
        assertEquals("error: no text is called 'wasm'; there are ir, loops, class, llvm, asm", fails(2, "compile", small, "--emit", "ir,wasm"));
        assertEquals("error: no target is called 'gpu'; there are jvm and native", fails(2, "compile", small, "--target", "jvm,gpu", "-o", in("a.jar")));
        assertEquals("error: cannot write " + in("no/a.jar") + ": there is no folder " + in("no"), fails(1, "compile", small, "-o", in("no/a.jar")));
        assertEquals("error: -o " + small + ": an artifact's name ends in .jar", fails(2, "compile", small, "-o", small));
        assertEquals("error: --emit asm: there is no such text for the target jvm; it needs --target native", fails(2, "compile", small, "--emit", "ir,asm", "--target", "jvm"));
        assertEquals("error: --emit class: there is no such text for the target native; it needs --target jvm",
                fails(2, "compile", small, "--emit", "class", "--target", "native", "-o", in("a.jar")));
        assertEquals("error: no function of Small has a dim 'Q'; there are N", fails(2, "compile", small, "--target", "jvm", "--dims", "Q=5", "-o", in("a.jar")).lines().reduce((_, b) -> b).orElseThrow());
        assertFalse(Files.exists(folder.resolve("a.jar")));
        assertEquals("error: --dims N=-5: an extent is not negative", fails(2, "compile", small, "--dims", "N=-5", "-o", in("a.jar")));
        assertEquals("error: there is no file w.safetensors", fails(1, "compile", small, "--weights", "w.safetensors", "-o", in("a.jar")));
    }

    @Test
    void graphsAreShownAsTextAndAsPictures() throws IOException {
        String small = small().toString();
        String ir = succeeds("ir", small, "--function", "fit");
        assertTrue(ir.contains("vjp"), ir);
        assertFalse(succeeds("ir", small, "--function", "fit", "--after", "differentiate").contains("vjp"));
        assertTrue(succeeds("ir", small).contains("entry init("));
        assertEquals("error: no pass is called 'inline'; there are inline-calls, differentiate, simplify, layout, winograd, strassen, and all for the last one", fails(2, "ir", small, "--after", "inline"));
        assertTrue(fails(2, "ir", small, "--function", "fitt").startsWith("error: model Small exports no function 'fitt'; did you mean fit?; it exports predict, double"));
        succeeds("graph", small, "--function", "predict", "--after", "all", "-o", in("g.svg"));
        assertTrue(Files.readString(folder.resolve("g.svg")).contains("<svg"));
        assertEquals("error: -o " + in("g.pdf") + ": the picture's name ends in .svg", fails(2, "graph", small, "-o", in("g.pdf")));
        assertTrue(fails(2, "graph", small).startsWith("error: Missing required option: '--output=G.svg'"));
    }

    @Test
    void codesAndKernelsAreExplained() throws IOException {
        String small = small().toString();
        assertTrue(succeeds("explain", "S0501").startsWith("# S0501"));
        assertEquals(succeeds("explain", "S0501"), succeeds("explain", "s0501"));
        assertTrue(succeeds("explain").contains("S0501  "));
        assertEquals(succeeds("explain", "S0501"), new JsonMapper().readTree(succeeds("explain", "S0501", "--json")).get("text").asText());
        for (String line : succeeds("explain", "--json").strip().split("\n")) {
            assertFalse(new JsonMapper().readTree(line).get("title").asText().isEmpty(), line);
        }
        assertTrue(fails(2, "explain", "S0511x").startsWith("error: there is no code S0511x; did you mean S0511"));
        assertEquals("error: give a code, --fusion or --kernels, not several of them", fails(2, "explain", "S0501", "--fusion", small));
        String fusion = succeeds("explain", "--fusion", small, "--function", "predict");
        assertTrue(fusion.startsWith("predict: ") && fusion.contains("  apart  ") && fusion.contains(small + ":"), fusion);
        JsonNode decision = new JsonMapper().readTree(succeeds("explain", "--fusion", small, "--function", "predict", "--json").lines().findFirst().orElseThrow());
        assertEquals("predict", decision.get("function").asText());
        assertTrue(decision.get("fused").isBoolean());
    }

    @Test
    void fmtLaysOutInPlace() throws IOException {
        Path untidy = write("untidy.sinter", SMALL.replace("image @ weight + bias", "image@weight+bias"));
        assertEquals("would change " + untidy + "\n", sinter("fmt", "--check", untidy.toString()).out());
        assertEquals(1, sinter("fmt", "--check", untidy.toString()).code());
        assertEquals("laid out " + untidy + "\n", succeeds("fmt", untidy.toString()));
        assertEquals(SMALL, Files.readString(untidy));
        assertEquals("", succeeds("fmt", "--check", folder.toString()));
        Files.delete(untidy);
        Path broken = write("broken.sinter", "model A\n  x = (\n");
        assertTrue(fails(1, "fmt", broken.toString()).startsWith("error[S0101]: unexpected end of line"));
        assertEquals("model A\n  x = (\n", Files.readString(broken), "a file that cannot be read stays as it is");
        Files.delete(broken);
        assertEquals("error: the folder " + folder + " holds no .sinter file", fails(1, "fmt", folder.toString()));
    }

    @Test
    void examplesAreRunOnEveryExecutor() throws IOException {
        String small = small().toString();
        assertEquals("passed " + small + ": zero weights know nothing\n1 of 1 examples passed (1 checks)\n", succeeds("test", small, "--target", "jvm"));
        Path wrong = write("wrong.sinter", SMALL.replace("1 / 3) within", "0.25) within"));
        Result result = sinter("test", wrong.toString(), "--target", "jvm");
        assertEquals(1, result.code());
        for (String executor : new String[] {"interp", "jvm-scalar"}) {
            assertTrue(result.out().contains("    on " + executor + ": expected 0.25, found 0.33333334 at [0, 0], the worst of 3 of 3 elements (error 0.0833, allowed 1.00e-06)"), result.out());
        }
        assertTrue(result.out().startsWith("FAILED " + wrong + ": zero weights know nothing\n  " + wrong + ":30:5: predict([[1, 2]]) ~ full([1, 3], 0.25) within 1e-6\n"), result.out());
        assertTrue(result.out().endsWith("0 of 1 examples passed (1 checks)\n"), result.out());
        write("invalid.sinter", "model");
        Result both = sinter("test", folder.toString(), "--target", "jvm", "--json");
        assertEquals(1, both.code());
        JsonNode[] lines = both.out().lines().map(ModelCommandsTest::json).toArray(JsonNode[]::new);
        assertEquals(3, lines.length);
        assertEquals(in("invalid.sinter"), lines[0].get("file").asText());
        assertFalse(lines[0].get("passed").asBoolean());
        assertEquals("S0101", lines[0].get("problems").get(0).get("code").asText());
        assertEquals("zero weights know nothing", lines[1].get("example").asText());
        assertTrue(both.err().startsWith("error[S0101]"), both.err());
        assertEquals("error: nothing to test: give model files, a folder of them, or --library", fails(2, "test"));
    }

    @Test
    void benchMeasuresWhatIsAskedFor() throws IOException {
        String small = small().toString();
        String[] lines = succeeds("bench", small, "--function", "predict,noise", "--batch", "3", "--targets", "interp,jvm-scalar", "--quick", "--no-limits", "--json").strip().split("\n");
        assertEquals(4, lines.length);
        JsonNode first = new JsonMapper().readTree(lines[0]);
        for (String field : new String[] {"median_us", "min_us", "max_us", "gflops", "gbps", "alloc_bytes", "speed_up"}) {
            assertTrue(first.get(field).isNumber(), field);
        }
        assertEquals("interp", first.get("target").asText());
        assertEquals("Small", first.get("model").asText());
        assertEquals("predict", first.get("function").asText());
        assertEquals(3, first.get("batch").asInt());
        assertEquals(1, first.get("threads").asInt());
        JsonNode last = new JsonMapper().readTree(lines[3]);
        assertEquals("jvm-scalar", last.get("target").asText());
        assertTrue(last.get("batch").isNull());
        assertEquals(0, last.get("alloc_bytes").asDouble());
        assertEquals("error: --batch is '1,x', expected whole numbers such as 1,64", fails(2, "bench", small, "--batch", "1,x"));
        assertEquals("error: --threads is '0', expected numbers of at least 1", fails(2, "bench", small, "--threads", "0"));
        assertTrue(fails(2, "bench", small, "--targets", "gpu").startsWith("error: no target is called 'gpu'; there are interp, jvm, native, "));
        assertEquals("error: predict has no dim 'M'; there are N", fails(2, "bench", small, "--function", "predict", "--targets", "jvm", "--no-limits", "--dim", "M=3").strip());
        Result unknown = sinter("bench", small, "--function", "nope", "--targets", "jvm", "--no-limits");
        assertEquals(2, unknown.code());
        assertEquals("", unknown.out());
        assertTrue(unknown.err().startsWith("error: model Small has no function 'nope'"), unknown.err());
        assertEquals("error: the interpreter needs the model file; an artifact holds no graphs", fails(2, "bench", artifact(), "--targets", "interp"));
    }

    @Test
    void warmUpShowsTheTimeOfCallsSinceLoading() throws IOException {
        String[] command = {"warm-up", artifact(), "--function", "predict", "--target", "jvm-scalar", "--seconds", "0.2"};
        String out = succeeds(with(command, "--batch", "3", "-o", in("curve.svg")));
        assertTrue(out.contains("since load") && out.contains("predict, jvm-scalar: first result after "), out);
        assertTrue(Files.readString(folder.resolve("curve.svg")).contains("<svg"));
        JsonNode json = new JsonMapper().readTree(succeeds(with(command, "--json")));
        assertTrue(json.get("first_result_s").asDouble() <= json.get("warm_s").asDouble());
        assertEquals("jvm-scalar", json.get("target").asText());
        assertTrue(json.get("curve").size() > 1);
        assertEquals("error: --batch is -1, expected at least 1", fails(2, with(command, "--batch", "-1")));
        assertEquals("error: --threads is 0, expected at least 1", fails(2, with(command, "--threads", "0")));
        assertEquals("error: -o curve.gif ends neither in .png nor in .svg", fails(2, with(command, "-o", "curve.gif")));
        assertEquals("error: --seconds is -1.0, expected more than 0", fails(2, "warm-up", artifact(), "--seconds", "-1"));
    }

    private static JsonNode json(String text) {
        try {
            return new JsonMapper().readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String[] with(String[] command, String... more) {
        return Stream.concat(Stream.of(command), Stream.of(more)).toArray(String[]::new);
    }
}
