package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Type;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/// ### arg_max, arg_min
/// The position along `axis` of the largest (smallest) element, the first of equals; a NaN counts as more extreme than any number. An i64.
///
/// - (C1) `axis` is an axis of `x`, not known to be empty; the elements are numbers.
///
/// ```example
/// arg_max %a {axis = 0}
/// %a = f32[4] [1, 3, 3, 2]
/// result = i64[] [1]
/// ```
public record ArgReduce(boolean largest, Value x, int axis) implements Op, Evaluated, Looped {
    @Override
    public String name() {
        return largest ? "arg_max" : "arg_min";
    }

    @Override
    public List<Value> operands() {
        return List.of(x);
    }

    @Override
    public ArgReduce withOperands(List<Value> operands) {
        return new ArgReduce(largest, operands.getFirst(), axis);
    }

    @Override
    public Type.Tensor infer() {
        require(axis >= 0 && axis < x.rank() && !x.dim(axis).is(0) && x.element() != ElementType.BOOL, name(), "(C1) axis " + axis + " of " + x.type());
        return new Type.Tensor(ElementType.I64, x.shape().without(List.of(axis)));
    }

    /// Whether element `i` is more extreme than element `j`.
    private boolean beats(NdArray in, int i, int j) {
        if (!in.element().isFloat()) {
            return largest ? in.getLong(i) > in.getLong(j) : in.getLong(i) < in.getLong(j);
        }
        double a = in.get(i);
        double b = in.get(j);
        return (largest ? a > b : a < b) || Double.isNaN(a) && !Double.isNaN(b);
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray in = operands.getFirst();
        var kept = IntStream.range(0, in.rank()).filter(k -> k != axis).boxed().toList();
        int[] line = in.offsets(List.of(axis));
        NdArray result = NdArray.zeros(ElementType.I64, kept.stream().mapToLong(in::extent).toArray());
        int at = 0;
        for (int start : in.offsets(kept)) {
            int best = 0;
            for (int k = 1; k < line.length; k++) {
                if (beats(in, start + line[k], start + line[best])) {
                    best = k;
                }
            }
            result.setLong(at++, best);
        }
        return result;
    }

    @Override
    public void lower(Memory memory, Block into) {
        var lines = Lines.along(x.shape(), axis);
        lines.forEach(memory, into, (in, line) -> {
            Expr start = lines.start(memory, in, line);
            var best = in.accumulator("best", Expr.index(0));
            var extreme = in.accumulator("extreme", (largest ? Reduction.MAX : Reduction.MIN).identityExpr(x.element()));
            in.loop("i", memory.dim(x.dim(axis)), Stmt.Binding.SERIAL, (step, i) -> {
                Expr element = step.let("element", Expr.load(memory.operand(0), Expr.plus(start, Expr.times(i, memory.dim(lines.after())))));
                Expr beats = largest ? Expr.apply(Fn.LT, extreme, element) : Expr.apply(Fn.LT, element, extreme);
                if (x.tensor().isFloat()) {
                    Expr firstNaN = Expr.apply(Fn.AND, Expr.apply(Fn.NE, element, element), Expr.apply(Fn.EQ, extreme, extreme));
                    beats = Expr.apply(Fn.OR, beats, firstNaN);
                }
                Expr better = step.let("better", beats);
                step.assign(best, Expr.apply(Fn.SELECT, better, i, best));
                step.assign(extreme, Expr.apply(Fn.SELECT, better, element, extreme));
            });
            in.store(memory.result(0), line, best);
        });
    }
}
