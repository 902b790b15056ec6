package dev.sinter.passes.simplify;

import static dev.sinter.passes.simplify.Rule.rule;

import dev.sinter.ir.graph.Binary;
import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Broadcast;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Fill;
import dev.sinter.ir.graph.Fold;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Pad;
import dev.sinter.ir.graph.Reduce;
import dev.sinter.ir.graph.Reduction;
import dev.sinter.ir.graph.Reverse;
import dev.sinter.ir.graph.Transpose;
import dev.sinter.ir.graph.Unary;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Window;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Sums of products. In normal form a contraction in which both factors have an axis of their own is a `dot`; any other sum of products is a reduction of an
/// elementwise product, which fuses. An axis of one element is none where the other factor lies along the sum: such sums go along memory.
final class Contractions {
    /// From as many terms on, a sum along the last axis is worth it.
    private static final long LONG = 32;

    private Contractions() { }

    static final List<Rule> RULES = List.of(
            rule("sum(x * y) = sum(sum(x) * sum(y))", (op, v, g) -> op instanceof Reduce(var kind, Value(Binary(var fn, Value a, Value b), _, _), var axes)
                    && kind == Reduction.SUM && fn == BinaryFn.MUL && a.tensor().isFloat() ? summedApart(a, b, axes, v, g) : null),
            rule("sum((x * y) * s) = sum((x * s) * y)", (op, _, g) -> op instanceof Reduce r && r.kind() == Reduction.SUM && r.x().op() instanceof Binary p && p.fn() == BinaryFn.MUL
                    && p.a().op() instanceof Binary q && q.fn() == BinaryFn.MUL && q.a().tensor().isFloat() ? regrouped(q.a(), q.b(), p.b(), r.axes(), g) : null),
            rule("sum(x * y) = dot(x, y)", (op, v, g) -> op instanceof Reduce(var kind, Value(Binary(var fn, Value a, Value b), _, _), var axes)
                    && kind == Reduction.SUM && fn == BinaryFn.MUL ? recognised(a, b, axes, v, g) : null),
            rule("dot(x, y) of no common free axes = sum(x * y)", (op, _, g) -> op instanceof Dot d && !d.contractA().isEmpty() && d.a().tensor().isFloat()
                    && (d.freeA().isEmpty() || d.freeB().isEmpty()) ? spelledOut(d, g) : null),
            rule("dot(x, y) along nothing = x * y", (op, _, g) -> op instanceof Dot d && d.contractA().isEmpty() ? spelledOut(d, g) : null),
            rule("dot(broadcast(x), y) = sum(broadcast(x) * y)", (op, _, g) -> op instanceof Dot d && d.a().tensor().isFloat() && (isRepeated(d.a()) || isRepeated(d.b()))
                    ? spelledOut(d, g) : null),
            rule("dot(transpose(x), y) = dot(x, y)", (op, _, g) -> op instanceof Dot d && d.a().op() instanceof Transpose t ? ofTransposedA(d, t, g) : null),
            rule("dot(x, transpose(y)) = dot(x, y)", (op, _, g) -> op instanceof Dot d && d.b().op() instanceof Transpose t ? ofTransposedB(d, t, g) : null),
            rule("transpose(dot(x, y)) = dot(y, x)", (op, _, g) -> op instanceof Transpose t && t.x().op() instanceof Dot d && t.order().equals(exchanged(d)) ? g.add(swapped(d)) : null),
            rule("dot(-x, y) = -dot(x, y)", (op, v, g) -> op instanceof Dot d && d.a().op() instanceof Unary(var fn, Value x) && fn == UnaryFn.NEG && isSmaller(v, x)
                    ? g.negate(g.add(d.withOperands(List.of(x, d.b())))) : null),
            rule("dot(x, -y) = -dot(x, y)", (op, v, g) -> op instanceof Dot d && d.b().op() instanceof Unary(var fn, Value y) && fn == UnaryFn.NEG && isSmaller(v, y)
                    ? g.negate(g.add(d.withOperands(List.of(d.a(), y)))) : null),
            rule("dot(x * s, y) = dot(x, y) * s", (op, v, g) -> op instanceof Dot d && d.a().op() instanceof Binary(var fn, Value x, Value s) && (fn == BinaryFn.MUL || fn == BinaryFn.DIV)
                    && d.a().tensor().isFloat() && isSmaller(v, x) ? scaled(d, fn, d.withOperands(List.of(x, d.b())), s, d.contractA(), axesOfA(d), v, g) : null),
            rule("dot(x, y * s) = dot(x, y) * s", (op, v, g) -> op instanceof Dot d && d.b().op() instanceof Binary(var fn, Value y, Value s) && (fn == BinaryFn.MUL || fn == BinaryFn.DIV)
                    && d.b().tensor().isFloat() && isSmaller(v, y) ? scaled(d, fn, d.withOperands(List.of(d.a(), y)), s, d.contractB(), axesOfB(d), v, g) : null),
            rule("dot(x, concat(y, z)) = dot(x, y), dot(x, z)", (op, _, g) -> op instanceof Dot d && d.a().tensor().isFloat() ? Pieces.ofRight(d, g) : null),
            rule("dot(row, y) = sum(row * y)", (op, _, g) -> op instanceof Dot d && d.a().tensor().isFloat() ? ofRow(d, g) : null),
            rule("fold(dot(x, w)) = dot(window(pad(x)), reverse(w))", (op, _, g) -> op instanceof Fold f ? adjointConvolution(f, g) : null));

    private static List<Integer> axes(int n, java.util.function.IntPredicate which) {
        return IntStream.range(0, n).filter(which).boxed().toList();
    }

    /// Each factor is first summed along the axes that the other does not have; axes that neither has multiply.
    private static Value summedApart(Value a, Value b, List<Integer> axes, Value v, Graph g) {
        Spread x = Spread.of(a, g);
        Spread y = Spread.of(b, g);
        var common = axes.stream().filter(k -> x.has(k) && y.has(k)).toList();
        if (common.size() == axes.size()) {
            return null;
        }
        var apart = axes.stream().filter(k -> !common.contains(k)).toList();
        var kept = Reductions.kept(a.rank(), apart);
        Value sum = g.sum(g.times(x.summed(apart, g).over(kept, a.shape(), g), y.summed(apart, g).over(kept, a.shape(), g)), common.stream().map(kept::indexOf).toList());
        var neither = axes.stream().filter(k -> !x.has(k) && !y.has(k)).map(a::dim).toList();
        return neither.isEmpty() ? sum : g.times(sum, g.broadcast(g.extent(Dim.product(neither), v.element()), v.shape()));
    }

    /// A third factor joins the one of two that has all its axes, so that the other product can become a contraction.
    private static Value regrouped(Value a, Value b, Value s, List<Integer> axes, Graph g) {
        Spread x = Spread.of(a, g);
        Spread y = Spread.of(b, g);
        Spread z = Spread.of(s, g);
        if (x.axes().size() < a.rank() && x.axes().containsAll(z.axes()) && isContraction(x, y, axes, a.shape())) {
            return g.sum(g.times(new Spread(g.times(x.core(), z.over(x.axes(), a.shape(), g)), x.axes()).over(axes(a.rank(), k -> true), a.shape(), g), b), axes);
        }
        if (y.axes().size() < a.rank() && y.axes().containsAll(z.axes()) && isContraction(x, y, axes, a.shape())) {
            return g.sum(g.times(a, new Spread(g.times(y.core(), z.over(y.axes(), a.shape(), g)), y.axes()).over(axes(a.rank(), k -> true), a.shape(), g)), axes);
        }
        return null;
    }

    private static boolean isContraction(Spread x, Spread y, List<Integer> axes, Shape whole) {
        return axes.stream().allMatch(k -> x.has(k) && y.has(k))
                && IntStream.range(0, whole.rank()).anyMatch(k -> x.has(k) && !y.has(k)) && IntStream.range(0, whole.rank()).anyMatch(k -> y.has(k) && !x.has(k));
    }

    private static Value recognised(Value a, Value b, List<Integer> axes, Value v, Graph g) {
        Spread x = Spread.of(a, g);
        Spread y = Spread.of(b, g);
        if (!isContraction(x, y, axes, a.shape())) {
            return null;
        }
        var kept = Reductions.kept(a.rank(), axes);
        var batch = kept.stream().filter(k -> x.has(k) && y.has(k)).toList();
        var order = new ArrayList<>(batch);
        kept.stream().filter(k -> x.has(k) && !y.has(k)).forEach(order::add);
        kept.stream().filter(k -> y.has(k) && !x.has(k)).forEach(order::add);
        Value dot = g.add(new Dot(x.core(), y.core(), x.inCore(batch), y.inCore(batch), x.inCore(axes), y.inCore(axes)));
        var sorted = order.stream().sorted().toList();
        return g.broadcast(g.transpose(dot, sorted.stream().map(order::indexOf).toList()), v.shape(), sorted.stream().map(kept::indexOf).toList());
    }

    private static boolean isRepeated(Value v) {
        return v.op() instanceof Fill && v.rank() > 0 || v.op() instanceof Broadcast b && b.x().shape().dims().stream().noneMatch(d -> d.is(1));
    }

    /// The axes of the operands in the index space batch, free of `a`, free of `b`, contracted.
    private static List<Integer> axesOfA(Dot d) {
        return axesOf(d.a(), d.batchA(), d.freeA(), d.batchA().size(), d.contractA(), d.batchA().size() + d.freeA().size() + d.freeB().size());
    }

    private static List<Integer> axesOfB(Dot d) {
        return axesOf(d.b(), d.batchB(), d.freeB(), d.batchA().size() + d.freeA().size(), d.contractB(), d.batchA().size() + d.freeA().size() + d.freeB().size());
    }

    private static List<Integer> axesOf(Value x, List<Integer> batch, List<Integer> free, int firstFree, List<Integer> contract, int firstContract) {
        return IntStream.range(0, x.rank()).mapToObj(k -> batch.contains(k) ? batch.indexOf(k)
                : free.contains(k) ? firstFree + free.indexOf(k) : firstContract + contract.indexOf(k)).toList();
    }

    private static Value spelledOut(Dot d, Graph g) {
        var dims = new ArrayList<>(d.infer().shape().dims());
        int first = dims.size();
        d.contractA().forEach(k -> dims.add(d.a().dim(k)));
        var whole = new Shape(dims);
        return g.sum(g.times(placed(d.a(), axesOfA(d), whole, g), placed(d.b(), axesOfB(d), whole, g)), axes(whole.rank(), k -> k >= first));
    }

    /// One row with rows that lie along the sum: their elements are read once, in their order in memory, which a sum along the last axis does and a `dot`, whose vectors lie
    /// along the other axes, does not.
    private static Value ofRow(Dot d, Graph g) {
        if (isOne(d.a(), d.freeA()) && areAlong(d.a(), d.contractA(), d.b(), d.contractB())) {
            return ofRow(d.a(), d.batchA(), d.contractA(), d.b(), d.batchB(), d.freeB(), d.contractB(), d.infer().shape(), g);
        }
        if (isOne(d.b(), d.freeB()) && areAlong(d.b(), d.contractB(), d.a(), d.contractA())) {
            return ofRow(d.b(), d.batchB(), d.contractB(), d.a(), d.batchA(), d.freeA(), d.contractA(), d.infer().shape(), g);
        }
        return null;
    }

    private static boolean isOne(Value x, List<Integer> axes) {
        return axes.stream().allMatch(k -> x.dim(k).is(1));
    }

    /// Whether elements that lie together in both operands are summed, and are many.
    private static boolean areAlong(Value row, List<Integer> contractOfRow, Value x, List<Integer> contract) {
        int last = contract.indexOf(x.rank() - 1);
        return last >= 0 && x.dim(x.rank() - 1).isConstant() && x.dim(x.rank() - 1).value() >= LONG
                && isOne(row, axes(row.rank(), k -> k > contractOfRow.get(last)));
    }

    private static Value ofRow(Value row, List<Integer> batchOfRow, List<Integer> contractOfRow, Value x, List<Integer> batch, List<Integer> free, List<Integer> contract,
                               Shape result, Graph g) {
        var inOrder = axes(contract.size(), k -> true).stream().sorted(Comparator.comparing(contract::get)).toList();
        var order = Stream.of(batch, free, inOrder.stream().map(contract::get).toList()).flatMap(List::stream).toList();
        var kept = Stream.concat(batchOfRow.stream(), inOrder.stream().map(contractOfRow::get)).toList();
        var sorted = kept.stream().sorted().toList();
        Value thin = g.transpose(g.reshape(row, new Shape(sorted.stream().map(row::dim).toList())), kept.stream().map(sorted::indexOf).toList());
        Value other = g.transpose(x, order);
        int first = batch.size() + free.size();
        Value spread = g.broadcast(thin, other.shape(), axes(x.rank(), k -> k < batch.size() || k >= first));
        return g.reshape(g.sum(g.times(spread, other), axes(x.rank(), k -> k >= first)), result);
    }

    private static Value placed(Value x, List<Integer> axes, Shape whole, Graph g) {
        var sorted = axes.stream().sorted().toList();
        return g.broadcast(g.transpose(x, sorted.stream().map(axes::indexOf).toList()), whole, sorted);
    }

    private static Value ofTransposedA(Dot d, Transpose t, Graph g) {
        if (!Movement.isInOrder(d.freeA().stream().map(t.order()::get).toList())) {
            return null;                                       // the result would have to be transposed instead
        }
        return g.add(new Dot(t.x(), d.b(), d.batchA().stream().map(t.order()::get).toList(), d.batchB(), d.contractA().stream().map(t.order()::get).toList(), d.contractB()));
    }

    private static Value ofTransposedB(Dot d, Transpose t, Graph g) {
        if (!Movement.isInOrder(d.freeB().stream().map(t.order()::get).toList())) {
            return null;
        }
        return g.add(new Dot(d.a(), t.x(), d.batchA(), d.batchB().stream().map(t.order()::get).toList(), d.contractA(), d.contractB().stream().map(t.order()::get).toList()));
    }

    /// The order that exchanges the free axes of both operands.
    private static List<Integer> exchanged(Dot d) {
        int batch = d.batchA().size();
        int a = d.freeA().size();
        int b = d.freeB().size();
        return IntStream.range(0, batch + a + b).map(k -> k < batch ? k : k < batch + b ? k + a : k - b).boxed().toList();
    }

    /// Whether the elements of `result` are known to be at most as many as those of `operand`, so that a factor is cheaper there.
    private static boolean isSmaller(Value result, Value operand) {
        return operand.shape().elements().minus(result.shape().elements()).isKnownNonNegative();
    }

    private static Value scaled(Dot d, BinaryFn fn, Dot unscaled, Value s, List<Integer> contract, List<Integer> places, Value v, Graph g) {
        Spread spread = Spread.of(s, g);
        if (contract.stream().anyMatch(spread::has)) {
            return null;
        }
        var there = spread.axes().stream().map(places::get).toList();
        var sorted = there.stream().sorted().toList();
        return g.binary(fn, g.add(unscaled), g.broadcast(g.transpose(spread.core(), sorted.stream().map(there::indexOf).toList()), v.shape(), sorted));
    }

    /// The adjoint of a convolution is a convolution. With `o` a free axis of `x` and the window's place `k` one of `w`,
    ///
    /// ```
    /// sum over o·s + k·d = l of Σ x[o] w[k]  =  Σ over k' of z[l + k'·d] w[K - 1 - k'],   z[o·s + (K - 1)·d] = x[o], elsewhere 0
    /// ```
    ///
    /// so no tensor of positions × places is built. For a stride above 1 most of `z` is zeros, and work grows by the stride what memory shrinks by size / stride.
    private static Value adjointConvolution(Fold f, Graph g) {
        Transpose t = f.x().op() instanceof Transpose inner ? inner : new Transpose(f.x(), axes(f.x().rank(), k -> true));
        if (!(t.x().op() instanceof Dot d) || f.stride() * f.stride() > f.size() || f.size() == 1) {
            return null;
        }
        int position = t.order().get(f.axis());
        int place = t.order().getLast();
        if (axesOfB(d).contains(position) && axesOfA(d).contains(place)) {
            return convolution(f, swapped(d), toSwapped(d, position), toSwapped(d, place), t.order().stream().map(k -> toSwapped(d, k)).toList(), g);
        }
        return convolution(f, d, position, place, t.order(), g);
    }

    private static Value convolution(Fold f, Dot d, int position, int place, List<Integer> order, Graph g) {
        int batch = d.batchA().size();
        int o = position - batch;
        int k = place - batch - d.freeA().size();
        if (o < 0 || o >= d.freeA().size() || k < 0) {
            return null;
        }
        int axisX = d.freeA().get(o);
        int axisW = d.freeB().get(k);
        Value x = d.a();
        long reach = (f.size() - 1) * f.dilation();
        Dim spread = x.dim(axisX).minus(Dim.ONE).times(f.stride()).plus(1);
        Value wide = g.add(new Pad(x, g.scalar(x.element(), 0), axisX, Dim.constant(reach), f.to().minus(spread), f.stride() - 1));
        Value windows = g.add(new Window(wide, axisX, f.size(), 1, f.dilation()));
        var contractA = new ArrayList<>(d.contractA());
        contractA.add(windows.rank() - 1);
        var contractB = new ArrayList<>(d.contractB());
        contractB.add(axisW);
        Value dot = g.add(new Dot(windows, g.add(new Reverse(d.b(), axisW)), d.batchA(), d.batchB(), contractA, contractB));
        return g.transpose(dot, order.subList(0, order.size() - 1).stream().map(axis -> axis > place ? axis - 1 : axis).toList());
    }

    private static Dot swapped(Dot d) {
        return new Dot(d.b(), d.a(), d.batchB(), d.batchA(), d.contractB(), d.contractA());
    }

    /// The axis of the result of [#swapped] that is `axis` of the result of `d`.
    private static int toSwapped(Dot d, int axis) {
        int batch = d.batchA().size();
        int a = d.freeA().size();
        int b = d.freeB().size();
        return axis < batch ? axis : axis < batch + a ? axis + b : axis - a;
    }
}
