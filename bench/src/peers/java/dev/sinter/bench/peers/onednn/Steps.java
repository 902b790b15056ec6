package dev.sinter.bench.peers.onednn;

import dev.sinter.bench.contest.Prepared;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.bytedeco.dnnl.dnnl_memory_desc;

/// Primitives one after the other.
final class Steps implements Prepared {
    private final Library library;
    private final Step[] steps;
    private final Block result;
    private final dnnl_memory_desc plain;

    /// @param plain the layout of dense row-major results
    Steps(Library library, List<Step> steps, Block result, dnnl_memory_desc plain) {
        this.library = library;
        this.steps = steps.toArray(Step[]::new);
        this.result = result;
        this.plain = plain;
    }

    @Override
    public void run() {
        for (Step step : steps) {
            step.run();
        }
    }

    @Override
    public float[] output() {
        return library.in(plain, result).data().toArray(ValueLayout.JAVA_FLOAT);
    }

    @Override
    public void close() {
        library.close();
    }
}
