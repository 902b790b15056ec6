package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Where a tile's operands are at each step of their sums. Steps over several axes are counted in one loop, since of loops within loops the JIT keeps no sums in registers;
/// how far a step is from the first one would take divisions of that count, about as long as the step's multiply-adds. So it stands in a table, which depends on nothing that
/// a call brings and is made ahead, unless it is a multiple of the count.
///
/// Of very many steps the first axes are left to loops around: their sums rest in memory in between.
///
/// @param around axes of loops around the steps
/// @param steps  the axes that are counted together
/// @param a      the left operand
/// @param b      the right one
record Depth(List<Axis> around, List<Axis> steps, Operand a, Operand b) {
    /// The steps of a table: of more, it would take too much of the caches.
    private static final long MOST = 8192;
    /// Fewer steps are not worth a loop around them.
    private static final long FEWEST = 128;

    /// An operand's index: what does not change with the steps, and how far a step is from the first one.
    ///
    /// @param buffer  what it is an element of
    /// @param base    sees no axis of the steps
    /// @param table   the distances, or null
    /// @param factor  of the count, where there is no table
    /// @param indices knows all names
    record Operand(Buffer buffer, Affine base, Buffer table, Dim factor, Indices indices) {
        /// The operand at step `k`.
        Element at(Expr k, Block into) {
            Expr distance = table == null ? Expr.times(k, indices.dim(factor)) : into.let("step", Expr.load(table, k));
            return new Element(List.of(), Expr.load(buffer, Expr.plus(indices.expression(base), distance)));
        }
    }

    /// The steps of a contraction, if tables can say where its operands are and help.
    static Optional<Depth> of(Contraction c, KernelSink out) {
        var steps = new ArrayList<>(c.contracted());
        var around = new ArrayList<Axis>();
        if (steps.stream().anyMatch(x -> !x.extent().isConstant())) {
            return Optional.empty();
        }
        boolean cut = !c.cuts().isEmpty();
        while (steps.size() > 1 && (cut ? around.size() < c.cuts().size() - 1 : count(steps) > MOST)) {
            around.add(steps.removeFirst());
        }
        Operand a = count(steps) > MOST || !cut && !around.isEmpty() && count(steps) < FEWEST ? null : operand(c.a(), steps, c.indices());
        Operand b = a == null ? null : operand(c.b(), steps, c.indices());
        if (b == null || !cut && steps.size() == 1 && around.isEmpty() && a.factor() != null && b.factor() != null) {
            return Optional.empty();
        }
        return Optional.of(new Depth(around, steps, tabled(a, c.a(), steps, c, out), tabled(b, c.b(), steps, c, out)));
    }

    /// Whether the steps of a contraction can be counted like that, those that are cut off left out.
    static boolean allows(Contraction c) {
        var steps = c.contracted().subList(Math.max(0, c.cuts().size() - 1), c.contracted().size());
        return c.contracted().stream().allMatch(x -> x.extent().isConstant()) && count(steps) <= MOST && operand(c.a(), steps, c.indices()) != null && operand(c.b(), steps, c.indices()) != null;
    }

    private static long count(List<Axis> axes) {
        return axes.stream().mapToLong(x -> x.extent().value()).reduce(1, (x, y) -> x * y);
    }

    /// How many steps are counted together.
    Dim count() {
        return Dim.constant(count(steps));
    }

    /// An operand without its table, or null if axes of the steps and others meet in one quotient or remainder.
    private static Operand operand(Element element, List<Axis> steps, Indices indices) {
        Affine index = element.affine(indices).orElse(null);
        Affine within = index == null ? null : index.of(a -> mentions(a, steps));
        if (within == null || within.names().anyMatch(n -> steps.stream().noneMatch(x -> x.name() == n))) {
            return null;
        }
        return new Operand(element.buffer(), index.of(a -> !mentions(a, steps)).plus(Affine.of(index.constant())), null, factor(within, steps), indices);
    }

    private static boolean mentions(Affine.Atom atom, List<Axis> axes) {
        Affine index = Affine.of(atom);
        return axes.stream().anyMatch(x -> index.mentions(x.name()));
    }

    /// What the count is to be multiplied by, or null.
    private static Dim factor(Affine within, List<Axis> steps) {
        if (!within.isLinear()) {
            return null;
        }
        Dim factor = within.coefficient(steps.getLast().name());
        Dim next = factor;
        for (Axis axis : steps.reversed()) {
            if (!within.coefficient(axis.name()).equals(next) && !axis.extent().is(1)) {
                return null;
            }
            next = next.times(axis.extent());
        }
        return factor;
    }

    private static Operand tabled(Operand operand, Element element, List<Axis> steps, Contraction c, KernelSink out) {
        if (operand.factor() != null) {
            return operand;
        }
        Indices indices = c.indices();
        Affine within = element.affine(indices).orElseThrow().of(a -> mentions(a, steps));
        Buffer table = out.scratch("steps", ElementType.I64, Dim.constant(count(steps)));
        out.kernel("steps", into -> {
            Expr place = Expr.index(0);
            for (Axis axis : steps) {
                place = Expr.plus(Expr.times(place, indices.dim(axis.extent())), axis.name());
            }
            var step = new Block();
            step.store(table, place, indices.expression(within));
            PlainContraction.nest(steps, step, indices, Stmt.Binding.SERIAL, Stmt.Binding.SERIAL).forEach(into::add);
        });
        return new Operand(operand.buffer(), operand.base(), table, null, indices);
    }
}
