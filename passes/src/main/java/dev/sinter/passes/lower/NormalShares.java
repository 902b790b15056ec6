package dev.sinter.passes.lower;

import dev.sinter.ir.graph.Binary;
import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Fill;
import dev.sinter.ir.graph.Select;
import dev.sinter.ir.graph.Unary;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.loop.Fn;
import java.util.Optional;
import java.util.function.Predicate;

/// Finds what the error function is used for most: the share of a normal distribution below a number, `½ + ½ erf x`, and such a share of the number itself (gelu). Each has fewer steps than the error function.
final class NormalShares {
    /// A function in place of several.
    record Found(Fn fn, Value argument) { }

    private static final double ROOT_OF_HALF = 0.7071067811865476;
    /// A limit below which gelu is 0 anyway.
    private static final double FAR_BELOW = -100;

    private final Predicate<Value> stored;

    private NormalShares(Predicate<Value> stored) {
        this.stored = stored;
    }

    /// The function that gives `value`, unless the error function or the share is computed anyway.
    ///
    /// @param stored the values that are computed elsewhere
    static Optional<Found> of(Value value, Predicate<Value> stored) {
        var shares = new NormalShares(stored);
        return shares.gelu(value).map(x -> new Found(Fn.GELU, x)).or(() -> shares.share(value).map(x -> new Found(Fn.HALF_PLUS_HALF_ERF, x)));
    }

    /// The `x` of `½ erf(x) + ½`.
    private Optional<Value> share(Value value) {
        return value.op() instanceof Binary(BinaryFn plus, Value half, Value(Fill(_, double c), _, _)) && plus == BinaryFn.ADD && c == 0.5
                && half.op() instanceof Binary(BinaryFn times, Value erf, Value(Fill(_, double d), _, _)) && times == BinaryFn.MUL && d == 0.5
                && erf.op() instanceof Unary(UnaryFn fn, Value x) && fn == UnaryFn.ERF && !stored.test(half) && !stored.test(erf) ? Optional.of(x) : Optional.empty();
    }

    /// The `x` of `x (½ erf(x √½) + ½)`, or of the same with `max(x, c)`, where the result is 0 below `c`.
    private Optional<Value> gelu(Value value) {
        return value.op() instanceof Binary(BinaryFn fn, Value a, Value b) && fn == BinaryFn.MUL ? gelu(a, b).or(() -> gelu(b, a)) : Optional.empty();
    }

    private Optional<Value> gelu(Value x, Value share) {
        if (stored.test(share)) {
            return Optional.empty();
        }
        return share(share).filter(scaled -> scaled.op() instanceof Binary(BinaryFn times, Value same, Value(Fill(var type, double c), _, _)) && times == BinaryFn.MUL && same == x
                && c == type.element().round(ROOT_OF_HALF)).map(_ -> unclipped(x));
    }

    private Value unclipped(Value x) {
        return !stored.test(x) && x.op() instanceof Select(Value(Binary(BinaryFn less, Value a, Value limit), _, _), Value(Fill(_, double c), _, _), Value b)
                && less == BinaryFn.LT && a == b && limit.op() instanceof Fill(_, double d) && c == d && c <= FAR_BELOW ? b : x;
    }
}
