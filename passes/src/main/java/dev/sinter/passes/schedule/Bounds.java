package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import java.util.List;

/// Says the larger or the smaller of a vector and a number by a comparison: `max(x, c)` is `x < c ? c : x`, and `min(x, c)` is `c < x ? c : x`.
///
/// [Fn#MAX] and [Fn#MIN] pass NaN on from either side and know −0 from +0, which takes a processor several steps. A number that is no NaN leaves one side to look at, and a comparison
/// with NaN is false; so the choice is one step, or a comparison and a blend. It takes a −0 for +0 in `max(x, +0)`: adding +0 mends that. `min(x, −0)` stays as it is.
final class Bounds extends Rewriter {
    @Override
    public Expr copy(Expr e) {
        Expr copied = super.copy(e);
        if (!(copied instanceof Expr.Apply(var fn, var arguments)) || fn != Fn.MAX && fn != Fn.MIN || copied.lanes() == 1 || !copied.type().isFloat()) {
            return copied;
        }
        boolean first = arguments.get(0) instanceof Expr.Const;
        if (!(arguments.get(first ? 0 : 1) instanceof Expr.Const bound) || !(arguments.get(first ? 1 : 0) instanceof Expr.Var x)) {
            return copied;
        }
        double number = bound.asDouble();
        boolean minusZero = number == 0 && Double.doubleToRawLongBits(number) != 0;
        if (Double.isNaN(number) || fn == Fn.MIN && minusZero) {
            return copied;
        }
        Expr beyond = fn == Fn.MAX ? Expr.apply(Fn.LT, x, bound) : Expr.apply(Fn.LT, bound, x);
        Expr chosen = new Expr.Apply(Fn.SELECT, List.of(beyond, bound, x));
        return fn == Fn.MAX && number == 0 && !minusZero ? Expr.apply(Fn.ADD, chosen, bound) : chosen;
    }
}
