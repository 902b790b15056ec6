package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
/// The result of each element must be that of this order; the order of the elements is free, they are independent. The epilogue writes no
/// element that some operand reads.
///
/// A contraction may have several parts whose sums meet in the epilogue: the gates of a recurrent layer, which are columns of one weight a
/// constant distance apart, or products of quarters of matrices, which have left operands of their own, too. All of `parts` are then computed for the same batch, row and column.
///
/// @param type        the type of the operands and of the accumulator
/// @param batch       axes that both operands depend on
/// @param rows        axes that only `a` depends on
/// @param columns     axes that only `b` depends on
/// @param contracted  axes that are summed over, in order; the epilogue does not see them
/// @param parts       the operands, with the names of their sums: one or more
/// @param epilogue    lets and stores; sees all axes but the contracted ones, and the sums
/// @param indices     knows the axes' ranges and the program's dims
/// @param stage       what is to be done before the elements of some place along its axes are computed
/// @param fixed       buffers that hold the same whenever this is carried out, or nearly: what is made of them alone is made once for many times
public record Contraction(ElementType type, List<Axis> batch, List<Axis> rows, List<Axis> columns, List<Axis> contracted,
                          List<Part> parts, List<Stmt> epilogue, Optional<Stage> stage, List<Cut> cuts, Indices indices, Set<Buffer> fixed) {
    /// Terms that are left out: those where the sum of the places along two axes is not in a range, since what is read there is padding. The operand may not be read there. The contracted
    /// axes of cuts come first among those that are summed over, in order.
    ///
    /// @param free       an axis of the result
    /// @param contracted an axis that is summed over
    /// @param low        the first place that counts
    /// @param high       the place behind the last one
    public record Cut(Axis free, Axis contracted, long low, long high) {
        /// The first step along the contracted axis, at a place along the free one.
        Expr from() {
            return Expr.apply(Fn.MAX, Expr.index(0), Expr.apply(Fn.SUB, Expr.index(low), free.name()));
        }

        /// The step behind the last one.
        Expr to() {
            return Expr.apply(Fn.MIN, Expr.index(contracted.extent().value()), Expr.apply(Fn.SUB, Expr.index(high), free.name()));
        }
    }

    /// A sum.
    ///
    /// @param a           the left operand, of batch, rows and contracted; the same object where it is the same for several parts, which follow each other
    /// @param b           the right operand, of batch, columns and contracted
    /// @param accumulator a fixed scalar name that stands for the sum in the epilogue
    public record Part(Element a, Element b, Expr.Var accumulator) { }

    /// A piece of an operand that is computed into scratch memory of the member, from where all elements at this place along `outer` read it.
    ///
    /// @param outer      free axes, which must be the outermost loops
    /// @param statements see the outer axes, and the member
    /// @param framed     the same operand where it is, if the piece is nothing but an image with zeros around it
    public record Stage(List<Axis> outer, List<Stmt> statements, Optional<Framed> framed) {
        /// Copies the lists.
        public Stage {
            outer = List.copyOf(outer);
            statements = List.copyOf(statements);
        }
    }

    /// An operand that is an image with zeros around it, as it would be read if those were around the image in memory.
    ///
    /// @param ofA   whether it is the left operand
    /// @param image the operand; may not be read where the sum of the places along the axes of some side is not in its range, since it is zero there
    /// @param sides the axes that have zeros before or behind
    public record Framed(boolean ofA, Element image, List<Cut> sides) {
        /// Copies the list.
        public Framed {
            sides = List.copyOf(sides);
        }
    }

    /// A contraction of one part.
    public Contraction(ElementType type, List<Axis> batch, List<Axis> rows, List<Axis> columns, List<Axis> contracted,
                       Element a, Element b, Expr.Var accumulator, List<Stmt> epilogue, Optional<Stage> stage, List<Cut> cuts, Indices indices, Set<Buffer> fixed) {
        this(type, batch, rows, columns, contracted, List.of(new Part(a, b, accumulator)), epilogue, stage, cuts, indices, fixed);
    }

    /// Copies the lists.
    public Contraction {
        batch = List.copyOf(batch);
        rows = List.copyOf(rows);
        columns = List.copyOf(columns);
        contracted = List.copyOf(contracted);
        parts = List.copyOf(parts);
        epilogue = List.copyOf(epilogue);
        cuts = List.copyOf(cuts);
    }

    /// Whether an operand is made of [#fixed] buffers alone, so that copying it costs nothing.
    public boolean isFixed(Element operand) {
        var buffers = operand.buffers();
        return !buffers.isEmpty() && fixed.containsAll(buffers);
    }

    /// The first left operand: the only one, for most schedules.
    public Element a() {
        return parts.getFirst().a();
    }

    /// The left operands, in the order of the parts.
    List<Element> lefts() {
        var lefts = new ArrayList<Element>();
        for (Part part : parts) {
            if (lefts.isEmpty() || lefts.getLast() != part.a()) {
                lefts.add(part.a());
            }
        }
        return lefts;
    }

    /// The first right operand: the only one, for most schedules.
    public Element b() {
        return parts.getFirst().b();
    }

    /// The name of the first sum.
    public Expr.Var accumulator() {
        return parts.getFirst().accumulator();
    }

    /// The first of the steps along one of the axes that are summed over.
    Contraction without(Axis axis) {
        var names = Map.<Expr.Var, Expr>of(axis.name(), Expr.index(0));
        var rest = contracted.stream().filter(x -> x != axis).toList();
        return new Contraction(type, batch, rows, columns, rest, at(a(), names), at(b(), names), accumulator(), epilogue, stage, cuts, indices, fixed);
    }

    private static Element at(Element element, Map<Expr.Var, Expr> names) {
        var block = new Block();
        Expr value = element.at(names, block);
        return new Element(block.statements(), value);
    }

    /// Whether an axis must be among the outermost loops.
    boolean isOuter(Axis axis) {
        return stage.filter(s -> s.outer().contains(axis)).isPresent();
    }

    /// Whether which terms there are depends on the place along an axis.
    boolean isCut(Axis axis) {
        return cuts.stream().anyMatch(cut -> cut.free() == axis || cut.contracted() == axis);
    }

    /// Whether an axis goes along one that has zeros around it.
    boolean isFramed(Axis axis) {
        return stage.flatMap(Stage::framed).stream().flatMap(f -> f.sides().stream()).anyMatch(s -> s.free() == axis || s.contracted() == axis);
    }

    /// The cut along a contracted axis, if there is one.
    Optional<Cut> cut(Axis contracted) {
        return cuts.stream().filter(cut -> cut.contracted() == contracted).findFirst();
    }

    /// The axes of the result: batch, rows, columns.
    public List<Axis> free() {
        return Stream.of(batch, rows, columns).flatMap(List::stream).toList();
    }
}
