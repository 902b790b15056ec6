package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### transpose
/// Axes in another order: axis `k` of the result is axis `order[k]` of `x`.
///
/// - (C1) `order` is a permutation of the axes of `x`.
///
/// ```example
/// transpose %a {order = [1, 0]}
/// %a = f32[2,3] [1, 2, 3, 4, 5, 6]
/// result = f32[3,2] [1, 4, 2, 5, 3, 6]
/// ```
public record Transpose(Value x, List<Integer> order) implements Op, Evaluated, Pointwise, Differentiable {
    /// Copies `order`.
    public Transpose {
        order = List.copyOf(order);
    }

    @Override
    public String name() {
        return "transpose";
    }

    @Override
    public List<Value> operands() {
        return List.of(x);
    }

    @Override
    public Transpose withOperands(List<Value> operands) {
        return new Transpose(operands.getFirst(), order);
    }

    /// The order that undoes `order`.
    public List<Integer> inverse() {
        var inverse = new Integer[order.size()];
        for (int k = 0; k < inverse.length; k++) {
            inverse[order.get(k)] = k;
        }
        return List.of(inverse);
    }

    @Override
    public Type.Tensor infer() {
        require(order.stream().sorted().toList().equals(java.util.stream.IntStream.range(0, x.rank()).boxed().toList()), name(),
                "(C1) " + order + " is no order of the axes of " + x.type());
        return x.tensor().withShape(new Shape(order.stream().map(x::dim).toList()));
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray in = operands.getFirst();
        return in.rearranged(order.stream().mapToLong(in::extent).toArray(), index -> {
            var from = new long[index.length];
            for (int k = 0; k < from.length; k++) {
                from[order.get(k)] = index[k];
            }
            return from;
        });
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        var back = new Expr[order.size()];
        for (int k = 0; k < back.length; k++) {
            back[order.get(k)] = index.get(k);
        }
        return point.read(x, Arrays.asList(back));
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        return g.add(withOperands(tangents));
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        return List.of(g.transpose(cotangent, inverse()));
    }
}
