package dev.sinter.codegen.jvm;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.loop.math.MathLibrary;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The math library's functions give the interpreter's bits, as scalars and as vectors of every width.
class MathTest {
    private static final int COUNT = 96;

    static List<Fn> functions() {
        return Stream.of(Fn.values()).filter(fn -> !fn.isPrimitive()).toList();
    }

    @ParameterizedTest
    @MethodSource("functions")
    void functionsHaveTheSameBits(Fn fn) {
        for (ElementType type : fn == Fn.THREEFRY ? List.of(ElementType.I64) : List.of(ElementType.F32, ElementType.F64)) {
            check(fn, type, 1, 0);
            for (int bits : new int[] {128, 256, 512}) {
                check(fn, type, bits / 8 / ElementType.F64.bytes(), bits);
            }
        }
    }

    private static void check(Fn fn, ElementType type, int lanes, int vectorBits) {
        var emitted = new Emitted();
        var inputs = new ArrayList<Buffer>();
        for (int i = 0; i < fn.arity(); i++) {
            inputs.add(emitted.input("x" + i, type, points(type, new Random(i))));
        }
        Buffer output = emitted.output("y", type, COUNT);
        emitted.kernel("k", block -> block.loop("i", Expr.index(0), Expr.index(COUNT), lanes, Stmt.Binding.SERIAL, (body, i) -> {
            List<Expr> arguments = inputs.stream().<Expr>map(x -> new Expr.Load(x, i, lanes, 1, null)).toList();
            body.store(output, i, MathLibrary.expand(fn, arguments, body));
        }));
        emitted.check(vectorBits);
    }

    /// Tame numbers, and any bits.
    private static long[] points(ElementType type, Random random) {
        var points = new long[COUNT];
        for (int i = 0; i < COUNT; i++) {
            double tame = random.nextGaussian() * 3;
            points[i] = i % 2 == 0 || type == ElementType.I64 ? type == ElementType.F32 ? random.nextInt() : random.nextLong()
                    : type == ElementType.F32 ? Float.floatToRawIntBits((float) tame) : Double.doubleToRawLongBits(tame);
        }
        return points;
    }
}
