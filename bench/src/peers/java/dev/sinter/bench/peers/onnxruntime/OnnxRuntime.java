package dev.sinter.bench.peers.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.sinter.bench.contest.Contender;
import dev.sinter.bench.contest.Prepared;
import dev.sinter.bench.contest.Setting;
import dev.sinter.bench.contest.StartUp;
import dev.sinter.bench.workload.Computation;
import dev.sinter.bench.workload.Decoding;
import dev.sinter.bench.workload.Encoder;
import dev.sinter.bench.workload.Value;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// ONNX Runtime: all graph optimisations, weights as constants that it packs when a session is made, inputs and results in direct buffers that stay in place. It is built for inference, so training
/// is not among its computations.
public final class OnnxRuntime implements Contender {
    /// Calls to find out which of two graphs is faster.
    private static final int TRIALS = 10;

    @Override
    public String name() {
        return "onnxruntime";
    }

    @Override
    public String version() {
        return OrtEnvironment.getEnvironment().getVersion();
    }

    @Override
    public Optional<Prepared> prepare(Computation computation, Setting setting) throws Exception {
        if (computation instanceof Decoding d) {
            try (var model = new OnnxModel(Files.createTempFile(setting.scratch(), "model-", ".onnx"))) {
                var weights = new HashMap<String, Value>();
                d.parameters().forEach(p -> weights.put(p.name(), p));
                Transformers.decoding(model, d, weights);
                return Optional.of(new DecodingCall(session(model.write(), setting.threads()), d));
            }
        }
        Call call = call(computation, setting, true);
        if (computation instanceof Encoder) {
            Call other = call(computation, setting, false);
            Call slower = nanos(call) <= nanos(other) ? other : call;
            call = slower == call ? other : call;
            slower.close();
        }
        return Optional.ofNullable(call);
    }

    private static Call call(Computation computation, Setting setting, boolean fused) throws Exception {
        try (var model = new OnnxModel(Files.createTempFile(setting.scratch(), "model-", ".onnx"))) {
            long[] shape = Networks.write(model, computation, fused);
            if (shape == null) {
                return null;
            }
            var call = new Call(session(model.write(), setting.threads()));
            for (Value input : computation.inputs()) {
                call.input(input.name(), filled(input), input.dims());
            }
            call.output(Networks.RESULT, shape);
            return call;
        }
    }

    /// The time of the fastest of some calls.
    private static long nanos(Call call) {
        long least = Long.MAX_VALUE;
        for (int k = 0; k < TRIALS; k++) {
            long began = System.nanoTime();
            call.run();
            least = Math.min(least, System.nanoTime() - began);
        }
        return least;
    }

    @Override
    public Optional<StartUp> startUp(Computation computation, Setting setting) throws Exception {
        Path file = Files.createTempFile(setting.scratch(), "model-", ".onnx");
        try (var model = new OnnxModel(file)) {
            if (Networks.write(model, computation, true) == null) {
                return Optional.empty();
            }
            model.write();
        }
        String library = StartUp.placeOf(OrtEnvironment.class);
        return Optional.of(new StartUp(List.of("--enable-native-access=ALL-UNNAMED"), List.of(StartUp.placeOf(FirstResult.class), library), FirstResult.class.getName(),
                List.of(file.toString()), List.of(library, file.toString(), file + ".weights")));
    }

    private static OrtSession session(Path model, int threads) throws OrtException {
        try (var options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            return OrtEnvironment.getEnvironment().createSession(model.toString(), options);
        }
    }

    private static ByteBuffer buffer(long bytes) {
        return ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
    }

    private static ByteBuffer filled(Value value) {
        ByteBuffer memory = buffer(value.bytes());
        value.fill(MemorySegment.ofBuffer(memory));
        return memory;
    }

    private static long elements(long[] shape) {
        long product = 1;
        for (long extent : shape) {
            product *= extent;
        }
        return product;
    }

    /// A session with its tensors.
    private static class Call implements Prepared {
        private final OrtSession session;
        private final Map<String, OnnxTensorLike> inputs = new LinkedHashMap<>();
        private final Map<String, OnnxValue> outputs = new LinkedHashMap<>();
        private final List<OnnxTensor> tensors = new ArrayList<>();
        private ByteBuffer result;

        Call(OrtSession session) {
            this.session = session;
        }

        final OnnxTensor tensor(ByteBuffer memory, long[] shape) throws OrtException {
            OnnxTensor tensor = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), memory.asFloatBuffer(), shape);
            tensors.add(tensor);
            return tensor;
        }

        final void input(String name, ByteBuffer memory, long[] shape) throws OrtException {
            inputs.put(name, tensor(memory, shape));
        }

        final void whole(String name, int value, long... shape) throws OrtException {
            ByteBuffer memory = buffer(4).putInt(0, value);
            OnnxTensor tensor = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), memory.asIntBuffer(), shape);
            tensors.add(tensor);
            inputs.put(name, tensor);
        }

        final void output(String name, long... shape) throws OrtException {
            result = buffer(4 * elements(shape));
            outputs.put(name, tensor(result, shape));
        }

        /// A tensor that is read and written.
        final void inPlace(String in, String out, ByteBuffer memory, long... shape) throws OrtException {
            OnnxTensor tensor = tensor(memory, shape);
            inputs.put(in, tensor);
            outputs.put(out, tensor);
        }

        @Override
        public void run() {
            try (var _ = session.run(inputs, outputs)) {
                // The results are in their buffers.
            } catch (OrtException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public float[] output() {
            var values = new float[result.capacity() / 4];
            result.asFloatBuffer().get(values);
            return values;
        }

        @Override
        public void close() {
            tensors.forEach(OnnxTensor::close);
            try {
                session.close();
            } catch (OrtException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /// A decoding step: the cache `[heads, cached, part]` has room for the new row, which the operator writes at its end in each call.
    private static final class DecodingCall extends Call {
        private final Decoding d;
        private final ByteBuffer keys;
        private final ByteBuffer values;

        DecodingCall(OrtSession session, Decoding d) throws OrtException {
            super(session);
            this.d = d;
            input("x", filled(d.inputs().get(0)), new long[] {1, 1, d.width()});
            keys = cache(d.inputs().get(1));
            values = cache(d.inputs().get(2));
            long part = d.width() / d.heads();
            inPlace("past_key", "present_key", keys, 1, d.heads(), d.cached(), part);
            inPlace("past_value", "present_value", values, 1, d.heads(), d.cached(), part);
            whole("last", Math.toIntExact(d.cached() - 1), 1);
            whole("total", Math.toIntExact(d.cached()));
            output(Networks.RESULT, 1, 1, d.width());
        }

        private int at(long head, long row) {
            return Math.toIntExact(4 * (head * d.cached() + row) * (d.width() / d.heads()));
        }

        private ByteBuffer cache(Value rows) {
            ByteBuffer memory = buffer(4 * d.cached() * d.width());
            float[] from = rows.floats();
            int part = (int) (d.width() / d.heads());
            for (int row = 0; row < d.cached() - 1; row++) {
                for (int head = 0; head < d.heads(); head++) {
                    memory.asFloatBuffer().put(at(head, row) / 4, from, (int) (row * d.width()) + head * part, part);
                }
            }
            return memory;
        }

        @Override
        public float[] output() {
            int width = (int) d.width();
            int part = (int) (d.width() / d.heads());
            var all = java.util.Arrays.copyOf(super.output(), 3 * width);
            for (int head = 0; head < d.heads(); head++) {
                keys.asFloatBuffer().get(at(head, d.cached() - 1) / 4, all, width + head * part, part);
                values.asFloatBuffer().get(at(head, d.cached() - 1) / 4, all, 2 * width + head * part, part);
            }
            return all;
        }
    }
}
