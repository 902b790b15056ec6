package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Type;
import java.util.List;

/// ### bitcast
/// The same bits read as another element type. No derivative.
///
/// - (C1) both types have the same size and neither is bool.
public record Bitcast(ElementType to, Value x) implements Op, Pointwise {
    @Override
    public String name() {
        return "bitcast";
    }

    @Override
    public List<Value> operands() {
        return List.of(x);
    }

    @Override
    public Bitcast withOperands(List<Value> operands) {
        return new Bitcast(to, operands.getFirst());
    }

    @Override
    public Type.Tensor infer() {
        require(to.bytes() == x.element().bytes() && to.bytes() > 1, name(), "(C1) " + x.element() + " read as " + to);
        return x.tensor().withElement(to);
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        Expr e = point.read(x, index);
        return to == x.element() ? e : new Expr.Bitcast(to, e);
    }
}
