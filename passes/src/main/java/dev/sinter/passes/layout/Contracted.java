package dev.sinter.passes.layout;

import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Pad;
import dev.sinter.ir.graph.Reverse;
import dev.sinter.ir.graph.Slice;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Window;
import dev.sinter.ir.type.Dim;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// In which order a contraction reads its operands and makes its result.
final class Contracted {
    /// From this extent on an axis is worth vectors of its own.
    private static final long WIDE = 16;
    /// From this extent on channels are laid innermost for the sake of a contraction.
    private static final long CHANNELS = 8;

    private Contracted() { }

    static boolean isWide(Dim d) {
        return !d.isConstant() || d.value() >= WIDE;
    }

    /// Whether a contraction's result has too few columns to be stored as it is made: its vectors lie along another axis.
    static boolean isNarrow(Value v) {
        return v.op() instanceof Dot && v.rank() > 0 && !isWide(v.dim(-1));
    }

    /// A contraction of stored operands.
    static Stored stored(Dot d, Stored a, Stored b, Graph g) {
        int batch = d.batchA().size();
        int rows = d.freeA().size();
        int columns = d.freeB().size();
        boolean exchanged = isWindowed(b, d.contractB()) && !isWindowed(a, d.contractA()) || isSideways(a, d.batchA(), d.contractA(), b, d.batchB(), d.contractB());
        var result = exchanged ? stored(b, a, d.batchB(), d.batchA(), d.contractB(), d.contractA(), g) : stored(a, b, d.batchA(), d.batchB(), d.contractA(), d.contractB(), g);
        if (!exchanged) {
            return result;
        }
        return new Stored(result.value(), result.order().stream().map(k -> k < batch ? k : k < batch + columns ? k + rows : k - columns).toList());
    }

    private static Stored stored(Stored first, Stored second, List<Integer> batchA, List<Integer> batchB, List<Integer> contractA, List<Integer> contractB, Graph g) {
        Stored a = isWide(second, batchB, contractB) ? channelsInnermost(first, batchA, contractA, g) : asMeant(first, contractA, g);
        var sum = IntStream.range(0, contractA.size()).boxed().toList();
        if (isWindowed(a, contractA)) {
            sum = sum.stream().sorted(Comparator.comparing((Integer k) -> root(a.value(), a.place(contractA.get(k))))).toList();
        }
        Value dot = g.add(new Dot(a.value(), second.value(), a.places(batchA), second.places(batchB),
                a.places(sum.stream().map(contractA::get).toList()), second.places(sum.stream().map(contractB::get).toList())));
        var order = new ArrayList<>(IntStream.range(0, batchA.size()).boxed().toList());
        var declaredA = free(first.order().size(), batchA, contractA);
        var declaredB = free(second.order().size(), batchB, contractB);
        a.order().stream().filter(declaredA::contains).forEach(k -> order.add(batchA.size() + declaredA.indexOf(k)));
        second.order().stream().filter(declaredB::contains).forEach(k -> order.add(batchA.size() + declaredA.size() + declaredB.indexOf(k)));
        return new Stored(dot, order);
    }

    /// Whether the first operand is an image as it is declared, whose lines lie along what is kept, while the second lies along the sum: with the two exchanged, neither has to be turned.
    private static boolean isSideways(Stored a, List<Integer> batchA, List<Integer> contractA, Stored b, List<Integer> batchB, List<Integer> contractB) {
        var kept = free(a.order().size(), batchA, contractA);
        int ofA = last(a);
        int ofB = last(b);
        return kept.size() > 1 && !isWindowed(a, contractA) && ofA >= 0 && kept.contains(ofA) && isWide(a.value().dim(a.place(ofA)))
                && ofB >= 0 && contractB.contains(ofB) && !isWindowed(b, contractB);
    }

    /// The axis along which elements lie side by side; -1 where there is but one element.
    private static int last(Stored x) {
        return x.order().reversed().stream().filter(k -> !x.value().dim(x.place(k)).is(1)).findFirst().orElse(-1);
    }

    private static List<Integer> free(int rank, List<Integer> batch, List<Integer> contract) {
        return IntStream.range(0, rank).filter(k -> !batch.contains(k) && !contract.contains(k)).boxed().toList();
    }

    /// Whether places of windows are summed over.
    private static boolean isWindowed(Stored x, List<Integer> contract) {
        int places = places(x.value());
        return contract.stream().anyMatch(k -> x.place(k) >= x.value().rank() - places);
    }

    /// How many of the last axes are places of windows.
    private static int places(Value v) {
        int n = 0;
        while (v.op() instanceof Window w) {
            n++;
            v = w.x();
        }
        return n;
    }

    /// The axis of what the windows are taken of that an axis goes along.
    private static int root(Value v, int axis) {
        while (v.op() instanceof Window w) {
            axis = axis == w.x().rank() ? w.axis() : axis;
            v = w.x();
        }
        return axis;
    }

    /// Whether vectors may go along the last free axis.
    private static boolean isWide(Stored x, List<Integer> batch, List<Integer> contract) {
        var free = x.order().stream().filter(k -> !batch.contains(k) && !contract.contains(k)).toList();
        return !free.isEmpty() && isWide(x.value().dim(x.place(free.getLast())));
    }

    /// The windows of an image as it is declared, for vectors along its last axis.
    private static Stored asMeant(Stored x, List<Integer> contract, Graph g) {
        int rank = x.order().size();
        boolean movable = IntStream.range(rank - places(x.value()), rank).allMatch(k -> x.order().get(k) == k);
        return isWindowed(x, contract) && movable && !x.isDeclared() ? Stored.declared(below(x.value(), Stored.inverse(x.order()), g)) : x;
    }

    /// The operand with the one axis last, among those of the image that windows are taken of, that is summed over without a window along it.
    private static Stored channelsInnermost(Stored x, List<Integer> batch, List<Integer> contract, Graph g) {
        if (!isWindowed(x, contract)) {
            return x;
        }
        int image = x.value().rank() - places(x.value());
        var channels = x.places(contract).stream().filter(k -> k < image).toList();
        if (channels.size() != 1 || channels.getFirst() == image - 1) {
            return x;
        }
        int channel = channels.getFirst();
        Dim extent = x.value().dim(channel);
        if (!extent.isConstant() || extent.value() < CHANNELS || x.places(batch).contains(image - 1)) {
            return x;
        }
        var order = new ArrayList<>(Stored.inOrder(x.value().rank()));
        order.remove(channel);
        order.add(image - 1, channel);
        return new Stored(below(x.value(), order, g), order.stream().map(x.order()::get).toList());
    }

    /// Axes in another order, the transpose put below windows, padding and the like; places of windows stay last.
    private static Value below(Value v, List<Integer> order, Graph g) {
        return switch (v.op()) {
            case Window w -> g.add(new Window(below(w.x(), order.subList(0, w.x().rank()), g), order.indexOf(w.axis()), w.size(), w.stride(), w.dilation()));
            case Pad p -> g.add(new Pad(below(p.x(), order, g), p.value(), order.indexOf(p.axis()), p.low(), p.high(), p.interior()));
            case Slice s -> g.add(new Slice(below(s.x(), order, g), order.indexOf(s.axis()), s.start(), s.size(), s.stride()));
            case Reverse r -> g.add(new Reverse(below(r.x(), order, g), order.indexOf(r.axis())));
            default -> Stored.transposed(v, order, g);
        };
    }
}
