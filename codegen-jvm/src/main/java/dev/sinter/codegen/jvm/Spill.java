package dev.sinter.codegen.jvm;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The memory through which vectors of numbers go from one [Method] of a class to another: as arguments or results they would be boxed.
///
/// It lies in the arena behind the program's own temps, one temp for each element type. In it every member of the team has a part of its own, which begins with a
/// line of the caches. Kernels run one after the other, so each takes the part from its start; within a kernel every vector has a place of its own.
final class Spill {
    private static final int LINE = 64;

    /// The memory for one element type. How much it is, is known in the end only.
    private static final class Area {
        final Buffer buffer;
        final Expr.Var base;
        int taken;
        int most;

        Area(ElementType type) {
            buffer = new Buffer("spill." + type, type, Dim.ZERO, Buffer.Role.TEMP);
            base = Expr.Var.index(buffer.name() + ".base");
        }

        int lines() {
            return Math.ceilDiv(most * buffer.type().bytes(), LINE);
        }

        Dim elements() {
            return Dim.named(LoopProgram.MEMBERS.name()).times((long) lines() * LINE / buffer.type().bytes());
        }
    }

    /// The place of one vector.
    record Place(Buffer buffer, Expr index) {
        Stmt store(Expr.Var vector) {
            return new Stmt.Store(buffer, index, vector, null);
        }

        Expr load(Expr.Var vector) {
            return new Expr.Load(buffer, index, vector.lanes(), 1, null);
        }
    }

    private final Map<ElementType, Area> areas = new EnumMap<>(ElementType.class);
    private final List<Area> used = new ArrayList<>();

    Spill() {
        for (ElementType type : ElementType.values()) {
            if (type != ElementType.BOOL) {
                areas.put(type, new Area(type));
            }
        }
    }

    /// The names that stand for the first element of the member's part, which every method can compute.
    List<Expr.Var> bases() {
        return areas.values().stream().map(a -> a.base).toList();
    }

    /// The elements from one member's part to the next, for a name of [#bases]; -1 for any other name.
    long stride(Expr.Var base) {
        return areas.values().stream().filter(a -> a.base == base).mapToLong(a -> (long) a.lines() * LINE / a.buffer.type().bytes()).findFirst().orElse(-1);
    }

    /// A kernel is done: the next one may use the same memory.
    void nextKernel() {
        areas.values().forEach(a -> a.taken = 0);
    }

    /// A place that no other vector of the kernel has.
    Place place(Expr.Var vector) {
        Area area = areas.get(vector.type());
        if (!used.contains(area)) {
            used.add(area);
        }
        int width = Math.max(vector.lanes(), LINE / vector.type().bytes());
        var place = new Place(area.buffer, Expr.plus(area.base, Expr.index(area.taken)));
        area.taken += width;
        area.most = Math.max(area.most, area.taken);
        return place;
    }

    /// The number of a buffer of this memory behind the program's own.
    int index(Buffer buffer) {
        return used.indexOf(areas.get(buffer.type()));
    }

    /// The program with this memory: temps behind its own buffers, and the arena that they need.
    LoopProgram addedTo(LoopProgram program) {
        var buffers = new ArrayList<>(program.buffers());
        var offsets = new HashMap<>(program.offsets());
        Dim arena = program.arena();
        for (Area area : used) {
            var buffer = new Buffer(area.buffer.name(), area.buffer.type(), area.elements(), Buffer.Role.TEMP);
            Dim start = arena.plus(LINE - 1).floorDiv(LINE).times(LINE);
            buffers.add(buffer);
            offsets.put(buffer, start);
            arena = start.plus(area.elements().times(buffer.type().bytes()));
        }
        return new LoopProgram(program.name(), program.dims(), buffers, offsets, arena, program.body());
    }
}
