package dev.sinter.bench.peers.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.sinter.bench.contest.PeakMemory;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;

/// An application that loads a model of one input and calls it once, on ones. Argument: the model.
final class FirstResult {
    private FirstResult() { }

    /// The application.
    public static void main(String[] arguments) throws OrtException {
        var environment = OrtEnvironment.getEnvironment();
        try (var options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            try (var session = environment.createSession(arguments[0], options)) {
                var input = session.getInputInfo().entrySet().iterator().next();
                long[] shape = ((TensorInfo) input.getValue().getInfo()).getShape();
                var ones = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
                Arrays.fill(ones, 1);
                try (var x = OnnxTensor.createTensor(environment, FloatBuffer.wrap(ones), shape); var result = session.run(Map.of(input.getKey(), x))) {
                    PeakMemory.report(((OnnxTensor) result.get(0)).getFloatBuffer().array());
                }
            }
        }
    }
}
