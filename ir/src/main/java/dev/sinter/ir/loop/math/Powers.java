package dev.sinter.ir.loop.math;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.ElementType;

/// `pow` and `fmod`, in f64.
final class Powers {
    /// `ln 2` in 41 bits, and the rest.
    private static final double LN2_HIGH = 0.693147180559663;
    private static final double LN2_LOW = 2.8235290563031577e-13;
    private static final double THIRD = 1 / 3.0;
    private static final double THIRD_REST = 1.850371707708594e-17;

    /// `((artanh v / v - 1) / v² - ⅓) / v²` in `v²` on `|v| ≤ 0.1717`; relative error of the logarithm 2^-65.7.
    private static final double[] TAIL = {0.20000000000001136, 0.14285714285045956, 0.111111112606758, 0.09090892118599203, 0.07693381763086404,
        0.0662833446808803, 0.06598874713874989};

    private Powers() { }

    /// `x` to the power `y`, both f64s. If they are f32s, a logarithm with the precision of one f64 is enough.
    static Expr pow(Steps s, Expr x, Expr y, boolean ofSingles) {
        Expr a = s.abs(x);
        Expr magnitude = ofSingles ? Exponentials.exp(s, s.mul(y, Logarithms.log(s, a))) : powOfPositive(s, a, y);
        magnitude = s.select(s.equal(a, 1), 1, magnitude);
        Expr half = s.mul(y, 0.5);
        Expr whole = s.equal(s.rint(y), y);
        Expr odd = s.and(whole, s.different(s.rint(half), half));
        Expr signed = s.select(odd, s.withSign(magnitude, x), magnitude);
        Expr undefined = s.and(s.and(s.less(x, 0), s.less(a, Double.POSITIVE_INFINITY)), s.not(whole));
        Expr defined = s.select(undefined, Double.NaN, signed);
        return s.select(s.or(s.equal(y, 0), s.equal(x, 1)), 1, defined);
    }

    /// `exp(y log a)` for `a ≥ 0`, with the logarithm and the product as sums of two numbers.
    private static Expr powOfPositive(Steps s, Expr a, Expr y) {
        Logarithms.Parts parts = Logarithms.parts(s, a);
        Expr f = parts.f();

        Expr d = s.add(f, 2);                                                   // v = f / (2 + f)
        Expr inverse = s.div(1, d);
        Expr v = s.mul(f, inverse);
        Expr lost = s.sub(f, s.sub(d, 2));
        Expr vLow = s.mul(s.fma(s.neg(v), lost, s.fma(s.neg(v), d, f)), inverse);

        Expr z = s.mul(v, v);                                                   // z = v²
        Expr zLow = s.fma(s.add(v, v), vLow, s.fma(v, v, s.neg(z)));

        Expr tail = s.mul(z, s.polynomial(z, TAIL));                            // g = ⅓ + z/5 + …
        Expr g = s.add(tail, THIRD);
        Expr gLow = s.add(s.add(s.sub(THIRD, g), tail), THIRD_REST);

        Expr e = s.mul(z, g);                                                   // log(1 + f) / 2 = v + v z g
        Expr eLow = s.fma(zLow, g, s.fma(z, gLow, s.fma(z, g, s.neg(e))));
        Expr q = s.mul(v, e);
        Expr qLow = s.fma(vLow, e, s.fma(v, eLow, s.fma(v, e, s.neg(q))));
        Expr half = s.add(v, q);
        Expr halfLow = s.add(s.add(s.sub(v, half), q), s.add(vLow, qLow));

        Expr base = s.mul(parts.k(), LN2_HIGH);                                 // log a = k ln 2 + log(1 + f)
        Expr twice = s.add(half, half);
        Expr sum = s.add(base, twice);
        Expr low = s.add(s.add(s.sub(base, sum), twice), s.fma(parts.k(), LN2_LOW, s.add(halfLow, halfLow)));
        Expr high = Logarithms.atTheEdges(s, a, sum);

        Expr product = s.mul(y, high);
        Expr productLow = s.fma(y, low, s.fma(y, high, s.neg(product)));
        Expr clipped = Exponentials.clip(s, product);
        Exponentials.Reduced reduced = Exponentials.reduce(s, clipped, false, 2L * s.bias());
        Expr rest = s.select(s.equal(clipped, product), productLow, 0);
        Expr r = s.add(reduced.remainder(), s.select(s.less(s.abs(product), Double.POSITIVE_INFINITY), rest, 0));
        return Exponentials.scale(s, null, Exponentials.expMinusOne(s, r), reduced);
    }

    private static final int CHUNK = 51;

    /// `x - y trunc(x / y)`, exactly: long division by chunks of 51 bits, from the largest multiple of `y` down. A quotient below 2^52 is
    /// truncated to the right integer or one more; `fma` gives the remainder exactly, and shows which. For f32s, six
    /// chunks are written out; for f64s a loop runs over all 42.
    static Expr fmod(Steps s, Expr x, Expr y, boolean ofSingles, Block into) {
        Expr b = s.abs(y);
        Expr r = s.abs(x);
        if (ofSingles) {
            for (int chunk = 5; chunk >= 0; chunk--) {
                r = takeMultiples(s, r, chunk == 0 ? b : s.mul(b, Math.scalb(1.0, CHUNK * chunk)));
            }
        } else {
            Expr.Var remainder = into.accumulator("remainder", r);
            into.loop("chunk", Expr.index(42), Stmt.Binding.SERIAL, (inner, i) -> {
                Steps in = Steps.on(b, inner);
                Expr exponent = Expr.apply(Fn.MUL, Expr.apply(Fn.SUB, Expr.index(41), i), Expr.index(CHUNK / 3));
                Expr bits = Expr.apply(Fn.SHL, Expr.apply(Fn.ADD, exponent, Expr.index(1023)), Expr.index(52));
                Expr scalar = inner.let("scale", new Expr.Bitcast(ElementType.F64, bits));
                Expr scale = b.lanes() == 1 ? scalar : inner.let("scale", new Expr.Splat(scalar, b.lanes()));
                Expr multiple = in.mul(in.mul(in.mul(b, scale), scale), scale);
                inner.assign(remainder, takeMultiples(in, remainder, multiple));
            });
            r = into.let("r", remainder);
        }
        return s.select(s.equal(y, y), s.withSign(r, x), Double.NaN);
    }

    /// `r` modulo `b`, if that is not above `r`.
    private static Expr takeMultiples(Steps s, Expr r, Expr b) {
        Expr q = s.trunc(s.div(r, b));
        Expr rest = s.fma(s.neg(q), b, r);
        Expr corrected = s.select(s.less(rest, 0), s.add(rest, b), rest);
        return s.select(s.less(r, b), r, corrected);
    }
}
