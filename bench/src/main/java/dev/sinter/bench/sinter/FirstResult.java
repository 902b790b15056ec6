package dev.sinter.bench.sinter;

import dev.sinter.bench.contest.PeakMemory;
import dev.sinter.runtime.LoadOptions;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Path;

/// An application that loads an artifact as one does by default, quickly started, and calls one of its functions once, on ones. Arguments: the artifact, which code, the function.
final class FirstResult {
    private FirstResult() { }

    /// The application.
    public static void main(String[] arguments) throws IOException {
        try (var model = Model.load(Path.of(arguments[0]), LoadOptions.DEFAULT.target(arguments[1]).quickStart(true).threads(1))) {
            var function = model.function(arguments[2]);
            var input = function.inputs().getFirst();
            Tensor x = Tensor.allocate(input.type(), input.shape().stream().mapToLong(d -> d.constant()).toArray());
            for (long k = 0; k < x.elements(); k++) {
                x.setFloat(k, 1);
            }
            PeakMemory.report(function.call(x).toFloats());
        }
    }
}
