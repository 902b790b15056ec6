package dev.sinter.compiler.command;

import dev.sinter.compiler.measure.Signature;
import dev.sinter.compiler.measure.WarmUpCurve;
import dev.sinter.compiler.plot.WarmUpChart;
import dev.sinter.runtime.Function;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// `sinter warm-up`: how a function of a freshly loaded artifact becomes faster.
@Command(name = "warm-up", mixinStandardHelpOptions = true, description = "Loads an artifact, calls a function again and again on random inputs, and shows the time of a call against the time since loading began.",
        footer = {"", "HotSpot compiles class files while they run; code for the Vector API is slow until then. With --quick-start calls run scalar code",
            "at first, while the vectors are warmed up in the background. A process measures one target: the next one would profit from it."})
final class WarmUpCommand implements Callable<Integer> {
    @ParentCommand
    private Sinter sinter;

    @Parameters(paramLabel = "OUT.jar", description = "The artifact.")
    private Path file;

    @Option(names = "--function", paramLabel = "F", description = "The function (default: one that shows best what the model is for).")
    private String function;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "64", description = "The extent of each named dim (default: ${DEFAULT-VALUE}).")
    private long batch;

    @Option(names = "--target", paramLabel = "TARGET", defaultValue = "jvm", description = "best, jvm, native, or a name such as jvm-v256 (default: ${DEFAULT-VALUE}).")
    private String target;

    @Option(names = "--quick-start", description = "Start with scalar code.")
    private boolean quickStart;

    @Option(names = "--threads", paramLabel = "K", defaultValue = "1", description = "How many threads a call uses (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "15", description = "How long to call (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(names = {"-o", "--output"}, paramLabel = "CURVE.svg", description = "The curve as a picture, SVG or PNG.")
    private Path output;

    @Option(names = "--json", description = "Print a JSON object instead of the curve.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        checkOptions();
        long began = System.nanoTime();
        try (Model model = Artifacts.load(file, Artifacts.options(target, threads).quickStart(quickStart))) {
            Function called = function == null ? Artifacts.showpiece(model) : Artifacts.function(model, function);
            String first = called.target();
            var extents = new LinkedHashMap<String, Long>();
            called.dims().forEach(d -> extents.put(d, batch));
            WarmUpCurve curve;
            try (var session = called.session()) {
                Tensor[] inputs = Signature.inputs(called.inputs(), extents);
                session.bind(inputs, session.allocateOutputs(inputs));
                curve = WarmUpCurve.of(session::call, began, seconds);
            }
            show(called, first, curve);
        }
        return Sinter.DONE;
    }

    private void checkOptions() {
        if (batch < 1) {
            throw UserError.use("--batch is " + batch + ", expected at least 1");
        }
        if (threads < 1) {
            throw UserError.use("--threads is " + threads + ", expected at least 1");
        }
        if (!(seconds > 0)) {
            throw UserError.use("--seconds is " + seconds + ", expected more than 0");
        }
        if (output != null) {
            if (!output.toString().endsWith(".png") && !output.toString().endsWith(".svg")) {
                throw UserError.use("-o " + output + " ends neither in .png nor in .svg");
            }
            WholeFiles.writable(output);
        }
    }

    private void show(Function called, String first, WarmUpCurve curve) throws IOException {
        String targets = first.equals(called.target()) ? first : first + ", then " + called.target();
        if (json) {
            sinter.console().json(Map.of("function", called.name(), "batch", batch, "first_target", first, "target", called.target(), "first_result_s", curve.firstResultNanos() / 1e9,
                    "warm_s", curve.warmNanos() / 1e9, "steady_us", curve.steadyNanos() / 1e3,
                    "curve", curve.points().stream().map(p -> Map.of("s", p.nanos() / 1e9, "call_us", p.call() / 1e3)).toList()));
        } else {
            sinter.console().out().print(curve.text());
            sinter.console().out().println(String.format(Locale.ROOT, "%s, %s: first result after %.3f s, nine tenths of the speed at the end (%.2f us a call) after %.2f s",
                    called.name(), targets, curve.firstResultNanos() / 1e9, curve.steadyNanos() / 1e3, curve.warmNanos() / 1e9));
        }
        if (output != null) {
            WarmUpChart.draw(output, called.name() + ", " + targets, curve.points().stream().mapToDouble(p -> p.nanos() / 1e9).toArray(),
                    curve.points().stream().mapToDouble(p -> p.call() / 1e3).toArray());
            sinter.console().err().println("drew the curve to " + output);
        }
    }
}
