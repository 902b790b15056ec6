package dev.sinter.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.loop.LoopPrinter;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.schedule.Machine;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which loops ask for what they load later: those that stream through as much as the third-level cache holds and the second-level one does not.
class FetchAheadTest {
    /// `x w` by a weight `w`, and how many of its loads ask.
    private static long asking(long rows, long width, Machine machine) {
        var g = new Graph();
        Value x = g.parameter("x", new Type.Tensor(ElementType.F32, Shape.of(rows, width)));
        Value w = g.parameter("w", new Type.Tensor(ElementType.F32, Shape.of(width, width)));
        var entry = new Module.Entry(new Function("f", List.of(x, w), List.of(g.matmul(x, w))), "",
                List.of(new Module.Binding.Argument("x"), new Module.Binding.OfState("w")), List.of(new Module.Binding.Argument("y")));
        return LoopPrinter.print(Programs.lower(entry, machine).programs().call()).lines().filter(l -> l.contains(", ahead 512]")).count();
    }

    /// Of a product of many rows, the kernel that copies them asks; the others have enough to do meanwhile.
    @ParameterizedTest
    @CsvSource({"1, 256, 0", "1, 1024, 4", "1, 4096, 0", "64, 1024, 1"})
    void products(long rows, long width, long asking) {
        assertEquals(asking, asking(rows, width, Machine.V512));
    }

    /// Two vectors of 256 bits lie in a line.
    @Test
    void onceForEachLine() {
        assertEquals(2, asking(1, 1024, Machine.V256));
    }
}
