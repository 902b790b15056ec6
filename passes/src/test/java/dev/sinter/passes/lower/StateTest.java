package dev.sinter.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Reduction;
import dev.sinter.ir.graph.Reverse;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.interp.ModuleInterpreter;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import dev.sinter.passes.schedule.Machine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// State is read as it was at the start of the call, wherever its new value is written; where it can be written directly, it is.
class StateTest {
    private static final Type.Tensor VECTOR = new Type.Tensor(ElementType.F32, Shape.of(40));
    private static final Type.Tensor MATRIX = new Type.Tensor(ElementType.F32, Shape.of(20, 20));

    /// An entry whose parameters are the states `s0, s1, …` and whose first results are their new values; further results go to the caller.
    private static final class Making {
        final Graph g = new Graph();
        final List<Module.State> states = new ArrayList<>();
        final List<Value> parameters = new ArrayList<>();

        Value state(Type.Tensor type) {
            Value p = g.parameter("s", type);
            states.add(new Module.State("s" + states.size(), type, true));
            parameters.add(p);
            return p;
        }

        Module module(Value... results) {
            var inputs = states.stream().map(s -> (Module.Binding) new Module.Binding.OfState(s.name())).toList();
            var outputs = new ArrayList<Module.Binding>();
            for (int k = 0; k < results.length; k++) {
                outputs.add(k < states.size() ? inputs.get(k) : new Module.Binding.Argument("r" + k));
            }
            var entry = new Module.Entry(new Function("step", parameters, List.of(results)), "", inputs, outputs);
            return new Module("M", states, List.of(entry));
        }
    }

    private interface Recipe {
        Module make(Making m, Graph g);
    }

    private static DynamicTest test(String name, Recipe recipe) {
        return DynamicTest.dynamicTest(name, () -> {
            var making = new Making();
            check(recipe.make(making, making.g));
        });
    }

    @TestFactory
    Stream<DynamicTest> isReadAsItWas() {
        return Stream.of(
                test("an update in place", (m, g) -> {
                    Value p = m.state(VECTOR);
                    return m.module(g.times(p, 0.5));
                }),
                test("an unchanged tensor", (m, g) -> {
                    Value p = m.state(VECTOR);
                    Value q = m.state(VECTOR);
                    return m.module(p, g.plus(p, q), g.negate(q));
                }),
                test("a swap", (m, g) -> {
                    Value p = m.state(VECTOR);
                    Value q = m.state(VECTOR);
                    return m.module(q, p);
                }),
                test("a rotation", (m, g) -> {
                    Value p = m.state(VECTOR);
                    Value q = m.state(VECTOR);
                    Value r = m.state(VECTOR);
                    return m.module(q, r, g.plus(p, q), p);
                }),
                test("an exchange with arithmetic", (m, g) -> {
                    Value p = m.state(VECTOR);
                    Value q = m.state(VECTOR);
                    return m.module(g.plus(p, q), g.minus(p, q));
                }),
                test("reversed in itself", (m, g) -> {
                    Value p = m.state(VECTOR);
                    return m.module(g.times(g.add(new Reverse(p, 0)), 2));
                }),
                test("transposed in itself", (m, g) -> {
                    Value p = m.state(MATRIX);
                    return m.module(g.plus(g.transpose(p, List.of(1, 0)), p));
                }),
                test("a product of itself", (m, g) -> {
                    Value p = m.state(MATRIX);
                    return m.module(g.minus(p, g.times(g.matmul(p, p), 0.1)));
                }),
                test("a step along a product of others", (m, g) -> {
                    Value p = m.state(MATRIX);
                    Value q = m.state(MATRIX);
                    return m.module(g.minus(p, g.times(g.matmul(q, q), 0.1)), g.plus(q, q));
                }),
                test("normalised by its own rows", (m, g) -> {
                    Value p = m.state(MATRIX);
                    Value top = g.broadcast(g.reshape(g.reduce(Reduction.MAX, g.unary(UnaryFn.ABS, p), List.of(1)), Shape.of(20, 1)), Shape.of(20, 20));
                    return m.module(g.over(p, top));
                }),
                test("clipped by its norm", (m, g) -> {
                    Value p = m.state(MATRIX);
                    Value norm = g.unary(UnaryFn.SQRT, g.sum(g.times(p, p), List.of(0, 1)));
                    return m.module(g.over(p, norm), norm);
                }),
                test("the old value is a result", (m, g) -> {
                    Value p = m.state(VECTOR);
                    return m.module(g.unary(UnaryFn.EXP, p), p);
                }),
                test("the new value is read too", (m, g) -> {
                    Value p = m.state(VECTOR);
                    Value updated = g.unary(UnaryFn.EXP, p);
                    return m.module(updated, g.sum(updated, List.of(0)), g.sum(p, List.of(0)));
                }),
                test("Adam", (m, g) -> adam(m, g)));
    }

    private static Module adam(Making m, Graph g) {
        Value p = m.state(MATRIX);
        Value first = m.state(MATRIX);
        Value second = m.state(MATRIX);
        Value steps = m.state(new Type.Tensor(ElementType.F32, Shape.SCALAR));
        Value data = m.state(MATRIX);
        Value gradient = g.matmul(data, data);
        Value count = g.plus(steps, g.scalar(ElementType.F32, 1));
        Value m1 = g.plus(g.times(first, 0.9), g.times(gradient, 0.1));
        Value v1 = g.plus(g.times(second, 0.99), g.times(g.times(gradient, gradient), 0.01));
        Value rate = g.over(g.scalar(ElementType.F32, 0.01), count);
        Value updated = g.minus(p, g.times(g.over(m1, g.plus(g.unary(UnaryFn.SQRT, v1), g.scalar(ElementType.F32, 1e-8))), rate));
        return m.module(updated, m1, v1, count, data);
    }

    /// Moments and parameters are updated in place where the gradient is computed: nothing is copied, and the gradient itself is nowhere but, a tile at a time,
    /// in scratch memory of each member.
    @Test
    void anOptimiserNeedsNoCopies() {
        var m = new Making();
        var lowered = lower(adam(m, m.g), Machine.V256);
        long temps = lowered.programs().call().buffers().stream().filter(b -> b.role() == Buffer.Role.TEMP && b.elements().isConstant() && b.elements().value() >= 400).count();
        assertEquals(0, temps);
    }

    private static Lowered lower(Module module, Machine machine) {
        Lowered lowered = Lowering.lower(module, module.entries().getFirst(), machine);
        lowered.programs().all().forEach(dev.sinter.ir.loop.LoopVerifier::verifyReady);
        return lowered;
    }

    private static void check(Module module) {
        var random = new Random(5);
        Map<String, NdArray> start = new LinkedHashMap<>();
        for (Module.State s : module.state()) {
            NdArray a = NdArray.zeros(s.type().element(), s.type().shape().extents());
            for (int i = 0; i < a.size(); i++) {
                a.set(i, random.nextGaussian());
            }
            start.put(s.name(), a);
        }
        var reference = new ModuleInterpreter(module);
        start.forEach(reference::set);
        Map<String, NdArray> expected = new LinkedHashMap<>(reference.call("step", Map.of()));
        expected.putAll(reference.state());
        for (Machine machine : Programs.MACHINES) {
            for (int members = 1; members <= 3; members += 2) {
                var after = Programs.run(lower(module, machine), start, Map.of(), members);
                expected.forEach((name, e) -> assertEquals("", Programs.difference(e, after.get(name), 1e-4), name + " on " + machine.name()));
            }
        }
    }
}
