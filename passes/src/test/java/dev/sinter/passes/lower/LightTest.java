package dev.sinter.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.loop.LoopPrinter;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.schedule.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// In code that a JIT compiles while it runs, kernels that take next to none of a function's time have no vectors.
class LightTest {
    private static final Dim N = Dim.named("N");

    /// Which kernels have vectors of those that square one input each.
    private static List<Boolean> vectors(LoopProgram program) {
        return Stream.of(LoopPrinter.print(program).split("\nkernel ")).skip(1).map(kernel -> kernel.contains("f32x")).toList();
    }

    private static Lowered squares(Machine machine, Shape... shapes) {
        var g = new Graph();
        var parameters = new ArrayList<Value>();
        var results = new ArrayList<Value>();
        var inputs = new ArrayList<Module.Binding>();
        var outputs = new ArrayList<Module.Binding>();
        for (Shape shape : shapes) {
            Value x = g.parameter("x", new Type.Tensor(ElementType.F32, shape));
            parameters.add(x);
            results.add(g.times(x, x));
            inputs.add(new Module.Binding.Argument("x" + inputs.size()));
            outputs.add(new Module.Binding.Argument("y" + outputs.size()));
        }
        var entry = new Module.Entry(new Function("f", parameters, results), "", inputs, outputs);
        return Lowering.lower(new Module("M", List.of(), List.of(entry)), entry, machine);
    }

    @Test
    void ofAFunctionsKernelsTheLightest() {
        var lowered = squares(Machine.V512, Shape.of(400_000), Shape.of(48), Shape.of(2_000));
        assertEquals(List.of(true, true, true), vectors(lowered.programs().call()));
        assertEquals(List.of(true, false, true), vectors(lowered.inJit().call()));
    }

    @Test
    void aDimCountsAsAUsualBatch() {
        var lowered = squares(Machine.V512, Shape.of(N, Dim.constant(20_000)), Shape.of(48), Shape.of(N));
        assertEquals(List.of(true, false, false), vectors(lowered.inJit().call()));
    }

    @Test
    void manyLightKernelsAreNotLight() {
        var shapes = new ArrayList<Shape>();
        shapes.add(Shape.of(400_000));
        for (int k = 0; k < 100; k++) {
            shapes.add(Shape.of(48));
        }
        var vectors = vectors(squares(Machine.V512, shapes.toArray(Shape[]::new)).inJit().call());
        assertEquals(101, vectors.size());
        assertEquals(true, vectors.getFirst());
        assertEquals(2, vectors.stream().filter(v -> !v).count());
    }

    @Test
    void whereNothingIsLightTheProgramsAreTheSame() {
        var lowered = squares(Machine.V512, Shape.of(4_000), Shape.of(48));
        assertSame(lowered.programs(), lowered.inJit());
        var scalar = squares(Machine.SCALAR, Shape.of(400_000), Shape.of(48));
        assertSame(scalar.programs(), scalar.inJit());
    }
}
