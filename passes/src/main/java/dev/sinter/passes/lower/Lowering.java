package dev.sinter.passes.lower;

import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.type.Dim;
import dev.sinter.passes.memory.MemoryPlan;
import dev.sinter.passes.memory.Step;
import dev.sinter.passes.schedule.Machine;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Lowers an entry of a module to a loop program.
public final class Lowering {
    private Lowering() { }

    /// The program of an entry for a machine.
    ///
    /// The graph has been differentiated (no `vjp` or `jvp` is left) and had better be simplified. The buffer table is in the order inputs, state,
    /// outputs, then constants and temps as they were needed. What depends on no input is lifted into a preparation ([Preparation]).
    ///
    /// @throws IllegalArgumentException      if a dim is bound by no input
    /// @throws UnsupportedOperationException if an op cannot be lowered
    public static Lowered lower(Module module, Module.Entry entry, Machine machine) {
        var table = new Table(entry.name(), machine);
        bindDims(entry, table);
        Map<String, Buffer> state = new LinkedHashMap<>();
        Map<Value, Place> given = new IdentityHashMap<>();
        for (int k = 0; k < entry.inputs().size(); k++) {
            Value p = entry.function().parameters().get(k);
            Buffer buffer = switch (entry.inputs().get(k)) {
                case Module.Binding.Argument(String name) -> table.buffer(name, p.element(), p.shape().elements(), Buffer.Role.INPUT);
                case Module.Binding.OfState(String name) -> state.computeIfAbsent(name, n -> table.buffer(n, p.element(), p.shape().elements(), Buffer.Role.STATE));
            };
            given.put(p, Place.whole(buffer, p.shape()));
        }
        var results = new ArrayList<Region.Target>();
        for (int k = 0; k < entry.outputs().size(); k++) {
            Value r = entry.function().results().get(k);
            switch (entry.outputs().get(k)) {
                case Module.Binding.Argument(String name) ->
                        results.add(new Region.Target(r, Place.whole(table.buffer(name, r.element(), r.shape().elements(), Buffer.Role.OUTPUT), r.shape())));
                case Module.Binding.OfState(String name) -> {
                    Buffer buffer = state.computeIfAbsent(name, n -> table.buffer(n, r.element(), r.shape().elements(), Buffer.Role.STATE));
                    if (given.get(r) == null || given.get(r).buffer() != buffer) {       // state that stays as it is needs no store
                        results.add(new Region.Target(r, Place.whole(buffer, r.shape())));
                    }
                }
            }
        }
        state.values().stream().filter(b -> results.stream().noneMatch(r -> r.place().buffer() == b)).forEach(table::fix);
        var steps = Region.steps(table, entry.function(), given, results);
        var light = Light.withoutVectors(steps, table);
        var programs = programs(entry.name(), steps, table);
        return new Lowered(programs, light.equals(steps) ? programs : programs(entry.name(), light, table), Work.flops(entry.function(), table), bytes(table), table.constants, table.decisions);
    }

    private static Lowered.Programs programs(String name, List<Step> steps, Table table) {
        var split = Preparation.split(steps, table);
        var preparation = split.prepare().isEmpty() ? Optional.<LoopProgram>empty()
                : Optional.of(program(name + "$prepare", List.of(), split.preparationBuffers(), split.prepare()));
        return new Lowered.Programs(program(name, List.copyOf(table.dims.values()), split.buffers(), FetchAhead.in(split.call(), table.dims)), preparation);
    }

    private static LoopProgram program(String name, List<Expr.Var> dims, List<Buffer> buffers, List<Step> steps) {
        MemoryPlan plan = MemoryPlan.of(steps);
        var used = buffers.stream().filter(b -> b.role() != Buffer.Role.TEMP || plan.offsets().containsKey(b)).toList();
        return new LoopProgram(name, dims, used, plan.offsets(), plan.arena(), plan.body());
    }

    private static void bindDims(Module.Entry entry, Table table) {
        var names = new LinkedHashMap<String, Boolean>();
        for (Value p : entry.function().parameters()) {
            for (Dim d : p.shape()) {
                d.names().forEach(name -> names.putIfAbsent(name, false));
                if (d.isName()) {
                    names.put(d.toString(), true);
                }
            }
        }
        names.forEach((name, bound) -> {
            if (!bound) {
                throw new IllegalArgumentException("the dim '" + name + "' of '" + entry.name() + "' is bound by no input: no input has it as a dim by itself");
            }
            if (name.equals(LoopProgram.MEMBERS.name()) || name.equals(LoopProgram.MEMBER.name())) {
                throw new IllegalArgumentException("no dim can be called '" + name + "'");
            }
            table.dims.put(name, Expr.Var.index(name));
        });
    }

    private static Dim bytes(Table table) {
        Dim sum = Dim.ZERO;
        var seen = new HashSet<Buffer>();
        for (Buffer b : table.buffers) {
            if (b.role() != Buffer.Role.TEMP && seen.add(b)) {
                sum = sum.plus(b.elements().times(b.type().bytes()));
            }
        }
        return sum;
    }
}
