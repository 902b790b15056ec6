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
import java.util.stream.Stream;

/// In which order a contraction reads its operands and makes its result.
final class Contracted {
    /// From this extent on an axis is worth vectors of its own.
    private static final long WIDE = 16;
    /// From this extent on channels are laid innermost for the sake of a contraction.
    private static final long CHANNELS = 8;

    /// Up to so many channels and filters, images lie side by side.
    private static final double FEW = 16;
    /// From so many steps for each image on, sums of images that lie side by side are taken apart.
    private static final double WORTH_APART = 32;
    /// Up to so many results: there is one of each for each image.
    private static final double MOST_APART = 4096;

    private Contracted() { }

    static boolean isWide(Dim d) {
        return !d.isConstant() || d.value() >= WIDE;
    }

    /// Whether a contraction's result has too few columns to be stored as it is made: its vectors lie along another axis.
    static boolean isNarrow(Value v) {
        return v.op() instanceof Dot && v.rank() > 0 && !isWide(v.dim(-1));
    }

    /// A contraction of stored operands.
    ///
    /// @param changing whether the second one is state that every call changes
    static Stored stored(Dot d, Stored a, Stored b, boolean changing, Graph g) {
        Stored ofImages = imagesSideBySide(d, a, b, g);
        if (ofImages != null) {
            return ofImages;
        }
        boolean exchanged = isWindowed(b, d.contractB()) && !isWindowed(a, d.contractA()) || isSideways(a, d.batchA(), d.contractA(), b, d.batchB(), d.contractB()) || changing && isTurned(d, a, b);
        return exchanged ? exchanged(stored(b, a, d.batchB(), d.batchA(), d.contractB(), d.contractA(), true, g), d)
                : stored(a, b, d.batchA(), d.batchB(), d.contractA(), d.contractB(), true, g);
    }

    /// What the contraction of the operands, exchanged, is in terms of the contraction that is meant.
    private static Stored exchanged(Stored result, Dot d) {
        int batch = d.batchA().size();
        int rows = d.freeA().size();
        int columns = d.freeB().size();
        return new Stored(result.value(), result.order().stream().map(k -> k < batch ? k : k < batch + columns ? k + rows : k - columns).toList());
    }

    /// @param turns whether the first operand is turned so that its windows are read well
    private static Stored stored(Stored first, Stored second, List<Integer> batchA, List<Integer> batchB, List<Integer> contractA, List<Integer> contractB, boolean turns, Graph g) {
        Stored a = !turns ? first : isWide(second, batchB, contractB) ? channelsInnermost(first, batchA, contractA, g) : asMeant(first, contractA, g);
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

    /// A contraction over the windows of images with few channels, by few filters: neither fills vectors, but a batch of images does, if they lie side by side. Null if it is none.
    private static Stored imagesSideBySide(Dot d, Stored a, Stored b, Graph g) {
        if (!d.batchA().isEmpty()) {
            return null;
        }
        boolean exchanged = isWindowed(a, d.contractA());
        Stored images = exchanged ? batchInnermost(a, b, d.contractA(), d.contractB(), g) : isWindowed(b, d.contractB()) ? batchInnermost(b, a, d.contractB(), d.contractA(), g) : null;
        if (images == null) {
            return apart(d, a, b, g);
        }
        var ofImages = exchanged ? d.contractA() : d.contractB();
        int image = images.value().rank() - places(images.value());
        var places = IntStream.range(0, ofImages.size()).boxed().sorted(Comparator.comparing(k -> images.place(ofImages.get(k)) < image)).toList();      // those of windows first, of which padding leaves some out
        var contractA = places.stream().map(d.contractA()::get).toList();
        var contractB = places.stream().map(d.contractB()::get).toList();
        return exchanged ? exchanged(stored(b, images, List.of(), List.of(), contractB, contractA, false, g), d)
                : stored(a, images, List.of(), List.of(), contractA, contractB, false, g);
    }

    /// The windows of images with the batch innermost, among the axes of the images; null where that does not help.
    private static Stored batchInnermost(Stored x, Stored filters, List<Integer> contract, List<Integer> ofFilters, Graph g) {
        int image = x.value().rank() - places(x.value());
        double channels = contract.stream().filter(k -> x.place(k) < image).mapToDouble(k -> extent(x, k)).reduce(1, (m, n) -> m * n);
        double results = free(filters.order().size(), List.of(), ofFilters).stream().mapToDouble(k -> extent(filters, k)).reduce(1, (m, n) -> m * n);
        int batch = batchOfImages(x, contract);
        if (batch < 0 || channels > FEW || results > FEW || channels * results >= FEW * FEW) {
            return null;
        }
        var order = new ArrayList<>(Stored.inOrder(x.value().rank()));
        order.remove(batch);
        order.add(image - 1, batch);
        return new Stored(below(x.value(), order, g), order.stream().map(x.order()::get).toList());
    }

    /// The place of the one axis, among those of the image that windows are taken of, that is neither summed over nor has windows along it, if vectors fit it; -1 if there is none.
    private static int batchOfImages(Stored x, List<Integer> contract) {
        int image = x.value().rank() - places(x.value());
        var slid = IntStream.range(image, x.value().rank()).mapToObj(k -> root(x.value(), k)).toList();
        var free = IntStream.range(0, image).filter(k -> !slid.contains(k) && !contract.contains(x.order().get(k)) && !x.value().dim(k).is(1)).boxed().toList();
        return free.size() == 1 && fillsVectors(x.value().dim(free.getFirst())) ? free.getFirst() : -1;
    }

    private static boolean fillsVectors(Dim d) {
        return d.isConstant() && d.value() > 0 && d.value() % WIDE == 0;
    }

    private static double extent(Stored x, int axis) {
        return x.value().dim(x.place(axis)).known().orElse(Long.MAX_VALUE);
    }

    /// A sum over images that lie side by side in both operands, of which one is seen through windows: the sum of each image by itself, and then the sum of those. So the images of a vector are
    /// summed side by side. Null where nothing lies like that.
    private static Stored apart(Dot d, Stored first, Stored second, Graph g) {
        int k = innermostOfSum(first, d.contractA());
        k = k >= 0 ? k : innermostOfSum(second, d.contractB());
        if (k < 0 || d.contractA().size() == 1 || places(first.value()) + places(second.value()) == 0) {
            return null;
        }
        Stored a = turned(first, d.contractA().get(k), g);
        Stored b = turned(second, d.contractB().get(k), g);
        if (a == null || b == null) {
            return null;
        }
        var contractA = without(d.contractA(), k);
        var contractB = without(d.contractB(), k);
        double each = contractA.stream().mapToDouble(axis -> extent(a, axis)).reduce(1, (m, n) -> m * n);
        double results = Stream.concat(free(a.order().size(), List.of(), d.contractA()).stream().map(axis -> extent(a, axis)),
                free(b.order().size(), List.of(), d.contractB()).stream().map(axis -> extent(b, axis))).reduce(1.0, (m, n) -> m * n);
        if (each < WORTH_APART || results > MOST_APART) {
            return null;
        }
        Stored sums = stored(a, b, List.of(d.contractA().get(k)), List.of(d.contractB().get(k)), contractA, contractB, false, g);
        var turned = new ArrayList<>(IntStream.range(1, sums.order().size()).boxed().toList());
        turned.add(0);
        Value all = g.transpose(sums.value(), turned);
        return new Stored(g.sum(all, List.of(all.rank() - 1)), sums.order().subList(1, sums.order().size()).stream().map(axis -> axis - 1).toList());
    }

    private static List<Integer> without(List<Integer> axes, int k) {
        var rest = new ArrayList<>(axes);
        rest.remove(k);
        return rest;
    }

    /// Which of the axes that are summed over images lie side by side along, if that is not how they are declared and vectors fit it; -1 for none.
    private static int innermostOfSum(Stored x, List<Integer> contract) {
        int last = x.value().rank() - places(x.value()) - 1;
        return x.isDeclared() || last < 0 || !fillsVectors(x.value().dim(last)) ? -1 : contract.indexOf(x.order().get(last));
    }

    /// The operand with an axis innermost, but for places of windows: as it is, or windows seen of what is turned below them. Null if all of it would have to be turned.
    private static Stored turned(Stored x, int axis, Graph g) {
        int last = x.value().rank() - places(x.value()) - 1;
        int place = x.place(axis);
        if (place == last) {
            return x;
        }
        if (last == x.value().rank() - 1 || place > last) {
            return null;
        }
        var order = new ArrayList<>(Stored.inOrder(x.value().rank()));
        order.remove(place);
        order.add(last, place);
        return new Stored(below(x.value(), order, g), order.stream().map(x.order()::get).toList());
    }

    /// Whether the first operand is an image as it is declared, whose lines lie along what is kept, while the second lies along the sum: with the two exchanged, neither has to be turned.
    private static boolean isSideways(Stored a, List<Integer> batchA, List<Integer> contractA, Stored b, List<Integer> batchB, List<Integer> contractB) {
        var kept = free(a.order().size(), batchA, contractA);
        int ofA = last(a);
        int ofB = last(b);
        return kept.size() > 1 && !isWindowed(a, contractA) && ofA >= 0 && kept.contains(ofA) && isWide(a.value().dim(a.place(ofA)))
                && ofB >= 0 && contractB.contains(ofB) && !isWindowed(b, contractB);
    }

    /// Whether the second operand is a large matrix whose rows lie along the sum, so that all of it would have to be turned; rows of the first operand are read where they are, and turning
    /// the other one, and the result, is less.
    private static boolean isTurned(Dot d, Stored a, Stored b) {
        if (a.order().size() != 2 || b.order().size() != 2 || !d.batchA().isEmpty() || d.contractA().size() != 1 || last(b) != d.contractB().getFirst()) {
            return false;
        }
        Dim rows = a.value().dim(a.place(1 - d.contractA().getFirst()));
        double m = rows.known().orElse(0);
        double k = extent(b, d.contractB().getFirst());
        double n = extent(b, 1 - d.contractB().getFirst());
        return fillsVectors(rows) && n * k > m * k + m * n;
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
