package dev.sinter.passes.lower;

import dev.sinter.ir.graph.Concat;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import dev.sinter.passes.memory.Step;
import dev.sinter.passes.schedule.Finish;
import dev.sinter.passes.schedule.Indices;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// The kernels of a concatenation of many parts. Each part has loops of its own, which load or compute its elements and store them where they belong, so no element
/// asks which part it is in.
final class PartsKernel {
    /// Loops of one kernel. No barrier is needed between them, and they share the cost of a launch; a kernel of all parts would be slow to compile.
    private static final int LOOPS = 16;

    private PartsKernel() { }

    static List<Step> steps(Value value, Table table, Function<Value, Place> places, List<Place> targets, String origin) {
        var steps = new ArrayList<Step>();
        var concat = (Concat) value.op();
        List<Dim> starts = concat.starts();
        for (int first = 0; first < starts.size(); first += LOOPS) {
            Indices indices = table.indices();
            var block = new Block();
            for (int k = first; k < Math.min(first + LOOPS, starts.size()); k++) {
                Value part = concat.parts().get(k);
                Dim start = starts.get(k);
                Loops.nest(part.shape().dims(), indices, (inside, _, index) -> {
                    var elements = new Elements(places, indices, inside);
                    Expr element = elements.read(part, index);
                    targets.forEach(target -> elements.store(from(target, concat.axis(), start, indices), index, element));
                }).block().statements().forEach(block::add);
            }
            steps.add(table.kernel("concat", origin, block, indices, Finish.Team.SHARED));
        }
        return steps;
    }

    /// The place of the elements from `start` on.
    private static Place from(Place place, int axis, Dim start, Indices indices) {
        return new Place(place.buffer(), Expr.plus(place.base(), indices.dim(start.times(place.strides().get(axis)))), place.strides());
    }
}
