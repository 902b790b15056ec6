package dev.sinter.compiler;

import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Requirement;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.lower.Lowered;
import dev.sinter.passes.schedule.Machine;
import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.Formula;
import dev.sinter.runtime.Manifest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Says of a compiled module what the runtime must know.
final class ManifestWriting {
    private ManifestWriting() { }

    static Manifest manifest(Module module, Map<Machine, Map<String, Lowered>> lowered, Map<String, List<Manifest.Variant>> variants) {
        var state = module.state().stream().map(s -> new Manifest.State(s.name(), type(s.type().element()),
                s.type().shape().dims().stream().map(Dim::value).toList(), s.trainable())).toList();
        var anyMachine = lowered.values().iterator().next();
        var functions = module.entries().stream().map(e -> function(e, anyMachine.get(e.name()), variants.get(e.name()))).toList();
        return new Manifest(Compiler.PRODUCER, module.name(), state, functions);
    }

    private static Manifest.FunctionEntry function(Module.Entry entry, Lowered lowered, List<Manifest.Variant> variants) {
        var inputs = new ArrayList<Manifest.Value>();
        var reads = new ArrayList<String>();
        for (int k = 0; k < entry.inputs().size(); k++) {
            Value parameter = entry.function().parameters().get(k);
            switch (entry.inputs().get(k)) {
                case Module.Binding.Argument(String name) -> inputs.add(value(name, parameter.tensor()));
                case Module.Binding.OfState(String name) -> reads.add(name);
            }
        }
        var outputs = new ArrayList<Manifest.Value>();
        var writes = new ArrayList<String>();
        for (int k = 0; k < entry.outputs().size(); k++) {
            switch (entry.outputs().get(k)) {
                case Module.Binding.Argument(String name) -> outputs.add(value(name, entry.function().results().get(k).tensor()));
                case Module.Binding.OfState(String name) -> writes.add(name);
            }
        }
        return new Manifest.FunctionEntry(entry.name(), entry.doc(), lowered.programs().call().dims().stream().map(Expr.Var::name).toList(), inputs, outputs,
                formula(lowered.flops()), formula(lowered.bytes()), reads, writes,
                Requirement.of(entry.function()).stream().map(r -> new Manifest.Requirement(formula(r.notNegative()), r.because())).toList(), variants);
    }

    /// What is told of a function's code for one target.
    ///
    /// @param preparation of the function's preparation, null if it has none
    static Manifest.Variant variant(String target, String code, String symbol, LoopProgram program, Manifest.Preparation preparation) {
        return new Manifest.Variant(target, code, symbol, formula(program.arena()), buffers(program), preparation);
    }

    static Manifest.Preparation preparation(String code, String symbol, LoopProgram program) {
        return new Manifest.Preparation(code, symbol, formula(program.arena()), buffers(program));
    }

    private static List<Manifest.Buffer> buffers(LoopProgram program) {
        return program.buffers().stream().map(b -> new Manifest.Buffer(role(b.role()), b.name(), type(b.type()), formula(b.elements()),
                b.role() == Buffer.Role.TEMP ? formula(program.offsets().get(b)) : null)).toList();
    }

    private static Manifest.Value value(String name, Type.Tensor type) {
        return new Manifest.Value(name, type(type.element()), type.shape().dims().stream().map(ManifestWriting::formula).toList());
    }

    private static Formula formula(Dim dim) {
        return Formula.of(dim.toString());
    }

    private static Manifest.Role role(Buffer.Role role) {
        return switch (role) {
            case INPUT -> Manifest.Role.INPUT;
            case OUTPUT -> Manifest.Role.OUTPUT;
            case STATE -> Manifest.Role.STATE;
            case CONSTANT -> Manifest.Role.CONSTANT;
            case TEMP -> Manifest.Role.TEMP;
            case PREPARED -> Manifest.Role.PREPARED;
        };
    }

    /// The runtime's name of an element type.
    static ElementType type(dev.sinter.ir.type.ElementType type) {
        return switch (type) {
            case F32 -> ElementType.F32;
            case F64 -> ElementType.F64;
            case I32 -> ElementType.I32;
            case I64 -> ElementType.I64;
            case BOOL -> ElementType.BOOL;
        };
    }
}
