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
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/// ### cumulative_sum, cumulative_prod, cumulative_max, cumulative_min
/// Running combination along an axis, inclusive: `result[…, i, …] = combine of x[…, j, …] over j <= i` (`j >= i` if `reverse`), in order.
///
/// - (C1) `axis` is an axis of `x`; the kind accepts its elements.
///
/// ```example
/// cumulative_sum %a {axis = 0, reverse = false}
/// %a = f32[3] [1, 2, 3]
/// result = f32[3] [1, 3, 6]
/// ```
public record Cumulative(Reduction kind, Value x, int axis, boolean reverse) implements Op, Evaluated, Looped, Differentiable {
    @Override
    public String name() {
        return "cumulative_" + kind;
    }

    @Override
    public List<Value> operands() {
        return List.of(x);
    }

    @Override
    public Cumulative withOperands(List<Value> operands) {
        return new Cumulative(kind, operands.getFirst(), axis, reverse);
    }

    @Override
    public Type.Tensor infer() {
        require(axis >= 0 && axis < x.rank() && kind.accepts(x.element()), name(), "(C1) axis " + axis + " of " + x.type());
        return x.tensor();
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray in = operands.getFirst();
        NdArray result = NdArray.zeros(in.element(), in.extents());
        int[] line = in.offsets(List.of(axis));
        for (int start : in.offsets(IntStream.range(0, in.rank()).filter(k -> k != axis).boxed().toList())) {
            double real = kind.identity(in.element());
            long integer = kind.integerIdentity(in.element());
            for (int step = 0; step < line.length; step++) {
                int at = start + line[reverse ? line.length - 1 - step : step];
                if (in.element().isFloat()) {
                    real = kind.combine(real, in.get(at));
                    result.set(at, real);
                } else {
                    integer = kind.combine(integer, in.getLong(at));
                    result.setLong(at, integer);
                }
            }
        }
        return result;
    }

    @Override
    public void lower(Memory memory, Block into) {
        var lines = Lines.along(x.shape(), axis);
        lines.forEach(memory, into, (in, line) -> {
            Expr start = lines.start(memory, in, line);
            var total = in.accumulator("total", kind.identityExpr(x.element()));
            in.loop("step", memory.dim(x.dim(axis)), Stmt.Binding.SERIAL, (step, k) -> {
                Expr i = reverse ? Expr.apply(Fn.SUB, memory.dim(x.dim(axis).minus(Dim.ONE)), k) : k;
                Expr at = step.let("at", Expr.plus(start, Expr.times(i, memory.dim(lines.after()))));
                step.assign(total, Expr.apply(kind.combine(), total, Expr.load(memory.operand(0), at)));
                step.store(memory.result(0), at, total);
            });
        });
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        Value t = tangents.getFirst();
        return switch (kind) {
            case SUM -> g.add(withOperands(tangents));
            case PROD -> recurrence(g.times(t, exclusiveProduct(x, axis, reverse, g)), x, axis, reverse, g);
            case MAX, MIN -> g.add(new TakeAlong(t, positions(self, g), axis));
            case ALL, ANY -> null;
        };
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        return Differentiable.perOperand(switch (kind) {
            case SUM -> g.add(new Cumulative(kind, cotangent, axis, !reverse));
            case PROD -> {
                Value next = g.add(new Pad(x, g.scalar(x.element(), 0), axis, Dim.constant(reverse ? 1 : -1), Dim.constant(reverse ? -1 : 1), 0));
                yield g.times(exclusiveProduct(x, axis, reverse, g), recurrence(cotangent, next, axis, !reverse, g));
            }
            case MAX, MIN -> g.add(new PutAlong(g.zeros(x), positions(self, g), cotangent, axis));
            case ALL, ANY -> null;
        });
    }

    /// The product of the elements before each (after each, if `reverse`); 1 for none.
    static Value exclusiveProduct(Value x, int axis, boolean reverse, Graph g) {
        Value inclusive = g.add(new Cumulative(Reduction.PROD, x, axis, reverse));
        return g.add(new Pad(inclusive, g.scalar(x.element(), 1), axis, Dim.constant(reverse ? -1 : 1), Dim.constant(reverse ? 1 : -1), 0));
    }

    /// `r[i] = a[i] + b[i] * r[i - 1]` along `axis` (`r[i + 1]` if `reverse`), from 0. The derivative of a running product is such a recurrence:
    /// no formula without one is right for zeros and linear in the extent.
    private static Value recurrence(Value a, Value b, int axis, boolean reverse, Graph g) {
        var order = new ArrayList<>(IntStream.range(0, a.rank()).boxed().toList());
        order.addFirst(order.remove(axis));
        Value first = g.transpose(a, order);
        Type.Tensor slice = first.tensor().withShape(first.shape().without(List.of(0)));
        var body = new Graph();
        Value r = body.parameter("r", slice);
        Value ai = body.parameter("a", slice);
        Value bi = body.parameter("b", slice);
        Value next = body.plus(ai, body.times(bi, r));
        var step = new Function("recurrence", List.of(r, ai, bi), List.of(next, next));
        Value scan = g.add(new Scan(step, first.dim(0), reverse, List.of(), List.of(g.fill(slice, 0)), List.of(first, g.transpose(b, order))));
        return g.transpose(g.part(scan, 1), new Transpose(first, order).inverse());
    }

    /// Where the running maximum (minimum) at each position was found; the latest of equals.
    private Value positions(Value self, Graph g) {
        Type.Tensor index = x.tensor().withElement(ElementType.I64);
        Value here = g.add(new Iota(index, axis));
        Value start = reverse ? g.broadcast(g.extent(x.dim(axis), ElementType.I64), x.shape()) : g.zeros(here);
        Value found = g.select(g.binary(BinaryFn.EQ, x, self), here, start);
        return g.add(new Cumulative(reverse ? Reduction.MIN : Reduction.MAX, found, axis, reverse));
    }
}
