package dev.sinter.codegen.jvm;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.ElementType;

/// Rounding to integral values, said in functions that vectors have. Exact for all inputs, signs of zeros and infinities included;
/// NaN stays NaN.
///
/// A magnitude below `2^p`, where `p + 1` bits are the precision, has its fraction rounded off (to nearest, ties to even) by adding
/// and subtracting `2^p`; larger ones are integral already.
final class Rounding {
    private Rounding() {
    }

    /// `x` rounded to nearest, ties to even.
    static Expr rint(Expr.Var x) {
        Expr magic = splat(x, x.type() == ElementType.F32 ? 0x1p23 : 0x1p52);
        Expr magnitude = Expr.apply(Fn.ABS, x);
        Expr rounded = Expr.apply(Fn.SUB, Expr.apply(Fn.ADD, magnitude, magic), magic);
        return Expr.apply(Fn.SELECT, Expr.apply(Fn.LT, magnitude, magic), withSignOf(x, rounded), x);
    }

    /// From `r`, which is `rint(x)`, the largest integral value not above `x` (`FLOOR`), the smallest not below (`CEIL`), or the
    /// nearest one towards zero (`TRUNC`).
    static Expr correct(Fn fn, Expr.Var x, Expr.Var r) {
        Expr one = splat(x, 1);
        return switch (fn) {
            case FLOOR -> Expr.apply(Fn.SELECT, Expr.apply(Fn.LT, x, r), Expr.apply(Fn.SUB, r, one), r);
            case CEIL -> Expr.apply(Fn.SELECT, Expr.apply(Fn.LT, r, x), withSignOf(x, Expr.apply(Fn.ADD, r, one)), r);
            case TRUNC -> {
                Expr magnitude = Expr.apply(Fn.ABS, r);
                Expr over = Expr.apply(Fn.LT, Expr.apply(Fn.ABS, x), magnitude);
                yield Expr.apply(Fn.SELECT, over, withSignOf(x, Expr.apply(Fn.SUB, magnitude, one)), r);
            }
            default -> throw new IllegalArgumentException(fn.toString());
        };
    }

    /// `magnitude` (which is not negative, or has the sign already) with the sign bit of `x`.
    private static Expr withSignOf(Expr x, Expr magnitude) {
        ElementType bits = x.type() == ElementType.F32 ? ElementType.I32 : ElementType.I64;
        Expr signBit = new Expr.Const(bits, bits == ElementType.I32 ? Integer.MIN_VALUE : Long.MIN_VALUE, x.lanes());
        Expr sign = Expr.apply(Fn.AND, new Expr.Bitcast(bits, x), signBit);
        return new Expr.Bitcast(x.type(), Expr.apply(Fn.OR, new Expr.Bitcast(bits, magnitude), sign));
    }

    private static Expr splat(Expr like, double value) {
        return new Expr.Const(like.type(), Double.doubleToRawLongBits(value), like.lanes());
    }
}
