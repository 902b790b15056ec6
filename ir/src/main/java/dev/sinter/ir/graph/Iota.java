package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Type;
import java.util.List;

/// ### iota
/// The position along an axis: `result[i_0, …] = i_axis`.
///
/// - (C1) `axis` is an axis of the type.
/// - (C2) the elements are numbers.
public record Iota(Type.Tensor type, int axis) implements Op, Pointwise {
    @Override
    public String name() {
        return "iota";
    }

    @Override
    public List<Value> operands() {
        return List.of();
    }

    @Override
    public Iota withOperands(List<Value> operands) {
        return this;
    }

    @Override
    public Type.Tensor infer() {
        require(axis >= 0 && axis < type.rank(), name(), "(C1) axis " + axis + " of " + type);
        require(type.element() != ElementType.BOOL, name(), "(C2) positions are numbers, not bool");
        return type;
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        Expr i = index.get(axis);
        return type.element() == ElementType.I64 ? i : new Expr.Cast(type.element(), i);
    }
}
