package dev.sinter.codegen.jvm;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Loops, branches, launches with arguments, and teams.
class ControlFlowTest {
    private static final Stmt.Binding SERIAL = Stmt.Binding.SERIAL;
    private static final ElementType I64 = ElementType.I64;

    @ParameterizedTest
    @ValueSource(ints = {0, 512})
    void loopsFromBelowUpToAndNotIncluding(int vectorBits) {
        var program = new Emitted();
        long[][] bounds = {{0, 10, 1}, {0, 10, 3}, {-7, 5, 4}, {5, 5, 1}, {6, 5, 1}, {0, 1, 100}, {Long.MAX_VALUE - 9, Long.MAX_VALUE - 4, 3},
            {Integer.MAX_VALUE - 3L, Integer.MAX_VALUE + 3L, 2}};
        for (int c = 0; c < bounds.length; c++) {
            long[] b = bounds[c];
            Expr.Var from = program.dim("from" + c, b[0]);
            Expr.Var to = program.dim("to" + c, b[1]);
            Buffer count = program.output("count" + c, I64, 2);
            program.kernel("loop" + c, k -> {
                Expr.Var n = k.accumulator("n", Expr.index(0));
                Expr.Var sum = k.accumulator("sum", Expr.index(0));
                k.loop("i", from, to, b[2], SERIAL, (body, i) -> {
                    body.assign(n, Expr.plus(n, Expr.index(1)));
                    body.assign(sum, Expr.apply(Fn.ADD, sum, i));
                });
                k.store(count, Expr.index(0), n);
                k.store(count, Expr.index(1), sum);
            });
        }
        program.check(vectorBits);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 256})
    void branchesAndWhile(int vectorBits) {
        var program = new Emitted();
        Buffer steps = program.output("steps", I64, 40);
        program.kernel("collatz", k -> k.loop("i", Expr.index(1), Expr.index(40), 1, SERIAL, (body, i) -> {
            Expr.Var n = body.accumulator("n", i);
            Expr.Var count = body.accumulator("count", Expr.index(0));
            var head = new Block();
            Expr unfinished = head.let("unfinished", Expr.apply(Fn.NE, n, Expr.index(1)));
            var odd = new Block();
            odd.assign(n, Expr.apply(Fn.ADD, Expr.times(n, Expr.index(3)), Expr.index(1)));
            var even = new Block();
            even.assign(n, Expr.apply(Fn.DIV, n, Expr.index(2)));
            var step = new Block();
            step.assign(count, Expr.plus(count, Expr.index(1)));
            Expr isOdd = Expr.apply(Fn.EQ, Expr.apply(Fn.REM, n, Expr.index(2)), Expr.index(1));
            step.add(new Stmt.If(isOdd, odd.statements(), even.statements()));
            body.add(new Stmt.While(head.statements(), unfinished, step.statements()));
            body.when(Expr.apply(Fn.AND, Expr.apply(Fn.LT, Expr.index(5), i), Expr.apply(Fn.NOT, Expr.apply(Fn.LE, Expr.index(30), i))),
                    then -> then.store(steps, i, count));
        }));
        program.check(vectorBits);
    }

    @Test
    void nanIsNeitherLessNorNotLess() {
        var program = new Emitted();
        for (ElementType type : List.of(ElementType.F32, ElementType.F64)) {
            int n = Specials.of(type).length;
            Buffer x = program.input("x" + type, type, Specials.of(type));
            for (Fn fn : List.of(Fn.EQ, Fn.NE, Fn.LT, Fn.LE)) {
                Buffer result = program.output(type + "" + fn, ElementType.I32, n * n);
                program.kernel("branch_" + type + fn, k -> k.loop("i", Expr.index(n), SERIAL, (rows, i) -> rows.loop("j", Expr.index(n), SERIAL, (body, j) -> {
                    Expr at = Expr.plus(Expr.times(i, Expr.index(n)), j);
                    Expr condition = Expr.apply(fn, Expr.load(x, i), Expr.load(x, j));
                    body.add(new Stmt.If(condition, List.of(new Stmt.Store(result, at, Expr.integer(ElementType.I32, 1), null)),
                            List.of(new Stmt.Store(result, at, Expr.apply(Fn.SELECT, Expr.apply(Fn.NOT, condition),
                                    Expr.integer(ElementType.I32, 2), Expr.integer(ElementType.I32, 3)), null))));
                })));
            }
        }
        program.check(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 128})
    void kernelsTakeArgumentsFromProgramLevelLoops(int vectorBits) {
        var program = new Emitted();
        Buffer result = program.output("result", ElementType.F64, 64);
        Expr.Var n = program.dim("N", 8);
        Expr.Var t = Expr.Var.index("t");
        Expr.Var scale = Expr.Var.fixed("scale", ElementType.F64, 1);
        var body = new Block();
        body.loop("i", n, SERIAL, (inner, i) -> inner.store(result, Expr.plus(Expr.times(t, n), i),
                Expr.apply(Fn.MUL, scale, new Expr.Cast(ElementType.F64, i))));
        var kernel = new Kernel("row", List.of(t, scale), body.statements(), "");
        var driver = new Block();
        driver.loop("step", n, SERIAL, (inner, step) -> {
            Expr twice = inner.let("twice", new Expr.Cast(ElementType.F64, Expr.plus(step, step)));
            inner.when(Expr.apply(Fn.NE, step, Expr.index(3)), then -> then.add(new Stmt.Launch(kernel, List.of(step, twice))));
        });
        driver.add(new Stmt.Launch(kernel, List.of(Expr.index(3), Expr.constant(ElementType.F64, -1))));
        driver.statements().forEach(program::add);
        program.check(vectorBits);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void membersShareTheWorkAndMeetAtBarriers(int members) {
        var program = new Emitted();
        int n = 24;
        Buffer first = program.output("first", I64, n);
        Buffer second = program.output("second", I64, n);
        Buffer done = program.output("done", I64, 1);
        program.kernel("fill", k -> k.loop("i", LoopProgram.MEMBER, Expr.index(n), 1, SERIAL, (body, i) -> body.when(
                Expr.apply(Fn.EQ, Expr.apply(Fn.REM, i, LoopProgram.MEMBERS), LoopProgram.MEMBER), mine -> mine.store(first, i, Expr.times(i, i)))));
        program.add(new Stmt.Barrier());
        program.kernel("reverse", k -> k.loop("i", LoopProgram.MEMBER, Expr.index(n), 1, SERIAL, (body, i) -> body.when(
                Expr.apply(Fn.EQ, Expr.apply(Fn.REM, i, LoopProgram.MEMBERS), LoopProgram.MEMBER),
                mine -> mine.store(second, i, Expr.load(first, Expr.apply(Fn.SUB, Expr.index(n - 1), i))))));
        program.add(new Stmt.Barrier());
        program.kernel("finish", k -> k.when(Expr.apply(Fn.EQ, LoopProgram.MEMBER, Expr.index(0)),
                then -> then.store(done, Expr.index(0), LoopProgram.MEMBERS)));
        program.check(0, members);
    }
}
