package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import java.util.List;
import java.util.Optional;

/// The moving operand of a [TiledContraction] whose vectors have their elements some elements apart, as where windows take steps of two: it is copied once such that they lie side by side, instead of being
/// picked from twice as many vectors at each step of every sum.
///
/// ```text
/// copy[phase * height + i] = operand[i * stride + phase]
/// ```
///
/// Of the operand's index, all that belongs to axes of the result must be a multiple of the stride; the phase then depends on the step alone, and a table says where it is ([Depth]).
final class Deinterleaved {
    /// Cycles to copy an element.
    private static final double COPY = 0.5;
    /// The share of a contraction's time that copying may take: picking elements takes more.
    private static final double WORTH = 0.05;
    /// Elements of each phase that a member copies at once.
    private static final long BLOCK = 4096;

    private Deinterleaved() {
    }

    /// The contraction of a copy, if one is worth making; else the contraction itself. The plan's tiles are as good for both.
    static Contraction of(Contraction c, TilePlan plan, KernelSink out) {
        if (plan.packed() || plan.both() || plan.written() || c.stage().isPresent() || !Depth.allows(c)) {
            return c;
        }
        Element moving = plan.splatsAreA() ? c.b() : c.a();
        Affine index = moving.affine(c.indices()).orElseThrow();
        Dim elements = moving.buffer().elements();
        long stride = index.coefficient(plan.vector().name()).value();
        if (stride == 1 || !elements.isConstant() || elements.value() % stride != 0 || COPY * elements.value() > WORTH * plan.cycles()) {
            return c;
        }
        return place(c, index, stride, elements.value() / stride).map(place -> {
            var apart = new Element(List.of(), Expr.load(copied(moving.buffer(), stride, c.indices(), out), place));
            return new Contraction(c.type(), c.batch(), c.rows(), c.columns(), c.contracted(), plan.splatsAreA() ? c.a() : apart, plan.splatsAreA() ? apart : c.b(), c.accumulator(), c.epilogue(),
                    c.stage(), c.cuts(), c.indices(), c.fixed());
        }).orElse(c);
    }

    /// Where an element is in the copy, if its phase depends on the step alone.
    private static Optional<Expr> place(Contraction c, Affine index, long stride, long height) {
        Affine steps = index.of(atom -> c.contracted().stream().anyMatch(x -> Affine.of(atom).mentions(x.name()))).plus(Affine.of(index.constant()));
        Affine places = Affine.ZERO;
        for (var term : index.plus(steps.times(Dim.constant(-1))).terms().entrySet()) {
            if (!term.getValue().isConstant() || term.getValue().value() % stride != 0) {
                return Optional.empty();
            }
            places = places.plus(Affine.of(term.getKey()).times(Dim.constant(term.getValue().value() / stride)));
        }
        Indices indices = c.indices();
        if (indices.largest(steps) == null) {
            return Optional.empty();
        }
        Expr step = indices.expression(steps);
        Expr by = Expr.index(stride);
        return Optional.of(Expr.plus(indices.expression(places), Expr.plus(Expr.apply(Fn.DIV, step, by), Expr.times(Expr.apply(Fn.REM, step, by), Expr.index(height)))));
    }

    private static Buffer copied(Buffer from, long stride, Indices indices, KernelSink out) {
        Buffer copy = out.scratch("apart", from.type(), from.elements());
        long height = from.elements().value() / stride;
        long block = Math.min(BLOCK, height);
        out.kernel("deinterleave", into -> into.loop("block", Expr.index(0), Expr.index((height + block - 1) / block), 1, Stmt.Binding.PARALLEL, (in, n) -> {
            Expr first = in.let("first", Expr.apply(Fn.MIN, Expr.times(n, Expr.index(block)), Expr.index(height - block)));      // the last block is moved back, and some elements are copied twice
            in.loop("i", Expr.index(0), Expr.index(block), 1, Stmt.Binding.VECTOR, (body, i) -> {
                indices.range(i, Dim.constant(block));
                Expr place = body.let("place", Expr.plus(first, i));
                for (long phase = 0; phase < stride; phase++) {
                    body.store(copy, Expr.plus(place, Expr.index(phase * height)), Expr.load(from, Expr.plus(Expr.times(place, Expr.index(stride)), Expr.index(phase))));
                }
            });
        }));
        return copy;
    }
}
