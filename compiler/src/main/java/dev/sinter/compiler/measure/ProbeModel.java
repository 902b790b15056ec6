package dev.sinter.compiler.measure;

import dev.sinter.codegen.jvm.JvmBackend;
import dev.sinter.codegen.llvm.Cpu;
import dev.sinter.codegen.llvm.LlvmBackend;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.type.Dim;
import dev.sinter.passes.schedule.Machine;
import dev.sinter.runtime.ArtifactWriter;
import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.Formula;
import dev.sinter.runtime.LoadOptions;
import dev.sinter.runtime.Manifest;
import dev.sinter.runtime.Model;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Programs in the Loop IR as a model that can be called, by way of an artifact in memory.
public final class ProbeModel {
    private static final String PRODUCER = "sinter probes";

    private ProbeModel() { }

    private static boolean isJvm(String target) {
        return target.startsWith("jvm-");
    }

    /// The machine that a target's programs are for.
    public static Machine machine(String target) {
        return isJvm(target) ? jvmMachine(target.substring("jvm-".length())) : Cpu.of(target).vectorBits() == 512 ? Machine.V512 : Machine.V256;
    }

    private static Machine jvmMachine(String name) {
        return Stream.of(Machine.SCALAR, Machine.V128, Machine.V256, Machine.V512).filter(m -> m.name().equals(name)).findFirst().orElseThrow();
    }

    /// A model with these programs, which were made for the target's [#machine], loaded here.
    public static Model load(String target, List<LoopProgram> programs) {
        boolean jvm = isJvm(target);
        Machine machine = machine(target);
        var code = new LinkedHashMap<String, byte[]>();
        var functions = new ArrayList<Manifest.FunctionEntry>();
        String library = "sinter/native/" + target + ".so";
        for (LoopProgram p : programs) {
            String file = jvm ? "sinter/jvm/" + machine.name() + "/" + p.name() + ".class" : library;
            LoopProgram called = p;
            if (jvm) {
                var emitted = JvmBackend.emit(p, "sinter." + machine.name() + "." + p.name(), machine.vectorBits());
                code.put(file, emitted.bytes());
                called = emitted.program();
            }
            functions.add(function(p, new Manifest.Variant(target, file, jvm ? "" : "sinter_" + p.name(), formula(called.arena()), buffers(called))));
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
                formula(b.elements()), b.role() == Buffer.Role.TEMP ? formula(p.offsets().get(b)) : null)).toList();
    }

    private static Formula formula(Dim dim) {
        return Formula.of(dim.toString());
    }
}
