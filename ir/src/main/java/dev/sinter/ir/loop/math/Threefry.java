package dev.sinter.ir.loop.math;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.ElementType;
import java.util.List;

/// Threefry-2x32 with 20 rounds, of J. Salmon, M. Moraes, R. Dror and D. Shaw, *Parallel random numbers: as easy as 1, 2, 3* (SC11).
final class Threefry {
    private static final int[] ROTATIONS = {13, 15, 26, 6, 17, 29, 16, 24};
    private static final int PARITY = 0x1bd11bda;
    private static final int ROUNDS = 20;

    private final Block into;
    private final int lanes;

    private Threefry(Block into, int lanes) {
        this.into = into;
        this.lanes = lanes;
    }

    /// The two output words, of a key and a counter of two words each, all in i64s with the low word first.
    static Expr of(Expr key, Expr counter, Block into) {
        return new Threefry(into, key.lanes()).run(key, counter);
    }

    private Expr run(Expr key, Expr counter) {
        var keys = new Expr[3];
        keys[0] = low(key);
        keys[1] = high(key);
        keys[2] = apply(Fn.XOR, apply(Fn.XOR, keys[0], keys[1]), word(PARITY));
        Expr x0 = apply(Fn.ADD, low(counter), keys[0]);
        Expr x1 = apply(Fn.ADD, high(counter), keys[1]);
        for (int round = 0; round < ROUNDS; round++) {
            int rotation = ROTATIONS[round % ROTATIONS.length];
            x0 = apply(Fn.ADD, x0, x1);
            x1 = apply(Fn.OR, apply(Fn.SHL, x1, word(rotation)), apply(Fn.USHR, x1, word(32 - rotation)));
            x1 = apply(Fn.XOR, x1, x0);
            if (round % 4 == 3) {
                int injection = round / 4 + 1;
                x0 = apply(Fn.ADD, x0, keys[injection % 3]);
                x1 = apply(Fn.ADD, apply(Fn.ADD, x1, keys[(injection + 1) % 3]), word(injection));
            }
        }
        Expr high = apply(Fn.SHL, cast(ElementType.I64, x1), wide(32));
        return apply(Fn.OR, high, apply(Fn.AND, cast(ElementType.I64, x0), wide(0xffff_ffffL)));
    }

    private Expr low(Expr x) {
        return cast(ElementType.I32, x);
    }

    private Expr high(Expr x) {
        return cast(ElementType.I32, apply(Fn.USHR, x, wide(32)));
    }

    private Expr word(int value) {
        return new Expr.Const(ElementType.I32, value, lanes);
    }

    private Expr wide(long value) {
        return new Expr.Const(ElementType.I64, value, lanes);
    }

    private Expr apply(Fn fn, Expr a, Expr b) {
        return into.let("m", new Expr.Apply(fn, List.of(a, b)));
    }

    private Expr cast(ElementType to, Expr x) {
        return into.let("m", new Expr.Cast(to, x));
    }
}
