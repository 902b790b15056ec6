package dev.sinter.codegen.jvm;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Masks that come from one type and select lanes of another, from memory, and from counts.
class MasksTest {
    private static final int COUNT = 128;
    private static final List<ElementType> NUMBERS = List.of(ElementType.F32, ElementType.F64, ElementType.I32, ElementType.I64);

    record Width(int lanes, int vectorBits) { }

    static Stream<Width> widths() {
        var widths = Stream.<Width>builder();
        widths.add(new Width(1, 0));
        for (int lanes : new int[] {2, 4, 8, 16, 32, 64}) {
            for (int bits : new int[] {128, 256, 512}) {
                widths.add(new Width(lanes, bits));
            }
        }
        return widths.build();
    }

    private static Expr load(Buffer from, Expr i, Width w) {
        return new Expr.Load(from, i, w.lanes, 1, null);
    }

    @ParameterizedTest
    @MethodSource("widths")
    void aComparisonOfOneTypeSelectsLanesOfAnother(Width w) {
        var program = new Emitted();
        for (ElementType from : NUMBERS) {
            Buffer a = program.input("a" + from, from, Specials.cycled(from, 1, COUNT));
            Buffer b = program.input("b" + from, from, Specials.cycled(from, 2, COUNT));
            for (ElementType to : NUMBERS) {
                Buffer x = program.input("x" + from + to, to, Specials.cycled(to, 3, COUNT));
                Buffer y = program.input("y" + from + to, to, Specials.cycled(to, 4, COUNT));
                Buffer result = program.output("result" + from + to, to, COUNT);
                Buffer named = program.output("named" + from + to, to, COUNT);
                program.kernel("select_" + from + "_" + to, k -> k.loop("i", Expr.index(0), Expr.index(COUNT), w.lanes, Stmt.Binding.SERIAL, (body, i) -> {
                    Expr less = Expr.apply(Fn.LT, load(a, i, w), load(b, i, w));
                    body.store(result, i, Expr.apply(Fn.SELECT, less, load(x, i, w), load(y, i, w)));
                    Expr mask = body.let("mask", Expr.apply(Fn.OR, less, Expr.apply(Fn.EQ, load(x, i, w), load(y, i, w))));
                    body.add(new Stmt.Store(named, i, new Expr.Load(x, i, w.lanes, 1, Expr.apply(Fn.NOT, mask)),
                            Expr.apply(Fn.XOR, mask, Expr.apply(Fn.NE, load(x, i, w), load(x, i, w)))));
                }));
            }
        }
        program.check(w.vectorBits);
    }

    @ParameterizedTest
    @MethodSource("widths")
    void boolsInMemory(Width w) {
        var program = new Emitted();
        Buffer p = program.input("p", ElementType.BOOL, Specials.cycled(ElementType.BOOL, 1, COUNT));
        Buffer q = program.input("q", ElementType.BOOL, Specials.cycled(ElementType.BOOL, 3, COUNT));
        Buffer r = program.input("r", ElementType.BOOL, Specials.cycled(ElementType.BOOL, 5, COUNT));
        Buffer x = program.input("x", ElementType.F64, Specials.cycled(ElementType.F64, 1, COUNT));
        Buffer all = program.output("all", ElementType.BOOL, COUNT);
        Buffer some = program.output("some", ElementType.BOOL, COUNT);
        Buffer chosen = program.output("chosen", ElementType.BOOL, COUNT);
        Buffer numbers = program.output("numbers", ElementType.I64, COUNT);
        Buffer reversed = program.output("reversed", ElementType.BOOL, COUNT);
        program.kernel("bools", k -> k.loop("i", Expr.index(0), Expr.index(COUNT), w.lanes, Stmt.Binding.SERIAL, (body, i) -> {
            Expr positive = Expr.apply(Fn.LT, new Expr.Const(ElementType.F64, 0, w.lanes), load(x, i, w));
            body.store(all, i, Expr.apply(Fn.EQ, load(p, i, w), positive));
            body.add(new Stmt.Store(some, i, new Expr.Load(p, i, w.lanes, 1, load(q, i, w)), load(r, i, w)));
            body.store(chosen, i, Expr.apply(Fn.SELECT, load(p, i, w), load(q, i, w), positive));
            body.store(numbers, i, new Expr.Cast(ElementType.I64, load(r, i, w)));
            Expr last = Expr.apply(Fn.SUB, Expr.index(COUNT - 1), i);
            int stride = w.lanes == 1 ? 1 : -1;
            body.store(reversed, i, new Expr.Load(q, last, w.lanes, stride, load(p, i, w)));
        }));
        program.check(w.vectorBits);
    }

    @ParameterizedTest
    @MethodSource("widths")
    void theFirstLanesOfEveryType(Width w) {
        var program = new Emitted();
        long[] counts = {Long.MIN_VALUE, -1, 0, 1, 2, 3, 7, 8, 9, 15, 16, 31, 33, 63, 64, 65, Long.MAX_VALUE};
        Buffer count = program.input("count", ElementType.I64, counts);
        for (ElementType type : ElementType.values()) {
            Buffer x = program.input("x" + type, type, Specials.cycled(type, 1, 64));
            Buffer result = program.output("result" + type, type, 64 * counts.length);
            Buffer named = program.output("named" + type, type, 64 * counts.length);
            program.kernel("first_" + type, k -> k.loop("c", Expr.index(counts.length), Stmt.Binding.SERIAL, (body, c) -> {
                Expr at = Expr.times(c, Expr.index(64));
                Expr mask = new Expr.FirstLanes(Expr.load(count, c), w.lanes);
                body.add(new Stmt.Store(result, at, new Expr.Load(x, Expr.index(0), w.lanes, 1, null), mask));
                body.store(named, at, new Expr.Load(x, Expr.index(0), w.lanes, 1, body.let("mask", mask)));
            }));
        }
        program.check(w.vectorBits);
    }

    @ParameterizedTest
    @MethodSource("widths")
    void nothingIsReadOrWrittenWhereAMaskIsUnset(Width w) {
        if (w.lanes == 1) {
            return;
        }
        var program = new Emitted();
        for (ElementType type : ElementType.values()) {
            Buffer x = program.input("x" + type, type, Specials.cycled(type, 1, w.lanes));
            Buffer above = program.output("above" + type, type, w.lanes);
            Buffer below = program.output("below" + type, type, w.lanes);
            Buffer far = program.output("far" + type, type, w.lanes);
            Expr half = Expr.index(w.lanes / 2);
            program.kernel("edges_" + type, k -> {
                Expr low = new Expr.FirstLanes(half, w.lanes);
                Expr high = Expr.apply(Fn.NOT, low);
                // the upper half of these lanes lies behind the buffer, the lower half of those before it
                k.add(new Stmt.Store(above, half, new Expr.Load(x, half, w.lanes, 1, low), low));
                k.add(new Stmt.Store(below, Expr.index(-w.lanes / 2), new Expr.Load(x, Expr.index(-w.lanes / 2), w.lanes, 1, high), high));
                Expr none = new Expr.FirstLanes(Expr.index(0), w.lanes);
                k.add(new Stmt.Store(far, Expr.index(1L << 40), new Expr.Load(x, Expr.index(-(1L << 40)), w.lanes, 1, none), none));
            });
        }
        program.check(w.vectorBits);
    }

    @ParameterizedTest
    @MethodSource("widths")
    void constantAndSplatMasks(Width w) {
        var program = new Emitted();
        Buffer p = program.input("p", ElementType.BOOL, 0, 1);
        for (ElementType type : NUMBERS) {
            Buffer x = program.input("x" + type, type, Specials.cycled(type, 1, 64));
            Buffer yes = program.output("yes" + type, type, 64);
            Buffer no = program.output("no" + type, type, 64);
            Buffer one = program.output("one" + type, type, 64);
            program.kernel("splat_" + type, k -> {
                Expr v = new Expr.Load(x, Expr.index(0), w.lanes, 1, null);
                Expr zero = new Expr.Const(type, 0, w.lanes);
                k.store(yes, Expr.index(0), Expr.apply(Fn.SELECT, new Expr.Const(ElementType.BOOL, 1, w.lanes), v, zero));
                k.store(no, Expr.index(0), Expr.apply(Fn.SELECT, new Expr.Const(ElementType.BOOL, 0, w.lanes), v, zero));
                k.store(one, Expr.index(0), Expr.apply(Fn.SELECT, new Expr.Splat(Expr.load(p, Expr.index(1)), w.lanes), v, zero));
            });
        }
        program.check(w.vectorBits);
    }

    @ParameterizedTest
    @MethodSource("widths")
    void mutableMasks(Width w) {
        var program = new Emitted();
        Buffer x = program.input("x", ElementType.I64, Specials.cycled(ElementType.I64, 1, COUNT));
        Buffer y = program.input("y", ElementType.F32, Specials.cycled(ElementType.F32, 1, COUNT));
        Buffer result = program.output("result", ElementType.BOOL, 64);
        program.kernel("any", k -> {
            Expr.Var any = k.accumulator("any", new Expr.Const(ElementType.BOOL, 0, w.lanes));
            k.loop("i", Expr.index(0), Expr.index(COUNT), w.lanes, Stmt.Binding.SERIAL, (body, i) -> {
                body.assign(any, Expr.apply(Fn.XOR, any, Expr.apply(Fn.LT, load(x, i, w), new Expr.Const(ElementType.I64, 3, w.lanes))));
                body.assign(any, Expr.apply(Fn.OR, any, Expr.apply(Fn.LT, load(y, i, w), new Expr.Const(ElementType.F32, 0, w.lanes))));
            });
            k.store(result, Expr.index(0), any);
        });
        program.check(w.vectorBits);
    }
}
