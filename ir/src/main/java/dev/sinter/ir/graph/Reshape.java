package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### reshape
/// The same elements in the same row-major order under another shape.
///
/// - (C1) both shapes have the same number of elements.
///
/// ```example
/// reshape %a {to = [3,2]}
/// %a = f32[6] [1, 2, 3, 4, 5, 6]
/// result = f32[3,2] [1, 2, 3, 4, 5, 6]
/// ```
public record Reshape(Value x, Shape to) implements Op, Evaluated, Pointwise, Differentiable {
    @Override
    public String name() {
        return "reshape";
    }

    @Override
    public List<Value> operands() {
        return List.of(x);
    }

    @Override
    public Reshape withOperands(List<Value> operands) {
        return new Reshape(operands.getFirst(), to);
    }

    @Override
    public Type.Tensor infer() {
        require(x.shape().elements().equals(to.elements()), name(), "(C1) " + x.shape() + " has " + x.shape().elements()
                + " elements, " + to + " has " + to.elements());
        return x.tensor().withShape(to);
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        return operands.getFirst().reshaped(Evaluated.extents(to, dims));
    }

    /// Groups of axes with equal products are translated each for itself (most reshapes only split or join neighbours), so that an index that
    /// passes unchanged stays a plain index.
    @Override
    public Expr at(Point point, List<Expr> index) {
        var from = x.shape().dims();
        var result = new ArrayList<Expr>();
        int i = 0;
        int o = 0;
        while (i < from.size() || o < to.rank()) {
            int i0 = i;
            int o0 = o;
            Dim left = Dim.ONE;
            Dim right = Dim.ONE;
            do {                                               // take axes from the side that is behind until the products agree
                if (i < from.size() && (o == to.rank() || i == i0 || o > o0 && !right.equals(left) && behind(left, right))) {
                    left = left.times(from.get(i++));
                } else if (o < to.rank()) {
                    right = right.times(to.dim(o++));
                } else {
                    left = left.times(from.get(i++));
                }
            } while (!left.equals(right) && (i < from.size() || o < to.rank()));
            translate(point, from.subList(i0, i), to.dims().subList(o0, o), index.subList(o0, o), result);
        }
        return point.read(x, result);
    }

    /// Whether the product `a` is known to be smaller than `b`, or divides it.
    private static boolean behind(Dim a, Dim b) {
        return a.isConstant() && b.isConstant() ? a.value() < b.value() : b.mod(a).is(0);
    }

    private static void translate(Point point, List<Dim> from, List<Dim> to, List<Expr> index, List<Expr> result) {
        var wide = from.stream().filter(d -> !d.is(1)).toList();
        if (wide.size() == 1 && to.stream().filter(d -> !d.is(1)).count() == 1) {
            Expr only = index.get(java.util.stream.IntStream.range(0, to.size()).filter(k -> !to.get(k).is(1)).findFirst().orElseThrow());
            from.forEach(d -> result.add(d.is(1) ? Expr.index(0) : only));
            return;
        }
        Expr flat = Expr.index(0);
        for (int k = 0; k < to.size(); k++) {
            flat = Expr.plus(Expr.times(flat, point.dim(to.get(k))), to.get(k).is(1) ? Expr.index(0) : index.get(k));
        }
        if (wide.size() > 1) {
            flat = point.let("flat", flat);
        }
        var reversed = new ArrayList<Expr>();
        Expr rest = flat;
        boolean outermost;
        int left = wide.size();
        for (int k = from.size() - 1; k >= 0; k--) {
            if (from.get(k).is(1)) {
                reversed.add(Expr.index(0));
                continue;
            }
            outermost = --left == 0;
            if (outermost) {
                reversed.add(rest);
            } else {
                Expr extent = point.dim(from.get(k));
                reversed.add(Expr.apply(Fn.REM, rest, extent));
                rest = point.let("rest", Expr.apply(Fn.DIV, rest, extent));
            }
        }
        result.addAll(reversed.reversed());
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        return g.add(withOperands(tangents));
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        return List.of(g.reshape(cotangent, x.shape()));
    }
}
