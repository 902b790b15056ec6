package dev.sinter.codegen.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.CodeSizeEvaluator;

/// Kernels and programs far above HotSpot's limit become methods below it, and still mean the same.
class OutliningTest {
    private static final Stmt.Binding SERIAL = Stmt.Binding.SERIAL;
    private static final ElementType F32 = ElementType.F32;

    /// Checks the results, and returns how many methods it took; all are small enough.
    private static int methodsOf(Emitted program, int vectorBits) {
        program.check(vectorBits);
        var sizes = new ArrayList<Integer>();
        byte[] bytes = JvmBackend.emit(program.program(), "generated.Program", vectorBits).bytes();
        new ClassReader(bytes).accept(new ClassVisitor(Opcodes.ASM9) {
            @Override
            public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
                assertFalse(descriptor.contains("vector"), () -> "a vector crosses the call of " + name + descriptor);
                return new CodeSizeEvaluator(Opcodes.ASM9, null) {
                    @Override
                    public void visitEnd() {
                        sizes.add(getMaxSize());
                    }
                };
            }
        }, 0);
        assertTrue(sizes.stream().allMatch(s -> s < JvmBackend.METHOD_LIMIT), sizes::toString);
        return sizes.size();
    }

    private static int lanesFor(int vectorBits) {
        return vectorBits == 0 ? 1 : 16;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 128, 512})
    void aLongRunOfDependentStatements(int vectorBits) {
        int lanes = lanesFor(vectorBits);
        var program = new Emitted();
        Buffer x = program.input("x", F32, Specials.cycled(F32, 1, 64));
        Buffer y = program.output("y", F32, 64);
        program.kernel("chain", k -> {
            Expr value = k.let("x", new Expr.Load(x, Expr.index(0), lanes, 1, null));
            Expr other = value;
            for (int n = 0; n < 3000; n++) {
                Expr next = k.let("v" + n, Expr.apply(n % 3 == 0 ? Fn.ADD : n % 3 == 1 ? Fn.MUL : Fn.MAX, value, other));
                other = value;
                value = next;
            }
            k.store(y, Expr.index(0), value);
        });
        assertTrue(methodsOf(program, vectorBits) > 5);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 256})
    void manyLoopsInAKernel(int vectorBits) {
        int lanes = lanesFor(vectorBits);
        var program = new Emitted();
        Expr.Var n = program.dim("N", 64);
        Buffer x = program.buffer("x", F32, 64, Buffer.Role.STATE, Emitted.bytes(F32, Specials.cycled(F32, 1, 64)));
        program.kernel("loops", k -> {
            for (int r = 0; r < 400; r++) {
                float scale = 1 + r % 7;
                k.loop("i", Expr.index(0), n, lanes, SERIAL, (body, i) -> body.store(x, i, Expr.apply(Fn.MUL, new Expr.Load(x, i, lanes, 1, null),
                        new Expr.Const(F32, Double.doubleToRawLongBits(1 / scale), lanes))));
            }
        });
        assertTrue(methodsOf(program, vectorBits) > 3);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 512})
    void aLoopWithALargeBodyAndOneAccumulator(int vectorBits) {
        int lanes = lanesFor(vectorBits);
        var program = new Emitted();
        Buffer x = program.input("x", F32, Specials.cycled(F32, 1, 64));
        Buffer y = program.output("y", F32, 64);
        program.kernel("large_body", k -> {
            Expr.Var sum = k.accumulator("sum", new Expr.Const(F32, 0, lanes));
            k.loop("i", Expr.index(3), SERIAL, (body, i) -> {
                for (int r = 0; r < 700; r++) {
                    Expr factor = new Expr.Splat(Expr.load(x, Expr.plus(i, Expr.index(r % 50))), lanes);
                    body.assign(sum, Expr.apply(Fn.FMA, factor, new Expr.Const(F32, Double.doubleToRawLongBits(0.5), lanes), sum));
                }
            });
            k.store(y, Expr.index(0), sum);
        });
        assertTrue(methodsOf(program, vectorBits) > 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 256, 512})
    void aLoopWithALargeBodyAndManyAccumulators(int vectorBits) {
        var program = new Emitted();
        Buffer x = program.input("x", F32, Specials.cycled(F32, 1, 64));
        Buffer y = program.output("y", F32, 8 * 16);
        Buffer z = program.output("z", ElementType.F64, 8);
        program.kernel("accumulators", k -> {
            var sums = new ArrayList<Expr.Var>();
            for (int a = 0; a < 8; a++) {
                sums.add(k.accumulator("sum" + a, new Expr.Load(x, Expr.index(a), 16, 1, null)));
            }
            Expr.Var wide = k.accumulator("wide", new Expr.Const(ElementType.F64, 0, 8));
            Expr fixed = k.let("fixed", new Expr.Load(x, Expr.index(40), 16, 1, null));
            k.loop("i", Expr.index(3), SERIAL, (body, i) -> {
                for (int r = 0; r < 400; r++) {
                    Expr factor = new Expr.Load(x, Expr.plus(i, Expr.index(r % 40)), 16, 1, null);
                    Expr.Var sum = sums.get(r % 8);
                    body.assign(sum, Expr.apply(Fn.FMA, factor, fixed, Expr.apply(Fn.MIN, sum, sums.get((r + 3) % 8))));
                    if (r % 50 == 0) {
                        body.assign(wide, Expr.apply(Fn.ADD, wide, new Expr.Cast(ElementType.F64, new Expr.Load(x, Expr.plus(i, Expr.index(r / 50)), 8, 1, null))));
                    }
                }
            });
            for (int a = 0; a < 8; a++) {
                k.store(y, Expr.index(16 * a), sums.get(a));
            }
            k.store(z, Expr.index(0), wide);
        });
        assertTrue(methodsOf(program, vectorBits) > 3);
    }

    /// Each member has its own memory for what crosses calls.
    @ParameterizedTest
    @ValueSource(ints = {128, 512})
    void membersOfATeamPassVectorsSideBySide(int vectorBits) {
        var program = new Emitted();
        Buffer x = program.input("x", F32, Specials.cycled(F32, 1, 64));
        Buffer y = program.output("y", F32, 3 * 16);
        program.kernel("side_by_side", k -> {
            Expr at = Expr.times(LoopProgram.MEMBER, Expr.index(16));
            Expr value = k.let("x", new Expr.Load(x, at, 16, 1, null));
            Expr other = value;
            for (int n = 0; n < 1500; n++) {
                Expr next = k.let("v" + n, Expr.apply(n % 3 == 0 ? Fn.ADD : n % 3 == 1 ? Fn.MUL : Fn.MAX, value, other));
                other = value;
                value = next;
            }
            k.store(y, at, value);
        });
        program.check(vectorBits, 3);
        assertFalse(JvmBackend.emit(program.program(), "generated.Program", vectorBits).program().offsets().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 512})
    void nestedBranchesAndWhile(int vectorBits) {
        int lanes = lanesFor(vectorBits);
        var program = new Emitted();
        Buffer y = program.output("y", F32, 1000);
        program.kernel("nested", k -> {
            Expr.Var n = k.accumulator("n", Expr.index(0));
            var body = new Block();
            for (int branch = 0; branch < 3; branch++) {
                int b = branch;
                body.when(Expr.apply(Fn.EQ, Expr.apply(Fn.REM, n, Expr.index(3)), Expr.index(b)), then -> {
                    for (int r = 0; r < 300; r++) {
                        then.store(y, Expr.plus(n, Expr.index(3 * r)), new Expr.Const(F32, Double.doubleToRawLongBits(r + b), lanes));
                    }
                });
            }
            body.assign(n, Expr.plus(n, Expr.index(1)));
            k.add(new Stmt.While(List.of(), Expr.apply(Fn.LT, n, Expr.index(10)), body.statements()));
        });
        assertTrue(methodsOf(program, vectorBits) > 3);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 512})
    void aProgramOfManyLaunches(int vectorBits) {
        var program = new Emitted();
        Buffer y = program.output("y", ElementType.I64, 2500);
        Expr.Var at = Expr.Var.index("at");
        var kernel = new Kernel("one", List.of(at), List.of(new Stmt.Store(y, at, Expr.times(at, at), null)), "");
        Expr.Var twice = Expr.Var.index("twice");
        program.add(new Stmt.Let(twice, Expr.plus(Expr.index(1), Expr.index(1))));
        for (int r = 0; r < 2500; r++) {
            program.add(new Stmt.Launch(kernel, List.of(Expr.apply(Fn.SUB, Expr.index(r + 2), twice))));
            program.add(new Stmt.Barrier());
        }
        assertTrue(methodsOf(program, vectorBits) > 5);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 512})
    void aStatementThatCannotBeSplitIsRefusedByName(int vectorBits) {
        var program = new Emitted();
        Buffer y = program.output("y", F32, 16);
        program.kernel("monster", k -> {
            Expr sum = Expr.load(y, Expr.index(0));
            for (int r = 0; r < 10; r++) {
                sum = Expr.apply(Fn.ADD, sum, sum);
            }
            k.store(y, Expr.index(0), sum);
        });
        var refusal = assertThrows(IllegalArgumentException.class, () -> JvmBackend.emit(program.program(), "generated.Program", vectorBits));
        assertTrue(refusal.getMessage().startsWith("kernel monster has a statement of "), refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 512})
    void theSameProgramGivesTheSameBytes(int vectorBits) {
        var program = new Emitted();
        Buffer y = program.output("y", F32, 16);
        for (int r = 0; r < 20; r++) {
            program.kernel("k" + r, k -> k.store(y, Expr.index(0), Expr.load(y, Expr.index(1))));
        }
        byte[] once = JvmBackend.emit(program.program(), "generated.Program", vectorBits).bytes();
        byte[] again = JvmBackend.emit(program.program(), "generated.Program", vectorBits).bytes();
        assertEquals(JvmBackend.text(once), JvmBackend.text(again));
        assertTrue(java.util.Arrays.equals(once, again));
    }

    /// Register tiles that differ in buffers and numbers alone are one method: a further kernel adds its own method and no other.
    @ParameterizedTest
    @ValueSource(ints = {128, 512})
    void tilesThatAreAlikeAreOneMethod(int vectorBits) {
        assertEquals(methodsOf(tiles(2, Fn.ADD), vectorBits) + 1, methodsOf(tiles(3, Fn.ADD), vectorBits));
        assertEquals(methodsOf(tiles(2, Fn.ADD), vectorBits) + 2, methodsOf(tiles(3, Fn.MAX), vectorBits));
    }

    /// Kernels that sum lines of one input into outputs of their own, each at a stride of its own; what the last one does to its sums is `last`.
    private static Emitted tiles(int kernels, Fn last) {
        int lanes = 16;
        var program = new Emitted();
        Buffer x = program.input("x", F32, Specials.cycled(F32, 1, 1024));
        for (int n = 0; n < kernels; n++) {
            Buffer y = program.output("y" + n, F32, 64);
            long stride = 3L * n + 16;
            Fn end = n == kernels - 1 ? last : Fn.ADD;
            program.kernel("tile" + n, k -> k.loop("i", Expr.index(4), SERIAL, (in, i) -> {
                var sum = in.accumulator("sum", new Expr.Const(F32, 0, lanes));
                in.loop("k", Expr.index(9), SERIAL, (step, t) ->
                        step.assign(sum, Expr.apply(Fn.ADD, sum, new Expr.Load(x, Expr.plus(Expr.times(t, Expr.index(stride)), i), lanes, 1, null))));
                in.store(y, Expr.times(i, Expr.index(lanes)), Expr.apply(end, sum, sum));
            }));
        }
        return program;
    }

    /// So are other bodies of loops with vectors, from so much work on that a call does not count; less of it stays in its kernel.
    @ParameterizedTest
    @ValueSource(ints = {128, 512})
    void bodiesOfLoopsWithManyVectorsAreOneMethod(int vectorBits) {
        assertEquals(methodsOf(copies(2, 400), vectorBits) + 1, methodsOf(copies(3, 400), vectorBits));
        assertEquals(methodsOf(copies(3, 2), vectorBits) + 1, methodsOf(copies(3, 400), vectorBits));
    }

    /// Kernels that carry lines of one input to outputs of their own, each at a stride of its own.
    private static Emitted copies(int kernels, int steps) {
        int lanes = 16;
        var program = new Emitted();
        Buffer x = program.input("x", F32, Specials.cycled(F32, 1, 8192));
        for (int n = 0; n < kernels; n++) {
            Buffer y = program.output("y" + n, F32, 8192);
            long stride = 3L * n + 16;
            program.kernel("copy" + n, k -> k.loop("i", Expr.index(4), SERIAL, (in, i) ->
                    in.loop("k", Expr.index(steps), SERIAL, (step, t) -> {
                        Expr at = Expr.plus(Expr.times(t, Expr.index(lanes)), Expr.times(i, Expr.index(stride)));
                        step.store(y, at, step.let("x", new Expr.Load(x, at, lanes, 1, null)));
                    })));
        }
        return program;
    }

    /// C2 can take so many vectors in a method: a register tile with much to do behind its sums is two methods, one with less is one.
    @ParameterizedTest
    @ValueSource(ints = {128, 512})
    void whatAlsoHasToBeDoneForATileIsAMethod(int vectorBits) {
        assertEquals(methodsOf(finished(1), vectorBits) + 1, methodsOf(finished(40), vectorBits));
    }

    /// Sums of lines, kept in scratch memory, and then finished by so many steps.
    private static Emitted finished(int steps) {
        int lanes = 4;
        var program = new Emitted();
        Buffer x = program.input("x", F32, Specials.cycled(F32, 1, 1024));
        Buffer scratch = program.output("scratch", F32, 64);
        Buffer y = program.output("y", F32, 64);
        program.kernel("tile", k -> k.loop("i", Expr.index(4), SERIAL, (in, i) -> {
            Expr at = in.let("at", Expr.times(i, Expr.index(16)));
            var sums = new ArrayList<Expr.Var>();
            for (int n = 0; n < 16; n++) {
                sums.add(in.accumulator("sum" + n, new Expr.Const(F32, 0, lanes)));
            }
            in.loop("k", Expr.index(9), SERIAL, (step, t) -> sums.forEach(sum ->
                    step.assign(sum, Expr.apply(Fn.ADD, sum, new Expr.Load(x, Expr.plus(Expr.times(t, Expr.index(64)), at), lanes, 1, null)))));
            sums.forEach(sum -> in.store(scratch, at, sum));
            in.loop("r", Expr.index(4), SERIAL, (row, r) -> {
                Expr line = Expr.plus(at, Expr.times(r, Expr.index(lanes)));
                Expr value = row.let("x", new Expr.Load(scratch, line, lanes, 1, null));
                for (int n = 0; n < steps; n++) {
                    value = row.let("v" + n, Expr.apply(Fn.MAX, value, new Expr.Const(F32, Double.doubleToRawLongBits(n), lanes)));
                }
                row.store(y, line, value);
            });
        }));
        return program;
    }

    /// So many values are in use at once that no method could be given them: each is used again, in the opposite order.
    @ParameterizedTest
    @ValueSource(ints = {0, 128, 512})
    void aLongRunOfStatementsThatAreUsedAgainAtTheEnd(int vectorBits) {
        int lanes = lanesFor(vectorBits);
        var program = new Emitted();
        Buffer x = program.input("x", F32, Specials.cycled(F32, 1, 64));
        Buffer y = program.output("y", F32, 64);
        program.kernel("there_and_back", k -> k.loop("i", Expr.index(2), SERIAL, (in, i) -> {
            Expr first = in.let("x", new Expr.Load(x, i, lanes, 1, null));
            var values = new ArrayList<Expr>(List.of(first));
            for (int n = 0; n < 1500; n++) {
                values.add(in.let("v" + n, Expr.apply(n % 2 == 0 ? Fn.SUB : Fn.MAX, values.getLast(), first)));
            }
            Expr.Var sum = in.accumulator("sum", first);
            Expr back = first;
            for (Expr value : values.reversed()) {
                in.assign(sum, Expr.apply(Fn.MIN, value, Expr.apply(Fn.ADD, sum, first)));
                back = in.let("back", Expr.apply(Fn.SUB, value, back));
            }
            in.store(y, Expr.times(i, Expr.index(16)), back);
            in.store(y, Expr.plus(Expr.times(i, Expr.index(16)), Expr.index(32)), sum);
        }));
        assertTrue(methodsOf(program, vectorBits) > 10);
    }
}
