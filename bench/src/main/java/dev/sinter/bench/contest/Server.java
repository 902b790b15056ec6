package dev.sinter.bench.contest;

import dev.sinter.bench.contest.Message.Reply;
import dev.sinter.bench.contest.Message.Request;
import dev.sinter.bench.workload.Workload;
import dev.sinter.bench.workload.Workloads;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// A contender's process: reads requests from standard input, answers on standard output, and sleeps in between. Arguments: the contender and the number of threads.
final class Server {
    private final Contender contender;
    private final int threads;
    private final Path scratch;
    private Prepared prepared;
    private Workload workload;
    private Pace pace;

    private Server(Contender contender, int threads, Path scratch) {
        this.contender = contender;
        this.threads = threads;
        this.scratch = scratch;
    }

    /// Serves until the driver goes away.
    public static void main(String[] arguments) throws IOException {
        Path scratch = Files.createTempDirectory("contender-");
        try {
            var server = new Server(Contenders.named(arguments[0]), Integer.parseInt(arguments[1]), scratch);
            Message.serve(server::answer);
            server.release();
        } finally {
            delete(scratch);
        }
        // Libraries may leave threads behind.
        System.exit(0);
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private Reply answer(Request request) throws Exception {
        return switch (request.verb()) {
            case VERSION -> Reply.text(contender.version());
            case PREPARE -> prepare(request);
            case OUTPUT -> output(Path.of(request.file()));
            case WARM -> {
                pace.warm(request.millis());
                yield Reply.DONE;
            }
            case MEASURE -> {
                prepared.reset();
                var nanos = pace.measure(request.millis());
                yield Reply.samples(nanos, pace.allocated());
            }
            case RELEASE -> {
                release();
                yield Reply.DONE;
            }
            case START_UP -> contender.startUp(named(request).computation(), setting(request))
                    .map(s -> new Reply(true, null, null, null, 0, s)).orElse(Reply.UNABLE);
        };
    }

    private static Workload named(Request request) {
        return Workloads.named(request.workload()).orElseThrow(() -> new IllegalArgumentException("there is no workload " + request.workload()));
    }

    private Setting setting(Request request) {
        return new Setting(threads, Path.of(request.file()), scratch);
    }

    private Reply prepare(Request request) throws Exception {
        release();
        workload = named(request);
        Optional<Prepared> found = contender.prepare(workload.computation(), setting(request));
        if (found.isEmpty()) {
            return Reply.UNABLE;
        }
        prepared = found.get();
        pace = new Pace(prepared::run);
        return Reply.DONE;
    }

    private Reply output(Path file) throws IOException {
        prepared.reset();
        for (int k = 0; k < workload.computation().callsToCompare(); k++) {
            prepared.run();
        }
        float[] values = prepared.output();
        try (var arena = Arena.ofConfined(); var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE,
                StandardOpenOption.READ)) {
            channel.map(FileChannel.MapMode.READ_WRITE, 0, 4L * values.length, arena).copyFrom(java.lang.foreign.MemorySegment.ofArray(values));
        }
        return Reply.DONE;
    }

    private void release() {
        if (prepared != null) {
            prepared.close();
            prepared = null;
            pace = null;
        }
    }
}
