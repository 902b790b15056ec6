package dev.sinter.passes.lower;

import dev.sinter.ir.graph.Cond;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Pointwise;
import dev.sinter.ir.graph.Reduce;
import dev.sinter.ir.graph.Scan;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.While;
import dev.sinter.ir.type.Dim;
import dev.sinter.passes.fuse.Reads;

/// How much arithmetic a function asks for, whatever way it is carried out.
final class Work {
    private Work() { }

    /// Two for each step of a contraction, one for each other operation on floats; loops with computed ends and the dearer branch of a choice are not known, and
    /// count as one step and as the first branch.
    static Dim flops(Function function, Table table) {
        Dim sum = Dim.ZERO;
        for (Value v : Inline.calls(function).values()) {
            sum = sum.plus(flops(v, table));
        }
        return sum;
    }

    private static Dim flops(Value v, Table table) {
        return switch (v.op()) {
            case Dot dot -> {
                Dim steps = v.shape().elements();
                for (int k : dot.contractA()) {
                    steps = steps.times(dot.a().dim(k));
                }
                yield steps.times(2);
            }
            case Reduce reduce -> reduce.x().element().isFloat() ? reduce.x().shape().elements() : Dim.ZERO;
            case Scan scan -> flops(scan.body(), table).times(scan.length());
            case While loop -> flops(loop.body(), table);
            case Cond cond -> flops(cond.then(), table);
            case Pointwise _ when v.element().isFloat() && Reads.of(v, table.indices(), x -> true).cost() > 0 -> v.shape().elements();
            default -> Dim.ZERO;
        };
    }
}
