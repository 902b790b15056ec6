package dev.sinter.passes.lower;

import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Pad;
import dev.sinter.ir.graph.Pointwise;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Shape;
import dev.sinter.passes.fuse.Reads;
import dev.sinter.passes.schedule.Affine;
import dev.sinter.passes.schedule.Axis;
import dev.sinter.passes.schedule.Contraction;
import dev.sinter.passes.schedule.Indices;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// How an operand of a contraction is computed piece by piece: the elements with one place along some *outer* axes, each of which is an axis of the contraction itself, lie together
/// in scratch memory of the member while all that reads them is computed. So the padded image of a depthwise convolution is never in memory as a whole: one channel of it is,
/// in the first-level cache.
///
/// @param value the operand, or what the operand is a view of
/// @param outer for each axis of the value the number of the contraction's free axis that it is, -1 for an axis of the piece
record Staging(Value value, List<Integer> outer) {
    /// Elements that stay in the nearer caches.
    private static final long MOST = 32 * 1024;
    /// Pieces below this number are as well computed together.
    private static final long FEW = 4;
    /// From this length on, lines begin where a line of the cache does.
    private static final long LONG = 32;
    /// The elements of a line of the cache.
    private static final long LINE = 16;

    /// How to compute a value piece by piece; null if no axis is an outer one, or pieces are large.
    static Staging of(Value value, Dot dot, Supplier<Indices> indices) {
        boolean isA = readIn(dot.a(), value, indices) != null;
        Value operand = isA ? dot.a() : dot.b();
        Reads reads = readIn(operand, value, indices);
        if (reads == null) {
            return null;
        }
        var free = new ArrayList<>(isA ? dot.batchA() : dot.batchB());     // in the order of the contraction's free axes: batch, rows, columns
        IntStream.range(0, isA ? 0 : dot.freeA().size()).forEach(k -> free.add(-1));
        free.addAll(isA ? dot.freeA() : dot.freeB());
        var index = reads.accesses().getFirst().index();
        var outer = new ArrayList<Integer>();
        Dim pieces = Dim.ONE;
        Dim piece = Dim.ONE;
        for (int k = 0; k < value.rank(); k++) {
            int axis = axis(index, k, reads);
            boolean isOuter = axis >= 0 && free.contains(axis) && k < value.rank() - 1;
            outer.add(isOuter ? free.indexOf(axis) : -1);
            pieces = isOuter ? pieces.times(value.dim(k)) : pieces;
            piece = isOuter ? piece : piece.times(value.dim(k));
        }
        boolean many = !pieces.isConstant() || pieces.value() >= FEW;
        return many && piece.isConstant() && piece.value() <= MOST ? new Staging(value, List.copyOf(outer)) : null;
    }

    /// How an operand reads a value: once, at an affine index; null if it does not.
    static Reads readIn(Value operand, Value value, Supplier<Indices> indices) {
        if (!(operand.op() instanceof Pointwise) || operand == value) {
            return null;
        }
        Reads reads = Reads.of(operand, indices.get(), v -> v == value);
        var accesses = reads.accesses();
        return accesses.size() == 1 && accesses.getFirst().value() == value && accesses.getFirst().isAffine() ? reads : null;
    }

    /// The operand's axis at which a value is read along its axis `k`, and along no other; -1 if there is none.
    private static int axis(List<Object> index, int k, Reads reads) {
        int found = -1;
        for (int m = 0; m < reads.axes().size(); m++) {
            Axis axis = reads.axes().get(m);
            if (axis.extent().is(1)) {
                continue;
            }
            Affine here = (Affine) index.get(k);
            if (here.mentions(axis.name())) {
                boolean alone = found < 0 && here.isLinearIn(axis.name()) && here.coefficient(axis.name()).is(1) && here.constant().is(0);
                boolean elsewhere = IntStream.range(0, index.size()).anyMatch(j -> j != k && ((Affine) index.get(j)).mentions(axis.name()));
                if (!alone || elsewhere) {
                    return -1;
                }
                found = m;
            }
        }
        return found;
    }

    /// Scratch memory for a piece.
    Place place(Table table) {
        int last = value.rank() - 1;
        Dim length = value.dim(last);
        boolean aligned = length.isConstant() && length.value() >= LONG;
        var piece = new ArrayList<Dim>();
        for (int k = 0; k < value.rank(); k++) {
            piece.add(outer.get(k) >= 0 ? Dim.ONE : k == last && aligned ? length.plus(LINE - 1).floorDiv(LINE).times(LINE) : value.dim(k));
        }
        var strides = new ArrayList<Dim>();
        var dense = Place.rowMajor(new Shape(piece));
        for (int k = 0; k < value.rank(); k++) {
            strides.add(outer.get(k) >= 0 ? Dim.ZERO : dense.get(k));
        }
        Dim elements = Dim.product(piece).plus(LINE - 1).floorDiv(LINE).times(LINE).plus(2 * LINE);      // room for a vector behind
        long before = aligned && value.op() instanceof Pad pad && pad.axis() == last ? (LINE - pad.low().known().orElse(0) % LINE) % LINE : 0;
        Expr start = Expr.plus(Expr.times(LoopProgram.MEMBER, table.indices().dim(elements)), Expr.index(before));      // what is padded begins with a line of the cache
        return new Place(table.temp(value.element(), Dim.named(LoopProgram.MEMBERS.name()).times(elements)), start, strides);
    }

    /// How to compute a piece.
    ///
    /// @param framed what may be read in its place
    Contraction.Stage stage(Contraction c, Place piece, Function<Value, Place> places, Optional<Contraction.Framed> framed) {
        var index = new ArrayList<Expr>();
        var inner = new ArrayList<Axis>();
        var outermost = new ArrayList<Axis>();
        for (int k = 0; k < value.rank(); k++) {
            Axis axis = outer.get(k) >= 0 ? c.free().get(outer.get(k)) : Axis.of("p" + k, value.dim(k));
            if (outer.get(k) >= 0) {
                outermost.add(axis);
            } else {
                c.indices().range(axis.name(), axis.extent());
                inner.add(axis);
            }
            index.add(axis.name());
        }
        var body = new Block();
        var elements = new Elements(places, c.indices(), body);
        elements.store(piece, index, elements.compute(value, index));
        return new Contraction.Stage(outermost, Loops.around(inner, body, false, true, c.indices()).statements(), framed);
    }
}
