package dev.sinter.ir.loop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sinter.ir.type.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoopInterpreterTest {
    private static ByteBuffer floats(float... values) {
        var bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.nativeOrder());
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    private static float[] floats(ByteBuffer bytes) {
        var values = new float[bytes.capacity() / 4];
        bytes.order(ByteOrder.nativeOrder()).asFloatBuffer().get(values);
        return values;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void members_share_the_work_and_meet_at_barriers(int members) {
        ByteBuffer y = floats(new float[7]);
        LoopInterpreter.run(LoopPrograms.centred(), Map.of("N", 7L), Map.of(LoopPrograms.X, floats(1, 2, 3, 4, 5, 6, 7), LoopPrograms.Y, y), members);
        assertArrayEquals(new float[] {-27, -26, -25, -24, -23, -22, -21}, floats(y));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void an_access_beyond_a_buffer_is_refused(int members) {
        Stmt store = new Stmt.Store(LoopPrograms.Y, LoopProgram.MEMBER, new Expr.Load(LoopPrograms.X, Expr.index(5), 1, 1, null), null);
        var program = LoopPrograms.kernel(List.of(Expr.Var.index("N")), List.of(store));
        var failure = assertThrows(IndexOutOfBoundsException.class, () -> LoopInterpreter.run(program, Map.of("N", 5L),
                Map.of(LoopPrograms.X, floats(new float[5]), LoopPrograms.Y, floats(new float[5])), members));
        assertEquals("element 5 of x, which has 5", failure.getMessage());
    }

    @Test
    void a_mask_keeps_lanes_from_memory_and_makes_them_zero() {
        var i = new Expr.FirstLanes(Expr.index(2), 4);
        Stmt store = new Stmt.Store(LoopPrograms.Y, Expr.index(0), new Expr.Load(LoopPrograms.X, Expr.index(1), 4, 2, i), new Expr.FirstLanes(Expr.index(3), 4));
        ByteBuffer y = floats(9, 9, 9, 9);
        LoopInterpreter.run(LoopPrograms.kernel(List.of(Expr.Var.index("N")), List.of(store)), Map.of("N", 4L),
                Map.of(LoopPrograms.X, floats(1, 2, 3, 4), LoopPrograms.Y, y));
        assertArrayEquals(new float[] {2, 4, 0, 9}, floats(y));
    }

    @Test
    void a_while_evaluates_its_head_before_every_round() {
        var n = Expr.Var.mutable("n", ElementType.I64, 1);
        var half = Expr.Var.index("half");
        List<Stmt> statements = List.of(new Stmt.Let(n, Expr.index(40)),
                new Stmt.While(List.of(new Stmt.Let(half, Expr.apply(Fn.DIV, n, Expr.index(2)))), Expr.apply(Fn.LT, Expr.index(3), half),
                        List.of(new Stmt.Assign(n, half))));
        assertArrayEquals(new long[] {5}, LoopInterpreter.evaluate(statements, n, Map.of()));
    }

    @Test
    void halving_adds_the_far_lane_first() {
        var x = Expr.Var.fixed("x", ElementType.F32, 4);
        long[] lanes = {Lanes.bits(1e8f), Lanes.bits(1f), Lanes.bits(-1e8f), Lanes.bits(2f)};
        assertEquals(3, Lanes.f32(LoopInterpreter.evaluate(List.of(), new Expr.Halve(Fn.ADD, x), Map.of(x, lanes))[0]));
    }

    @ParameterizedTest
    @CsvSource({
        "DIV,  I32, 7, 0, 0", "DIV, I32, -2147483648, -1, -2147483648", "DIV, I64, -7, 2, -3", "REM, I64, -7, 2, -1", "REM, I32, 5, 0, 0",
        "REM, I32, -2147483648, -1, 0", "SHL, I32, 1, 33, 2", "SHR, I64, -8, 65, -4", "USHR, I32, -1, 28, 15", "ABS, I32, -2147483648, 0, -2147483648",
        "ADD, I32, 2147483647, 1, -2147483648", "XOR, BOOL, 1, 1, 0", "NOT, BOOL, 0, 0, 1", "EQ, BOOL, 0, 0, 1", "MIN, I64, -1, 1, -1"})
    void integers_mean(Fn fn, ElementType type, long a, long b, long expected) {
        Expr[] arguments = {Expr.integer(type, a), Expr.integer(type, b)};
        assertEquals(expected, LoopInterpreter.evaluate(List.of(), Expr.apply(fn, Arrays.copyOf(arguments, fn.arity())), Map.of())[0]);
    }

    @ParameterizedTest
    @CsvSource({
        "MIN, F32, 0.0, -0.0, -0.0", "MAX, F64, -0.0, 0.0, 0.0", "MAX, F32, NaN, 1, NaN", "MIN, F64, 1, NaN, NaN", "RINT, F32, 2.5, 0, 2",
        "RINT, F64, -0.5, 0, -0.0", "TRUNC, F64, -0.9, 0, -0.0", "TRUNC, F32, 1.9, 0, 1", "FLOOR, F64, -0.1, 0, -1", "CEIL, F32, 0.1, 0, 1",
        "NEG, F32, 0.0, 0, -0.0", "ABS, F64, -0.0, 0, 0.0", "SQRT, F64, -1, 0, NaN", "DIV, F32, 1, -0.0, -Infinity"})
    void floats_mean(Fn fn, ElementType type, double a, double b, double expected) {
        Expr[] arguments = {Expr.constant(type, a), Expr.constant(type, b)};
        long lane = LoopInterpreter.evaluate(List.of(), Expr.apply(fn, Arrays.copyOf(arguments, fn.arity())), Map.of())[0];
        assertEquals(expected, type == ElementType.F32 ? Lanes.f32(lane) : Lanes.f64(lane));
    }

    @ParameterizedTest
    @CsvSource({"F32, I32, 3e9, 2147483647", "F64, I64, NaN, 0", "F64, I32, -1.9, -1", "I64, I32, 4294967298, 2", "F32, BOOL, NaN, 1", "F64, BOOL, -0.0, 0"})
    void conversions_mean(ElementType from, ElementType to, double x, long expected) {
        Expr value = from.isFloat() ? Expr.constant(from, x) : Expr.integer(from, (long) x);
        assertEquals(expected, LoopInterpreter.evaluate(List.of(), new Expr.Cast(to, value), Map.of())[0]);
    }

    @Test
    void a_function_that_is_not_primitive_is_refused() {
        assertThrows(UnsupportedOperationException.class, () -> LoopInterpreter.evaluate(List.of(), Expr.apply(Fn.EXP, Expr.constant(ElementType.F32, 1)), Map.of()));
    }
}
