package dev.sinter.bench.sinter;

import dev.sinter.bench.contest.Contender;
import dev.sinter.bench.contest.Prepared;
import dev.sinter.bench.contest.Setting;
import dev.sinter.bench.contest.StartUp;
import dev.sinter.bench.workload.Computation;
import dev.sinter.bench.workload.Value;
import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.LoadOptions;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Session;
import dev.sinter.runtime.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One of Sinter's two kinds of code: an artifact is loaded and its function called through a session into memory that stays in place.
///
/// @param name   of the contender
/// @param target which code the runtime is to choose
public record SinterContender(String name, String target) implements Contender {
    /// Native code.
    public static final SinterContender NATIVE = new SinterContender("sinter-native", "native");
    /// Class files.
    public static final SinterContender JVM = new SinterContender("sinter-jvm", "jvm");

    @Override
    public String version() {
        return "JDK " + System.getProperty("java.version");
    }

    @Override
    public Optional<Prepared> prepare(Computation computation, Setting setting) throws Exception {
        Model model = Model.load(setting.artifact(), LoadOptions.DEFAULT.target(target).threads(setting.threads()));
        return Optional.of(new Call(model, computation, setting.threads()));
    }

    @Override
    public Optional<StartUp> startUp(Computation computation, Setting setting) {
        String runtime = StartUp.placeOf(Model.class);
        var options = this == JVM ? List.of("--add-modules=jdk.incubator.vector") : List.of("--enable-native-access=ALL-UNNAMED");
        return Optional.of(new StartUp(options, List.of(StartUp.placeOf(FirstResult.class), runtime), FirstResult.class.getName(),
                List.of(setting.artifact().toString(), target, computation.source().function()), List.of(runtime, setting.artifact().toString())));
    }

    /// A value as a tensor.
    static Tensor tensor(Value value) {
        Tensor tensor = Tensor.allocate(value.kind() == Value.Kind.REAL ? ElementType.F32 : ElementType.I32, value.dims());
        value.fill(tensor.segment());
        return tensor;
    }

    /// A function that is called again and again.
    private static final class Call implements Prepared {
        private final Model model;
        private final Session session;
        private final Tensor[] outputs;
        private final List<Value> parameters;
        private final Map<String, Tensor> first = new LinkedHashMap<>();

        Call(Model model, Computation computation, int threads) {
            this.model = model;
            var function = model.function(computation.source().function());
            session = function.session(threads);
            Tensor[] inputs = computation.inputs().stream().map(SinterContender::tensor).toArray(Tensor[]::new);
            outputs = session.allocateOutputs(inputs);
            session.bind(inputs, outputs);
            parameters = function.writes().isEmpty() ? List.of() : computation.parameters();
            function.writes().forEach(name -> first.put(name, model.state(name).copy()));
        }

        @Override
        public void run() {
            session.call();
        }

        @Override
        public float[] output() {
            long size = 0;
            for (Tensor t : outputs) {
                size += t.elements();
            }
            for (Value p : parameters) {
                size += p.elements();
            }
            var all = new float[Math.toIntExact(size)];
            int at = 0;
            for (Tensor t : outputs) {
                at = append(all, at, t);
            }
            for (Value p : parameters) {
                at = append(all, at, model.state(p.name()));
            }
            return all;
        }

        private static int append(float[] all, int at, Tensor tensor) {
            float[] values = tensor.toFloats();
            System.arraycopy(values, 0, all, at, values.length);
            return at + values.length;
        }

        @Override
        public void reset() {
            first.forEach(model::setState);
        }

        @Override
        public void close() {
            session.close();
            model.close();
        }
    }
}
