package dev.sinter.passes.fuse;

import dev.sinter.ir.graph.Combine;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Reshape;
import dev.sinter.ir.graph.Transpose;
import dev.sinter.ir.graph.Value;
import java.util.List;
import java.util.stream.Stream;

/// A product of two matrices by products of their quarters, as `strassen` writes it:
///
/// ```text
/// left     = combine(quarters of a)           [n, rows / 2, depth / 2], in some order
/// right    = combine(quarters of b)           [n, depth / 2, columns / 2], in some order
/// products = dot(left, right)                 [n, rows / 2, columns / 2]
/// quarters = combine(products)                [4, rows / 2, columns / 2]
/// result   = the quarters put together        [rows, columns]
/// ```
///
/// Where the product is thin, all of it is one kernel with what follows it: the products are in the nearest cache when their sums are made, and no sum of quarters is ever anywhere else.
///
/// @param result   the product
/// @param quarters its quarters, row by row
/// @param products the products of sums
public record Quarters(Value result, Value quarters, Value products) {
    /// The quarters of a product, or null if a value is no product that has been written like this.
    static Quarters of(Value v) {
        boolean isMatrix = v.op() instanceof Reshape(Value t, _) && t.op() instanceof Transpose turn && turn.order().equals(List.of(0, 2, 1, 3)) && turn.x().op() instanceof Reshape
                && v.rank() == 2 && v.shape().elements().isConstant();
        if (!isMatrix) {
            return null;
        }
        Value apart = ((Transpose) ((Reshape) v.op()).x().op()).x();
        Value quarters = ((Reshape) apart.op()).x();
        boolean fits = apart.dim(0).is(2) && apart.dim(1).is(2) && quarters.rank() == 3 && quarters.dim(0).is(4) && quarters.dim(1).equals(apart.dim(2)) && quarters.dim(2).equals(apart.dim(3))
                && quarters.dim(1).times(2).equals(v.dim(0)) && quarters.op() instanceof Combine c && c.axis() == 0 && c.x().op() instanceof Dot d
                && d.batchA().equals(List.of(0)) && d.batchB().equals(List.of(0)) && d.contractA().size() == 1 && d.a().rank() == 3 && d.b().rank() == 3 && d.a() != d.b()
                && Stream.of(d.a(), d.b()).allMatch(x -> x.op() instanceof Combine of && of.axis() == 0);
        return fits ? new Quarters(v, quarters, ((Combine) quarters.op()).x()) : null;
    }

    /// The combination of the products.
    public Combine combine() {
        return (Combine) quarters.op();
    }

    /// The products of sums.
    public Dot dot() {
        return (Dot) products.op();
    }

    /// All that is computed on the way to the result, from the sums of the operands' quarters on.
    List<Value> within() {
        Value turned = ((Reshape) result.op()).x();
        return List.of(dot().a(), dot().b(), products, quarters, ((Transpose) turned.op()).x(), turned);
    }
}
