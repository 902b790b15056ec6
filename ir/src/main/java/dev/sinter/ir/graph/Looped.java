package dev.sinter.ir.graph;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import java.util.List;

/// An op with a loop nest of its own, over operands and results in memory: what is neither pointwise nor a reduction.
public interface Looped {
    /// Appends the loops that compute every result. Loops whose iterations are independent are bound `PARALLEL` (outermost) or `VECTOR`
    /// (innermost, elementwise); the rest is `SERIAL`.
    void lower(Memory memory, Block into);

    /// Where operands and results are.
    interface Memory {
        /// The buffer of an operand; row-major.
        Buffer operand(int i);

        /// The buffer of a result; row-major.
        Buffer result(int i);

        /// Scratch memory for the whole call.
        Buffer scratch(String hint, dev.sinter.ir.type.ElementType type, Dim elements);

        /// The value of a dim, a scalar i64.
        Expr dim(Dim dim);

        /// The row-major offset of `index` in a tensor with these dims.
        default Expr offset(Iterable<Dim> dims, List<Expr> index) {
            Expr offset = Expr.index(0);
            int axis = 0;
            for (Dim d : dims) {
                offset = Expr.plus(Expr.times(offset, dim(d)), index.get(axis++));
            }
            return offset;
        }
    }
}
