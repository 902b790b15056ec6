package dev.sinter.compiler.command;

import dev.sinter.compiler.data.Column;
import dev.sinter.compiler.data.DataSet;
import dev.sinter.compiler.data.Text;
import dev.sinter.compiler.plot.Scatter;
import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.Function;
import dev.sinter.runtime.Manifest;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Shows a trained model at work, where its functions and the kind of its data allow it.
final class Showing {
    private static final float TEMPERATURE = 0.7f;

    private Showing() { }

    /// A text that the model writes, if it was trained on text and exports a function `generate` that continues a prompt: with an input `prompt` of `i32`,
    /// perhaps `temperature` and the seed, and one result of `i32`.
    static Optional<String> text(Model model, Optional<DataSet> data, long seed) {
        Function generate = model.functions().get("generate");
        if (data.isEmpty() || !(data.get().kind() instanceof DataSet.Kind.Characters(String beginning)) || generate == null || generate.outputs().size() != 1
                || generate.outputs().getFirst().type() != ElementType.I32) {
            return Optional.empty();
        }
        var inputs = new LinkedHashMap<String, Tensor>();
        for (Manifest.Value input : generate.inputs()) {
            if (input.name().equals("prompt") && input.type() == ElementType.I32 && input.shape().size() == 1) {
                int[] codes = Text.encode(beginning);
                inputs.put(input.name(), Tensor.of(codes, codes.length));
            } else if (input.name().equals("temperature") && input.shape().isEmpty() && input.type() == ElementType.F32) {
                inputs.put(input.name(), Tensor.scalar(TEMPERATURE));
            } else if (Artifacts.isSeed(input)) {
                inputs.put(input.name(), Tensor.scalar(seed));
            } else {
                return Optional.empty();
            }
        }
        if (!inputs.containsKey("prompt")) {
            return Optional.empty();
        }
        Tensor written = generate.call(inputs).values().iterator().next();
        return Optional.of(beginning + Text.decode(written.toInts()));
    }

    /// What became of drawn points.
    record Points(Path picture, DataSet.Kind.Points.Coverage coverage) { }

    /// Points that the model draws, beside the real ones, if it was trained on points and exports a function `sample` of nothing but a seed.
    static Optional<Points> points(Model model, Optional<DataSet> data, long seed, Path picture) throws IOException {
        Function sample = model.functions().get("sample");
        if (data.isEmpty() || !(data.get().kind() instanceof DataSet.Kind.Points kind) || sample == null || sample.outputs().size() != 1 || !sample.inputs().stream().allMatch(Artifacts::isSeed)) {
            return Optional.empty();
        }
        Tensor drawn = sample.call(sample.inputs().isEmpty() ? Map.of() : Map.of("seed", Tensor.scalar(seed))).values().iterator().next();
        if (drawn.type() != ElementType.F32 || drawn.rank() != 2 || drawn.extent(1) != 2) {
            return Optional.empty();
        }
        float[] points = drawn.toFloats();
        Column real = data.get().heldOut().getFirst();
        WholeFiles.write(() -> Scatter.draw(picture, model.name() + ": points", real.values(), points));
        return Optional.of(new Points(picture, kind.coverage(points)));
    }

    /// The coverage in words.
    static String describe(DataSet.Kind.Points.Coverage c) {
        return String.format(Locale.ROOT, "%d of %d centres have at least %.0f %% of the drawn points within %.0f deviations; %.1f %% of the points are near a centre",
                c.covered(), c.centres(), 100 * DataSet.Kind.Points.ENOUGH, DataSet.Kind.Points.NEAR, 100 * c.near());
    }
}
