package dev.sinter.ir.loop.math;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.ElementType;

/// `sin`, `cos` and `tan`, for every finite angle.
///
/// An angle is first divided by `π/2`, with as many bits of `2/π` as its size asks for (the idea of Payne and Hanek, *Radian reduction for
/// trigonometric functions*, 1983). For f32 this is done in f64: `1/2π` is cut into pieces of 27 bits, whose products with an f32 are
/// exact, and whole turns are dropped from each product. For f64 it is done in integers: a window of 192 bits of `2/π`, chosen by
/// the exponent, times the 53 bits of the fraction, modulo 4.
final class Trigonometry {
    /// `1/2π` in pieces of 27 bits; together they reach 2^-191.
    private static final double[] TURNS = {0x1.45f306cp-3, 0x1.c9c8828p-31, 0x1.29fc27p-58, 0x1.5f47d4cp-84, 0x1.3770368p-112, 0x1.629599p-138,
        0x1.e21c82p-165};
    /// `2/π` in words of 64 bits, after a word of zeros.
    private static final long[] TWO_OVER_PI = {0, 0xa2f9836e4e441529L, 0xfc2757d1f534ddc0L, 0xdb6295993c439041L, 0xfe5163abdebbc561L,
        0xb7246e3a424dd2e0L, 0x06492eea09d1921cL, 0xfe1deb1cb129a73eL, 0xe88235f52ebb4484L, 0xe99c7026b45f7e41L, 0x3991d639835339f4L,
        0x9c845f8bbdf9283bL, 0x1ff897ffde05980fL, 0xef2f118b5a0a6d1fL, 0x6d367ecf27cb09b7L, 0x4f463f669e5fea2dL, 0x7527bac7ebe5f17bL,
        0x3d0739f78a5292eaL, 0x6bfb5fb11f8d5d08L, 0x56033046fc7b6babL};
    private static final double HALF_PI = 1.5707963267948966;
    private static final double HALF_PI_REST = 6.123233995736766e-17;

    /// `(sin θ / θ - 1) / θ²` in `θ²` on `|θ| ≤ π/4`; relative error of the sine 2^-27.9, 2^-63.2.
    private static final double[] SIN_SINGLE = {-0.16666655, 0.008332187, -0.00019517897};
    private static final double[] SIN_DOUBLE = {-0.16666666666666666, 0.008333333333333042, -0.00019841269840962473, 2.7557319073985065e-06,
        -2.505207092354976e-08, 1.605431167095746e-10, -7.389469565289303e-13};
    /// `(cos θ - 1 + θ²/2) / θ⁴` in `θ²`; relative error of the cosine 2^-33.0, 2^-63.9.
    private static final double[] COS_SINGLE = {0.041666646, -0.001388731, 2.4432327e-05};
    private static final double[] COS_DOUBLE = {0.041666666666666595, -0.0013888888888873307, 2.4801587288965237e-05, -2.7557314203083924e-07,
        2.0875703140491058e-09, -1.1358617067431048e-11};

    private Trigonometry() { }

    /// An angle `quarters · π/2 + theta + tail` with `|theta| ≤ π/4`; `quarters` is an integer modulo 4 (its low two bits) of the size of
    /// the floats, and `tail` is what `theta` lacks (null: nothing that matters).
    private record Angle(Expr quarters, Expr theta, Expr tail) { }

    /// `sin x`.
    static Expr sin(Steps s, Expr x) {
        Angle angle = s.isSingle() ? reduceSingle(s, x) : reduceDouble(s, s.abs(x));
        Expr y = quadrant(s, angle, angle.quarters());
        if (s.isSingle()) {
            return s.select(s.equal(x, 0), x, y);
        }
        return s.flipSign(y, x);
    }

    /// `cos x`.
    static Expr cos(Steps s, Expr x) {
        Angle angle = s.isSingle() ? reduceSingle(s, x) : reduceDouble(s, s.abs(x));
        return quadrant(s, angle, s.addWhole(angle.quarters(), 1));
    }

    /// The sine of `quarters · π/2 + theta + tail`.
    private static Expr quadrant(Steps s, Angle angle, Expr quarters) {
        Expr z = s.mul(angle.theta(), angle.theta());
        Expr odd = bitSet(s, quarters, 1);
        Expr y = s.select(odd, cosine(s, angle, z), sine(s, angle, z));
        Expr sign = s.shiftLeft(s.andWhole(quarters, 2), s.isSingle() ? 30 : 62);
        return s.fromBits(s.xor(s.bits(y), sign));
    }

    private static Expr bitSet(Steps s, Expr integer, long bit) {
        return s.different(s.andWhole(integer, bit), s.whole(0));
    }

    private static Expr sine(Steps s, Angle angle, Expr z) {
        Expr theta = angle.theta();
        Expr p = s.polynomial(z, s.pick(SIN_SINGLE, SIN_DOUBLE));
        if (angle.tail() == null) {
            return s.fma(s.mul(theta, z), p, theta);
        }
        Expr tail = s.mul(angle.tail(), s.fma(z, -0.5, 1));
        return s.add(theta, s.fma(s.mul(theta, z), p, tail));
    }

    private static Expr cosine(Steps s, Angle angle, Expr z) {
        Expr p = s.polynomial(z, s.pick(COS_SINGLE, COS_DOUBLE));
        Expr first = s.fma(z, -0.5, 1);
        if (angle.tail() == null) {
            return s.fma(s.mul(z, z), p, first);
        }
        Expr lost = s.fma(z, -0.5, s.sub(1, first));
        return s.add(first, s.fma(s.mul(z, z), p, s.sub(lost, s.mul(angle.theta(), angle.tail()))));
    }

    /// `sin x / cos x`.
    static Expr tan(Steps s, Expr x) {
        Steps d = s.with(ElementType.F64);
        Angle angle = s.isSingle() ? reduceInDouble(d, d.cast(ElementType.F64, x)) : reduceDouble(s, s.abs(x));
        Expr z = d.mul(angle.theta(), angle.theta());
        Expr sine = sine(d, angle, z);
        Expr cosine = cosine(d, angle, z);
        Expr odd = bitSet(d, angle.quarters(), 1);
        Expr y = d.div(d.select(odd, cosine, sine), d.select(odd, d.neg(sine), cosine));
        if (s.isSingle()) {
            return s.select(s.equal(x, 0), x, s.cast(ElementType.F32, y));
        }
        return s.flipSign(y, x);
    }

    /// Reduces an f32.
    private static Angle reduceSingle(Steps s, Expr x) {
        Steps d = s.with(ElementType.F64);
        Expr wide = d.cast(ElementType.F64, x);
        Expr[] turns = turns(d, wide);
        Expr quarters = s.cast(ElementType.F32, turns[0]);              // through f32, so that masks stay with lanes of their size
        return new Angle(s.bits(s.add(quarters, 0x1.8p23)), s.cast(ElementType.F32, turns[1]), null);
    }

    /// Reduces an f64 that is an f32, to f64.
    private static Angle reduceInDouble(Steps d, Expr wide) {
        Expr[] turns = turns(d, wide);
        return new Angle(d.bits(d.add(turns[0], 0x1.8p52)), turns[1], null);
    }

    /// From here on the first, second, third piece make whole turns only.
    private static final double[] WHOLE_FROM = {0x1p53, 0x1p80, 0x1p107};

    /// The quarters nearest to an f64 `x` that is an f32, and the angle that is left. Each product is exact, so is what is left of it without
    /// whole turns, and so are the partial sums from the first until they are small; the last two pieces never make half a turn. Turns
    /// are rounded by adding `1.5 · 2^52`, for which pieces that make only whole turns, and more than 2^52 of them, are left out.
    private static Expr[] turns(Steps d, Expr x) {
        double shift = 0x1.8p52;
        Expr a = d.abs(x);
        var parts = new Expr[5];
        Expr rough = null;
        for (int i = 0; i < parts.length; i++) {
            Expr bounded = i < WHOLE_FROM.length ? d.select(d.less(a, WHOLE_FROM[i]), x, 0) : x;
            Expr minusWhole = d.sub(shift, d.fma(bounded, TURNS[i], shift));
            parts[i] = d.fma(bounded, TURNS[i], minusWhole);
            rough = rough == null ? parts[i] : d.add(rough, parts[i]);
        }
        Expr quarters = d.sub(d.fma(rough, 4, shift), shift);
        Expr turn = d.fma(quarters, -0.25, parts[0]);
        for (int i = 1; i < parts.length; i++) {
            turn = d.add(turn, parts[i]);
        }
        turn = d.fma(x, TURNS[6], d.fma(x, TURNS[5], turn));
        return new Expr[] {quarters, d.mul(turn, 4 * HALF_PI)};
    }

    /// Reduces a non-negative f64. Below `π/4` it is its own remainder.
    private static Angle reduceDouble(Steps s, Expr a) {
        Expr bits = s.bits(a);
        Expr m = s.apply(Fn.OR, s.andWhole(bits, (1L << 52) - 1), s.whole(1L << 52));
        Expr unclipped = s.addWhole(s.shiftRightLogical(bits, 52), -1013);      // a = m 2^(skip - 62): bits of 2/π that give multiples of 4
        Expr skip = s.select(s.less(unclipped, s.whole(0)), s.whole(0), unclipped);
        Expr[] v = window(s, skip);

        Expr[] first = multiply(s, m, v[1]);
        Expr low = s.add(first[1], multiply(s, m, v[2])[0]);
        Expr wrapped = s.less(s.xor(low, s.whole(Long.MIN_VALUE)), s.xor(first[1], s.whole(Long.MIN_VALUE)));
        Expr carry = s.select(wrapped, s.whole(1), s.whole(0));
        Expr high = s.add(s.add(s.mul(m, v[0]), first[0]), carry);              // a 2/π modulo 4, in units of 2^-62, and 64 bits more

        Expr fraction = s.shiftRight(s.shiftLeft(high, 2), 2);                  // signed: the nearest quarter is taken off
        Expr quarters = s.shiftRightLogical(s.sub(high, fraction), 62);
        Expr f1 = s.toFloat(s.andWhole(fraction, -1024));
        Expr f2 = s.fma(s.toFloat(s.shiftRightLogical(low, 11)), 0x1p-53, s.toFloat(s.andWhole(fraction, 1023)));
        Expr f = s.add(f1, f2);
        Expr fLow = s.add(s.sub(f1, f), f2);
        double unit = 0x1p-62;
        Expr product = s.mul(f, HALF_PI * unit);
        Expr rest = s.fma(f, HALF_PI_REST * unit, s.fma(fLow, HALF_PI * unit, s.fma(f, HALF_PI * unit, s.neg(product))));
        Expr theta = s.add(product, rest);
        Expr tail = s.add(s.sub(product, theta), rest);

        Expr small = s.less(a, Math.PI / 4);
        Expr finite = s.select(s.less(a, Double.POSITIVE_INFINITY), theta, Double.NaN);
        return new Angle(s.select(small, s.whole(0), quarters), s.select(small, a, finite), s.select(small, 0, tail));
    }

    /// Three words of the table from bit `skip` on, by moving the whole table by 16, 8, 4, 2 and 1 words where the bits of `skip` say so.
    private static Expr[] window(Steps s, Expr skip) {
        var words = new Expr[TWO_OVER_PI.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = s.whole(TWO_OVER_PI[i]);
        }
        int needed = 4;                                                         // skip < 17 * 64: after a move by 16 no other follows
        for (int by = 16; by >= 1; by /= 2) {
            Expr move = bitSet(s, skip, 64L * by);
            if (by < 16) {
                needed = 3 + by;
            }
            for (int i = 0; i < needed; i++) {
                words[i] = s.select(move, words[i + by], words[i]);
            }
        }
        Expr left = s.andWhole(skip, 63);
        Expr right = s.xor(left, s.whole(63));
        var window = new Expr[3];
        for (int i = 0; i < window.length; i++) {
            window[i] = s.or(s.apply(Fn.SHL, words[i], left), s.apply(Fn.USHR, s.shiftRightLogical(words[i + 1], 1), right));
        }
        return window;
    }

    /// The high and the low word of the product of `m < 2^53` and an unsigned `v`.
    private static Expr[] multiply(Steps s, Expr m, Expr v) {
        long mask = 0xffff_ffffL;
        Expr ml = s.andWhole(m, mask);
        Expr mh = s.shiftRightLogical(m, 32);
        Expr vl = s.andWhole(v, mask);
        Expr vh = s.shiftRightLogical(v, 32);
        Expr lh = s.mul(ml, vh);
        Expr middle = s.add(s.add(s.shiftRightLogical(s.mul(ml, vl), 32), s.andWhole(lh, mask)), s.mul(mh, vl));
        Expr high = s.add(s.add(s.mul(mh, vh), s.shiftRightLogical(lh, 32)), s.shiftRightLogical(middle, 32));
        return new Expr[] {high, s.mul(m, v)};
    }
}
