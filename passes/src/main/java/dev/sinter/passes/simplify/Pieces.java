package dev.sinter.passes.simplify;

import dev.sinter.ir.graph.Concat;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Reshape;
import dev.sinter.ir.graph.Slice;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Shape;
import java.util.ArrayList;
import java.util.List;

/// Contractions of concatenations, piece by piece, where each element of the concatenation is read only a few times: putting it together would cost as much as the
/// contraction itself. A cache of keys that is one row longer in each step is such an operand.
final class Pieces {
    /// From as many reads of an element on, a concatenation is worth being made.
    private static final long OFTEN = 8;

    private Pieces() { }

    /// `dot(x, concat(y, z))`, its pieces one by one, or null if its right operand is no concatenation that is better left alone.
    static Value ofRight(Dot d, Graph g) {
        if (!isSeldom(d.freeA().stream().map(d.a()::dim).toList())) {
            return null;
        }
        int axis = axis(d.b());
        if (axis < 0 || d.batchB().contains(axis)) {
            return null;
        }
        List<Value> pieces = pieces(d.b(), axis, g);
        int contracted = d.contractB().indexOf(axis);
        if (contracted >= 0) {
            Value sum = null;
            Dim start = Dim.ZERO;
            int along = d.contractA().get(contracted);
            for (Value piece : pieces) {
                Dim size = piece.dim(axis);
                Value x = g.add(new Slice(d.a(), along, start, size, 1));
                Value term = g.add(d.withOperands(List.of(x, piece)));
                sum = sum == null ? term : g.plus(sum, term);
                start = start.plus(size);
            }
            return sum;
        }
        int result = d.batchA().size() + d.freeA().size() + d.freeB().indexOf(axis);
        var parts = new ArrayList<Value>();
        for (Value piece : pieces) {
            parts.add(g.add(d.withOperands(List.of(d.a(), piece))));
        }
        return g.add(new Concat(parts, result));
    }

    private static boolean isSeldom(List<Dim> others) {
        Dim times = Dim.product(others);
        return times.isConstant() && times.value() < OFTEN;
    }

    /// The axis along which an operand is put together, perhaps before a change of shape that leaves this axis and those before it alone; -1 if it is not.
    private static int axis(Value operand) {
        if (operand.op() instanceof Concat c) {
            return c.axis();
        }
        if (operand.op() instanceof Reshape r && r.x().op() instanceof Concat c && operand.rank() > c.axis()
                && operand.shape().dims().subList(0, c.axis() + 1).equals(r.x().shape().dims().subList(0, c.axis() + 1))) {
            return c.axis();
        }
        return -1;
    }

    private static List<Value> pieces(Value operand, int axis, Graph g) {
        if (operand.op() instanceof Concat c) {
            return c.parts();
        }
        var concat = (Concat) ((Reshape) operand.op()).x().op();
        return concat.parts().stream().map(p -> g.reshape(p, new Shape(operand.shape().dims()).with(axis, p.dim(axis)))).toList();
    }
}
