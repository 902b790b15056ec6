package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Type;
import java.util.List;
import java.util.function.ToLongFunction;

/// ### put_along
/// The adjoint of [TakeAlong]: `result = base`, then in the order of `i`: `result[…, indices[…, i, …], …] += updates[…, i, …]`.
/// Indices are clamped into range; into an empty axis nothing is added.
///
/// - (C1) `axis` is an axis of `base`; `indices` are integers; the elements are numbers.
/// - (C2) `indices` and `updates` have one shape, equal to that of `base` but along `axis`; `updates` has the elements of `base`.
///
/// ```example
/// put_along %a, %b, %c {axis = 1}
/// %a = f32[2,3] [0, 0, 0, 0, 0, 0]
/// %b = i64[2,1] [2, 0]
/// %c = f32[2,1] [5, 6]
/// result = f32[2,3] [0, 0, 5, 6, 0, 0]
/// ```
public record PutAlong(Value base, Value indices, Value updates, int axis) implements Op, Evaluated, Looped, Differentiable {
    @Override
    public String name() {
        return "put_along";
    }

    @Override
    public List<Value> operands() {
        return List.of(base, indices, updates);
    }

    @Override
    public PutAlong withOperands(List<Value> operands) {
        return new PutAlong(operands.get(0), operands.get(1), operands.get(2), axis);
    }

    @Override
    public Type.Tensor infer() {
        require(axis >= 0 && axis < base.rank() && indices.element().isInteger() && base.element() != dev.sinter.ir.type.ElementType.BOOL, name(),
                "(C1) axis " + axis + " of " + base.type() + " by " + indices.type());
        require(indices.rank() == base.rank() && indices.shape().with(axis, base.dim(axis)).equals(base.shape())
                        && updates.type().equals(base.tensor().withShape(indices.shape())), name(),
                "(C2) " + updates.type() + " by " + indices.type() + " into " + base.type() + " along axis " + axis);
        return base.tensor();
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray chosen = operands.get(1);
        long last = operands.getFirst().extent(axis) - 1;
        return last < 0 ? operands.getFirst() : operands.getFirst().withAdded(operands.get(2), index -> {
            index[axis] = DynamicSlice.clamp(chosen.getLong(chosen.position(index)), last);
            return index;
        });
    }

    @Override
    public void lower(Memory memory, Block into) {
        var lines = Lines.along(base.shape(), axis);
        var added = Lines.along(updates.shape(), axis);
        lines.forEach(memory, into, (in, line) -> {
            Expr start = lines.start(memory, in, line);
            Expr from = added.start(memory, in, line);
            Expr stride = memory.dim(lines.after());
            in.loop("i", memory.dim(lines.extent()), Stmt.Binding.SERIAL, (copy, i) -> {
                Expr at = copy.let("at", Expr.plus(start, Expr.times(i, stride)));
                copy.store(memory.result(0), at, Expr.load(memory.operand(0), at));
            });
            lines.unlessEmpty(memory, in, some -> some.loop("i", memory.dim(added.extent()), Stmt.Binding.SERIAL, (step, i) -> {
                Expr source = step.let("source", Expr.plus(from, Expr.times(i, stride)));
                Expr chosen = lines.clamp(memory, step, Expr.load(memory.operand(1), source));
                Expr at = step.let("at", Expr.plus(start, Expr.times(chosen, stride)));
                step.store(memory.result(0), at, Expr.apply(Fn.ADD, Expr.load(memory.result(0), at), Expr.load(memory.operand(2), source)));
            }));
        });
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        if (tangents.get(2) == null) {
            return tangents.get(0);
        }
        return g.add(new PutAlong(Differentiable.orZeros(tangents.get(0), base, g), indices, tangents.get(2), axis));
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        return Differentiable.perOperand(cotangent, null, g.add(new TakeAlong(cotangent, indices, axis)));
    }
}
