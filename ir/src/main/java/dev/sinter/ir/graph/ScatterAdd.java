package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Type;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### scatter_add
/// The adjoint of [Gather]: `result = base`, then in row-major order of `j…`: `result[p…, indices[j…], q…] += updates[p…, j…, q…]`.
/// Indices are clamped into range; into an empty axis nothing is added.
///
/// - (C1) `axis` is an axis of `base`; `indices` are integers; the elements are numbers.
/// - (C2) `updates` has the type that `gather(base, indices)` has.
///
/// ```example
/// scatter_add %a, %b, %c {axis = 0}
/// %a = f32[3] [10, 20, 30]
/// %b = i32[3] [2, 0, 2]
/// %c = f32[3] [1, 2, 3]
/// result = f32[3] [12, 20, 34]
/// ```
public record ScatterAdd(Value base, Value indices, Value updates, int axis) implements Op, Evaluated, Looped, Differentiable {
    @Override
    public String name() {
        return "scatter_add";
    }

    @Override
    public List<Value> operands() {
        return List.of(base, indices, updates);
    }

    @Override
    public ScatterAdd withOperands(List<Value> operands) {
        return new ScatterAdd(operands.get(0), operands.get(1), operands.get(2), axis);
    }

    @Override
    public Type.Tensor infer() {
        require(axis >= 0 && axis < base.rank() && indices.element().isInteger() && base.element() != dev.sinter.ir.type.ElementType.BOOL, name(),
                "(C1) axis " + axis + " of " + base.type() + " by " + indices.type());
        require(updates.type().equals(base.tensor().withShape(Gather.shape(base, indices, axis))), name(),
                "(C2) updates of type " + updates.type() + " for " + base.type() + " by " + indices.type() + " along axis " + axis);
        return base.tensor();
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray chosen = operands.get(1);
        NdArray added = operands.get(2);
        int j = chosen.rank();
        long last = operands.getFirst().extent(axis) - 1;
        return last < 0 ? operands.getFirst() : operands.getFirst().withAdded(added, index -> {
            var into = new long[index.length - j + 1];
            System.arraycopy(index, 0, into, 0, axis);
            into[axis] = DynamicSlice.clamp(chosen.getLong(chosen.position(Arrays.copyOfRange(index, axis, axis + j))), last);
            System.arraycopy(index, axis + j, into, axis + 1, into.length - axis - 1);
            return into;
        });
    }

    @Override
    public void lower(Memory memory, Block into) {
        var lines = Lines.along(base.shape(), axis);
        Dim chosen = indices.shape().elements();
        Expr width = memory.dim(lines.after());
        lines.forEachStrip(memory, into, (in, p, from, to) -> {
            Expr start = in.let("start", Expr.times(p, memory.dim(lines.extent().times(lines.after()))));
            Expr source = in.let("source", Expr.times(p, memory.dim(chosen.times(lines.after()))));
            in.loop("i", memory.dim(lines.extent()), Stmt.Binding.SERIAL, (copy, i) -> {
                Expr row = copy.let("row", Expr.plus(start, Expr.times(i, width)));
                copy.loop("q", from, to, 1, Stmt.Binding.VECTOR, (each, q) ->
                        each.store(memory.result(0), Expr.plus(row, q), Expr.load(memory.operand(0), Expr.plus(row, q))));
            });
            lines.unlessEmpty(memory, in, some -> some.loop("j", memory.dim(chosen), Stmt.Binding.SERIAL, (step, j) -> {
                Expr i = lines.clamp(memory, step, Expr.load(memory.operand(1), j));
                Expr row = step.let("row", Expr.plus(start, Expr.times(i, width)));
                Expr added = step.let("added", Expr.plus(source, Expr.times(j, width)));
                step.loop("q", from, to, 1, Stmt.Binding.VECTOR, (each, q) -> each.store(memory.result(0), Expr.plus(row, q),
                        Expr.apply(Fn.ADD, Expr.load(memory.result(0), Expr.plus(row, q)), Expr.load(memory.operand(2), Expr.plus(added, q)))));
            }));
        });
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        if (tangents.get(2) == null) {
            return tangents.get(0);
        }
        return g.add(new ScatterAdd(Differentiable.orZeros(tangents.get(0), base, g), indices, tangents.get(2), axis));
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        return Differentiable.perOperand(cotangent, null, g.add(new Gather(cotangent, indices, axis)));
    }
}
