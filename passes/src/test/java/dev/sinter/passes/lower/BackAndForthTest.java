package dev.sinter.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Scan;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.loop.LoopPrinter;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.schedule.Machine;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What the steps of a loop read again and again, they go through forwards and backwards by turns.
class BackAndForthTest {
    private static final Pattern BY_TURNS = Pattern.compile("(\\(|, )step & 1(,|\\)\n)");

    /// Three steps of `h = tanh(h w + x)`.
    private static Function recurrent(int width) {
        var g = new Graph();
        Value w = g.parameter("w", new Type.Tensor(ElementType.F32, Shape.of(width, width)));
        Value h0 = g.parameter("h", new Type.Tensor(ElementType.F32, Shape.of(1, width)));
        Value xs = g.parameter("x", new Type.Tensor(ElementType.F32, Shape.of(3, 1, width)));
        var inner = new Graph();
        Value pw = inner.parameter("w", w.tensor());
        Value ph = inner.parameter("h", h0.tensor());
        Value px = inner.parameter("x", h0.tensor());
        Value h = inner.unary(UnaryFn.TANH, inner.plus(inner.matmul(ph, pw), px));
        var scan = g.add(new Scan(new Function("body", List.of(pw, ph, px), List.of(h, h)), xs.shape().dim(0), false, List.of(w), List.of(h0), List.of(xs)));
        return new Function("f", List.of(w, h0, xs), List.of(g.part(scan, 1)));
    }

    private static boolean goesBack(Function function, Machine machine) {
        return BY_TURNS.matcher(LoopPrinter.print(Programs.lower(Programs.entry(function), machine).programs().call())).find();
    }

    @Test
    void largeWeights() {
        for (Machine machine : List.of(Machine.SCALAR, Machine.V512)) {
            assertEquals(true, goesBack(recurrent(512), machine), machine::toString);
            assertEquals(false, goesBack(recurrent(64), machine), machine::toString);
        }
    }

    @Test
    void everyMembersShareToTheBit() {
        var function = recurrent(512);
        var random = new Random(1);
        var arguments = function.parameters().stream().map(p -> {
            NdArray a = NdArray.zeros(ElementType.F32, p.shape().dims().stream().mapToLong(d -> d.value()).toArray());
            for (int i = 0; i < a.size(); i++) {
                a.set(i, (float) (0.1 * random.nextGaussian()));
            }
            return a;
        }).toList();
        var expected = Programs.run(function, arguments, Machine.SCALAR, 1);
        for (int members = 1; members <= 3; members++) {
            assertEquals(expected, Programs.run(function, arguments, Machine.V512, members), members + " members");
        }
    }
}
