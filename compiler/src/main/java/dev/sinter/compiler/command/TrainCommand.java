package dev.sinter.compiler.command;

import dev.sinter.compiler.Compilation;
import dev.sinter.compiler.Compiler;
import dev.sinter.compiler.data.DataSet;
import dev.sinter.compiler.data.DataSpec;
import dev.sinter.compiler.plot.TrainingCurves;
import dev.sinter.compiler.training.Checkpoint;
import dev.sinter.compiler.training.Trainer;
import dev.sinter.compiler.training.TrainingException;
import dev.sinter.frontend.checked.CheckedModel;
import dev.sinter.frontend.checked.TrainingPlan;
import dev.sinter.runtime.Function;
import dev.sinter.runtime.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// `sinter train`: compiles a model, trains it on data, and saves the artifact with the trained state.
@Command(name = "train", mixinStandardHelpOptions = true, description = "Trains a model and saves it as an artifact.",
        footer = {"", "What is not given is taken from the model's training block. DATA is a .csv, .csv.gz or .txt file, a folder with",
            "MNIST's IDX files, or eight_gaussians; a relative path is looked for beside the model file, in the folder data beside",
            "it or above it, and here. After each epoch the artifact and OUT-training.safetensors are saved; --resume goes on from",
            "the latter, with the same result to the bit as an uninterrupted run."})
final class TrainCommand implements Callable<Integer> {
    private static final int DEFAULT_BATCH = 32;
    private static final int DEFAULT_EPOCHS = 10;
    private static final int DEFAULT_WINDOW = 65;

    @ParentCommand
    private Sinter sinter;

    @Mixin
    private ModelFile file;

    @Option(names = "--data", paramLabel = "DATA", description = "The data to train on.")
    private String dataOption;

    @Option(names = "--epochs", paramLabel = "E", description = "How often to use all data.")
    private Integer epochsOption;

    @Option(names = "--batch", paramLabel = "B", description = "Rows for each step.")
    private Integer batchOption;

    @Option(names = "--seed", paramLabel = "S", description = "Of everything random (default: 0).")
    private Long seedOption;

    @Option(names = "--target", paramLabel = "TARGET", description = "Train with, and compile for, jvm or native only (default: compile for both, train with native code).")
    private String target;

    @Option(names = "--threads", paramLabel = "N", description = "Threads for each step (default: one for each processor).")
    private Integer threads;

    @Option(names = {"-o", "--output"}, paramLabel = "OUT.jar", description = "The artifact (default: the model file's name, here).")
    private Path output;

    @Option(names = "--curve", paramLabel = "FILE", description = "The curves of the loss and of what is followed, .png or .svg (default: OUT-loss.png).")
    private Path curve;

    @Option(names = "--resume", paramLabel = "FILE", description = "Go on from this saved state of a training run.")
    private Path resume;

    @Option(names = "--json", description = "End with one JSON object on standard output: metric, value, seconds, artifact and more.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        long began = System.nanoTime();
        checkOptions();
        Path source = file.existing();
        Path artifact = WholeFiles.writable(output != null ? output : Path.of(file.baseName() + ".jar"));
        Path picture = WholeFiles.writable(curve != null ? curve : beside(artifact, "-loss.png"));
        Path state = beside(artifact, "-training.safetensors");
        CheckedModel model = file.check();
        TrainingPlan plan = model.training().orElseThrow(() -> new UserError("model " + model.module().name() + " in " + source
                + " has no training block; add one, for example\n  training {\n    data: \"digits/digits.csv.gz\"\n    each batch { fit(image, label) }\n    score loss: loss(image, label)\n  }"));
        Optional<Checkpoint> resumed = resume == null ? Optional.empty() : Optional.of(Checkpoint.read(ModelFile.require(resume)));
        resumed.ifPresent(this::checkResumed);
        int epochs = epochsOption != null ? epochsOption : Math.toIntExact(whole(plan, "epochs", DEFAULT_EPOCHS));
        long seed = resumed.map(Checkpoint::seed).orElse(seedOption != null ? seedOption : whole(plan, "seed", 0));
        int batch = resumed.map(Checkpoint::batch).orElse(batchOption != null ? batchOption : Math.toIntExact(whole(plan, "batch", DEFAULT_BATCH)));
        Optional<DataSet> data = data(plan, source, seed);
        announce(data, model, epochs, batch, seed);
        Compilation compilation = compile(model);
        try (Model loaded = compilation.load(Artifacts.options(target == null ? "best" : target, threads));
             Trainer trainer = new Trainer(loaded, plan, data, new Trainer.Settings(batch, seed, rounds(plan), loaded.threads()), resumed)) {
            train(trainer, loaded, plan, epochs, artifact, state);
            if (trainer.epochs() > 0) {
                WholeFiles.write(() -> draw(picture, loaded.name(), trainer, plan));
            }
            report(trainer, loaded, plan, data, artifact, picture, seed, batch, (System.nanoTime() - began) / 1e9);
        }
        return Sinter.DONE;
    }

    private void checkOptions() {
        if (epochsOption != null && epochsOption < 0) {
            throw UserError.use("--epochs is " + epochsOption + ", expected 0 or more");
        }
        if (batchOption != null && batchOption < 1) {
            throw UserError.use("--batch is " + batchOption + ", expected at least 1");
        }
        if (target != null && !List.of("jvm", "native").contains(target)) {
            throw UserError.use("no target is called '" + target + "'; there are jvm and native");
        }
        if (curve != null && !curve.toString().endsWith(".png") && !curve.toString().endsWith(".svg")) {
            throw UserError.use("--curve " + curve + " ends neither in .png nor in .svg");
        }
        if (output != null) {
            Artifacts.requireName(output);
        }
        Artifacts.options("best", threads);
    }

    private void checkResumed(Checkpoint from) {
        if (batchOption != null && batchOption != from.batch()) {
            throw UserError.use("--batch is " + batchOption + ", but the saved training has batches of " + from.batch());
        }
        if (seedOption != null && seedOption != from.seed()) {
            throw UserError.use("--seed is " + seedOption + ", but the saved training has the seed " + from.seed());
        }
    }

    private static Path beside(Path artifact, String ending) {
        return artifact.resolveSibling(artifact.getFileName().toString().replaceFirst("\\.jar$", "") + ending);
    }

    private static long whole(TrainingPlan plan, String name, long otherwise) {
        return switch (plan.settings().get(name)) {
            case null -> otherwise;
            case Long value when value >= 0 -> value;
            case Object other -> throw new UserError("the training block's setting '" + name + "' is " + other + ", expected a whole number");
        };
    }

    private static OptionalInt rounds(TrainingPlan plan) {
        long rounds = whole(plan, "batches", 0);
        return rounds == 0 ? OptionalInt.empty() : OptionalInt.of(Math.toIntExact(rounds));
    }

    private static OptionalDouble scale(TrainingPlan plan) {
        return switch (plan.settings().get("scale")) {
            case null -> OptionalDouble.empty();
            case Number value -> OptionalDouble.of(value.doubleValue());
            case Object other -> throw new UserError("the training block's setting 'scale' is " + other + ", expected a number");
        };
    }

    private Optional<DataSet> data(TrainingPlan plan, Path source, long seed) {
        String spec = dataOption != null ? dataOption : plan.settings().get("data") instanceof String s ? s : null;
        if (spec == null) {
            return Optional.empty();
        }
        Path folder = source.toAbsolutePath().getParent();
        Path here = Path.of("").toAbsolutePath();
        var near = dataOption != null ? List.of(here, folder, folder.resolve("data"), folder.resolveSibling("data"))
                : List.of(folder, folder.resolve("data"), folder.resolveSibling("data"), here);
        var how = new DataSpec.Reading(Math.max(2, Math.toIntExact(whole(plan, "window", DEFAULT_WINDOW))), scale(plan), seed);
        return Optional.of(DataSpec.read(spec, near, how));
    }

    private void announce(Optional<DataSet> data, CheckedModel model, int epochs, int batch, long seed) {
        sinter.console().err().println("model " + model.module().name() + data.map(d -> "; data " + d.name() + ": " + d.rows() + " rows to train on, " + d.heldOutRows()
                + " held out; " + String.join("; ", d.notes())).orElse("; no data"));
        sinter.console().err().println(epochs + (epochs == 1 ? " epoch" : " epochs") + data.map(_ -> ", batches of " + batch).orElse("") + ", seed " + seed);
    }

    private Compilation compile(CheckedModel model) {
        var stages = new Stages(sinter.console());
        try {
            Compilation compilation = Compiler.compile(model, file.options(Targets.parse(target)), stages);
            stages.end();
            sinter.console().err().println(String.format(Locale.ROOT, "compiled in %.1f s", stages.nanos().values().stream().mapToLong(Long::longValue).sum() / 1e9));
            return compilation;
        } finally {
            stages.end();
        }
    }

    private void train(Trainer trainer, Model model, TrainingPlan plan, int epochs, Path artifact, Path state) throws IOException {
        boolean saved = false;
        try (var progress = new TrainingProgress(sinter.console(), trainer.epochs(), epochs, trainer.stepsPerEpoch())) {
            progress.start(trainer.epochs(), lastFollowed(trainer, plan));
            while (trainer.epochs() < epochs) {
                trainer.epoch(progress);
                progress.epoch(trainer.epochs(), lastFollowed(trainer, plan));
                WholeFiles.write(() -> {
                    model.save(artifact);
                    trainer.save(state);
                });
                saved = true;
            }
        } catch (TrainingException e) {
            throw new TrainingException(e.getMessage() + (saved ? "\n" + artifact + " holds the model as it was after epoch " + trainer.epochs() : "\nno artifact was written"));
        }
        if (!saved) {
            WholeFiles.write(() -> model.save(artifact));
        }
    }

    /// A score's name beside those of the losses, which may be the same.
    private static String label(Trainer trainer, TrainingPlan.Score score) {
        return (trainer.takesRows(score) ? "held-out " : "") + score.name();
    }

    private static Map<String, Double> lastFollowed(Trainer trainer, TrainingPlan plan) {
        Map<String, Double> last = trainer.followed().last();
        var labelled = new LinkedHashMap<String, Double>();
        plan.scores().stream().filter(TrainingPlan.Score::followed).forEach(s -> labelled.put(label(trainer, s), last.get(s.name())));
        return labelled;
    }

    private static void draw(Path picture, String model, Trainer trainer, TrainingPlan plan) throws IOException {
        var losses = trainer.losses().byFunction().entrySet().stream().map(e -> new TrainingCurves.Losses(e.getKey(), e.getValue())).toList();
        Map<String, double[]> followed = trainer.followed().byName();
        var scores = plan.scores().stream().filter(TrainingPlan.Score::followed).map(s -> new TrainingCurves.Followed(label(trainer, s), followed.get(s.name()), s.goal())).toList();
        TrainingCurves.draw(picture, model + ", loss", trainer.epochs(), losses, scores);
    }

    private void report(Trainer trainer, Model model, TrainingPlan plan, Optional<DataSet> data, Path artifact, Path picture, long seed, int batch, double seconds) throws IOException {
        Map<String, Trainer.Score> scores = trainer.scores();
        Optional<String> text = Showing.text(model, data, seed);
        Optional<Showing.Points> points = Showing.points(model, data, seed, beside(artifact, "-samples.png"));
        var out = json ? sinter.console().err() : sinter.console().out();
        plan.scores().forEach(s -> out.println(line(s, scores.get(s.name()), trainer)));
        points.ifPresent(p -> out.println("coverage              " + Showing.describe(p.coverage()) + "\npicture               " + p.picture()));
        text.ifPresent(t -> out.println("a text it writes:\n" + t.indent(2).stripTrailing()));
        out.println("artifact              " + artifact + " (" + Files.size(artifact) + " bytes)");
        if (trainer.epochs() > 0) {
            out.println("loss curve            " + picture);
        }
        Function shown = Artifacts.showpiece(model);
        out.println("call it from a shell  " + Artifacts.shellCall(artifact, shown, text.isPresent()));
        out.println("call it from Java     " + Artifacts.javaCall(artifact, shown).indent(22).strip());
        if (json) {
            summary(trainer, model, plan, scores, points, artifact, picture, seed, batch, seconds);
        }
    }

    /// A score's final value, and what there is to know about it.
    private static String line(TrainingPlan.Score score, Trainer.Score taken, Trainer trainer) {
        var notes = new ArrayList<String>();
        if (taken.rows() > 0) {
            notes.add(taken.rows() + " rows");
        }
        if (score.followed() && trainer.epochs() > 0) {
            notes.add(TrainingCurves.brief(trainer.followed().byName().get(score.name())[0]) + " at the start");
        }
        score.goal().ifPresent(goal -> notes.add("towards " + TrainingCurves.brief(goal)));
        return String.format(Locale.ROOT, "%-21s %.6g%s", (taken.rows() > 0 ? "held-out " : "final ") + score.name(), taken.value(), notes.isEmpty() ? "" : "   (" + String.join("; ", notes) + ")");
    }

    private void summary(Trainer trainer, Model model, TrainingPlan plan, Map<String, Trainer.Score> scores, Optional<Showing.Points> points, Path artifact, Path picture, long seed, int batch,
                         double seconds) throws IOException {
        var fields = new LinkedHashMap<String, Object>();
        var first = scores.entrySet().stream().findFirst();
        fields.put("metric", first.map(Map.Entry::getKey).orElse(null));
        fields.put("value", first.map(e -> e.getValue().value()).orElse(null));
        fields.put("seconds", seconds);
        fields.put("artifact", artifact.toString());
        fields.put("bytes", Files.size(artifact));
        fields.put("model", model.name());
        fields.put("epochs", trainer.epochs());
        fields.put("batch", batch);
        fields.put("seed", seed);
        fields.put("target", model.functions().values().iterator().next().target());
        var values = new LinkedHashMap<String, Double>();
        scores.forEach((name, score) -> values.put(name, score.value()));
        fields.put("scores", values);
        fields.put("followed", followed(trainer, plan));
        var losses = new LinkedHashMap<String, Double>();
        for (String function : trainer.lossNames()) {
            int count = trainer.losses().count(function);
            int last = Math.max(1, count / Math.max(1, trainer.epochs()));
            losses.put(function, count == 0 ? null : (Double) trainer.losses().mean(function, Math.max(0, count - last)));
        }
        fields.put("loss", losses);
        points.ifPresent(p -> {
            fields.put("covered", p.coverage().covered());
            fields.put("centres", p.coverage().centres());
            fields.put("near", p.coverage().near());
        });
        fields.put("curve", trainer.epochs() > 0 ? picture.toString() : null);
        sinter.console().json(fields);
    }

    /// By name, the values before the first epoch and after each one, null where there is no finite one; and the goal, if the model states one.
    private static Map<String, Object> followed(Trainer trainer, TrainingPlan plan) {
        Map<String, double[]> values = trainer.followed().byName();
        var followed = new LinkedHashMap<String, Object>();
        plan.scores().stream().filter(TrainingPlan.Score::followed).forEach(s -> {
            var entry = new LinkedHashMap<String, Object>();
            entry.put("values", Arrays.stream(values.get(s.name())).mapToObj(v -> Double.isFinite(v) ? (Double) v : null).toList());
            s.goal().ifPresent(goal -> entry.put("towards", goal));
            followed.put(s.name(), entry);
        });
        return followed;
    }
}
