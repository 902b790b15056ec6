package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
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
public record Sort(Value x, int axis, boolean descending) implements Op, Evaluated {
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
}
