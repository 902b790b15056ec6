package dev.sinter.passes.simplify;

import dev.sinter.ir.graph.Function;
import java.util.function.Consumer;

/// Laws of regions.
final class Loops {
    private Loops() { }

    static Function tidy(Function f, Consumer<String> fired) {
        return f;
    }
}
