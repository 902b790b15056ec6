package dev.sinter.ir.interp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.text.GraphParser;
import dev.sinter.ir.type.ElementType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class InterpreterTest {
    private static NdArray floats(long extent, double... values) {
        return NdArray.of(ElementType.F32, new long[] {extent}, values);
    }

    private static NdArray zeros(long... extents) {
        return NdArray.zeros(ElementType.F32, extents);
    }

    @Test
    void dims_are_bound_by_arguments() {
        Function mean = GraphParser.parseFunction("""
                func mean(%x: f32[N]) -> (f32[]) {
                  %0 = reduce_sum %x {axes = [0]}
                  %1 = extent {dim = N}
                  %2 = cast %1 {to = f32}
                  %3 = div %0, %2
                  return %3
                }""");
        assertEquals(List.of(NdArray.scalar(ElementType.F32, 2)), Interpreter.run(mean, List.of(floats(3, 1, 2, 3))));
        assertEquals(List.of(NdArray.scalar(ElementType.F32, Double.NaN)), Interpreter.run(mean, List.of(floats(0))));
    }

    @Test
    void sums_are_rounded_once() {
        Function sum = GraphParser.parseFunction("func f(%x: f32[N]) { %0 = reduce_sum %x {axes = [0]} return %0 }");
        assertEquals(List.of(NdArray.scalar(ElementType.F32, 2)), Interpreter.run(sum, List.of(floats(4, 1, 0x1p30, 1, -0x1p30))));
    }

    @TestFactory
    Stream<DynamicTest> arguments_that_do_not_fit() {
        return Stream.of(
                refused("func f(%x: f32[3]) { return %x }", "func f takes 1 arguments, given 0"),
                refused("func f(%x: f32[3]) { return %x }", "argument 0 ('x') of func f is f32[4], declared as f32[3]", zeros(4)),
                refused("func f(%x: f32[3]) { return %x }", "argument 0 ('x') of func f is f32[3,1], declared as f32[3]", zeros(3, 1)),
                refused("func f(%x: i32[3]) { return %x }", "argument 0 ('x') of func f is f32[3], declared as i32[3]", zeros(3)),
                refused("func f(%x: f32[N], %y: f32[N]) { return %x }", "argument 1 ('y') of func f is f32[4], declared as f32[N], and N is 3", zeros(3), zeros(4)),
                refused("func f(%y: f32[2*N+1], %x: f32[N]) { return %x }", "argument 0 ('y') of func f is f32[6], declared as f32[2*N+1], and 2*N+1 is 7", zeros(6), zeros(3)),
                refused("func f(%x: f32[2*N]) { return %x }", "the dim N has no value", zeros(6)),
                refused("func f(%x: f32[N]) { %y = slice %x {axis = 0, start = 0, size = 5, stride = 1} return %y }",
                        "%0 = slice requires N-5 >= 0, and it is -2 with {N=3}", zeros(3)),
                refused("func f(%x: f32[N]) { %y = call %x {function = func g(%x: f32[N]) { %y = window %x {axis = 0, size = 3, stride = 2, dilation = 2} return %y }} return %y#0 }",
                        "%0 = window requires N-5 >= 0, and it is -3 with {N=2}", zeros(2)));
    }

    private static DynamicTest refused(String function, String message, NdArray... arguments) {
        return DynamicTest.dynamicTest(message, () -> assertEquals(message, assertThrows(IllegalArgumentException.class,
                () -> Interpreter.run(GraphParser.parseFunction(function), Arrays.asList(arguments))).getMessage()));
    }

    @Test
    void derivatives_are_expanded_first() {
        Function f = GraphParser.parseFunction("func f(%x: f32[], %c: f32[]) { %0 = vjp %x; %c {function = func g(%x: f32[]) { %0 = mul %x, %x return %0 }, wrt = [0]} return %0#1 }");
        assertEquals("'vjp' has no meaning until the pass 'differentiate' has expanded it",
                assertThrows(UnsupportedOperationException.class, () -> Interpreter.run(f, List.of(zeros(), zeros()))).getMessage());
    }

    private static final String COUNTER = """
            module Counter {
              state total: f32[2] trainable
              state calls: i64[]
              entry add(%t: f32[2] from state total, %n: i64[] from state calls, %x: f32[N,2] from argument x)
                  -> (f32[2] to state total, i64[] to state calls, i64[] to argument before) {
                %0 = reduce_sum %x {axes = [0]}
                %1 = add %t, %0
                %2 = fill {type = i64[], value = 1}
                %3 = add %n, %2
                return %1, %3, %n
              }
            }""";

    @Test
    void calls_of_a_module_read_and_write_its_state() {
        var counter = new ModuleInterpreter(GraphParser.parseModule(COUNTER));
        counter.set("total", floats(2, 10, 20));
        NdArray x = NdArray.of(ElementType.F32, new long[] {2, 2}, 1, 2, 3, 4);
        assertEquals(Map.of("before", NdArray.ofIntegers(ElementType.I64, new long[0], 0)), counter.call("add", Map.of("x", x)));
        assertEquals(Map.of("before", NdArray.ofIntegers(ElementType.I64, new long[0], 1)), counter.call("add", Map.of("x", x)));
        assertEquals(floats(2, 18, 32), counter.state().get("total"));
    }

    @Test
    void what_a_module_does_not_know_is_refused() {
        var counter = new ModuleInterpreter(GraphParser.parseModule(COUNTER));
        assertMessage("no function is called 'sub'", () -> counter.call("sub", Map.of()));
        assertMessage("'add' takes the arguments [x], given [y]", () -> counter.call("add", Map.of("y", zeros(2, 2))));
        assertMessage("argument 2 ('x') of func add is f32[2,3], declared as f32[N,2]", () -> counter.call("add", Map.of("x", zeros(2, 3))));
        assertMessage("the model has no state called 'sum'", () -> counter.set("sum", zeros(2)));
        assertMessage("the state 'total' is f32[2], given f32[3]", () -> counter.set("total", zeros(3)));
        assertEquals(NdArray.zeros(ElementType.I64), counter.state().get("calls"));
    }

    private static void assertMessage(String message, Runnable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
