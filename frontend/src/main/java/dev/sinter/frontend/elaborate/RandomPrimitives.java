package dev.sinter.frontend.elaborate;

import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.RandomBits;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import java.util.List;

/// Random bits, and the uniform numbers made of them. All other distributions are in `std.random`.
final class RandomPrimitives {
    private RandomPrimitives() { }

    static void define(Scope scope) {
        Primitives.define(scope, "next_key", List.of(), b -> new Datum.Array(b.e().keys.next(b.e().graph)));
        Primitives.define(scope, "fold_key", List.of("key", "number"), b ->
            new Datum.Array(Keys.fold(b.e().graph, key(b), b.number("number", 0))));
        Primitives.define(scope, "random_bits", List.of("shape", "key?"), b -> new Datum.Array(bits(b)));
        Primitives.define(scope, "uniform_bits", List.of("shape", "key?"), RandomPrimitives::uniform);
    }

    private static Value key(Bound b) {
        if (!b.has("key")) return b.e().keys.next(b.e().graph);
        return b.e().graph.cast(ElementType.I64, b.index("key"));
    }

    private static Value bits(Bound b) {
        Shape shape = b.e().arrays.shape(b.get("shape"), b.span("shape"));
        return b.e().graph.add(new RandomBits(key(b), shape));
    }

    /// Uniform in [0, 1): the highest 24 bits (53 in double precision) as a fraction, so that every value is exact and none is 1.
    private static Datum uniform(Bound b) {
        Graph g = b.e().graph;
        Value bits = bits(b);
        ElementType real = b.e().options.real();
        int kept = real == ElementType.F64 ? 53 : 24;
        Value high = g.binary(BinaryFn.USHR, bits, g.scalar(ElementType.I64, 64 - kept));
        return new Datum.Array(g.times(g.cast(real, high), Math.scalb(1.0, -kept)));
    }
}
