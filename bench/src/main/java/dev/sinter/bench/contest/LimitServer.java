package dev.sinter.bench.contest;

import dev.sinter.bench.contest.Message.Reply;
import dev.sinter.bench.contest.Message.Request;
import dev.sinter.compiler.measure.ProbeModel;
import dev.sinter.compiler.measure.Probes;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.passes.schedule.Machine;
import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Session;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// The process that measures what the machine can do, as native code that Sinter generates for it: a part of the data for each thread. Argument: the number of threads.
final class LimitServer {
    private final int threads;
    private final ExecutorService pool;
    private final String target = dev.sinter.runtime.Machine.targets().getFirst();
    private final Machine machine = ProbeModel.machine(target);
    private final Map<String, Probe> probes = new HashMap<>();

    /// A limit that is ready to be measured.
    ///
    /// @param sessions one for each thread
    /// @param perCall  operations, or bytes
    private record Probe(Model model, List<Session> sessions, double perCall) { }

    private LimitServer(int threads) {
        this.threads = threads;
        this.pool = Executors.newFixedThreadPool(threads);
    }

    /// Serves until the driver goes away.
    public static void main(String[] arguments) throws IOException {
        var server = new LimitServer(Integer.parseInt(arguments[0]));
        Message.serve(server::answer);
        System.exit(0);
    }

    private Reply answer(Request request) throws Exception {
        return switch (request.verb()) {
            case VERSION -> Reply.text(target);
            case PREPARE -> {
                probes.computeIfAbsent(request.workload(), text -> prepare(Limit.parse(text)));
                yield Reply.DONE;
            }
            case WARM, MEASURE -> Reply.samples(List.of(rate(probes.get(request.workload()), request.millis())), 0);
            case RELEASE -> {
                probes.values().forEach(p -> p.model.close());
                probes.clear();
                yield Reply.DONE;
            }
            case OUTPUT, START_UP -> Reply.UNABLE;
        };
    }

    private Probe prepare(Limit limit) {
        long elements = limit.bytes() / 4 / threads / Probes.READ_STEP * Probes.READ_STEP;
        long copied = elements / 2 / Probes.READ_STEP * Probes.READ_STEP;
        LoopProgram program = switch (limit.kind()) {
            case ARITHMETIC -> Probes.multiplyAdds(machine);
            case READ -> Probes.read(machine, elements);
            case COPY -> Probes.copy(machine, copied);
        };
        double perCall = switch (limit.kind()) {
            case ARITHMETIC -> Probes.multiplyAddFlops(machine);
            case READ -> 4.0 * elements;
            case COPY -> 8.0 * copied;
        };
        Model model = ProbeModel.load(target, List.of(program));
        var function = model.function(program.name());
        var sessions = new ArrayList<Session>();
        for (int k = 0; k < threads; k++) {
            var session = function.session(1);
            Tensor x = Tensor.allocate(ElementType.F32, function.inputs().getFirst().shape().getFirst().constant());
            for (long e = 0; e < x.elements(); e++) {
                x.setFloat(e, 0.5f);
            }
            session.bind(new Tensor[] {x}, session.allocateOutputs(x));
            sessions.add(session);
        }
        return new Probe(model, sessions, perCall);
    }

    /// What all threads together do in a nanosecond, each going over its own part.
    private double rate(Probe probe, long millis) throws InterruptedException, ExecutionException {
        var together = new CyclicBarrier(threads);
        var rates = new ArrayList<Future<Double>>();
        for (Session session : probe.sessions) {
            rates.add(pool.submit(() -> {
                together.await();
                long began = System.nanoTime();
                long calls = 0;
                long passed;
                do {
                    for (int k = 0; k < 8; k++) {
                        session.call();
                    }
                    calls += 8;
                    passed = System.nanoTime() - began;
                } while (passed < millis * 1_000_000);
                return calls * probe.perCall / passed;
            }));
        }
        double sum = 0;
        for (var rate : rates) {
            sum += rate.get();
        }
        return sum;
    }
}
