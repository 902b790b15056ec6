package dev.sinter.bench.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.sinter.compiler.measure.Timing;
import dev.sinter.runtime.LoadOptions;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Session;
import dev.sinter.runtime.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/// LeNet-5 `predict` beside ONNX Runtime, in one run, in alternation, on one thread, with the same weights and images; the results agree to 1e-4 before
/// anything is timed. Usage: `LeNet5 ARTIFACT.jar [BATCH]`.
public final class LeNet5 {
    private LeNet5() { }

    /// Runs the comparison and prints a table.
    public static void main(String[] arguments) throws OrtException {
        Path artifact = Path.of(arguments[0]);
        int batch = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 64;
        try (var jvm = Model.load(artifact, LoadOptions.DEFAULT.target("jvm").threads(1));
             var nativeCode = Model.load(artifact, LoadOptions.DEFAULT.target("native").threads(1));
             var environment = OrtEnvironment.getEnvironment();
             var options = new OrtSession.SessionOptions()) {
            options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
            options.setIntraOpNumThreads(1);
            options.setInterOpNumThreads(1);
            ByteBuffer pixels = ByteBuffer.allocateDirect(4 * batch * 784).order(ByteOrder.nativeOrder());
            var random = new Random(1);
            for (int k = 0; k < batch * 784; k++) {
                pixels.putFloat(4 * k, random.nextFloat());
            }
            ByteBuffer probabilities = ByteBuffer.allocateDirect(4 * batch * 10).order(ByteOrder.nativeOrder());
            try (var session = environment.createSession(model(jvm, batch), options);
                 var in = OnnxTensor.createTensor(environment, pixels.asFloatBuffer(), new long[] {batch, 1, 28, 28});
                 var out = OnnxTensor.createTensor(environment, probabilities.asFloatBuffer(), new long[] {batch, 10});
                 var sinterJvm = new SinterCall(jvm, pixels, batch);
                 var sinterNative = new SinterCall(nativeCode, pixels, batch)) {
                Runnable ort = () -> {
                    try (var _ = session.run(Map.of("image", in), Map.of("result", out))) {
                        // the result is in the buffer
                    } catch (OrtException e) {
                        throw new IllegalStateException(e);
                    }
                };
                ort.run();
                sinterJvm.run();
                sinterNative.run();
                agree("jvm", sinterJvm.result, probabilities);
                agree("native", sinterNative.result, probabilities);
                System.out.printf("LeNet-5 predict, batch %d, 1 thread, microseconds per call (median of 31 batches, min, max)%n", batch);
                for (int round = 0; round < 3; round++) {
                    report("onnxruntime " + environment.getVersion(), ort);
                    report("sinter jvm    (" + sinterJvm.session.function().target() + ")", sinterJvm);
                    report("sinter native (" + sinterNative.session.function().target() + ")", sinterNative);
                }
            }
        }
    }

    private static void report(String name, Runnable call) {
        Timing t = Timing.of(call, Timing.Plan.USUAL);
        System.out.printf(Locale.ROOT, "%-36s %10.1f %10.1f %10.1f%n", name, t.medianNanos() / 1e3, t.minNanos() / 1e3, t.maxNanos() / 1e3);
    }

    private static void agree(String name, Tensor ours, ByteBuffer theirs) {
        for (int k = 0; k < ours.elements(); k++) {
            if (Math.abs(ours.getFloat(k) - theirs.getFloat(4 * k)) > 1e-4) {
                throw new IllegalStateException(name + " and ONNX Runtime differ at " + k + ": " + ours.getFloat(k) + " and " + theirs.getFloat(4 * k));
            }
        }
    }

    /// A call into memory that stays in place.
    private static final class SinterCall implements Runnable, AutoCloseable {
        private final Session session;
        private final Tensor[] inputs;
        private final Tensor[] outputs;
        private final Tensor result;

        SinterCall(Model model, ByteBuffer pixels, int batch) {
            session = model.function("predict").session(1);
            Tensor image = Tensor.allocate(dev.sinter.runtime.ElementType.F32, batch, 1, 28, 28);
            for (int k = 0; k < image.elements(); k++) {
                image.setFloat(k, pixels.getFloat(4 * k));
            }
            inputs = new Tensor[] {image};
            outputs = session.allocateOutputs(image);
            result = outputs[0];
        }

        @Override
        public void run() {
            session.call(inputs, outputs);
        }

        @Override
        public void close() {
            session.close();
        }
    }

    private static byte[] model(Model weights, int batch) {
        var m = new OnnxModel();
        String x = m.input("image", batch, 1, 28, 28);
        x = pool(m, m.node("Relu", List.of(conv(m, weights, x, "c1", 2))));
        x = pool(m, m.node("Relu", List.of(conv(m, weights, x, "c2", 0))));
        x = m.node("Flatten", List.of(x), new OnnxModel.Attribute("axis", false, 1));
        x = m.node("Relu", List.of(dense(m, weights, x, "f1")));
        x = m.node("Relu", List.of(dense(m, weights, x, "f2")));
        m.node("Softmax", "result", List.of(dense(m, weights, x, "f3")), new OnnxModel.Attribute("axis", false, 1));
        m.output("result", batch, 10);
        return m.bytes();
    }

    private static String weight(OnnxModel m, Model weights, String name) {
        Tensor t = weights.state(name);
        return m.weight(name, t.toFloats(), t.shape());
    }

    private static String conv(OnnxModel m, Model weights, String x, String layer, long padding) {
        return m.node("Conv", List.of(x, weight(m, weights, layer + ".weight"), weight(m, weights, layer + ".bias")),
                new OnnxModel.Attribute("kernel_shape", true, 5, 5), new OnnxModel.Attribute("pads", true, padding, padding, padding, padding));
    }

    private static String pool(OnnxModel m, String x) {
        return m.node("MaxPool", List.of(x), new OnnxModel.Attribute("kernel_shape", true, 2, 2), new OnnxModel.Attribute("strides", true, 2, 2));
    }

    private static String dense(OnnxModel m, Model weights, String x, String layer) {
        return m.node("Gemm", List.of(x, weight(m, weights, layer + ".weight"), weight(m, weights, layer + ".bias")));
    }
}
