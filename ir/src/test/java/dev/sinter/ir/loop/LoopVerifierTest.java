package dev.sinter.ir.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LoopVerifierTest {
    private static final Expr.Var N = Expr.Var.index("N");
    private static final Expr.Var I = Expr.Var.index("i");
    private static final Expr ONE = Expr.constant(ElementType.F32, 1);
    private static final Expr ZERO = Expr.index(0);

    @Test
    void a_good_program_passes() {
        LoopVerifier.verifyReady(LoopPrograms.centred());
    }

    @Test
    void a_refusal_names_the_problem_and_shows_the_program() {
        var bad = LoopPrograms.kernel(List.of(N), List.of(new Stmt.Store(LoopPrograms.Y, I, ONE, null)));
        var refusal = assertThrows(IllegalStateException.class, () -> LoopVerifier.verify(bad));
        assertTrue(refusal.getMessage().contains("kernel k: the name i is used where it is not defined\n"));
        assertTrue(refusal.getMessage().contains("y[i] = 1.0f"));
    }

    static List<Arguments> bad() {
        var fixed = Expr.Var.fixed("f", ElementType.F32, 1);
        var foreign = new Buffer("z", ElementType.F32, Dim.ONE, Buffer.Role.OUTPUT);
        var inner = new Kernel("inner", List.of(I), List.of(), "");
        return List.of(
                Arguments.of("the fixed name f is assigned", List.of(new Stmt.Let(fixed, ONE), new Stmt.Assign(fixed, ONE))),
                Arguments.of("the name f is defined twice", List.of(new Stmt.Let(fixed, ONE), new Stmt.Let(fixed, ONE))),
                Arguments.of("the name f is used where it is not defined",
                        List.of(new Stmt.If(Expr.integer(ElementType.BOOL, 1), List.of(new Stmt.Let(fixed, ONE)), List.of()), new Stmt.Store(LoopPrograms.Y, ZERO, fixed, null))),
                Arguments.of("the value of f is i64x1, not f32x1", List.of(new Stmt.Let(fixed, ZERO))),
                Arguments.of("buffer z is not in the table", List.of(new Stmt.Store(foreign, ZERO, ONE, null))),
                Arguments.of("the INPUT x is stored to", List.of(new Stmt.Store(LoopPrograms.X, ZERO, ONE, null))),
                Arguments.of("what is stored to y is i64x1, not f32x1", List.of(new Stmt.Store(LoopPrograms.Y, ZERO, ZERO, null))),
                Arguments.of("a mask of y is boolx2, not boolx1", List.of(new Stmt.Store(LoopPrograms.Y, ZERO, ONE, new Expr.FirstLanes(N, 2)))),
                Arguments.of("the loop over i is still bound PARALLEL", List.of(new Stmt.For(I, ZERO, N, 1, Stmt.Binding.PARALLEL, List.of()))),
                Arguments.of("the loop over i has the step 0", List.of(new Stmt.For(I, ZERO, N, 0, Stmt.Binding.SERIAL, List.of()))),
                Arguments.of("the name i is defined twice",
                        List.of(new Stmt.For(I, ZERO, N, 1, Stmt.Binding.SERIAL, List.of(new Stmt.For(I, ZERO, N, 1, Stmt.Binding.SERIAL, List.of()))))),
                Arguments.of("exp is left, which is not primitive", List.of(new Stmt.Store(LoopPrograms.Y, ZERO, Expr.apply(Fn.EXP, ONE), null))),
                Arguments.of("xor is not defined for f32", List.of(new Stmt.Store(LoopPrograms.Y, ZERO, Expr.apply(Fn.XOR, ONE, ONE), null))),
                Arguments.of("3 lanes are not a power of two", List.of(new Stmt.Store(LoopPrograms.Y, ZERO, new Expr.Splat(ONE, 3), null))),
                Arguments.of("the bits of f32 are read as i64", List.of(new Stmt.Let(I, new Expr.Bitcast(ElementType.I64, ONE)))),
                Arguments.of("a condition is i64x1, not boolx1", List.of(new Stmt.If(ZERO, List.of(), List.of()))),
                Arguments.of("kernel inner is launched in a kernel", List.of(new Stmt.Launch(inner, List.of(ZERO)))),
                Arguments.of("a barrier stands in a kernel", List.of(new Stmt.Barrier())));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void a_problem_is_named(String problem, List<Stmt> statements) {
        assertEquals(List.of("kernel k: " + problem), LoopVerifier.problems(LoopPrograms.kernel(List.of(N), statements), true));
    }

    @Test
    void a_launch_passes_what_the_kernel_takes() {
        var kernel = new Kernel("k", List.of(I), List.of(), "");
        assertEquals(List.of("kernel k takes 1 arguments, not 0"), LoopVerifier.problems(LoopPrograms.program(List.of(N), List.of(new Stmt.Launch(kernel, List.of()))), true));
    }
}
