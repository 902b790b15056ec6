package dev.sinter.frontend.elaborate;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.RandomBits;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/// The keys of the random draws of one entry, or of one round of a loop: key `n` is the root plus `n` times an odd constant.
/// The generator mixes keys well, so neighbouring keys give unrelated bits.
final class Keys {
    private static final long STEP = 0x9E3779B97F4A7C15L;
    private static final long FOLD = 0xD1B54A32D192ED03L;

    private final Supplier<Value> source;
    private Value root;
    private long drawn;

    /// `source` gives the root on the first draw.
    Keys(Supplier<Value> source) {
        this.source = source;
    }

    /// The key of the next draw.
    Value next(Graph graph) {
        if (root == null) root = source.get();
        return shifted(graph, root, STEP * drawn++);
    }

    /// The key number `n` that belongs to a key.
    static Value fold(Graph graph, Value key, long n) {
        return shifted(graph, key, FOLD * n);
    }

    /// One key for every round of a loop.
    static Value forRounds(Graph graph, Value key, Shape rounds) {
        return graph.add(new RandomBits(key, rounds));
    }

    /// A key for a name, such that other names do not matter.
    static Value forName(Graph graph, Value seed, String name) {
        long hash = 0xCBF29CE484222325L;                         // FNV-1a
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
        return graph.add(new RandomBits(shifted(graph, seed, hash), Shape.SCALAR));
    }

    static Value shifted(Graph graph, Value key, long by) {
        if (by == 0) return key;
        return graph.plus(key, graph.constant(NdArray.ofIntegers(ElementType.I64, new long[0], by)));
    }
}
