package dev.sinter.codegen.jvm;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every primitive function, on every type and every width, at all pairs of special values.
class FunctionsTest {
    private static final Stmt.Binding SERIAL = Stmt.Binding.SERIAL;

    record Case(ElementType type, int lanes, int vectorBits) { }

    static Stream<Case> cases() {
        var cases = Stream.<Case>builder();
        for (ElementType type : ElementType.values()) {
            cases.add(new Case(type, 1, 0));
            for (int lanes : new int[] {2, 4, 8, 16, 64}) {
                for (int bits : new int[] {128, 256, 512}) {
                    cases.add(new Case(type, lanes, bits));
                }
            }
        }
        return cases.build();
    }

    private static boolean isDefined(Fn fn, ElementType type) {
        return switch (fn) {
            case ADD, SUB, MUL, DIV, NEG, ABS, MIN, MAX, LT, LE -> type != ElementType.BOOL;
            case REM, SHL, SHR, USHR -> type.isInteger();
            case AND, OR, XOR, NOT -> !type.isFloat();
            case EQ, NE, SELECT -> true;
            default -> fn.isPrimitive() && type.isFloat();
        };
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyFunctionAtSpecialValues(Case c) {
        int values = Specials.of(c.type).length;
        int count = (values * values + 63) / 64 * 64;
        var program = new Emitted();
        Buffer a = program.input("a", c.type, Specials.cycled(c.type, 1, count));
        Buffer b = program.input("b", c.type, Specials.cycled(c.type, values, count));
        Buffer d = program.input("c", c.type, Specials.cycled(c.type, 3, count));
        Buffer choice = program.input("choice", ElementType.BOOL, Specials.cycled(ElementType.BOOL, 5, count));
        for (Fn fn : Fn.values()) {
            if (isDefined(fn, c.type)) {
                Buffer result = program.output(fn.toString(), fn.isComparison() ? ElementType.BOOL : c.type, count);
                program.kernel("k_" + fn, k -> k.loop("i", Expr.index(0), Expr.index(count), c.lanes, SERIAL, (body, i) -> {
                    Expr first = new Expr.Load(fn == Fn.SELECT ? choice : a, i, c.lanes, 1, null);
                    var arguments = Stream.of(first, new Expr.Load(b, i, c.lanes, 1, null), new Expr.Load(fn == Fn.SELECT ? a : d, i, c.lanes, 1, null))
                            .limit(fn.arity()).toList();
                    body.store(result, i, new Expr.Apply(fn, arguments));
                }));
            }
        }
        program.check(c.vectorBits);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void operandsThatAreOneScalar(Case c) {
        if (!c.type.isInteger()) {
            return;
        }
        var program = new Emitted();
        long[] values = Specials.cycled(c.type, 1, 64);
        Buffer a = program.input("a", c.type, values);
        for (Fn fn : List.of(Fn.SHL, Fn.SHR, Fn.USHR, Fn.DIV, Fn.REM)) {
            for (long operand : new long[] {1, 3, 35, 67}) {
                Buffer fixed = program.output(fn + "_" + operand, c.type, 64);
                Buffer loaded = program.output(fn + "_loaded_" + operand, c.type, 64);
                program.kernel("k_" + fn + operand, k -> k.loop("i", Expr.index(0), Expr.index(64), c.lanes, SERIAL, (body, i) -> {
                    Expr x = new Expr.Load(a, i, c.lanes, 1, null);
                    body.store(fixed, i, Expr.apply(fn, x, new Expr.Const(c.type, operand, c.lanes)));
                    body.store(loaded, i, Expr.apply(fn, x, new Expr.Splat(Expr.load(a, Expr.index(operand % 64)), c.lanes)));
                }));
            }
        }
        program.check(c.vectorBits);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void conversions(Case c) {
        int count = 64;
        var program = new Emitted();
        Buffer a = program.input("a", c.type, Specials.cycled(c.type, 1, count));
        for (ElementType to : ElementType.values()) {
            Buffer result = program.output("as_" + to, to, count);
            program.kernel("to_" + to, k -> k.loop("i", Expr.index(0), Expr.index(count), c.lanes, SERIAL, (body, i) ->
                    body.store(result, i, new Expr.Cast(to, new Expr.Load(a, i, c.lanes, 1, null)))));
            if (to.bytes() == c.type.bytes() && to != ElementType.BOOL) {
                Buffer bits = program.output("bits_as_" + to, to, count);
                program.kernel("bits_to_" + to, k -> k.loop("i", Expr.index(0), Expr.index(count), c.lanes, SERIAL, (body, i) ->
                        body.store(bits, i, new Expr.Bitcast(to, new Expr.Load(a, i, c.lanes, 1, null)))));
            }
        }
        program.check(c.vectorBits);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void halving(Case c) {
        int count = 128;
        var program = new Emitted();
        Buffer a = program.input("a", c.type, Specials.cycled(c.type, 1, count));
        for (Fn fn : Fn.values()) {
            if (fn.arity() == 2 && !fn.isComparison() && isDefined(fn, c.type)) {
                Buffer result = program.output(fn.toString(), c.type, count);
                program.kernel("halve_" + fn, k -> k.loop("i", Expr.index(0), Expr.index(count), c.lanes, SERIAL, (body, i) ->
                        halved(body, fn, a, result, i, c.lanes)));
            }
        }
        program.check(c.vectorBits);
    }

    private static void halved(Block body, Fn fn, Buffer a, Buffer result, Expr i, int lanes) {
        Expr once = new Expr.Halve(fn, new Expr.Load(a, i, lanes, 1, null));
        body.store(result, i, once);
    }
}
