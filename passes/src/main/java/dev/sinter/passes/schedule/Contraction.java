package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// What a contraction kernel computes, before it is scheduled:
///
/// ```text
/// for every batch, row, column:
///     accumulator = +0.0
///     for every contracted, in lexicographic order:
///         accumulator = fma(a, b, accumulator)      (integers: accumulator + a * b)
///     epilogue
/// ```
///
/// The result of each element must be that of this order; the order of the elements is free, they are independent. Neither operand's buffers are
/// written by the epilogue.
///
/// @param type        the type of the operands and of the accumulator
/// @param batch       axes that both operands depend on
/// @param rows        axes that only `a` depends on
/// @param columns     axes that only `b` depends on
/// @param contracted  axes that are summed over, in order; the epilogue does not see them
/// @param a           the left operand, of batch, rows and contracted
/// @param b           the right operand, of batch, columns and contracted
/// @param accumulator a fixed scalar name that stands for the sum in `epilogue`
/// @param epilogue    lets and stores; sees all axes but the contracted ones, and `accumulator`
/// @param indices     knows the axes' ranges and the program's dims
/// @param fixed       buffers that hold the same whenever this is carried out, or nearly: what is made of them alone is made once for many times
public record Contraction(ElementType type, List<Axis> batch, List<Axis> rows, List<Axis> columns, List<Axis> contracted,
                          Element a, Element b, Expr.Var accumulator, List<Stmt> epilogue, Indices indices, Set<Buffer> fixed) {
    /// Copies the lists.
    public Contraction {
        batch = List.copyOf(batch);
        rows = List.copyOf(rows);
        columns = List.copyOf(columns);
        contracted = List.copyOf(contracted);
        epilogue = List.copyOf(epilogue);
    }

    /// Whether an operand is made of [#fixed] buffers alone, so that copying it costs nothing.
    public boolean isFixed(Element operand) {
        var buffers = operand.buffers();
        return !buffers.isEmpty() && fixed.containsAll(buffers);
    }

    /// The axes of the result: batch, rows, columns.
    public List<Axis> free() {
        return Stream.of(batch, rows, columns).flatMap(List::stream).toList();
    }
}
