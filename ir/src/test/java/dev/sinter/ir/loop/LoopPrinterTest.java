package dev.sinter.ir.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sinter.ir.type.ElementType;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoopPrinterTest {
    @Test
    void a_program_prints_with_its_kernels() {
        assertEquals("""
                program centred(N) arena 64*members + 64
                  input x: f32[N]
                  temp sum: f32[16*members] at 64
                  output y: f32[N]
                  launch add()
                  barrier
                  launch subtract(members)

                kernel add()  // sum(x)
                  let from: i64 = member * (((N + members) - 1) / members)
                  let to: i64 = min(N, from + (((N + members) - 1) / members))
                  var total: f32x4 = splat4(0.0f)
                  for i in from .. to by 4
                    let left: boolx4 = first4(to - i)
                    total = total + x[i : 4 if left]
                  sum[member * 16] = halve_add(total)

                kernel subtract(count: i64)
                  var sum_2: f32 = 0.0f
                  for m in 0 .. count
                    sum_2 = sum_2 + sum[m * 16]
                  if member == 0
                    for i in 0 .. N
                      y[i] = x[i] - sum_2
                """.replace("64*members + 64", LoopPrograms.centred().arena().toString()), LoopPrinter.print(LoopPrograms.centred()));
    }

    @Test
    void expressions_print() {
        var x = Expr.Var.fixed("x", ElementType.F64, 1);
        var other = Expr.Var.fixed("x", ElementType.I64, 1);
        assertEquals("""
                  let x: f64 = -(1.5 + 2.0)
                  let x_2: i64 = bits_i64(fma(x, x, x / 2.0)) >>> 3
                  loop
                  while ~(x < 0.0)
                    y[x_2 + 1 : 4] = f32(ramp4(7i, -2))
                """, LoopPrinter.print(List.of(
                new Stmt.Let(x, Expr.apply(Fn.NEG, Expr.apply(Fn.ADD, Expr.constant(ElementType.F64, 1.5), Expr.constant(ElementType.F64, 2)))),
                new Stmt.Let(other, Expr.apply(Fn.USHR, new Expr.Bitcast(ElementType.I64, Expr.apply(Fn.FMA, x, x, Expr.apply(Fn.DIV, x, Expr.constant(ElementType.F64, 2)))), Expr.index(3))),
                new Stmt.While(List.of(), Expr.apply(Fn.NOT, Expr.apply(Fn.LT, x, Expr.constant(ElementType.F64, 0))),
                        List.of(new Stmt.Store(LoopPrograms.Y, Expr.plus(other, Expr.index(1)),
                                new Expr.Cast(ElementType.F32, new Expr.Ramp(Expr.integer(ElementType.I32, 7), -2, 4)), null))))));
    }
}
