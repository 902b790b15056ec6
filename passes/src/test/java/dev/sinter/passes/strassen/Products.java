package dev.sinter.passes.strassen;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.rewrite.Rewrite;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/// A dense layer: a product of an input and a weight, with a bias after it.
///
/// @param batch   more rows, on an axis of their own; 0 for no such axis
/// @param rows    of the input
/// @param depth   terms of each sum
/// @param columns of the weight
/// @param turned  whether both matrices are stored the other way round
public record Products(long batch, long rows, long depth, long columns, boolean turned) {
    /// An entry `f` of the input `x` and the state `weight` and `bias`, whose result is `x @ weight + bias`.
    public Module module(ElementType type) {
        var g = new Graph();
        Value x = g.parameter("x", new Type.Tensor(type, batch > 0 ? shape(batch, rows, depth) : turned ? shape(depth, rows) : shape(rows, depth)));
        Value weight = g.parameter("weight", new Type.Tensor(type, turned ? shape(columns, depth) : shape(depth, columns)));
        Value bias = g.parameter("bias", new Type.Tensor(type, shape(columns)));
        Value product = g.add(new Dot(x, weight, List.of(), List.of(), List.of(batch > 0 ? 2 : turned ? 0 : 1), List.of(turned ? 1 : 0)));
        var f = new Function("f", List.of(x, weight, bias), List.of(g.plus(product, bias)));
        return new Module("M", List.of(new Module.State("weight", weight.tensor(), true), new Module.State("bias", bias.tensor(), true)),
                List.of(new Module.Entry(f, "", List.of(new Module.Binding.Argument("x"), new Module.Binding.OfState("weight"), new Module.Binding.OfState("bias")),
                        List.of(new Module.Binding.Argument("result")))));
    }

    /// The same by quarters, whether that pays or not.
    public Module byQuarters(ElementType type, Bilinear way) {
        return Rewrite.module(module(type), f -> byQuarters(f, way));
    }

    /// The function with all products by quarters.
    public static Function byQuarters(Function f, Bilinear way) {
        return Rewrite.function(f, (op, g) -> op instanceof Dot d && Product.of(d) != null ? List.of(Product.of(d).byQuarters(way, g)) : Rewrite.keep(op, g));
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

    private static Shape shape(long... extents) {
        return new Shape(LongStream.of(extents).mapToObj(Dim::constant).toList());
    }
}
