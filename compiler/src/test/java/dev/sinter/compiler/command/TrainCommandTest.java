package dev.sinter.compiler.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TrainCommandTest extends CommandLineTest {
    private Result train(String... more) throws IOException {
        var args = new java.util.ArrayList<>(java.util.List.of("train", small().toString(), "--target", "jvm", "--threads", "1"));
        args.addAll(java.util.List.of(more));
        return sinter(args.toArray(String[]::new));
    }

    @Test
    void theTrainingBlockSaysEverything() throws IOException {
        Result result = train("-o", in("a.jar"));
        assertEquals(0, result.code(), result::err);
        assertTrue(result.err().contains("model Small; data small.csv: 32 rows to train on, 8 held out;"), result.err());
        assertTrue(result.err().contains("4 epochs, batches of 8, seed 0"), result.err());
        assertTrue(result.err().contains("epoch 4/4  loss 0."), result.err());
        assertTrue(result.err().contains("at the start  held-out accuracy 0.375\n"), result.err());
        assertTrue(result.err().lines().anyMatch(l -> l.matches("epoch 4/4  loss 0\\.\\d{4}  held-out accuracy 1  \\d+ steps/s")), result.err());
        assertTrue(result.out().contains("held-out accuracy     1.00000   (8 rows; 0.375 at the start; towards 1)"), result.out());
        assertTrue(result.out().contains("artifact              " + in("a.jar") + " (" + Files.size(folder.resolve("a.jar")) + " bytes)"), result.out());
        assertTrue(result.out().contains("sinter run " + in("a.jar") + " predict image=FILE.npy"), result.out());
        assertTrue(result.out().contains("model.function(\"predict\").call(Tensor.of(image, 1, 2));"), result.out());
        assertTrue(train("-o", in("with space.jar"), "--epochs", "0").out().contains("sinter run '" + in("with space.jar") + "' predict image=FILE.npy"));
        assertTrue(Files.size(folder.resolve("a-loss.png")) > 0);
        try (var files = Files.list(folder)) {
            assertFalse(files.anyMatch(f -> f.toString().endsWith(".part")));
        }
    }

    @Test
    void jsonEndsWithOneObject() throws IOException {
        Result result = train("-o", in("a.jar"), "--json", "--epochs", "2", "--batch", "5", "--seed", "9", "--curve", in("c.svg"));
        assertEquals(0, result.code(), result::err);
        assertEquals(1, result.out().lines().count());
        JsonNode json = new JsonMapper().readTree(result.lastLine());
        assertEquals("accuracy", json.get("metric").asText());
        assertTrue(json.get("value").isNumber());
        assertTrue(json.get("seconds").isNumber());
        assertEquals(in("a.jar"), json.get("artifact").asText());
        assertEquals("Small", json.get("model").asText());
        assertEquals(2, json.get("epochs").asInt());
        assertEquals(5, json.get("batch").asInt());
        assertEquals(9, json.get("seed").asInt());
        assertTrue(json.get("loss").get("fit").isNumber());
        assertTrue(json.get("scores").get("loss").isNumber());
        JsonNode followed = json.get("followed");
        assertEquals(1, followed.size());
        assertEquals(1, followed.get("accuracy").get("towards").asDouble());
        assertEquals(3, followed.get("accuracy").get("values").size());
        assertEquals(json.get("value"), followed.get("accuracy").get("values").get(2));
        String picture = Files.readString(folder.resolve("c.svg"));
        assertTrue(picture.contains("<svg") && picture.contains("viewBox=\"0 0 900 670\"") && picture.contains("stroke-dasharray:3,3"));
    }

    @Test
    void aRunIsRepeatedToTheBit() throws IOException {
        train("-o", in("a.jar"), "--seed", "3");
        train("-o", in("b.jar"), "--seed", "3");
        train("-o", in("c.jar"), "--seed", "4");
        assertEquals(-1, Files.mismatch(folder.resolve("a.jar"), folder.resolve("b.jar")));
        assertFalse(Files.mismatch(folder.resolve("a.jar"), folder.resolve("c.jar")) == -1);
    }

    @Test
    void aResumedRunEqualsAnUninterruptedOneToTheBit() throws IOException {
        train("-o", in("whole.jar"), "--epochs", "5", "--seed", "2", "--batch", "7");
        train("-o", in("part.jar"), "--epochs", "2", "--seed", "2", "--batch", "7");
        assertFalse(Files.mismatch(folder.resolve("whole.jar"), folder.resolve("part.jar")) == -1);
        Result resumed = train("-o", in("part.jar"), "--epochs", "5", "--resume", in("part-training.safetensors"));
        assertEquals(0, resumed.code(), resumed::err);
        assertTrue(resumed.err().contains("5 epochs, batches of 7, seed 2"), resumed.err());
        assertEquals(-1, Files.mismatch(folder.resolve("whole.jar"), folder.resolve("part.jar")));
        assertEquals(-1, Files.mismatch(folder.resolve("whole-training.safetensors"), folder.resolve("part-training.safetensors")));
        assertEquals("error: --batch is 6, but the saved training has batches of 7",
                train("-o", in("x.jar"), "--batch", "6", "--resume", in("part-training.safetensors")).err().strip());
        assertEquals("error: --seed is 0, but the saved training has the seed 2",
                train("-o", in("x.jar"), "--seed", "0", "--resume", in("part-training.safetensors")).err().strip());
    }

    @Test
    void aScoreThatIsFollowedOnlyAfterwardsHasNoValuesBefore() throws IOException {
        train("-o", in("a.jar"), "--epochs", "1");
        Path more = write("more.sinter", SMALL.replace("score loss: mean(cross_entropy(logits(image), label))", "score loss: mean(cross_entropy(logits(image), label)) each epoch"));
        Result result = sinter("train", more.toString(), "--target", "jvm", "-o", in("a.jar"), "--json", "--epochs", "2", "--resume", in("a-training.safetensors"));
        assertEquals(0, result.code(), result::err);
        JsonNode followed = new JsonMapper().readTree(result.lastLine()).get("followed");
        assertTrue(followed.get("loss").get("values").get(0).isNull() && followed.get("loss").get("values").get(1).isNull(), followed::toString);
        assertTrue(followed.get("loss").get("values").get(2).isNumber(), followed::toString);
        assertTrue(followed.get("accuracy").get("values").get(0).isNumber(), followed::toString);
        assertFalse(followed.get("loss").has("towards"));
    }

    @Test
    void stateOfAnotherModelIsNotResumed() throws IOException {
        train("-o", in("a.jar"), "--epochs", "1");
        Path other = write("other.sinter", SMALL.replace("f32[3] = 0", "f32[3] = 0\n  param more: f32[2] = 0"));
        assertEquals("error: the saved training is of another model than Small: it lacks more",
                fails(1, "train", other.toString(), "--target", "jvm", "-o", in("b.jar"), "--resume", in("a-training.safetensors")).lines().reduce((_, b) -> b).orElseThrow());
        assertEquals("error: there is no file " + in("none.safetensors"), train("-o", in("b.jar"), "--resume", in("none.safetensors")).err().strip());
        assertFalse(Files.exists(folder.resolve("b.jar")));
    }

    @Test
    void aLossThatIsNoNumberStopsTheRun() throws IOException {
        small();
        // The root of what shrinks with every step: after some epochs, of a negative number.
        String model = """
                import std.optim
                model Root {
                  param w: f32[] = 1
                  export train fit(image: f32[N, 2]) = Sgd(rate: 0.2) minimise sqrt(w)
                  training {
                    data: "small.csv"
                    batch: 32
                    epochs: 50
                    each batch { fit(image) }
                  }
                }
                """;
        Path file = write("root.sinter", model);
        String error = fails(1, "train", file.toString(), "--target", "jvm", "-o", in("root.jar"));
        assertTrue(error.contains("error: the loss of fit became NaN in epoch 9, at its step 9; a smaller rate, `through clip_norm(1)`, or scaled data may help\n"
                + in("root.jar") + " holds the model as it was after epoch 8"), error);
        assertTrue(Files.exists(folder.resolve("root.jar")));
        Path bad = write("bad.sinter", model.replace("w: f32[] = 1", "w: f32[] = -1"));
        error = fails(1, "train", bad.toString(), "--target", "jvm", "-o", in("bad.jar"));
        assertTrue(error.endsWith("no artifact was written"), error);
        assertFalse(Files.exists(folder.resolve("bad.jar")));
    }

    @Test
    void optionsAreChecked() throws IOException {
        assertEquals("error: --epochs is -1, expected 0 or more", train("--epochs", "-1").err().strip());
        assertEquals("error: --batch is 0, expected at least 1", train("--batch", "0").err().strip());
        assertEquals("error: Invalid value for option '--epochs': 'many' is not an int\ntry: sinter train --help", train("--epochs", "many").err().strip());
        assertEquals("error: --curve x.gif ends neither in .png nor in .svg", train("--curve", "x.gif").err().strip());
        assertEquals("error: -o x.zip: an artifact's name ends in .jar", train("-o", "x.zip").err().strip());
        assertEquals("error: no target is called 'gpu'; there are jvm and native", fails(2, "train", small().toString(), "--target", "gpu"));
        assertEquals("error: --threads is 0, expected at least 1", fails(2, "train", small().toString(), "--threads", "0"));
        assertEquals("error: there is no file nothing.sinter", fails(1, "train", "nothing.sinter"));
        assertEquals("error: cannot write " + in("no/a.jar") + ": there is no folder " + in("no"), train("-o", in("no/a.jar")).err().strip());
        assertTrue(fails(2, "train").startsWith("error: Missing required parameter: 'MODEL.sinter'"));
        assertTrue(fails(2, "train", "x.sinter", "--epoch", "3").startsWith("error: Unknown options: '--epoch', '3'\nPossible solutions: --epochs"));
    }

    @Test
    void dataThatDoesNotFitIsRefused() throws IOException {
        String jar = in("a.jar");
        assertTrue(train("-o", jar, "--data", "nothing.csv").err().startsWith("error: there is no data 'nothing.csv'; looked in "));
        write("empty.csv", "");
        assertEquals("error: " + in("empty.csv") + " has 0 rows: too few to hold some out", train("-o", jar, "--data", in("empty.csv")).err().strip());
        write("wide.csv", "1,2,3,0\n4,5,6,1\n7,8,9,2\n1,2,3,0\n");
        assertEquals("error: the data does not fit the model: the input 'image: f32[N, 2]' of fit cannot take rows of image: f32[3]",
                train("-o", jar, "--data", in("wide.csv")).err().strip().lines().reduce((_, b) -> b).orElseThrow());
        Path silent = write("silent.sinter", SMALL.replaceFirst("(?s)training \\{.*?\\n  }\\n", ""));
        assertTrue(fails(1, "train", silent.toString()).startsWith("error: model Small in " + silent + " has no training block; add one, for example"));
        Path dataless = write("dataless.sinter", SMALL.replace("data: \"small.csv\"", ""));
        assertEquals("error: the input 'image: f32[N, 2]' of fit takes rows of data, but no data is given: use --data",
                fails(1, "train", dataless.toString(), "--target", "jvm", "-o", jar).lines().reduce((_, b) -> b).orElseThrow());
    }

    @Test
    void aModelWithErrorsShowsThemAll() throws IOException {
        Path bad = write("bad.sinter", SMALL.replace("image @ weight + bias", "image @ weigth + bias").replace("2 * x", "2 * z"));
        String error = fails(1, "train", bad.toString());
        assertTrue(error.contains("`z`") && error.contains("weigth") && error.endsWith("2 errors"), error);
    }

    @Test
    void noEpochsGiveTheFirstState() throws IOException {
        Result result = train("-o", in("a.jar"), "--epochs", "0");
        assertEquals(0, result.code(), result::err);
        assertTrue(result.out().contains("held-out loss         1.09861   (8 rows)"), result.out());
        assertFalse(Files.exists(folder.resolve("a-loss.png")));
        JsonNode json = new JsonMapper().readTree(train("-o", in("a.jar"), "--epochs", "0", "--json").lastLine());
        assertTrue(json.get("loss").get("fit").isNull() && json.get("curve").isNull() && json.get("value").isNumber(), json::toString);
    }
}
