package dev.sinter.compiler.training;

import dev.sinter.compiler.data.DataSet;
import dev.sinter.frontend.checked.TrainingPlan;
import dev.sinter.runtime.Function;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// One training run of a loaded artifact.
///
/// An epoch shuffles the rows and makes the calls of `each batch` again and again until every row was used once, or as often as the plan says; each
/// call takes the next rows (if the rows end, it begins with the first ones again). Then come the calls of `each epoch`, each on all rows at once.
public final class Trainer implements AutoCloseable {
    private final Model model;
    private final Optional<DataSet> data;
    private final int rows;
    private final Settings settings;
    private final List<Repeated> batchCalls = new ArrayList<>();
    private final List<Repeated> epochCalls = new ArrayList<>();
    private final List<BatchCall> calls = new ArrayList<>();
    private final List<Measure> measures = new ArrayList<>();
    private final Losses losses = new Losses();
    private final Followed followed;
    private final int rounds;
    private int epochs;

    /// @param batch   rows in a batch
    /// @param seed    of initial values, orders and draws
    /// @param rounds  how often an epoch makes the calls of `each batch`; empty for as often as it takes to use every row
    /// @param threads for each call
    public record Settings(int batch, long seed, OptionalInt rounds, int threads) { }

    private record Repeated(BatchCall call, int times) { }

    private record Measure(TrainingPlan.Score score, BatchCall call) { }

    /// What a run tells while it goes on.
    public interface Watcher {
        /// A call of a training function was made.
        void step(String function, double loss);
    }

    /// Prepares a run; with a checkpoint, one that goes on where that stopped, otherwise one from the initial values for the seed.
    ///
    /// @throws TrainingException if model and data, or model and checkpoint, do not fit
    public Trainer(Model model, TrainingPlan plan, Optional<DataSet> data, Settings settings, Optional<Checkpoint> resumed) {
        this.model = model;
        this.data = data;
        this.rows = data.map(DataSet::rows).orElse(0);
        this.settings = settings;
        try {
            plan.rounds().forEach(this::prepare);
            plan.scores().forEach(s -> {
                Function function = model.function(s.entry());
                measures.add(new Measure(s, new BatchCall(function, Feed.of(function, s.columns(), data.map(DataSet::heldOut).orElse(List.of())), settings.threads())));
            });
            if (batchCalls.isEmpty() && epochCalls.isEmpty()) {
                throw new TrainingException("the training block of " + model.name() + " calls no function; it needs, for example, `each batch { fit(image, label) }`");
            }
            long taking = batchCalls.stream().filter(r -> r.call.feed().takesRows()).mapToLong(Repeated::times).sum();
            long batches = (rows + settings.batch() - 1) / settings.batch();
            rounds = batchCalls.isEmpty() ? 0 : settings.rounds().orElseGet(() -> Math.toIntExact((batches + Math.max(1, taking) - 1) / Math.max(1, taking)));
            if (rounds == 0 && !batchCalls.isEmpty()) {
                throw new TrainingException("the training block takes no data and does not say how many batches an epoch has; add, for example, `batches: 100`");
            }
            if (resumed.isPresent()) {
                resume(resumed.get());
            } else {
                model.function("init").callAll(Tensor.scalar(settings.seed()));
            }
            var names = plan.scores().stream().filter(TrainingPlan.Score::followed).map(TrainingPlan.Score::name).toList();
            followed = new Followed(names, resumed.map(Checkpoint::scores).orElse(Map.of()), epochs);
            if (resumed.isEmpty()) {
                follow();
            }
        } catch (Throwable e) {
            close();
            throw e;
        }
    }

    private void prepare(TrainingPlan.Round round) {
        boolean whole = round.unit().equals("epoch");
        for (TrainingPlan.Call c : round.calls()) {
            Function function = model.function(c.function());
            Feed feed = Feed.of(function, c.columns(), data.map(DataSet::training).orElse(List.of()));
            feed.fixedRows().ifPresent(fixed -> {
                int given = whole ? rows : settings.batch();
                if (fixed != given || !whole && rows % given != 0) {
                    throw new TrainingException(function.name() + " takes exactly " + fixed + " rows, " + (fixed != given ? "a call would give it " + given
                            : "but " + rows + " rows do not come out even") + "; give its first axis a name instead, such as N");
                }
            });
            var call = new BatchCall(function, feed, settings.threads());
            calls.add(call);
            (whole ? epochCalls : batchCalls).add(new Repeated(call, Math.toIntExact(c.times())));
        }
    }

    private void resume(Checkpoint from) {
        if (from.rows() != rows) {
            throw new TrainingException("the saved training used " + from.rows() + " rows, the data has " + rows + ": resume with the same data");
        }
        from.restore(model);
        from.losses().forEach(losses::restore);
        epochs = from.epochs();
    }

    /// How many epochs are done.
    public int epochs() {
        return epochs;
    }

    /// How many calls an epoch makes.
    public long stepsPerEpoch() {
        return (long) rounds * batchCalls.stream().mapToInt(Repeated::times).sum() + epochCalls.stream().mapToInt(Repeated::times).sum();
    }

    /// The losses so far.
    public Losses losses() {
        return losses;
    }

    /// The scores that are taken `each epoch`, so far.
    public Followed followed() {
        return followed;
    }

    /// Whether a score is the mean over held-out rows, rather than one of the model alone.
    public boolean takesRows(TrainingPlan.Score score) {
        return measures.stream().anyMatch(m -> m.score.equals(score) && m.call.feed().takesRows());
    }

    /// The functions that train and give a loss, in the order of the plan.
    public List<String> lossNames() {
        return calls.stream().filter(BatchCall::hasLoss).map(BatchCall::name).distinct().toList();
    }

    /// Trains for one more epoch, then takes the scores that are followed.
    ///
    /// @throws TrainingException if a loss is infinite or no number; the model's state is then of no use any more
    public void epoch(Watcher watcher) {
        int[] order = new int[rows];
        Order.shuffle(order, settings.seed(), epochs);
        int next = 0;
        for (int r = 0; r < rounds; r++) {
            for (Repeated repeated : batchCalls) {
                for (int t = 0; t < repeated.times; t++) {
                    int count = 0;
                    if (repeated.call.feed().takesRows()) {
                        next = next == order.length ? 0 : next;
                        count = Math.min(settings.batch(), order.length - next);
                    }
                    step(repeated.call, order, next, count, watcher);
                    next += count;
                }
            }
        }
        for (Repeated repeated : epochCalls) {
            for (int t = 0; t < repeated.times; t++) {
                step(repeated.call, order, 0, repeated.call.feed().takesRows() ? order.length : 0, watcher);
            }
        }
        epochs++;
        follow();
    }

    private void follow() {
        for (Measure measure : measures) {
            if (measure.score.followed()) {
                followed.set(measure.score.name(), epochs, take(measure.call).value());
            }
        }
    }

    private void step(BatchCall call, int[] order, int from, int count, Watcher watcher) {
        double loss = call.call(order, from, count, settings.seed());
        if (call.hasLoss()) {
            if (!Double.isFinite(loss)) {
                throw new TrainingException("the loss of " + call.name() + " became " + (Double.isNaN(loss) ? "NaN" : "infinite") + " in epoch " + (epochs + 1) + ", at its step "
                        + (losses.count(call.name()) + 1) + "; a smaller rate, `through clip_norm(1)`, or scaled data may help");
            }
            losses.add(call.name(), loss);
        }
        watcher.step(call.name(), loss);
    }

    /// A score, and how many held-out rows it is the mean over; 0 if it takes none.
    public record Score(double value, int rows) { }

    /// The scores by name, each the mean over all held-out rows.
    public Map<String, Score> scores() {
        var taken = new LinkedHashMap<String, Score>();
        measures.forEach(m -> taken.put(m.score.name(), take(m.call)));
        return taken;
    }

    private Score take(BatchCall score) {
        int held = data.map(DataSet::heldOutRows).orElse(0);
        int[] order = Order.plain(held);
        if (!score.feed().takesRows()) {
            return new Score(score.call(order, 0, 0, settings.seed()), 0);
        }
        int batch = score.feed().fixedRows().orElse(settings.batch());
        int used = score.feed().fixedRows().isPresent() ? held / batch * batch : held;
        double sum = 0;
        for (int from = 0; from < used; from += batch) {
            int count = Math.min(batch, used - from);
            sum += count * score.call(order, from, count, settings.seed() + from);
        }
        return new Score(sum / used, used);
    }

    /// Writes a file from which the run can be resumed.
    public void save(Path file) throws IOException {
        Checkpoint.write(file, model, epochs, settings.seed(), settings.batch(), rows, losses, followed);
    }

    @Override
    public void close() {
        calls.forEach(BatchCall::close);
        measures.forEach(m -> m.call.close());
    }
}
