package dev.sinter.passes.differentiate;

import static dev.sinter.passes.differentiate.DerivativeCase.f64;
import static dev.sinter.passes.differentiate.DerivativeCase.of;
import static dev.sinter.passes.differentiate.DerivativeCase.random;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Call;
import dev.sinter.ir.graph.Cond;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Jvp;
import dev.sinter.ir.graph.NotDifferentiableException;
import dev.sinter.ir.graph.Origin;
import dev.sinter.ir.graph.Scan;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Vjp;
import dev.sinter.ir.graph.While;
import dev.sinter.ir.interp.Interpreter;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Derivatives through regions.
class ControlFlowTest {
    private static final Type.Tensor SCALAR = f64();
    private static final Type.Tensor COUNT = new Type.Tensor(ElementType.I64, Shape.SCALAR);

    interface Body {
        List<Value> build(Graph g, List<Value> x);
    }

    static Function function(String name, List<Type.Tensor> types, Body body) {
        var g = new Graph();
        var x = types.stream().map(t -> g.parameter("p", t)).toList();
        return new Function(name, x, body.build(g, x));
    }

    /// `h' = tanh(w h + x)`, output `h' * x`.
    private static final Function CELL = function("cell", List.of(f64(3, 3), f64(3), f64(3)), (g, p) -> {
        Value h = g.unary(UnaryFn.TANH, g.plus(g.sum(g.times(p.get(0), p.get(1)), List.of(1)), p.get(2)));
        return List.of(h, g.times(h, p.get(2)));
    });

    private static DerivativeCase scan(boolean reverse) {
        return of("recurrent cell" + (reverse ? " backwards" : ""), (g, x) -> g.parts(g.add(new Scan(CELL, Dim.constant(4), reverse,
                List.of(x.get(0)), List.of(x.get(1)), List.of(x.get(2))))), random(1, -1, 1, 3, 3), random(2, -1, 1, 3), random(3, -1, 1, 4, 3));
    }

    @TestFactory
    Stream<DynamicTest> loops() {
        return Stream.of(
                scan(false), scan(true),
                of("only the last of several carried values counts", (g, x) -> {
                    // a' = a * x, b' = b + a², n' = n + 1: b depends on a one step later
                    var body = function("step", List.of(SCALAR, SCALAR, COUNT, SCALAR), (b, p) -> List.of(b.times(p.get(0), p.get(3)),
                            b.plus(p.get(1), b.times(p.get(0), p.get(0))), b.plus(p.get(2), b.scalar(ElementType.I64, 1))));
                    var parts = g.parts(g.add(new Scan(body, Dim.constant(3), false, List.of(),
                            List.of(x.get(0), g.scalar(ElementType.F64, 0), g.scalar(ElementType.I64, 0)), List.of(x.get(1)))));
                    return List.of(g.times(parts.get(1), g.cast(ElementType.F64, parts.get(2))));
                }, random(1, 0.5, 1), random(2, 0.5, 1, 3)),
                of("a swap", (g, x) -> {
                    var body = function("swap", List.of(SCALAR, SCALAR), (b, p) -> List.of(p.get(1), b.times(p.get(0), p.get(0))));
                    return g.parts(g.add(new Scan(body, Dim.constant(5), false, List.of(), List.of(x.get(0), x.get(1)), List.of())));
                }, random(1, 0.5, 1), random(2, 0.5, 1)),
                of("no steps", (g, x) -> g.parts(g.add(new Scan(CELL, Dim.constant(0), false,
                        List.of(x.get(0)), List.of(x.get(1)), List.of(x.get(2))))), random(1, -1, 1, 3, 3), random(2, -1, 1, 3), random(3, -1, 1, 0, 3)),
                of("a loop in a loop", (g, x) -> {
                    var outer = function("outer", List.of(f64(3, 3), f64(3), f64(2, 3)), (b, p) -> {
                        var inner = b.parts(b.add(new Scan(CELL, Dim.constant(2), true, List.of(p.get(0)), List.of(p.get(1)), List.of(p.get(2)))));
                        return List.of(inner.get(0), b.sum(inner.get(1), List.of(0)));
                    });
                    return g.parts(g.add(new Scan(outer, Dim.constant(3), false, List.of(x.get(0)), List.of(x.get(1)), List.of(x.get(2)))));
                }, random(1, -1, 1, 3, 3), random(2, -1, 1, 3), random(3, -1, 1, 3, 2, 3)),
                of("a gradient in a loop", (g, x) -> {
                    // three steps of descent on sum(sin(a h)), differentiated by the rate as well
                    var objective = function("objective", List.of(f64(2), f64(2)), (b, p) -> List.of(b.sum(b.unary(UnaryFn.SIN, b.times(p.get(0), p.get(1))), List.of(0))));
                    var body = function("descend", List.of(SCALAR, f64(2), f64(2)), (b, p) -> {
                        var parts = b.parts(b.add(new Vjp(objective, p.subList(1, 3), List.of(1), List.of(b.scalar(ElementType.F64, 1)))));
                        return List.of(b.minus(p.get(2), b.times(p.get(0), parts.get(1))), parts.get(0));
                    });
                    return g.parts(g.add(new Scan(body, Dim.constant(3), false, x.subList(0, 2), x.subList(2, 3), List.of())));
                }, random(1, 0.1, 0.3), random(2, 0.5, 1, 2), random(3, -1, 1, 2)),
                of("a loop whose derivative is asked for in a conditional", (g, x) -> {
                    var loop = function("loop", List.of(SCALAR), (b, p) -> List.of(b.part(b.add(new Scan(
                            function("step", List.of(SCALAR, SCALAR), (h, q) -> List.of(h.unary(UnaryFn.SIN, h.times(q.get(0), q.get(1))))),
                            Dim.constant(3), false, List.of(p.getFirst()), List.of(p.getFirst()), List.of())), 0)));
                    var slope = function("slope", List.of(SCALAR), (b, p) -> List.of(b.part(b.add(new Vjp(loop, p, List.of(0), List.of(b.scalar(ElementType.F64, 1)))), 1)));
                    var same = function("same", List.of(SCALAR), (b, p) -> List.of(b.times(p.getFirst(), p.getFirst())));
                    return g.parts(g.add(new Cond(g.binary(BinaryFn.LT, g.scalar(ElementType.F64, 0), x.getFirst()), slope, same, x)));
                }, random(1, 0.5, 1)),
                of("a conditional in a loop", (g, x) -> {
                    var body = function("step", List.of(SCALAR, SCALAR), (b, p) -> List.of(b.part(b.add(choice(b, b.binary(BinaryFn.LT, b.scalar(ElementType.F64, 0.5), p.get(1)),
                            p.get(0), p.get(1))), 0)));
                    return g.parts(g.add(new Scan(body, Dim.constant(4), false, List.of(), List.of(x.get(0)), List.of(x.get(1)))));
                }, random(1, 0.5, 1), NdArray.of(ElementType.F64, new long[] {4}, 0.2, 0.8, 0.9, 0.3)).within(1e-6)).map(c -> DynamicTest.dynamicTest(c.name(), c::check));
    }

    /// `condition ? sin(a) * b : exp(a b) / b`, and a second result.
    private static Cond choice(Graph g, Value condition, Value a, Value b) {
        return new Cond(condition,
                function("then", List.of(SCALAR, SCALAR), (h, p) -> List.of(h.times(h.unary(UnaryFn.SIN, p.get(0)), p.get(1)), p.get(0))),
                function("else", List.of(SCALAR, SCALAR), (h, p) -> List.of(h.over(h.unary(UnaryFn.EXP, h.times(p.get(0), p.get(1))), p.get(1)), h.scalar(ElementType.F64, 1))),
                List.of(a, b));
    }

    @TestFactory
    Stream<DynamicTest> conditionals() {
        var call = function("called", List.of(SCALAR, SCALAR), (h, p) -> List.of(h.times(p.get(0), h.unary(UnaryFn.EXP, p.get(1)))));
        return Stream.of(
                of("then", (g, x) -> g.parts(g.add(choice(g, g.scalar(ElementType.BOOL, 1), x.get(0), x.get(1)))), random(1, 0.5, 1), random(2, 0.5, 1)),
                of("else", (g, x) -> g.parts(g.add(choice(g, g.scalar(ElementType.BOOL, 0), x.get(0), x.get(1)))), random(1, 0.5, 1), random(2, 0.5, 1)),
                of("call", (g, x) -> List.of(g.part(g.add(new Call(call, List.of(x.get(1), g.part(g.add(new Call(call, x)), 0)))), 0)), random(1, 0.5, 1), random(2, 0.5, 1)))
                .map(c -> DynamicTest.dynamicTest(c.name(), c::check));
    }

    private static Function newton(Graph g) {
        // until x² >= 2: x = x + a * y; the count of steps does not depend on the differentiated values smoothly
        var types = List.of(SCALAR, SCALAR);
        Value a = g.parameter("a", SCALAR);
        Value x = g.parameter("x", SCALAR);
        g.at(new Origin("m.sinter", 7, 3));
        var loop = new While(function("more", types, (h, p) -> List.of(h.binary(BinaryFn.LT, h.times(p.get(1), p.get(1)), h.scalar(ElementType.F64, 2)))),
                function("step", types, (h, p) -> List.of(h.plus(p.get(1), h.times(p.get(0), p.get(1))))), List.of(a), List.of(x));
        return new Function("newton", List.of(a, x), List.of(g.part(g.add(loop), 0)));
    }

    @Test
    void aWhileLoopHasAForwardDerivative() {
        Function f = newton(new Graph());
        var g = new Graph();
        var p = IntStream.range(0, 4).mapToObj(k -> g.parameter("p" + k, SCALAR)).toList();
        Function jvp = Differentiate.run(new Function("jvp", p, g.parts(g.add(new Jvp(f, p.subList(0, 2), List.of(0, 1), p.subList(2, 4))))));
        var results = Interpreter.run(jvp, Stream.of(0.1, 1.0, 1.0, 0.5).map(v -> NdArray.scalar(ElementType.F64, v)).toList());
        // x (1 + a)^4 at (0.1, 1) is the first above sqrt 2
        assertEquals(Math.pow(1.1, 4), results.get(0).get(0), 1e-12);
        assertEquals(4 * Math.pow(1.1, 3) * 1 + Math.pow(1.1, 4) * 0.5, results.get(1).get(0), 1e-12);
    }

    @Test
    void aWhileLoopHasNoReverseDerivativeAndSaysWhere() {
        Function f = newton(new Graph());
        var g = new Graph();
        var p = IntStream.range(0, 3).mapToObj(k -> g.parameter("p" + k, SCALAR)).toList();
        var vjp = new Function("vjp", p, g.parts(g.add(new Vjp(f, p.subList(0, 2), List.of(1), p.subList(2, 3)))));
        var e = assertThrows(NotDifferentiableException.class, () -> Differentiate.run(vjp));
        assertEquals(new Origin("m.sinter", 7, 3), e.origin());
        assertTrue(e.getMessage().startsWith("m.sinter:7:3: 'while' cannot be differentiated: the number of steps"), e.getMessage());
    }

    @Test
    void aGradientOfWhatDoesNotDependIsZero() {
        var f = function("f", List.of(f64(2), f64(3)), (g, p) -> List.of(g.times(p.get(0), p.get(0)), g.cast(ElementType.I64, p.get(1))));
        var g = new Graph();
        var p = List.of(g.parameter("a", f64(2)), g.parameter("b", f64(3)), g.parameter("ct", f64(2)));
        var parts = g.parts(g.add(new Vjp(f, p.subList(0, 2), List.of(1, 0), p.subList(2, 3))));
        var results = Interpreter.run(Differentiate.run(new Function("vjp", p, parts)), List.of(random(1, 1, 2, 2), random(2, 1, 2, 3), random(3, 1, 2, 2)));
        assertEquals(NdArray.zeros(ElementType.F64, 3), results.get(2));
    }

    @Test
    void theForwardLoopStoresOnlyWhatTheWayBackCannotHaveOtherwise() {
        var g = new Graph();
        var p = List.of(g.parameter("w", f64(3, 3)), g.parameter("h", f64(3)), g.parameter("x", f64(4, 3)), g.parameter("ct", f64(3)));
        var f = function("f", List.of(f64(3, 3), f64(3), f64(4, 3)), (b, x) -> List.of(b.part(b.add(new Scan(CELL, Dim.constant(4), false,
                List.of(x.get(0)), List.of(x.get(1)), List.of(x.get(2)))), 0)));
        Function vjp = Differentiate.run(new Function("vjp", p, g.parts(g.add(new Vjp(f, p.subList(0, 3), List.of(0, 1, 2), p.subList(3, 4))))));
        var scans = vjp.values().stream().filter(v -> v.op() instanceof Scan).map(v -> (Scan) v.op()).toList();
        assertEquals(2, scans.size());
        // the carried value before the step, for w, and the tanh; neither w nor a sequence
        assertEquals(2 + 2, scans.getFirst().body().results().size());
        assertEquals(List.of(1, 2, 3), List.of(scans.getLast().constants().size(), scans.getLast().initial().size(), scans.getLast().sequences().size()));
    }

    @Test
    void aDeepChainAndManyPathsStayLinear() {
        int n = 30_000;
        var f = function("deep", List.of(SCALAR), (g, p) -> {
            Value x = p.getFirst();
            for (int k = 0; k < n; k++) {
                x = g.plus(g.times(x, 0.5), g.times(x, 0.5));  // two paths each: 2^n in all
            }
            return List.of(x);
        });
        var g = new Graph();
        var p = List.of(g.parameter("x", SCALAR), g.parameter("ct", SCALAR));
        Function vjp = Differentiate.run(new Function("vjp", p, g.parts(g.add(new Vjp(f, p.subList(0, 1), List.of(0), p.subList(1, 2))))));
        assertTrue(vjp.values().size() < 10 * n);
        var results = Interpreter.run(vjp, List.of(NdArray.scalar(ElementType.F64, 3), NdArray.scalar(ElementType.F64, 1)));
        assertEquals(1, results.get(1).get(0));
    }
}
