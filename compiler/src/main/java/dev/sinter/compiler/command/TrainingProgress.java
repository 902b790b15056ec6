package dev.sinter.compiler.command;

import dev.sinter.compiler.plot.TrainingCurves;
import dev.sinter.compiler.training.Trainer;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/// What a person sees of a training run: a bar on a terminal, else a line for each epoch.
final class TrainingProgress implements Trainer.Watcher, AutoCloseable {
    private static final int TERMINAL_COLUMNS = 100;
    /// How many steps pass between two looks at the losses: reading them costs more than a small step.
    private static final int EVERY = 16;

    private final PrintStream err;
    private final int epochs;
    private final ProgressBar bar;
    private final Map<String, double[]> sums = new LinkedHashMap<>();
    private String scores = "";
    private long epochBegan = System.nanoTime();
    private long epochSteps;

    TrainingProgress(Console console, int epochsDone, int epochs, long stepsPerEpoch) {
        this.err = console.err();
        this.epochs = epochs;
        this.bar = !console.terminal() ? null : new ProgressBarBuilder().setTaskName("training").setInitialMax(epochs * stepsPerEpoch).startsFrom(epochsDone * stepsPerEpoch, java.time.Duration.ZERO)
                .setStyle(ProgressBarStyle.ASCII).setUnit(" steps", 1).showSpeed().setMaxRenderedLength(TERMINAL_COLUMNS)
                .setUpdateIntervalMillis(200).setConsumer(new ConsoleProgressBarConsumer(console.err())).build();
    }

    /// What is followed, as it is before anything is done.
    void start(int epochsDone, Map<String, Double> followed) {
        scores = scores(followed);
        if (bar == null && !followed.isEmpty()) {
            err.println((epochsDone == 0 ? "at the start" : "after epoch " + epochsDone) + scores);
        }
    }

    @Override
    public void step(String function, double loss) {
        double[] sum = sums.get(function);
        if (sum == null) {
            sum = new double[2];
            sums.put(function, sum);
        }
        sum[0] += loss;
        sum[1]++;
        epochSteps++;
        if (bar != null) {
            bar.step();
            if (epochSteps % EVERY == 0) {
                bar.setExtraMessage("  " + means() + scores);
            }
        }
    }

    /// An epoch is done, after which this is what is followed.
    void epoch(int epoch, Map<String, Double> followed) {
        scores = scores(followed);
        if (bar == null) {
            double seconds = (System.nanoTime() - epochBegan) / 1e9;
            err.println(String.format(Locale.ROOT, "epoch %d/%d  %s%s  %.0f steps/s", epoch, epochs, means(), scores, epochSteps / seconds));
        } else {
            bar.setExtraMessage("  " + means() + scores);
        }
        sums.clear();
        epochSteps = 0;
        epochBegan = System.nanoTime();
    }

    private static String scores(Map<String, Double> followed) {
        return followed.entrySet().stream().map(e -> "  " + e.getKey() + " " + TrainingCurves.brief(e.getValue())).collect(Collectors.joining());
    }

    private String means() {
        return sums.entrySet().stream().map(e -> (sums.size() == 1 ? "loss " : e.getKey() + " ") + String.format(Locale.ROOT, "%.4f", e.getValue()[0] / e.getValue()[1]))
                .collect(Collectors.joining("  "));
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
