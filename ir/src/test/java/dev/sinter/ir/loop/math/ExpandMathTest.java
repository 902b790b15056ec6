package dev.sinter.ir.loop.math;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Kernel;
import dev.sinter.ir.loop.LoopInterpreter;
import dev.sinter.ir.loop.LoopProgram;
import dev.sinter.ir.loop.LoopVerifier;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpandMathTest {
    private static final Buffer X = new Buffer("x", ElementType.F64, Dim.constant(4), Buffer.Role.INPUT);
    private static final Buffer Y = new Buffer("y", ElementType.F64, Dim.constant(4), Buffer.Role.OUTPUT);
    private static final Expr ONE = Expr.constant(ElementType.F64, 1);

    private static LoopProgram program(List<Stmt> body) {
        return new LoopProgram("p", List.of(), List.of(X, Y), Map.of(), Dim.ZERO, body);
    }

    private static LoopProgram kernel(List<Stmt> statements) {
        return program(List.of(new Stmt.Launch(new Kernel("k", List.of(), statements, ""), List.of())));
    }

    private static double[] run(LoopProgram program, double... x) {
        LoopProgram expanded = ExpandMath.run(program);
        LoopVerifier.verifyReady(expanded);
        var in = ByteBuffer.allocate(32).order(ByteOrder.nativeOrder());
        in.asDoubleBuffer().put(x);
        var out = ByteBuffer.allocate(32).order(ByteOrder.nativeOrder());
        LoopInterpreter.run(expanded, Map.of(), Map.of(X, in, Y, out));
        var y = new double[4];
        out.asDoubleBuffer().get(y);
        return y;
    }

    private static double exp(double x) {
        return Evaluation.of(Fn.EXP, ElementType.F64, 1).value(x);
    }

    @Test
    void functions_are_found_in_every_expression_and_mean_the_same_in_vectors() {
        Expr four = new Expr.Cast(ElementType.I64, Expr.apply(Fn.RINT, Expr.apply(Fn.EXP2, Expr.constant(ElementType.F64, 2))));
        Expr vector = new Expr.Load(X, Expr.index(0), 4, 1, new Expr.FirstLanes(four, 4));
        var block = new Block();
        block.add(new Stmt.Store(Y, Expr.index(0), Expr.apply(Fn.ADD, Expr.apply(Fn.EXP, Expr.apply(Fn.EXP, vector)), new Expr.Splat(Expr.apply(Fn.EXP, ONE), 4)), null));
        block.loop("i", Expr.apply(Fn.SUB, four, Expr.index(2)), Stmt.Binding.SERIAL, (b, i) -> b.when(
                Expr.apply(Fn.LT, Expr.apply(Fn.EXP, Expr.load(X, i)), ONE), c -> c.store(Y, i, Expr.apply(Fn.EXP, Expr.load(X, i)))));
        assertArrayEquals(new double[] {exp(-1), exp(exp(0)) + exp(1), exp(exp(-3)) + exp(1), exp(exp(0.5)) + exp(1)}, run(kernel(block.statements()), -1, 0, -3, 0.5));
    }

    @Test
    void every_function_becomes_primitive_for_scalars_and_vectors() {
        for (Fn fn : Fn.values()) {
            for (ElementType type : fn == Fn.THREEFRY ? List.of(ElementType.I64) : List.of(ElementType.F32, ElementType.F64)) {
                for (int lanes : fn.isPrimitive() ? new int[0] : new int[] {1, 16}) {
                    var x = new Buffer("x", type, Dim.constant(16), Buffer.Role.INPUT);
                    var y = new Buffer("y", type, Dim.constant(16), Buffer.Role.OUTPUT);
                    Expr load = new Expr.Load(x, Expr.index(0), lanes, 1, null);
                    Stmt store = new Stmt.Store(y, Expr.index(0), new Expr.Apply(fn, Collections.nCopies(fn.arity(), load)), null);
                    var kernel = new Kernel("k", List.of(), List.of(store), "");
                    LoopVerifier.verifyReady(ExpandMath.run(
                            new LoopProgram("p", List.of(), List.of(x, y), Map.of(), Dim.ZERO, List.of(new Stmt.Launch(kernel, List.of())))));
                }
            }
        }
    }

    @Test
    void the_condition_of_a_while_is_computed_in_its_head() {
        var x = Expr.Var.mutable("x", ElementType.F64, 1);
        var next = Expr.Var.fixed("next", ElementType.F64, 1);
        var statements = List.<Stmt>of(new Stmt.Let(x, Expr.constant(ElementType.F64, 0)),
                new Stmt.While(List.of(new Stmt.Let(next, Expr.apply(Fn.ADD, x, ONE))), Expr.apply(Fn.LT, Expr.apply(Fn.EXP, next), Expr.constant(ElementType.F64, 50)),
                        List.of(new Stmt.Assign(x, next))),
                new Stmt.Store(Y, Expr.index(0), x, null));
        assertEquals(3, run(kernel(statements), 0, 0, 0, 0)[0]);
    }

    @Test
    void a_kernel_launched_twice_stays_one() {
        var kernel = new Kernel("k", List.of(), List.of(), "");
        List<Stmt> body = ExpandMath.run(program(List.of(new Stmt.Launch(kernel, List.of()), new Stmt.Launch(kernel, List.of())))).body();
        assertSame(((Stmt.Launch) body.get(0)).kernel(), ((Stmt.Launch) body.get(1)).kernel());
    }

    @Test
    void an_argument_is_evaluated_once() {
        Expr load = Expr.load(X, Expr.index(0));
        List<Stmt> steps = ExpandMath.run(List.of(new Stmt.Store(Y, Expr.index(0), Expr.apply(Fn.TANH, load), null)));
        assertEquals(1, steps.stream().filter(s -> s instanceof Stmt.Let(_, var value) && value == load || s instanceof Stmt.Let(_, Expr.Load _)).count());
    }

    @Test
    void a_function_of_a_wrong_type_is_refused() {
        assertThrows(UnsupportedOperationException.class, () -> MathLibrary.expand(Fn.EXP, List.of(Expr.index(1)), new Block()));
    }
}
