package dev.sinter.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import dev.sinter.runtime.Team;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Strides, ramps, lanes of mixed types, aliased vectors, and the bounds of buffers.
class MemoryTest {
    record Case(ElementType type, int lanes, int vectorBits) { }

    static Stream<Case> cases() {
        var cases = Stream.<Case>builder();
        for (ElementType type : ElementType.values()) {
            for (int lanes : new int[] {2, 4, 8, 16, 32}) {
                for (int bits : new int[] {128, 256, 512}) {
                    cases.add(new Case(type, lanes, bits));
                }
            }
        }
        return cases.build();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void stridesUpToTheLastElement(Case c) {
        var program = new Emitted();
        for (int stride : new int[] {0, 1, 2, 3, 4, 5, 7, 17, -1, -2}) {
            int span = Math.abs(stride) * (c.lanes - 1) + 1;
            String name = "s" + (stride < 0 ? "minus" : "") + Math.abs(stride);
            Buffer x = program.input("x" + name, c.type, Specials.cycled(c.type, 1, span));
            Buffer plain = program.output("plain" + name, c.type, c.lanes);
            Buffer masked = program.output("masked" + name, c.type, c.lanes);
            Buffer cut = program.input("cut" + name, c.type, Specials.cycled(c.type, 1, Math.max(1, span - Math.abs(stride) * (c.lanes / 2))));
            Buffer partly = program.output("partly" + name, c.type, c.lanes);
            program.kernel(name, k -> {
                Expr first = Expr.index(stride < 0 ? span - 1 : 0);
                k.store(plain, Expr.index(0), new Expr.Load(x, first, c.lanes, stride, null));
                Expr odd = Expr.apply(Fn.EQ, Expr.apply(Fn.AND, new Expr.Ramp(Expr.integer(ElementType.I32, 0), 1, c.lanes),
                        new Expr.Const(ElementType.I32, 1, c.lanes)), new Expr.Const(ElementType.I32, 1, c.lanes));
                k.store(masked, Expr.index(0), new Expr.Load(x, first, c.lanes, stride, odd));
                if (stride > 0) {
                    Expr present = new Expr.FirstLanes(Expr.index(c.lanes / 2), c.lanes);
                    k.store(partly, Expr.index(0), new Expr.Load(cut, Expr.index(0), c.lanes, stride, present));
                }
            });
        }
        program.check(c.vectorBits);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void elementsInSeveralLanes(Case c) {
        var program = new Emitted();
        for (int times = 2; times < c.lanes; times *= 2) {
            int t = times;
            Buffer x = program.input("x" + t, c.type, Specials.cycled(c.type, 1, c.lanes / t));
            Buffer plain = program.output("plain" + t, c.type, c.lanes);
            Buffer masked = program.output("masked" + t, c.type, c.lanes);
            Buffer cut = program.input("cut" + t, c.type, Specials.cycled(c.type, 1, (c.lanes / 2 + t) / t));
            Buffer partly = program.output("partly" + t, c.type, c.lanes);
            program.kernel("times" + t, k -> {
                k.store(plain, Expr.index(0), new Expr.Load(x, Expr.index(0), c.lanes, 1, t, null));
                Expr third = Expr.apply(Fn.EQ, Expr.apply(Fn.REM, new Expr.Ramp(Expr.integer(ElementType.I32, 0), 1, c.lanes),
                        new Expr.Const(ElementType.I32, 3, c.lanes)), new Expr.Const(ElementType.I32, 1, c.lanes));
                k.store(masked, Expr.index(0), new Expr.Load(x, Expr.index(0), c.lanes, 1, t, third));
                Expr present = new Expr.FirstLanes(Expr.index(c.lanes / 2 + 1), c.lanes);
                k.store(partly, Expr.index(0), new Expr.Load(cut, Expr.index(0), c.lanes, 1, t, present));
            });
        }
        if (c.lanes > 2) {
            program.check(c.vectorBits);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void ramps(Case c) {
        if (!c.type.isInteger()) {
            return;
        }
        var program = new Emitted();
        Buffer base = program.input("base", c.type, Specials.of(c.type));
        for (long stride : new long[] {1, 3, -1, 1L << 33, Long.MIN_VALUE}) {
            Buffer result = program.output("by" + stride, c.type, 64 * Specials.of(c.type).length);
            program.kernel("ramp" + Long.toHexString(stride), k -> k.loop("i", Expr.index(Specials.of(c.type).length), Stmt.Binding.SERIAL, (body, i) ->
                    body.store(result, Expr.times(i, Expr.index(64)), new Expr.Ramp(Expr.load(base, i), stride, c.lanes))));
        }
        program.check(c.vectorBits);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void indicesBecomeNumbers(Case c) {
        var program = new Emitted();
        Buffer result = program.output("result", c.type, 64);
        Buffer back = program.output("back", ElementType.I64, 64);
        Buffer square = program.output("square", ElementType.F64, 64);
        program.kernel("iota", k -> k.loop("i", Expr.index(0), Expr.index(64), c.lanes, Stmt.Binding.SERIAL, (body, i) -> {
            Expr number = body.let("n", new Expr.Cast(c.type, new Expr.Ramp(i, 1, c.lanes)));
            body.store(result, i, number);
            body.store(back, i, new Expr.Cast(ElementType.I64, number));
            Expr real = new Expr.Cast(ElementType.F64, number);
            body.store(square, i, Expr.apply(Fn.FMA, real, real, new Expr.Cast(ElementType.F64, new Expr.Cast(ElementType.I32, number))));
        }));
        program.check(c.vectorBits);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void allLanesAreReadBeforeAnyIsWritten(Case c) {
        var program = new Emitted();
        Buffer x = program.buffer("x", c.type, 64, Buffer.Role.STATE, Emitted.bytes(c.type, Specials.cycled(c.type, 1, 64)));
        program.kernel("shift", k -> k.store(x, Expr.index(1), new Expr.Load(x, Expr.index(0), c.lanes, 1, null)));
        program.check(c.vectorBits);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 128, 256, 512})
    void anAccessOutsideOfABufferThrows(int vectorBits) {
        var program = new Emitted();
        int lanes = vectorBits == 0 ? 1 : 4;
        Buffer x = program.input("x", ElementType.F32, 1, 2, 3, 4);
        Buffer y = program.output("y", ElementType.F32, 4);
        Expr.Var at = program.dim("at", 0);
        program.kernel("copy", k -> k.store(y, at, new Expr.Load(x, at, lanes, 1, null)));
        var code = Emitted.load(JvmBackend.emit(program.program(), "generated.Program", vectorBits).bytes());
        try (var arena = Arena.ofShared()) {
            var memory = new MemorySegment[] {arena.allocate(16, 64), arena.allocate(16, 64)};
            for (long wrong : new long[] {4, -1, 1L << 40, -1L << 40}) {
                assertThrows(IndexOutOfBoundsException.class, () -> code.run(new long[] {wrong}, memory, Team.single(), 0));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 256, 512})
    void rowsOfAKnownLength(int vectorBits) {
        var program = new Emitted();
        int row = 16;
        Buffer x = program.input("x", ElementType.F32, Specials.cycled(ElementType.F32, 1, 3 * row));
        Buffer y = program.output("y", ElementType.F32, 3 * row);
        Buffer spread = program.output("spread", ElementType.F32, 2 * row);
        Expr.Var at = program.dim("at", 2);
        program.kernel("row", k -> {
            Expr from = k.let("from", Expr.times(at, Expr.index(row)));
            Expr other = k.let("other", Expr.apply(Fn.MIN, at, Expr.index(1)));
            k.loop("i", Expr.index(0), Expr.index(row), 4, Stmt.Binding.SERIAL, (b, i) -> {
                Expr a = b.let("a", new Expr.Load(x, Expr.plus(from, i), 4, 1, null));
                Expr c = b.let("c", new Expr.Load(x, Expr.plus(Expr.times(other, Expr.index(row)), i), 4, 1, null));
                b.store(y, Expr.plus(from, i), Expr.apply(Fn.SUB, a, c));
                b.store(spread, Expr.plus(Expr.times(i, Expr.index(2)), Expr.index(4)), a);
            });
        });
        program.check(vectorBits);
        var code = Emitted.load(JvmBackend.emit(program.program(), "generated.Program", vectorBits).bytes());
        try (var arena = Arena.ofShared()) {
            var memory = new MemorySegment[] {arena.allocate(12 * row, 64), arena.allocate(12 * row, 64), arena.allocate(8 * row, 64)};
            code.run(new long[] {0}, memory, Team.single(), 0);
            for (long wrong : new long[] {3, -1, 1L << 40}) {
                assertThrows(IndexOutOfBoundsException.class, () -> code.run(new long[] {wrong}, memory, Team.single(), 0));
            }
        }
    }

    @Test
    void memoryOnTheHeapIsRefused() {
        var program = new Emitted();
        Buffer x = program.input("x", ElementType.F32, 1, 2, 3, 4);
        Buffer y = program.output("y", ElementType.F32, 4);
        program.kernel("copy", k -> {
            k.store(y, Expr.index(0), new Expr.Load(x, Expr.index(0), 4, 1, null));
            k.store(y, Expr.index(0), Expr.load(x, Expr.index(3)));
        });
        var code = Emitted.load(JvmBackend.emit(program.program(), "generated.Program", 128).bytes());
        float[] from = {1, 2, 3, 4};
        float[] to = new float[4];
        assertThrows(ClassCastException.class,
                () -> code.run(new long[0], new MemorySegment[] {MemorySegment.ofArray(from), MemorySegment.ofArray(to)}, Team.single(), 0));
    }
}
