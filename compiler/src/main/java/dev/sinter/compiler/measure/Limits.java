package dev.sinter.compiler.measure;

import dev.sinter.passes.schedule.Machine;
import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.util.List;

/// What one thread of this machine can do at best with the code of one target, measured now with [Probes].
///
/// @param gflops fused multiply-adds in registers, each counted as two operations, in units of 10^9 a second
/// @param gbps   bytes read and written by a copy of arrays much larger than a core's caches, in units of 10^9 a second
public record Limits(double gflops, double gbps) {
    /// Measures the limits of a target, `jvm-v512` or `linux-x86_64-v4` for instance.
    public static Limits of(String target, Timing.Plan plan) {
        Machine machine = ProbeModel.machine(target);
        try (Model model = ProbeModel.load(target, List.of(Probes.multiplyAdds(machine), Probes.copy(machine)))) {
            double arithmetic = nanos(model, "multiply_adds", plan);
            double copy = nanos(model, "copy", plan);
            return new Limits(Probes.multiplyAddFlops(machine) / arithmetic, 8.0 * Probes.COPIED / copy);
        }
    }

    private static double nanos(Model model, String probe, Timing.Plan plan) {
        try (var session = model.function(probe).session(1)) {
            var x = model.function(probe).inputs().getFirst();
            Tensor input = Tensor.allocate(ElementType.F32, x.shape().getFirst().constant());
            for (long k = 0; k < input.elements(); k++) {
                input.setFloat(k, 0.5f);
            }
            var inputs = new Tensor[] {input};
            session.bind(inputs, session.allocateOutputs(inputs));
            return Timing.of(session::call, plan).minNanos();
        }
    }
}
