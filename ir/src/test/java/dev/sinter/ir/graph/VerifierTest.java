package dev.sinter.ir.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sinter.ir.text.GraphParser;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerifierTest {
    private static final Type.Tensor PAIR = new Type.Tensor(ElementType.F32, Shape.of(2));

    private static List<String> problems(String function) {
        return Verifier.problems(GraphParser.parseFunction(function));
    }

    @Test
    void a_type_is_what_the_rule_gives() {
        var g = new Graph();
        Value x = g.parameter("x", PAIR);
        Value wrong = new Value(new Reverse(x, 0), PAIR.withElement(ElementType.I32), Origin.NONE);
        Value broken = new Value(new Reverse(x, 1), PAIR, Origin.NONE);
        assertEquals(List.of("func f: %0 = reverse: is i32[2], but its rule gives f32[2]", "func f: %1 = reverse: reverse: (C1) axis 1 of f32[2]"),
                Verifier.problems(new Function("f", List.of(x), List.of(wrong, broken))));
    }

    @Test
    void a_function_is_closed() {
        var g = new Graph();
        Value x = g.parameter("x", PAIR);
        Value y = g.parameter("y", PAIR);
        assertEquals(List.of("func f: needs the parameter 'y' of another function"), Verifier.problems(new Function("f", List.of(x), List.of(g.plus(x, y)))));
        Function region = new Function("inner", List.of(x), List.of(g.plus(x, y)));
        var outer = new Graph();
        Value z = outer.parameter("z", PAIR);
        Function f = new Function("f", List.of(z), List.of(outer.part(outer.add(new Call(region, List.of(z))), 0)));
        assertEquals(List.of("func f, %0 = call, func inner: needs the parameter 'y' of another function"), Verifier.problems(f));
        assertEquals(List.of("func f: the parameter %z_1 stands twice"), Verifier.problems(new Function("f", List.of(z, z), List.of(z))));
    }

    @Test
    void dims_are_bound() {
        assertEquals(List.of(), problems("func f(%x: f32[N], %y: f32[2*N]) { return %y }"));
        assertEquals(List.of("func f: %y = parameter: no argument binds the dim M"), problems("func f(%x: f32[N], %y: f32[2*M]) { return %y }"));
        assertEquals(List.of("func f: %0 = extent: no argument binds the dim K"), problems("func f() { %0 = extent {dim = K} return %0 }"));
        assertEquals(List.of("func f: %0 = slice: no argument binds the dim K"),
                problems("func f(%x: f32[N]) { %0 = slice %x {axis = 0, start = K, size = 1, stride = 1} return %0 }"));
        assertEquals(List.of(), problems("func f(%x: f32[N]) { %0 = call %x {function = func g(%y: f32[N]) { %0 = extent {dim = N} return %0 }} return %0#0 }"));
    }

    @Test
    void bindings_fit_the_state() {
        var state = List.of(new Module.State("w", PAIR, true), new Module.State("w", PAIR, true),
                new Module.State("n", new Type.Tensor(ElementType.F32, Shape.of(Dim.named("N"))), false));
        var g = new Graph();
        Value x = g.parameter("x", new Type.Tensor(ElementType.F32, Shape.of(Dim.named("members"))));
        var entry = new Module.Entry(new Function("f", List.of(x), List.of(x, x)), "", List.of(new Module.Binding.OfState("v")),
                List.of(new Module.Binding.OfState("w"), new Module.Binding.OfState("w")));
        var problems = List.of(
                "two are called state w",
                "state n: the shape of f32[N] is not static",
                "entry f, input 0: there is no state called v",
                "two are called entry f, output of state w",
                "entry f, output 0: f32[members] is bound to the state w of type f32[2]",
                "entry f, output 1: f32[members] is bound to the state w of type f32[2]",
                "entry f: a dim is called 'members', which is the number of threads");
        var module = new Module("M", state, List.of(entry));
        assertEquals(problems, Verifier.problems(module));
        assertEquals("module M is not well formed:\n" + String.join("\n", problems), assertThrows(IllegalStateException.class, () -> Verifier.verify(module)).getMessage());
    }
}
