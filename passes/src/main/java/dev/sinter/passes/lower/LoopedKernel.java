package dev.sinter.passes.lower;

import dev.sinter.ir.graph.Looped;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.passes.memory.Step;
import dev.sinter.passes.schedule.Finish;
import dev.sinter.passes.schedule.Indices;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// The kernels of an op with a loop nest of its own. Its operands and its result are whole buffers; where they are not (a slice of a stack), they are copied.
final class LoopedKernel {
    private LoopedKernel() { }

    static List<Step> steps(Value value, Looped op, Table table, Function<Value, Place> places, List<Place> targets, String origin) {
        var steps = new ArrayList<Step>();
        var operands = new ArrayList<Buffer>();
        for (Value operand : value.op().operands()) {
            Place place = places.apply(operand);
            if (!place.isWhole(operand.shape())) {
                Place whole = table.temp(operand);
                steps.add(table.copy(place, whole, operand.shape(), origin));
                place = whole;
            }
            operands.add(place.buffer());
        }
        Place result = targets.getFirst().isWhole(value.shape()) ? targets.getFirst() : table.temp(value);
        Indices indices = table.indices();
        var block = new Block();
        op.lower(new Looped.Memory() {
            @Override
            public Buffer operand(int i) {
                return operands.get(i);
            }

            @Override
            public Buffer result(int i) {
                return result.buffer();
            }

            @Override
            public Buffer scratch(String hint, ElementType type, Dim elements) {
                return table.temp(type, elements);
            }

            @Override
            public Expr dim(Dim dim) {
                return indices.dim(dim);
            }
        }, block);
        boolean loopsOnly = block.statements().stream().allMatch(s -> s instanceof Stmt.For);
        if (loopsOnly) {                                       // one kernel each, so that a barrier can stand between them
            for (Stmt loop : block.statements()) {
                var single = new Block();
                single.add(loop);
                steps.add(table.kernel(value.op().name(), origin, single, table.indices(), Finish.Team.SHARED));
            }
        } else {
            steps.add(table.kernel(value.op().name(), origin, serial(block), table.indices(), Finish.Team.SHARED));
        }
        for (Place target : targets) {
            if (target != result) {
                steps.add(table.copy(result, target, value.shape(), origin));
            }
        }
        return steps;
    }

    /// Without parallel loops: statements between loops are seen by all of them.
    private static Block serial(Block block) {
        var out = new Block();
        for (Stmt s : block.statements()) {
            out.add(s instanceof Stmt.For loop && loop.binding() == Stmt.Binding.PARALLEL
                    ? new Stmt.For(loop.i(), loop.from(), loop.to(), loop.step(), Stmt.Binding.SERIAL, loop.body()) : s);
        }
        return out;
    }
}
