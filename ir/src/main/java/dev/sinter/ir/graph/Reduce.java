package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/// ### reduce
/// Combines along axes, which disappear: `result[p…] = combine over k… of x[p…, k…]`; the identity for no elements. The order of combination is that of the
/// numerics contract (virtual lanes along the last axis, in order along others).
///
/// - (C1) `axes` are distinct axes of `x`, increasing.
/// - (C2) the elements can be combined: bools for `all` and `any`, numbers for the others.
///
/// ```example
/// reduce_sum %a {axes = [0]}
/// %a = f32[2,3] [1, 2, 3, 4, 5, 6]
/// result = f32[3] [5, 7, 9]
/// ```
public record Reduce(Reduction kind, Value x, List<Integer> axes) implements Op, Evaluated, Differentiable {
    /// Copies `axes`.
    public Reduce {
        axes = List.copyOf(axes);
    }

    @Override
    public String name() {
        return "reduce_" + kind;
    }

    @Override
    public List<Value> operands() {
        return List.of(x);
    }

    @Override
    public Reduce withOperands(List<Value> operands) {
        return new Reduce(kind, operands.getFirst(), axes);
    }

    @Override
    public Type.Tensor infer() {
        for (int k = 0; k < axes.size(); k++) {
            require(axes.get(k) >= 0 && axes.get(k) < x.rank() && (k == 0 || axes.get(k - 1) < axes.get(k)), name(), "(C1) axes " + axes + " of " + x.type());
        }
        require(kind.accepts(x.element()), name(), "(C2) not defined for " + x.element());
        return x.tensor().withShape(x.shape().without(axes));
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray in = operands.getFirst();
        var kept = IntStream.range(0, in.rank()).filter(k -> !axes.contains(k)).boxed().toList();
        int[] combined = in.offsets(axes);
        NdArray result = NdArray.zeros(in.element(), kept.stream().mapToLong(in::extent).toArray());
        int at = 0;
        for (int start : in.offsets(kept)) {
            if (in.element().isFloat()) {
                double total = kind.identity(in.element());
                for (int k : combined) {
                    total = kind.combine(total, in.get(start + k));
                }
                result.set(at++, total);
            } else {
                long total = kind.integerIdentity(in.element());
                for (int k : combined) {
                    total = kind.combine(total, in.getLong(start + k));
                }
                result.setLong(at++, total);
            }
        }
        return result;
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        Value t = tangents.getFirst();
        return switch (kind) {
            case SUM -> g.sum(t, axes);
            case PROD -> g.sum(g.times(t, others(g)), axes);
            case MAX, MIN -> g.over(g.sum(g.select(extreme(self, g), t, g.zeros(t)), axes), ties(self, g));
            case ALL, ANY -> null;
        };
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        return Differentiable.perOperand(switch (kind) {
            case SUM -> spread(cotangent, g);
            case PROD -> g.times(spread(cotangent, g), others(g));
            case MAX, MIN -> g.select(extreme(self, g), spread(g.over(cotangent, ties(self, g)), g), g.zeros(x));
            case ALL, ANY -> null;
        });
    }

    /// A value of the result's shape, repeated along the reduced axes.
    private Value spread(Value y, Graph g) {
        return g.broadcast(y, x.shape(), kept());
    }

    private List<Integer> kept() {
        return IntStream.range(0, x.rank()).filter(k -> !axes.contains(k)).boxed().toList();
    }

    /// Where an element equals the result.
    private Value extreme(Value self, Graph g) {
        return g.binary(BinaryFn.EQ, x, spread(self, g));
    }

    /// How many elements equal the result: these share the derivative evenly.
    private Value ties(Value self, Graph g) {
        return g.sum(g.cast(x.element(), extreme(self, g)), axes);
    }

    /// For every element the product of the others along the reduced axes, without a division: the product of those before times the
    /// product of those after, which is right for zeros.
    private Value others(Graph g) {
        var order = new ArrayList<>(kept());
        order.addAll(axes);
        Value last = g.transpose(x, order);
        int axis = kept().size();
        var dims = new ArrayList<>(last.shape().dims().subList(0, axis));
        dims.add(Dim.product(axes.stream().map(x::dim).toList()));
        Value row = g.reshape(last, new Shape(dims));
        Value product = g.times(Cumulative.exclusiveProduct(row, axis, false, g), Cumulative.exclusiveProduct(row, axis, true, g));
        return g.transpose(g.reshape(product, last.shape()), new Transpose(x, order).inverse());
    }
}
