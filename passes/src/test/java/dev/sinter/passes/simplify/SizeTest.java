package dev.sinter.passes.simplify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Constant;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Iota;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Simplification is bounded: in work, in depth, and in what it computes at compile time.
class SizeTest {
    private static final Type.Tensor ROW = new Type.Tensor(ElementType.F64, Shape.of(8));

    @Test
    void aLongChainIsWalkedWithoutRecursion() {
        var g = new Graph();
        Value x = g.parameter("x", ROW);
        Value y = x;
        for (int k = 0; k < 20_000; k++) {
            y = g.unary(UnaryFn.SIN, g.plus(g.negate(g.negate(y)), g.zeros(y)));
        }
        Function f = Simplify.run(new Function("chain", List.of(x), List.of(y)));
        assertEquals(20_001, f.values().size());
    }

    @Test
    void aLongSumOfConstantsCollapses() {
        var g = new Graph();
        Value x = g.parameter("x", ROW);
        Value y = x;
        for (int k = 0; k < 5_000; k++) {
            y = g.plus(y, g.fill(ROW, 0.5));
        }
        Function f = Simplify.run(new Function("sum", List.of(x), List.of(y)));
        assertEquals(3, f.values().size());
    }

    @Test
    void nothingLargeIsComputedByTheCompiler() {
        var g = new Graph();
        Value large = g.fill(new Type.Tensor(ElementType.F32, Shape.of(1_000_000, 1_000_000)), 3);
        Value positions = g.add(new Iota(new Type.Tensor(ElementType.I64, Shape.of(1_000_000)), 0));
        Value even = g.binary(BinaryFn.EQ, g.binary(BinaryFn.AND, positions, g.ones(positions)), g.zeros(positions));
        Function f = Simplify.run(new Function("large", List.of(), List.of(g.unary(UnaryFn.EXP, large), even)));
        assertTrue(f.values().stream().noneMatch(v -> v.op() instanceof Constant));
    }
}
