package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### concat
/// Tensors one after the other along an axis.
///
/// - (C1) there is at least one operand and `axis` is an axis of it.
/// - (C2) the operands have one element type and equal dims but along `axis`.
///
/// ```example
/// concat %a, %b {axis = 0}
/// %a = f32[2] [1, 2]
/// %b = f32[1] [3]
/// result = f32[3] [1, 2, 3]
/// ```
public record Concat(List<Value> parts, int axis) implements Op, Evaluated, Pointwise, Differentiable {
    private static final int MANY = 16;

    /// Copies `parts`.
    public Concat {
        parts = List.copyOf(parts);
    }

    @Override
    public String name() {
        return "concat";
    }

    @Override
    public List<Value> operands() {
        return parts;
    }

    @Override
    public Concat withOperands(List<Value> operands) {
        return new Concat(operands, axis);
    }

    @Override
    public Type.Tensor infer() {
        require(!parts.isEmpty() && axis >= 0 && axis < parts.getFirst().rank(), name(), "(C1) axis " + axis + " of " + parts.size() + " operands");
        Type.Tensor first = parts.getFirst().tensor();
        Dim extent = Dim.ZERO;
        for (Value p : parts) {
            require(p.rank() == first.rank() && p.tensor().withShape(p.shape().with(axis, Dim.ONE)).equals(first.withShape(first.shape().with(axis, Dim.ONE))),
                    name(), "(C2) " + p.type() + " beside " + first + " along axis " + axis);
            extent = extent.plus(p.dim(axis));
        }
        return first.withShape(first.shape().with(axis, extent));
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        long extent = operands.stream().mapToLong(part -> part.extent(axis)).sum();
        NdArray result = NdArray.zeros(operands.getFirst().element(), operands.getFirst().extentsWith(axis, extent));
        long start = 0;
        for (NdArray part : operands) {
            for (int i = 0; i < part.size(); i++) {
                long[] index = part.index(i);
                index[axis] += start;
                result.copy(result.position(index), part, i);
            }
            start += part.extent(axis);
        }
        return result;
    }

    /// Whether there are so many parts that asking for each element which of them it is in costs more than loops of its own for each part, and makes more code
    /// than a kernel should have.
    public boolean hasManyParts() {
        return parts.size() > MANY;
    }

    /// Where each part begins along the axis.
    public List<Dim> starts() {
        var starts = new ArrayList<Dim>();
        Dim start = Dim.ZERO;
        for (Value p : parts) {
            starts.add(start);
            start = start.plus(p.dim(axis));
        }
        return starts;
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        return among(0, parts.size(), starts(), point, index);
    }

    /// The element, which is in one of the parts from `first` to before `end`. Few parts are asked for one by one; many are halved, so that guards are nested a few deep only.
    private Expr among(int first, int end, List<Dim> starts, Point point, List<Expr> index) {
        if (end - first == 1) {
            var shifted = new ArrayList<>(index);
            shifted.set(axis, Expr.plus(index.get(axis), point.dim(starts.get(first).times(-1))));
            return point.read(parts.get(first), shifted);
        }
        int middle = end - first > MANY ? (first + end) / 2 : first + 1;
        Expr here = point.let("here", Expr.apply(Fn.LT, index.get(axis), point.dim(starts.get(middle))));
        Expr beyond = Expr.apply(Fn.NOT, here);
        Expr later = point.guard(beyond, () -> among(middle, end, starts, point, index), Expr.constant(parts.getFirst().element(), 0));
        return point.guard(here, () -> among(first, middle, starts, point, index), later);
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        var all = new ArrayList<Value>();
        for (int k = 0; k < parts.size(); k++) {
            all.add(Differentiable.orZeros(tangents.get(k), parts.get(k), g));
        }
        return g.add(new Concat(all, axis));
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        var slices = new ArrayList<Value>();
        List<Dim> starts = starts();
        for (int k = 0; k < parts.size(); k++) {
            slices.add(g.add(new Slice(cotangent, axis, starts.get(k), parts.get(k).dim(axis), 1)));
        }
        return slices;
    }
}
