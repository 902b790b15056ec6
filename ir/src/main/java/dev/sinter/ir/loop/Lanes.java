package dev.sinter.ir.loop;

import dev.sinter.ir.type.ElementType;

/// What the primitive functions and conversions of the Loop IR mean, lane by lane, as plain Java.
///
/// A lane is a `long`: the bits of a float (`Float.floatToRawIntBits` for f32, sign-extended), the value of an integer
/// (i32 sign-extended), 0 or 1 for a bool.
final class Lanes {
    private Lanes() { }

    /// A primitive function applied to operands of `type` (the type of the last argument); `b` and `c` are null where the arity is smaller.
    static long[] apply(Fn fn, ElementType type, long[] a, long[] b, long[] c) {
        var result = new long[a.length];
        switch (type) {
            case F32 -> {
                if (fn == Fn.SELECT) {
                    select(a, b, c, result);
                } else if (fn.isComparison()) {
                    for (int l = 0; l < result.length; l++) {
                        result[l] = compare(fn, f32(a[l]), f32(b[l])) ? 1 : 0;
                    }
                } else {
                    for (int l = 0; l < result.length; l++) {
                        result[l] = bits(f32(fn, f32(a[l]), b == null ? 0 : f32(b[l]), c == null ? 0 : f32(c[l])));
                    }
                }
            }
            case F64 -> {
                if (fn == Fn.SELECT) {
                    select(a, b, c, result);
                } else if (fn.isComparison()) {
                    for (int l = 0; l < result.length; l++) {
                        result[l] = compare(fn, f64(a[l]), f64(b[l])) ? 1 : 0;
                    }
                } else {
                    for (int l = 0; l < result.length; l++) {
                        result[l] = bits(f64(fn, f64(a[l]), b == null ? 0 : f64(b[l]), c == null ? 0 : f64(c[l])));
                    }
                }
            }
            case I32 -> {
                if (fn == Fn.SELECT) {
                    select(a, b, c, result);
                } else {
                    for (int l = 0; l < result.length; l++) {
                        result[l] = i32(fn, (int) a[l], b == null ? 0 : (int) b[l]);
                    }
                }
            }
            case I64 -> {
                if (fn == Fn.SELECT) {
                    select(a, b, c, result);
                } else {
                    for (int l = 0; l < result.length; l++) {
                        result[l] = i64(fn, a[l], b == null ? 0 : b[l]);
                    }
                }
            }
            case BOOL -> {
                if (fn == Fn.SELECT) {
                    select(a, b, c, result);
                } else {
                    for (int l = 0; l < result.length; l++) {
                        result[l] = bool(fn, a[l], b == null ? 0 : b[l]);
                    }
                }
            }
        }
        return result;
    }

    private static void select(long[] condition, long[] yes, long[] no, long[] result) {
        for (int l = 0; l < result.length; l++) {
            result[l] = condition[l] != 0 ? yes[l] : no[l];
        }
    }

    private static boolean compare(Fn fn, double a, double b) {
        return switch (fn) {
            case EQ -> a == b;
            case NE -> a != b;
            case LT -> a < b;
            case LE -> a <= b;
            default -> throw undefined(fn, ElementType.F64);
        };
    }

    private static float f32(Fn fn, float a, float b, float c) {
        return switch (fn) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case NEG -> Float.intBitsToFloat(Float.floatToRawIntBits(a) ^ 0x8000_0000);
            case ABS -> Float.intBitsToFloat(Float.floatToRawIntBits(a) & 0x7fff_ffff);
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case FMA -> Math.fma(a, b, c);
            case SQRT -> (float) Math.sqrt(a);                  // rounding twice is harmless: 53 >= 2 * 24 + 2
            case FLOOR -> (float) Math.floor(a);
            case CEIL -> (float) Math.ceil(a);
            case RINT -> (float) Math.rint(a);
            case TRUNC -> (float) (a < 0 ? Math.ceil(a) : Math.floor(a));
            default -> throw undefined(fn, ElementType.F32);
        };
    }

    private static double f64(Fn fn, double a, double b, double c) {
        return switch (fn) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case NEG -> Double.longBitsToDouble(Double.doubleToRawLongBits(a) ^ Long.MIN_VALUE);
            case ABS -> Double.longBitsToDouble(Double.doubleToRawLongBits(a) & Long.MAX_VALUE);
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case FMA -> Math.fma(a, b, c);
            case SQRT -> Math.sqrt(a);
            case FLOOR -> Math.floor(a);
            case CEIL -> Math.ceil(a);
            case RINT -> Math.rint(a);
            case TRUNC -> a < 0 ? Math.ceil(a) : Math.floor(a);
            default -> throw undefined(fn, ElementType.F64);
        };
    }

    private static long i32(Fn fn, int a, int b) {
        return switch (fn) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> b == 0 ? 0 : a / b;
            case REM -> b == 0 ? 0 : a % b;
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case NOT -> ~a;
            case SHL -> a << b;
            case SHR -> a >> b;
            case USHR -> a >>> b;
            case EQ -> a == b ? 1 : 0;
            case NE -> a != b ? 1 : 0;
            case LT -> a < b ? 1 : 0;
            case LE -> a <= b ? 1 : 0;
            default -> throw undefined(fn, ElementType.I32);
        };
    }

    private static long i64(Fn fn, long a, long b) {
        return switch (fn) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> b == 0 ? 0 : a / b;
            case REM -> b == 0 ? 0 : a % b;
            case NEG -> -a;
            case ABS -> Math.abs(a);
            case MIN -> Math.min(a, b);
            case MAX -> Math.max(a, b);
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case NOT -> ~a;
            case SHL -> a << b;
            case SHR -> a >> b;
            case USHR -> a >>> b;
            case EQ -> a == b ? 1 : 0;
            case NE -> a != b ? 1 : 0;
            case LT -> a < b ? 1 : 0;
            case LE -> a <= b ? 1 : 0;
            default -> throw undefined(fn, ElementType.I64);
        };
    }

    private static long bool(Fn fn, long a, long b) {
        return switch (fn) {
            case AND -> a & b;
            case OR -> a | b;
            case XOR, NE -> a ^ b;
            case NOT -> a ^ 1;
            case EQ -> a ^ b ^ 1;
            default -> throw undefined(fn, ElementType.BOOL);
        };
    }

    private static UnsupportedOperationException undefined(Fn fn, ElementType type) {
        return new UnsupportedOperationException(fn.isPrimitive()
                ? fn + " is not defined for " + type
                : fn + " is not primitive; expand it with ExpandMath first");
    }

    /// Conversion by value; see [Expr.Cast].
    static long[] cast(ElementType from, ElementType to, long[] x) {
        var result = new long[x.length];
        for (int l = 0; l < x.length; l++) {
            long a = x[l];
            result[l] = switch (from) {
                case F32 -> fromDouble(to, f32(a));
                case F64 -> fromDouble(to, f64(a));
                case I32, I64, BOOL -> switch (to) {
                    case F32 -> bits((float) a);
                    case F64 -> bits((double) a);
                    case I32 -> (int) a;
                    case I64 -> a;
                    case BOOL -> a != 0 ? 1 : 0;
                };
            };
        }
        return result;
    }

    private static long fromDouble(ElementType to, double a) {
        return switch (to) {
            case F32 -> bits((float) a);
            case F64 -> bits(a);
            case I32 -> (int) a;
            case I64 -> (long) a;
            case BOOL -> a != 0 ? 1 : 0;
        };
    }

    /// The lanes of a constant.
    static long[] constant(Expr.Const constant) {
        long bits = switch (constant.type()) {
            case F32 -> bits((float) Double.longBitsToDouble(constant.bits()));
            case I32 -> (int) constant.bits();
            case F64, I64, BOOL -> constant.bits();
        };
        var result = new long[constant.lanes()];
        java.util.Arrays.fill(result, bits);
        return result;
    }

    /// The f32 in a lane.
    static float f32(long lane) {
        return Float.intBitsToFloat((int) lane);
    }

    /// The f64 in a lane.
    static double f64(long lane) {
        return Double.longBitsToDouble(lane);
    }

    /// The lane that holds an f32.
    static long bits(float x) {
        return Float.floatToRawIntBits(x);
    }

    /// The lane that holds an f64.
    static long bits(double x) {
        return Double.doubleToRawLongBits(x);
    }
}
