package dev.sinter.passes.winograd;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Pad;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Window;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.rewrite.Rewrite;
import java.util.List;
import java.util.Random;

/// A convolution of images by filters of 3 × 3, as the library writes it.
///
/// @param batch    images
/// @param channels of an image
/// @param filters  how many
/// @param height   of an image before it is padded
/// @param width    of an image before it is padded
/// @param padding  zeros on all sides
/// @param last     whether channels are the images' last axis and the result's, or the one behind the batch
public record Convolutions(long batch, long channels, long filters, long height, long width, long padding, boolean last) {
    /// An entry `f` of the input `image` and the state `weight` and `bias`, whose result is `max(convolution + bias, 0)`.
    public Module module(ElementType type) {
        var g = new Graph();
        Value image = g.parameter("image", new Type.Tensor(type, last ? Shape.of(d(batch), d(height), d(width), d(channels)) : Shape.of(d(batch), d(channels), d(height), d(width))));
        Value weight = g.parameter("weight", new Type.Tensor(type, Shape.of(d(filters), d(channels), d(3), d(3))));
        Value bias = g.parameter("bias", new Type.Tensor(type, Shape.of(d(filters))));
        int h = last ? 1 : 2;
        int channel = last ? 3 : 1;
        Value padded = image;
        for (int axis = h; axis < h + 2 && padding > 0; axis++) {
            padded = g.add(new Pad(padded, g.scalar(type, 0), axis, d(padding), d(padding), 0));
        }
        Value windows = g.add(new Window(g.add(new Window(padded, h, 3, 1, 1)), h + 1, 3, 1, 1));
        Value result = g.add(new Dot(windows, weight, List.of(), List.of(), List.of(channel, 4, 5), List.of(1, 2, 3)));
        Value biased = g.plus(result, bias);
        Value ordered = last ? biased : g.transpose(biased, List.of(0, 3, 1, 2));
        var f = new Function("f", List.of(image, weight, bias), List.of(g.binary(BinaryFn.MAX, ordered, g.zeros(ordered))));
        return new Module("M", List.of(new Module.State("weight", weight.tensor(), true), new Module.State("bias", bias.tensor(), true)),
                List.of(new Module.Entry(f, "", List.of(new Module.Binding.Argument("image"), new Module.Binding.OfState("weight"), new Module.Binding.OfState("bias")),
                        List.of(new Module.Binding.Argument("result")))));
    }

    /// The same by tiles, whether that pays or not.
    public Module tiled(ElementType type, Interpolation way) {
        return Rewrite.module(module(type), f -> byTiles(f, way));
    }

    static Function byTiles(Function f, Interpolation way) {
        return Rewrite.function(f, (op, g) -> op instanceof Dot d && Convolution.of(d) != null ? List.of(Convolution.of(d).byTiles(way, g)) : Rewrite.keep(op, g));
    }

    /// Arguments for its parameters, uniform in -1 … 1.
    public List<NdArray> arguments(ElementType type) {
        var random = new Random(5);
        return module(type).entries().getFirst().function().parameters().stream().map(p -> {
            NdArray a = NdArray.zeros(type, p.shape().extents());
            for (int i = 0; i < a.size(); i++) {
                a.set(i, random.nextDouble(-1, 1));
            }
            return a;
        }).toList();
    }

    private static Dim d(long n) {
        return Dim.constant(n);
    }
}
