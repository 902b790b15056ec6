package dev.sinter.compiler.measure;

import dev.sinter.codegen.jvm.JvmBackend;
import dev.sinter.codegen.llvm.Cpu;
import dev.sinter.codegen.llvm.LlvmBackend;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.passes.schedule.Machine;
import dev.sinter.runtime.ArtifactWriter;
import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.Formula;
import dev.sinter.runtime.LoadOptions;
import dev.sinter.runtime.Manifest;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What one thread of this machine can do at best with the code of one target, measured now with [Probes].
///
/// @param gflops fused multiply-adds in registers, each counted as two operations, in units of 10^9 a second
/// @param gbps   bytes read and written by a copy of arrays much larger than a core's caches, in units of 10^9 a second
public record Limits(double gflops, double gbps) {
    private static final String PRODUCER = "sinter probes";

    /// Measures the limits of a target, `jvm-v512` or `linux-x86_64-v4` for instance.
    public static Limits of(String target, Timing.Plan plan) {
        boolean jvm = target.startsWith("jvm-");
        Machine machine = jvm ? jvmMachine(target.substring("jvm-".length())) : Cpu.of(target).vectorBits() == 512 ? Machine.V512 : Machine.V256;
        try (Model model = load(target, List.of(Probes.multiplyAdds(machine), Probes.copy(machine)), machine, jvm)) {
            double arithmetic = nanos(model, "multiply_adds", plan);
            double copy = nanos(model, "copy", plan);
            return new Limits(Probes.multiplyAddFlops(machine) / arithmetic, 8.0 * Probes.COPIED / copy);
        }
    }

    private static Machine jvmMachine(String name) {
        return Stream.of(Machine.SCALAR, Machine.V128, Machine.V256, Machine.V512).filter(m -> m.name().equals(name)).findFirst().orElseThrow();
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

    private static Model load(String target, List<LoopProgram> programs, Machine machine, boolean jvm) {
        var code = new LinkedHashMap<String, byte[]>();
        var functions = new ArrayList<Manifest.FunctionEntry>();
        String library = "sinter/native/" + target + ".so";
        for (LoopProgram p : programs) {
            String file = jvm ? "sinter/jvm/" + machine.name() + "/" + p.name() + ".class" : library;
            if (jvm) {
                String className = "sinter." + machine.name() + "." + p.name();
                code.put(file, JvmBackend.emit(p, className, machine.vectorBits()).get(className));
            }
            functions.add(function(p, new Manifest.Variant(target, file, jvm ? "" : "sinter_" + p.name(), Formula.of(0), buffers(p))));
        }
        if (!jvm) {
            code.put(library, LlvmBackend.emit(programs, Cpu.of(target)));
        }
        try {
            byte[] artifact = ArtifactWriter.bytes(new Manifest(PRODUCER, "probes", List.of(), functions), Map.of(), Map.of(), code);
            return Model.load(new ByteArrayInputStream(artifact), new LoadOptions(target, 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Manifest.FunctionEntry function(LoopProgram p, Manifest.Variant variant) {
        return new Manifest.FunctionEntry(p.name(), "", List.of(), values(variant, Manifest.Role.INPUT), values(variant, Manifest.Role.OUTPUT), Formula.of(0), Formula.of(0),
                List.of(), List.of(), List.of(variant));
    }

    private static List<Manifest.Value> values(Manifest.Variant variant, Manifest.Role role) {
        return variant.buffers().stream().filter(b -> b.role() == role).map(b -> new Manifest.Value(b.name(), b.type(), List.of(b.elements()))).toList();
    }

    private static List<Manifest.Buffer> buffers(LoopProgram p) {
        return p.buffers().stream().map(b -> new Manifest.Buffer(Manifest.Role.valueOf(b.role().name()), b.name(), ElementType.of(b.type().toString()),
                Formula.of(b.elements().toString()))).toList();
    }
}
