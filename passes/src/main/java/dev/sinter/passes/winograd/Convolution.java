package dev.sinter.passes.winograd;

import dev.sinter.ir.graph.Combine;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Pad;
import dev.sinter.ir.graph.Slice;
import dev.sinter.ir.graph.Transpose;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Window;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// A contraction that is a convolution by filters of 3 × 3 in steps of 1, recognised by its windows, whatever the order of its axes.
///
/// @param image   what the windows slide over, padded as it may be
/// @param weight  the filters
/// @param rest    axes of `image` that are neither slid along nor contracted: those of the batch
/// @param slid    the two axes of `image` along which windows slide
/// @param channel the contracted axis of `image`
/// @param filter  the axes of `weight`: the places in the two windows, the channel, the filters
/// @param order   for each axis of the contraction's result, its number in the order rest, slid, filters
record Convolution(Value image, Value weight, List<Integer> rest, List<Integer> slid, int channel, List<Integer> filter, List<Integer> order) {
    private static final int TAPS = 3;

    /// The convolution that a contraction is, or null.
    static Convolution of(Dot d) {
        if (!d.batchA().isEmpty() || d.contractA().size() != TAPS) {
            return null;
        }
        Convolution left = of(d.a(), d.b(), d.contractA(), d.contractB(), d.freeA(), d.freeB(), true);
        return left != null ? left : of(d.b(), d.a(), d.contractB(), d.contractA(), d.freeB(), d.freeA(), false);
    }

    private static Convolution of(Value windows, Value weight, List<Integer> contracted, List<Integer> ofWeight, List<Integer> free, List<Integer> filters, boolean first) {
        Value seen = windows;
        List<Integer> axes = IntStream.range(0, windows.rank()).boxed().toList();        // of `seen`, for each axis of the contraction's operand
        if (seen.op() instanceof Transpose(var x, var order)) {
            axes = order;
            seen = x;
        }
        if (filters.size() != 1 || !(seen.op() instanceof Window outer) || !isUnit(outer) || !(outer.x().op() instanceof Window inner) || !isUnit(inner) || outer.axis() == inner.axis()
                || outer.axis() == inner.x().rank()) {
            return null;
        }
        Value image = inner.x();
        int rank = image.rank();
        var slid = List.of(inner.axis(), outer.axis());
        var from = axes;
        var kept = free.stream().map(from::get).toList();
        int ofInner = contracted.indexOf(from.indexOf(rank));
        int ofOuter = contracted.indexOf(from.indexOf(rank + 1));
        if (ofInner < 0 || ofOuter < 0 || !kept.containsAll(slid)) {
            return null;
        }
        int ofChannel = TAPS - ofInner - ofOuter;
        int channel = from.get(contracted.get(ofChannel));
        var rest = IntStream.range(0, rank).filter(k -> k != channel && !slid.contains(k)).boxed().toList();
        var all = new ArrayList<>(rest);
        all.addAll(slid);
        var order = new ArrayList<>(kept.stream().map(all::indexOf).toList());
        order.add(first ? kept.size() : 0, all.size());
        return new Convolution(image, weight, rest, slid, channel, List.of(ofWeight.get(ofInner), ofWeight.get(ofOuter), ofWeight.get(ofChannel), filters.getFirst()), order);
    }

    private static boolean isUnit(Window w) {
        return w.size() == TAPS && w.stride() == 1 && w.dilation() == 1;
    }

    /// How many places a filter has along slid axis `k`.
    Dim positions(int k) {
        return image.dim(slid.get(k)).minus(Dim.constant(TAPS - 1));
    }

    /// The number of channels.
    Dim channels() {
        return image.dim(channel);
    }

    /// The number of filters.
    Dim filters() {
        return weight.dim(filter.get(TAPS));
    }

    /// The same values by tiles:
    ///
    /// ```text
    /// data      = combine(combine(windows of the image))      [size, size, rest, tiles, tiles, channels]
    /// filters   = combine(combine(weight))                    [size, size, channels, filters]
    /// products  = dot(data, filters)                          [size, size, rest, tiles, tiles, filters]
    /// result    = combine(combine(products))                  [outputs, outputs, rest, tiles, tiles, filters], put side by side
    /// ```
    Value byTiles(Interpolation way, Graph g) {
        ElementType type = image.element();
        int n = rest.size();
        int m = way.outputs();
        var tiles = IntStream.range(0, 2).mapToObj(k -> positions(k).plus(m - 1).floorDiv(m)).toList();
        Value wide = image;
        for (int k = 0; k < 2; k++) {
            wide = extended(wide, slid.get(k), tiles.get(k).times(m).minus(positions(k)), g);
        }
        var lined = new ArrayList<>(rest);
        lined.addAll(slid);
        lined.add(channel);
        Value windows = g.transpose(wide, lined);
        for (int k = 0; k < 2; k++) {
            windows = g.add(new Window(windows, n + k, way.size(), m, 1));
        }
        Value data = combined(g.transpose(windows, moved(windows.rank(), windows.rank() - 2)), way.data(type), g);
        Value filters = combined(g.transpose(weight, filter), way.filter(type), g);
        Value products = g.add(new Dot(data, filters, List.of(0, 1), List.of(0, 1), List.of(n + 4), List.of(2)));
        Value results = combined(products, way.results(type), g);
        var side = new ArrayList<>(IntStream.range(2, n + 2).boxed().toList());
        side.addAll(List.of(n + 2, 0, n + 3, 1, n + 4));
        var dims = new ArrayList<>(rest.stream().map(image::dim).toList());
        tiles.forEach(t -> dims.add(t.times(m)));
        dims.add(filters());
        Value whole = g.reshape(g.transpose(results, side), new Shape(dims));
        for (int k = 0; k < 2; k++) {
            whole = whole.dim(n + k).equals(positions(k)) ? whole : g.add(new Slice(whole, n + k, Dim.ZERO, positions(k), 1));
        }
        return g.transpose(whole, order);
    }

    /// The axes from `first` on before the others.
    private static List<Integer> moved(int rank, int first) {
        return IntStream.range(0, rank).mapToObj(k -> (k + first) % rank).toList();
    }

    private static Value combined(Value x, dev.sinter.ir.array.NdArray by, Graph g) {
        return g.add(new Combine(g.add(new Combine(x, 0, by)), 1, by));
    }

    /// A tensor with more elements at the end of an axis; what they are matters to nobody.
    private static Value extended(Value x, int axis, Dim more, Graph g) {
        if (more.is(0)) {
            return x;
        }
        if (x.op() instanceof Pad p && p.axis() == axis && p.interior() == 0) {
            return g.add(new Pad(p.x(), p.value(), axis, p.low(), p.high().plus(more), 0));
        }
        if (x.op() instanceof Pad p && p.axis() != axis) {
            return g.add(new Pad(extended(p.x(), axis, more, g), p.value(), p.axis(), p.low(), p.high(), p.interior()));
        }
        return g.add(new Pad(x, g.scalar(x.element(), 0), axis, Dim.ZERO, more, 0));
    }
}
