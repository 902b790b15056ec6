package dev.sinter.passes.lower;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.ElementType;

/// The total order of f32s as that of integers: -NaN, -∞, …, -0, +0, …, +∞, NaN.
///
/// The largest of many floats, with the rules for NaN and -0, takes a processor half a dozen dependent instructions for each of them. As integers it takes one, which
/// waits for nothing but the one before; a NaN then shows as a largest element beyond +∞ or as a smallest one below -∞.
final class TotalOrder {
    private static final long INFINITY = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);
    private static final long MINUS_INFINITY = flip(Float.floatToRawIntBits(Float.NEGATIVE_INFINITY));

    private TotalOrder() { }

    private static long flip(int bits) {
        return bits ^ (bits >> Integer.SIZE - 1 & Integer.MAX_VALUE);
    }

    /// The integer of a float.
    static Expr of(Expr x, Block into) {
        return flip(into.let("bits", new Expr.Bitcast(ElementType.I32, x)), into);
    }

    /// The same code leads back.
    private static Expr flip(Expr bits, Block into) {
        Expr sign = Expr.apply(Fn.SHR, bits, Expr.integer(ElementType.I32, Integer.SIZE - 1));
        return into.let("order", Expr.apply(Fn.XOR, bits, Expr.apply(Fn.AND, sign, Expr.integer(ElementType.I32, Integer.MAX_VALUE))));
    }

    /// The integer of -∞, which nothing but a NaN is below.
    static Expr lowest() {
        return Expr.integer(ElementType.I32, MINUS_INFINITY);
    }

    /// The integer of +∞, which nothing but a NaN is above.
    static Expr highest() {
        return Expr.integer(ElementType.I32, INFINITY);
    }

    /// The float of one of two integers, the largest and the smallest of some; NaN if there was one among them.
    static Expr back(Expr which, Expr largest, Expr smallest, Block into) {
        Expr none = Expr.apply(Fn.AND, Expr.apply(Fn.LE, largest, highest()), Expr.apply(Fn.LE, lowest(), smallest));
        Expr value = new Expr.Bitcast(ElementType.F32, flip(which, into));
        return into.let("most", Expr.apply(Fn.SELECT, none, value, Expr.constant(ElementType.F32, Double.NaN)));
    }
}
