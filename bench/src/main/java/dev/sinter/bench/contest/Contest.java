package dev.sinter.bench.contest;

import dev.sinter.bench.contest.Child.Failed;
import dev.sinter.bench.contest.Message.Reply;
import dev.sinter.bench.contest.Message.Request;
import dev.sinter.bench.contest.Message.Verb;
import dev.sinter.bench.contest.Results.Entry;
import dev.sinter.bench.contest.Results.Row;
import dev.sinter.bench.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// One workload on some threads: every contender in a fresh process of its own; their results compared; then, in rounds, each in turn gets a slice of time while the others sleep.
final class Contest {
    private final List<Contender> contenders;
    private final Plan plan;
    private final Pinning pinning;
    private final Path log;

    /// How long things take.
    ///
    /// @param warmMillis  each contender calls before anything counts; longer while HotSpot compiles
    /// @param rounds      how often it is each one's turn
    /// @param sliceMillis how long a turn is; at least one call
    record Plan(long warmMillis, int rounds, long sliceMillis) {
        static final Plan USUAL = new Plan(1500, 7, 150);
        static final Plan QUICK = new Plan(500, 3, 50);
    }

    /// @param contenders those that take part, Sinter's native code first if it does
    /// @param log        what the processes print
    Contest(List<Contender> contenders, Plan plan, Pinning pinning, Path log) {
        this.contenders = contenders;
        this.plan = plan;
        this.pinning = pinning;
        this.log = log;
    }

    /// Someone who takes part, until something goes wrong.
    private static final class Player {
        private final Contender contender;
        private final Child child;
        private String version = "";
        private float[] output;
        private double difference;
        private double allocated;
        private final List<Double> samples = new ArrayList<>();

        Player(Contender contender, Child child) {
            this.contender = contender;
            this.child = child;
        }

        Reply ask(Verb verb, Workload workload, Path file, long millis) throws Failed {
            return child.ask(new Request(verb, workload.name(), file == null ? "" : file.toString(), millis));
        }
    }

    /// Something that a player does.
    private interface Step {
        /// Whether the player goes on.
        boolean take(Player player) throws Failed, IOException;
    }

    /// Measures.
    ///
    /// @param artifact Sinter's, with the workload's weights; null if there is none
    /// @param why      there is none
    Row run(Workload workload, int threads, Path artifact, String why) throws IOException {
        var failed = new LinkedHashMap<String, Entry>();
        var players = new ArrayList<Player>();
        try (var limits = Child.limits(threads, pinning, log)) {
            gather(players, failed, workload, threads, artifact, why);
            each(players, failed, p -> {
                // HotSpot compiles beside what it compiles; measured is on the processors of the row again.
                pinning.widen(p.child.pid());
                p.ask(Verb.WARM, workload, null, plan.warmMillis());
                pinning.narrow(p.child.pid(), threads);
                return true;
            });
            var rates = new LinkedHashMap<Limit, List<Double>>();
            rates.put(Limit.ARITHMETIC, new ArrayList<>());
            rates.put(Limit.ofMemory(workload.computation().work()), new ArrayList<>());
            for (Limit limit : rates.keySet()) {
                limit(limits, Verb.PREPARE, limit);
                limit(limits, Verb.WARM, limit);
            }
            for (int round = 0; round < plan.rounds(); round++) {
                each(round % 2 == 0 ? players : players.reversed(), failed, p -> {
                    Reply reply = p.ask(Verb.MEASURE, workload, null, plan.sliceMillis());
                    p.samples.addAll(reply.samples());
                    p.allocated = reply.allocated();
                    return true;
                });
                for (var rate : rates.entrySet()) {
                    rate.getValue().addAll(limit(limits, Verb.MEASURE, rate.getKey()).samples());
                }
            }
            return row(workload, threads, players, failed, rates.values().stream().map(r -> r.stream().mapToDouble(Double::doubleValue).max().orElseThrow()).toList());
        } finally {
            players.forEach(p -> p.child.close());
        }
    }

    /// Compares results and measures nothing: for each contender how far it is from the reference, or why it does not count.
    Map<String, String> agreement(Workload workload, int threads, Path artifact, String why) throws IOException {
        var failed = new LinkedHashMap<String, Entry>();
        var players = new ArrayList<Player>();
        try {
            gather(players, failed, workload, threads, artifact, why);
            var differences = new LinkedHashMap<String, String>();
            players.forEach(p -> differences.put(p.contender.name(), String.format(Locale.ROOT, "%.1e", p.difference)));
            failed.forEach((name, entry) -> differences.put(name, "✗ " + entry.problem()));
            return differences;
        } finally {
            players.forEach(p -> p.child.close());
        }
    }

    /// Starts the processes, has the computation prepared, and compares results.
    private void gather(List<Player> players, Map<String, Entry> failed, Workload workload, int threads, Path artifact, String why) throws IOException {
        Path results = Files.createTempFile("results-", ".floats");
        try {
            for (Contender c : contenders) {
                if (artifact == null && c.name().startsWith("sinter-")) {
                    failed.put(c.name(), Entry.failed(c.name(), "", why));
                    continue;
                }
                players.add(new Player(c, Child.contender(c, threads, pinning, log)));
            }
            each(players, failed, p -> {
                p.version = p.child.ask(Request.of(Verb.VERSION)).text();
                return p.ask(Verb.PREPARE, workload, artifact, 0).able();
            });
            each(players, failed, p -> {
                p.ask(Verb.OUTPUT, workload, results, 0);
                p.output = Agreement.floats(results);
                return true;
            });
            compare(players, failed);
        } finally {
            Files.deleteIfExists(results);
        }
    }

    private Reply limit(Child limits, Verb verb, Limit limit) throws IOException {
        try {
            return limits.ask(new Request(verb, limit.toString(), "", plan.sliceMillis()));
        } catch (Failed e) {
            throw new IOException("the limits of the machine cannot be measured: " + e.getMessage() + "; see " + log, e);
        }
    }

    /// Everyone takes a step; who cannot is out.
    private static void each(List<Player> players, Map<String, Entry> failed, Step step) throws IOException {
        for (Player p : List.copyOf(players)) {
            boolean on;
            try {
                on = step.take(p);
            } catch (Failed e) {
                failed.put(p.contender.name(), Entry.failed(p.contender.name(), p.version, e.getMessage()));
                on = false;
            }
            if (!on) {
                p.child.close();
                players.remove(p);
            }
        }
    }

    /// The first player's results are the reference: Sinter's native code, if it is there. Both kinds of Sinter's code must give the same bits.
    private static void compare(List<Player> players, Map<String, Entry> failed) {
        if (players.isEmpty()) {
            return;
        }
        Player first = players.getFirst();
        for (Player p : List.copyOf(players)) {
            Agreement agreement = Agreement.of(first.output, p.output);
            p.difference = agreement.difference();
            boolean bits = first.contender.name().startsWith("sinter-") && p.contender.name().startsWith("sinter-");
            if (bits ? !agreement.sameBits() : !(agreement.difference() <= Workload.TOLERANCE)) {
                failed.put(p.contender.name(), Entry.failed(p.contender.name(), p.version,
                        String.format(Locale.ROOT, "its results differ from those of %s by %.1e%s", first.contender.name(), agreement.difference(), bits ? ", and must not differ" : "")));
                p.child.close();
                players.remove(p);
            }
        }
        players.forEach(p -> p.output = null);
    }

    private Row row(Workload workload, int threads, List<Player> players, Map<String, Entry> failed, List<Double> rates) {
        var entries = new ArrayList<Entry>();
        for (Contender c : contenders) {
            for (Player p : players) {
                if (p.contender == c) {
                    entries.add(Entry.of(c.name(), p.version, p.difference, p.samples, p.allocated));
                }
            }
            if (failed.containsKey(c.name())) {
                entries.add(failed.get(c.name()));
            }
        }
        return new Row(workload.name(), threads, Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(), rates.getFirst(), rates.getLast(), entries);
    }
}
