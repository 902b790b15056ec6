package dev.sinter.ir.graph;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import java.util.List;
import java.util.function.Supplier;

/// An op each element of whose result is a scalar expression of elements of its operands: it can be computed inside any consumer's loop,
/// which is what fusion is.
public interface Pointwise {
    /// The element of the result at `index` (one scalar i64 for each axis, within bounds).
    Expr at(Point point, List<Expr> index);

    /// What an element's expression may use.
    interface Point {
        /// The element of an operand at `index`, which must be within bounds wherever the current guards hold.
        Expr read(Value operand, List<Expr> index);

        /// `condition ? inside : otherwise`, where reads within `inside` happen only if the condition holds.
        Expr guard(Expr condition, Supplier<Expr> inside, Expr otherwise);

        /// The value of a dim, a scalar i64.
        Expr dim(Dim dim);

        /// A name for a value that is used more than once.
        Expr let(String hint, Expr value);
    }
}
