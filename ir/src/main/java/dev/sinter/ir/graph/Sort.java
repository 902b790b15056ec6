package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Type;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/// ### arg_sort
/// The positions, along `axis`, of the elements in ascending (or descending) order; stable; NaN counts as larger than any number. An i64.
/// Sorted values are [TakeAlong] of it.
///
/// - (C1) `axis` is an axis of `x`; the elements are numbers.
///
/// ```example
/// arg_sort %a {axis = 0, descending = false}
/// %a = f32[4] [3, NaN, 1, 3]
/// result = i64[4] [2, 0, 3, 1]
/// ```
public record Sort(Value x, int axis, boolean descending) implements Op, Evaluated, Looped {
    @Override
    public String name() {
        return "arg_sort";
    }

    @Override
    public List<Value> operands() {
        return List.of(x);
    }

    @Override
    public Sort withOperands(List<Value> operands) {
        return new Sort(operands.getFirst(), axis, descending);
    }

    @Override
    public Type.Tensor infer() {
        require(axis >= 0 && axis < x.rank() && x.element() != ElementType.BOOL, name(), "(C1) axis " + axis + " of " + x.type());
        return x.tensor().withElement(ElementType.I64);
    }

    /// As numbers: the zeros are equal, and NaN is larger than all.
    static int compare(double a, double b) {
        return a < b || !Double.isNaN(a) && Double.isNaN(b) ? -1 : a > b || Double.isNaN(a) && !Double.isNaN(b) ? 1 : 0;
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray in = operands.getFirst();
        NdArray result = NdArray.zeros(ElementType.I64, in.extents());
        int[] line = in.offsets(List.of(axis));
        for (int start : in.offsets(IntStream.range(0, in.rank()).filter(k -> k != axis).boxed().toList())) {
            Comparator<Integer> order = (i, j) -> {
                int a = start + line[i];
                int b = start + line[j];
                return in.element().isFloat() ? compare(in.get(a), in.get(b)) : Long.compare(in.getLong(a), in.getLong(b));
            };
            int at = 0;
            for (int k : IntStream.range(0, line.length).boxed().sorted(descending ? order.reversed() : order).toList()) {
                result.setLong(start + line[at++], k);
            }
        }
        return result;
    }

    @Override
    public void lower(Memory memory, Block into) {
        var lines = Lines.along(x.shape(), axis);
        Expr n = memory.dim(lines.extent());
        Expr total = memory.dim(x.shape().elements());
        var order = memory.scratch("order", ElementType.I64, x.shape().elements().times(2));   // two halves, merged to and fro
        lines.forEach(memory, into, (in, line) -> {
            Expr start = lines.start(memory, in, line);
            Expr home = in.let("home", Expr.times(line, n));
            in.loop("i", n, Stmt.Binding.SERIAL, (step, i) -> step.store(order, Expr.plus(home, i), i));
            var source = in.accumulator("source", home);
            var target = in.accumulator("target", Expr.plus(home, total));
            var width = in.accumulator("width", Expr.index(1));
            var round = new Block();                                                            // runs of `width` become runs of `2 width`
            Expr pair = round.let("pair", Expr.times(width, Expr.index(2)));
            Expr pairs = Expr.apply(Fn.DIV, Expr.plus(n, Expr.apply(Fn.SUB, pair, Expr.index(1))), pair);
            round.loop("k", pairs, Stmt.Binding.SERIAL, (merge, k) -> {
                Expr from = merge.let("from", Expr.times(k, pair));
                var runs = new Runs(from, merge.let("middle", Expr.apply(Fn.MIN, Expr.plus(from, width), n)),
                        merge.let("to", Expr.apply(Fn.MIN, Expr.plus(from, pair), n)));
                merge(memory, merge, runs, order, start, source, target);
            });
            Expr before = round.let("before", source);
            round.assign(source, target);
            round.assign(target, before);
            round.assign(width, pair);
            in.add(new Stmt.While(List.of(), Expr.apply(Fn.LT, width, n), round.statements()));
            in.loop("i", n, Stmt.Binding.SERIAL, (step, i) -> step.store(memory.result(0), Expr.plus(start, Expr.times(i, memory.dim(lines.after()))),
                    Expr.load(order, Expr.plus(source, i))));
        });
    }

    /// Two neighbouring runs of sorted positions.
    private record Runs(Expr from, Expr middle, Expr to) { }

    /// Merges two runs. Beyond the end of a run some valid position is read, and not used.
    private void merge(Memory memory, Block in, Runs runs, Buffer order, Expr start, Expr source, Expr target) {
        Expr stride = memory.dim(Lines.along(x.shape(), axis).after());
        Expr last = memory.dim(x.dim(axis).minus(Dim.ONE));
        var left = in.accumulator("left", runs.from());
        var right = in.accumulator("right", runs.middle());
        in.loop("t", runs.from(), runs.to(), 1, Stmt.Binding.SERIAL, (step, t) -> {
            Expr i = step.let("i", Expr.load(order, Expr.apply(Fn.ADD, source, Expr.apply(Fn.MIN, left, last))));
            Expr j = step.let("j", Expr.load(order, Expr.apply(Fn.ADD, source, Expr.apply(Fn.MIN, right, last))));
            Expr a = step.let("a", Expr.load(memory.operand(0), Expr.plus(start, Expr.times(i, stride))));
            Expr b = step.let("b", Expr.load(memory.operand(0), Expr.plus(start, Expr.times(j, stride))));
            Expr rightFirst = descending ? less(a, b) : less(b, a);
            Expr isLeft = Expr.apply(Fn.OR, Expr.apply(Fn.LE, runs.to(), right), Expr.apply(Fn.NOT, rightFirst));
            Expr takeLeft = step.let("takeLeft", Expr.apply(Fn.AND, Expr.apply(Fn.LT, left, runs.middle()), isLeft));
            step.store(order, Expr.apply(Fn.ADD, target, t), Expr.apply(Fn.SELECT, takeLeft, i, j));
            Expr one = step.let("one", Expr.apply(Fn.SELECT, takeLeft, Expr.index(1), Expr.index(0)));
            step.assign(left, Expr.apply(Fn.ADD, left, one));
            step.assign(right, Expr.apply(Fn.ADD, right, Expr.apply(Fn.SUB, Expr.index(1), one)));
        });
    }

    /// [#compare] is negative.
    private Expr less(Expr a, Expr b) {
        Expr less = Expr.apply(Fn.LT, a, b);
        return x.tensor().isFloat()
                ? Expr.apply(Fn.OR, less, Expr.apply(Fn.AND, Expr.apply(Fn.EQ, a, a), Expr.apply(Fn.NE, b, b))) : less;
    }
}
