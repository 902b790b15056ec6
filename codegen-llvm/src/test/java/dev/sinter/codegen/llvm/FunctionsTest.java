package dev.sinter.codegen.llvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every primitive function and every conversion, at every type and several numbers of lanes, on special values, bit for bit as in Java.
class FunctionsTest {
    private static final int[] ALL_LANES = {1, 4, 16, 64};
    private static final int[] SOME_LANES = {1, 16};

    /// An expression of three operands over arrays, and what it should be for each element.
    private record Case(String name, ElementType first, ElementType second, ElementType third, ElementType result, Build build, Expected expected) { }

    private interface Build {
        Expr of(Expr a, Expr b, Expr c);
    }

    private interface Expected {
        long of(long a, long b, long c);
    }

    @TestFactory
    Stream<DynamicNode> functionsAndConversions() {
        var cases = new ArrayList<Case>();
        for (ElementType type : ElementType.values()) {
            for (Fn fn : Fn.values()) {
                if (fn.isPrimitive() && Reference.isDefined(fn, type)) {
                    ElementType third = fn == Fn.SELECT ? ElementType.BOOL : type;
                    cases.add(new Case(fn + "_" + type, type, type, third, fn.isComparison() ? ElementType.BOOL : type,
                            (a, b, c) -> fn == Fn.SELECT ? Expr.apply(fn, c, a, b)
                                    : new Expr.Apply(fn, List.of(a, b, c).subList(0, fn.arity())),
                            (a, b, c) -> Reference.apply(fn, type, a, b, c)));
                }
            }
            for (ElementType to : ElementType.values()) {
                cases.add(new Case("cast_" + type + "_" + to, type, type, type, to, (a, _, _) -> new Expr.Cast(to, a),
                        (a, _, _) -> Reference.cast(type, to, a)));
                if (to.bytes() == type.bytes() && to != type) {
                    cases.add(new Case("bits_" + type + "_" + to, type, type, type, to, (a, _, _) -> new Expr.Bitcast(to, a), (a, _, _) -> a));
                }
            }
        }
        return onAllLevels(cases, ALL_LANES);
    }

    /// Where an optimiser with relaxed arithmetic would give other bits.
    @TestFactory
    Stream<DynamicNode> arithmeticIsNotRearranged() {
        var cases = new ArrayList<Case>();
        for (ElementType type : List.of(ElementType.F32, ElementType.F64)) {
            cases.add(trap("mulAdd", type, (a, b, c) -> Expr.apply(Fn.ADD, Expr.apply(Fn.MUL, a, b), c), (f, a, b, c) -> f.of(Fn.ADD, f.of(Fn.MUL, a, b), c)));
            cases.add(trap("mulSub", type, (a, b, c) -> Expr.apply(Fn.SUB, c, Expr.apply(Fn.MUL, a, b)), (f, a, b, c) -> f.of(Fn.SUB, c, f.of(Fn.MUL, a, b))));
            cases.add(trap("addSub", type, (a, b, _) -> Expr.apply(Fn.SUB, Expr.apply(Fn.ADD, a, b), b), (f, a, b, _) -> f.of(Fn.SUB, f.of(Fn.ADD, a, b), b)));
            cases.add(trap("addAdd", type, (a, b, c) -> Expr.apply(Fn.ADD, a, Expr.apply(Fn.ADD, b, c)), (f, a, b, c) -> f.of(Fn.ADD, a, f.of(Fn.ADD, b, c))));
            cases.add(trap("negSub", type, (a, b, _) -> Expr.apply(Fn.NEG, Expr.apply(Fn.SUB, a, b)), (f, a, b, _) -> f.of(Fn.NEG, f.of(Fn.SUB, a, b), 0)));
            cases.add(trap("selfSub", type, (a, _, _) -> Expr.apply(Fn.SUB, a, a), (f, a, _, _) -> f.of(Fn.SUB, a, a)));
            cases.add(trap("selfDiv", type, (a, _, _) -> Expr.apply(Fn.DIV, a, a), (f, a, _, _) -> f.of(Fn.DIV, a, a)));
            cases.add(trap("rootSquare", type, (a, _, _) -> Expr.apply(Fn.MUL, Expr.apply(Fn.SQRT, a), Expr.apply(Fn.SQRT, a)),
                    (f, a, _, _) -> f.of(Fn.MUL, f.of(Fn.SQRT, a, 0), f.of(Fn.SQRT, a, 0))));
            cases.add(trap("divMul", type, (a, b, _) -> Expr.apply(Fn.MUL, Expr.apply(Fn.DIV, a, b), b), (f, a, b, _) -> f.of(Fn.MUL, f.of(Fn.DIV, a, b), b)));
            cases.add(trap("selectMax", type, (a, b, _) -> Expr.apply(Fn.SELECT, Expr.apply(Fn.LT, a, b), b, a),
                    (f, a, b, _) -> f.of(Fn.LT, a, b) != 0 ? b : a));
            for (double k : new double[] {0, -0.0, 1, 2, 3, Double.POSITIVE_INFINITY}) {
                for (Fn fn : List.of(Fn.ADD, Fn.SUB, Fn.MUL, Fn.DIV, Fn.MIN, Fn.MAX, Fn.EQ, Fn.LT)) {
                    long bits = Bits.of(type, k);
                    String name = fn + "_" + Double.toString(k).replace('.', '_').replace('-', 'm');
                    cases.add(trap(name, type, (a, _, _) -> Expr.apply(fn, a, splat(Expr.constant(type, k), a)), (f, a, _, _) -> f.of(fn, a, bits)));
                    cases.add(trap(name + "_left", type, (a, _, _) -> Expr.apply(fn, splat(Expr.constant(type, k), a), a), (f, a, _, _) -> f.of(fn, bits, a)));
                }
            }
        }
        for (ElementType type : List.of(ElementType.I32, ElementType.I64)) {
            for (long k : new long[] {0, -1, 3, 8, Integer.MIN_VALUE}) {
                for (Fn fn : List.of(Fn.DIV, Fn.REM, Fn.SHL, Fn.SHR, Fn.USHR, Fn.MUL)) {
                    String name = fn + "_" + Long.toString(k).replace('-', 'm');
                    cases.add(trap(name, type, (a, _, _) -> Expr.apply(fn, a, splat(Expr.integer(type, k), a)), (f, a, _, _) -> f.of(fn, a, k)));
                    cases.add(trap(name + "_left", type, (a, _, _) -> Expr.apply(fn, splat(Expr.integer(type, k), a), a), (f, a, _, _) -> f.of(fn, k, a)));
                }
            }
        }
        return onAllLevels(cases, SOME_LANES);
    }

    private interface Function {
        long of(Fn fn, long a, long b);
    }

    private interface Composed {
        long of(Function f, long a, long b, long c);
    }

    private static Case trap(String name, ElementType type, Build build, Composed expected) {
        Function function = (fn, a, b) -> Reference.apply(fn, type, a, b, 0);
        ElementType result = build.of(Expr.constant(type, 0), Expr.constant(type, 0), Expr.constant(type, 0)).type();
        return new Case(name + "_" + type, type, type, type, result, build, (a, b, c) -> expected.of(function, a, b, c));
    }

    private static Expr splat(Expr constant, Expr like) {
        return like.lanes() == 1 ? constant : new Expr.Splat(constant, like.lanes());
    }

    private static Stream<DynamicNode> onAllLevels(List<Case> cases, int[] allLanes) {
        return NativeLibrary.levels().stream().map(cpu -> {
            var programs = new ArrayList<LoopProgram>();
            for (Case test : cases) {
                for (int lanes : allLanes) {
                    programs.add(program(test, lanes));
                }
            }
            var library = NativeLibrary.of(cpu, programs.toArray(LoopProgram[]::new));
            return DynamicContainer.dynamicContainer(cpu.name(), cases.stream().map(test -> DynamicTest.dynamicTest(test.name(), () -> {
                for (int lanes : allLanes) {
                    check(library, test, lanes);
                }
            })));
        });
    }

    private static LoopProgram program(Case test, int lanes) {
        var n = Expr.Var.index("N");
        var a = new Buffer("a", test.first(), Dim.named("N"), Buffer.Role.INPUT);
        var b = new Buffer("b", test.second(), Dim.named("N"), Buffer.Role.INPUT);
        var c = new Buffer("c", test.third(), Dim.named("N"), Buffer.Role.INPUT);
        var y = new Buffer("y", test.result(), Dim.named("N"), Buffer.Role.OUTPUT);
        var block = new Block();
        block.loop("i", Expr.index(0), n, lanes, Stmt.Binding.SERIAL, (body, i) -> {
            Expr x0 = body.let("a", new Expr.Load(a, i, lanes, 1, null));
            Expr x1 = body.let("b", new Expr.Load(b, i, lanes, 1, null));
            Expr x2 = body.let("c", new Expr.Load(c, i, lanes, 1, null));
            body.store(y, i, test.build().of(x0, x1, x2));
        });
        return new LoopProgram(test.name() + "_x" + lanes, List.of(n), List.of(a, b, c, y), Map.of(), Dim.ZERO,
                List.of(new Stmt.Launch(new Kernel("all", List.of(), block.statements(), test.name()), List.of())));
    }

    /// All pairs of special values, with pseudo-random third ones.
    private static void check(NativeLibrary library, Case test, int lanes) {
        var first = SpecialValues.of(test.first());
        var second = SpecialValues.of(test.second());
        var third = SpecialValues.of(test.third());
        int count = (first.size() * second.size() + 63) / 64 * 64;
        var a = new long[count];
        var b = new long[count];
        var c = new long[count];
        var random = new Random(1);
        for (int i = 0; i < count; i++) {
            a[i] = first.get(i / second.size() % first.size());
            b[i] = second.get(i % second.size());
            c[i] = third.get(random.nextInt(third.size()));
        }
        try (var arena = Arena.ofShared()) {
            var y = arena.allocate((long) count * test.result().bytes(), 64);
            library.call(test.name() + "_x" + lanes, new long[] {count}, Bits.memory(arena, test.first(), a), Bits.memory(arena, test.second(), b),
                    Bits.memory(arena, test.third(), c), y);
            for (int i = 0; i < count; i++) {
                long expected = test.expected().of(a[i], b[i], c[i]);
                long actual = Bits.get(y, test.result(), i);
                if (canonical(test.result(), expected) != actual) {
                    assertEquals(Bits.text(test.result(), expected), Bits.text(test.result(), actual), test.name() + " x" + lanes + " of "
                            + Bits.text(test.first(), a[i]) + ", " + Bits.text(test.second(), b[i]) + ", " + Bits.text(test.third(), c[i]));
                }
            }
        }
    }

    private static long canonical(ElementType type, long bits) {
        return switch (type) {
            case F32 -> Float.floatToIntBits(Bits.f32(bits));
            case F64 -> Double.doubleToLongBits(Bits.f64(bits));
            case I32 -> (int) bits;
            default -> bits;
        };
    }
}
