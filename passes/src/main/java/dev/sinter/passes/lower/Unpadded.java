package dev.sinter.passes.lower;

import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Fill;
import dev.sinter.ir.graph.Pad;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import dev.sinter.passes.fuse.Reads;
import dev.sinter.passes.schedule.Affine;
import dev.sinter.passes.schedule.Contraction;
import dev.sinter.passes.schedule.Indices;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// A contraction over windows of images that are padded with so many zeros that it is better not to multiply by them: the gradient of a convolution with respect to its image. The
/// images are read as they are, and terms that would read padding are left out. Whether that is done depends on shapes alone, so that all machines add the same terms.
///
/// @param source what is padded
/// @param slides axes that are padded
record Unpadded(Value source, List<Slide> slides) {
    /// The part of the terms up to which leaving the others out pays.
    private static final double WORTHWHILE = 0.8;
    /// Elements side by side that fill vectors.
    private static final long WIDE = 16;

    /// A padded axis, along which windows go.
    ///
    /// @param axis       of the image
    /// @param ofA        whether the windows are the left operand
    /// @param free       which of its free axes says where a window begins
    /// @param contracted which of the contracted axes says where in the window an element is
    record Slide(int axis, boolean ofA, int free, int contracted, long low, long extent) { }

    /// How to read what is padded; null if that does not help, or is no contraction over windows, those of padded axes first.
    static Unpadded of(Value padded, Dot dot, Supplier<Indices> indices) {
        Unpadded found = around(padded, dot, indices);
        if (found == null) {
            return null;
        }
        double part = 1;
        for (int k = 0; k < found.slides().size(); k++) {
            Slide s = found.slides().get(k);
            if (s.contracted() != k) {
                return null;
            }
            Value operand = s.ofA() ? dot.a() : dot.b();
            int begin = (s.ofA() ? dot.freeA() : dot.freeB()).get(s.free());
            int within = (s.ofA() ? dot.contractA() : dot.contractB()).get(s.contracted());
            part *= part(operand.dim(begin).value(), operand.dim(within).value(), s.low(), s.extent());
        }
        return part <= WORTHWHILE && found.isWide(padded, dot, indices) ? found : null;
    }

    /// What windows go along, in the order of the contracted axes; null if it is no contraction over windows of something padded with zeros, one by one.
    static Unpadded around(Value padded, Dot dot, Supplier<Indices> indices) {
        boolean ofA = Staging.readIn(dot.a(), padded, indices) != null;
        Value operand = ofA ? dot.a() : dot.b();
        Reads reads = Staging.readIn(operand, padded, indices);
        Value source = source(padded);
        if (reads == null || source == null || !padded.tensor().isFloat() || !padded.shape().dims().stream().allMatch(Dim::isConstant)) {
            return null;
        }
        var free = ofA ? dot.freeA() : dot.freeB();
        var contracted = ofA ? dot.contractA() : dot.contractB();
        var index = reads.accesses().getFirst().index();
        var slides = new ArrayList<Slide>();
        for (Value v = padded; v != source; v = ((Pad) v.op()).x()) {
            var pad = (Pad) v.op();
            var at = (Affine) index.get(pad.axis());
            var along = new ArrayList<Integer>();
            for (int m = 0; m < reads.axes().size(); m++) {
                if (at.coefficient(reads.axes().get(m).name()).is(1)) {
                    along.add(m);
                }
            }
            if (along.size() != 2 || !at.isLinear() || !at.constant().is(0) || at.names().count() != 2) {
                return null;
            }
            int begin = free.contains(along.getFirst()) ? along.getFirst() : along.getLast();
            int within = begin == along.getFirst() ? along.getLast() : along.getFirst();
            if (!free.contains(begin) || !contracted.contains(within) || slides.stream().anyMatch(s -> s.axis() == pad.axis())) {
                return null;
            }
            long low = pad.low().value();
            long extent = source.dim(pad.axis()).value();
            slides.add(new Slide(pad.axis(), ofA, free.indexOf(begin), contracted.indexOf(within), low, extent));
        }
        slides.sort(Comparator.comparingInt(Slide::contracted));
        return new Unpadded(source, List.copyOf(slides));
    }

    /// Whether elements that lie side by side in the image are those of a long free axis.
    private boolean isWide(Value padded, Dot dot, Supplier<Indices> indices) {
        boolean ofA = slides.stream().anyMatch(Slide::ofA);
        Value operand = ofA ? dot.a() : dot.b();
        Reads reads = Staging.readIn(operand, padded, indices);
        var free = ofA ? dot.freeA() : dot.freeB();
        var last = (Affine) reads.accesses().getFirst().index().getLast();
        return padded.dim(-1).value() >= WIDE && slides.stream().noneMatch(s -> s.axis() == padded.rank() - 1)
                && free.stream().anyMatch(m -> last.isLinear() && last.constant().is(0) && last.names().count() == 1 && last.coefficient(reads.axes().get(m).name()).is(1) && operand.dim(m).equals(padded.dim(-1)));
    }

    /// How many of the pairs of a window and a place in it are no padding.
    private static double part(long windows, long size, long low, long extent) {
        long inside = 0;
        for (long w = 0; w < windows; w++) {
            inside += Math.max(0, Math.min(size, low + extent - w) - Math.max(0, low - w));
        }
        return inside / (double) (windows * size);
    }

    /// What is padded with zeros, along one axis or several; null if it is not that.
    private static Value source(Value padded) {
        Value v = padded;
        while (v.op() instanceof Pad pad) {
            boolean zeros = pad.value().op() instanceof Fill fill && fill.value() == 0;
            if (!zeros || pad.interior() != 0 || !isNatural(pad.low()) || !isNatural(pad.high())) {
                return null;
            }
            v = pad.x();
        }
        return v;
    }

    private static boolean isNatural(Dim d) {
        return d.isConstant() && d.value() >= 0;
    }

    /// The values between the source and what is padded along all axes.
    Stream<Value> between(Value padded) {
        return Stream.iterate(((Pad) padded.op()).x(), v -> v != source, v -> ((Pad) v.op()).x());
    }

    /// Where the padded value would be if it were around its source.
    Place place(Place source, Indices indices) {
        Expr base = source.base();
        for (Slide s : slides) {
            base = Expr.plus(base, indices.dim(source.strides().get(s.axis()).times(-s.low())));
        }
        return new Place(source.buffer(), base, source.strides());
    }

    /// What is left out of a contraction, or may be.
    List<Contraction.Cut> cuts(Contraction c) {
        return slides.stream().map(s -> new Contraction.Cut((s.ofA() ? c.rows() : c.columns()).get(s.free()), c.contracted().get(s.contracted()), s.low(), s.low() + s.extent())).toList();
    }
}
