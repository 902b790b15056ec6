package dev.sinter.codegen.llvm;

import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.ElementType;

/// What the primitive functions and the conversions mean, in plain scalar Java.
final class Reference {
    private Reference() { }

    /// Whether a function is defined for operands of a type.
    static boolean isDefined(Fn fn, ElementType type) {
        return switch (fn) {
            case ADD, SUB, MUL, DIV, NEG, ABS, MIN, MAX, LT, LE -> type != ElementType.BOOL;
            case FMA, SQRT, FLOOR, CEIL, RINT, TRUNC -> type.isFloat();
            case REM, SHL, SHR, USHR -> type.isInteger();
            case AND, OR, XOR, NOT -> !type.isFloat();
            case EQ, NE, SELECT -> true;
            default -> false;
        };
    }

    /// The result, for operands of `type`; `c` is a bool for a selection, whose first operand it is.
    static long apply(Fn fn, ElementType type, long a, long b, long c) {
        if (fn == Fn.SELECT) {
            return c != 0 ? a : b;
        }
        return switch (type) {
            case F32 -> ofF32(fn, Bits.f32(a), Bits.f32(b), Bits.f32(c));
            case F64 -> ofF64(fn, Bits.f64(a), Bits.f64(b), Bits.f64(c));
            case I32 -> ofI32(fn, (int) a, (int) b);
            case I64 -> ofI64(fn, a, b);
            case BOOL -> ofBool(fn, a, b);
        };
    }

    private static long ofF32(Fn fn, float a, float b, float c) {
        return switch (fn) {
            case EQ -> a == b ? 1 : 0;
            case NE -> a != b ? 1 : 0;
            case LT -> a < b ? 1 : 0;
            case LE -> a <= b ? 1 : 0;
            default -> Float.floatToIntBits(switch (fn) {
                case ADD -> a + b;
                case SUB -> a - b;
                case MUL -> a * b;
                case DIV -> a / b;
                case NEG -> -a;
                case ABS -> Math.abs(a);
                case MIN -> Math.min(a, b);
                case MAX -> Math.max(a, b);
                case FMA -> Math.fma(a, b, c);
                case SQRT -> (float) Math.sqrt(a);
                case FLOOR -> (float) Math.floor(a);
                case CEIL -> (float) Math.ceil(a);
                case RINT -> (float) Math.rint(a);
                case TRUNC -> (float) (a < 0 ? Math.ceil(a) : Math.floor(a));
                default -> throw new IllegalArgumentException(fn.toString());
            });
        };
    }

    private static long ofF64(Fn fn, double a, double b, double c) {
        return switch (fn) {
            case EQ -> a == b ? 1 : 0;
            case NE -> a != b ? 1 : 0;
            case LT -> a < b ? 1 : 0;
            case LE -> a <= b ? 1 : 0;
            default -> Double.doubleToLongBits(switch (fn) {
                case ADD -> a + b;
                case SUB -> a - b;
                case MUL -> a * b;
                case DIV -> a / b;
                case NEG -> -a;
                case ABS -> Math.abs(a);
                case MIN -> Math.min(a, b);
                case MAX -> Math.max(a, b);
                case FMA -> Math.fma(a, b, c);
                case SQRT -> Math.sqrt(a);
                case FLOOR -> Math.floor(a);
                case CEIL -> Math.ceil(a);
                case RINT -> Math.rint(a);
                case TRUNC -> a < 0 ? Math.ceil(a) : Math.floor(a);
                default -> throw new IllegalArgumentException(fn.toString());
            });
        };
    }

    private static long ofI32(Fn fn, int a, int b) {
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
            default -> throw new IllegalArgumentException(fn.toString());
        };
    }

    private static long ofI64(Fn fn, long a, long b) {
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
            default -> throw new IllegalArgumentException(fn.toString());
        };
    }

    private static long ofBool(Fn fn, long a, long b) {
        return switch (fn) {
            case AND -> a & b;
            case OR -> a | b;
            case XOR, NE -> a ^ b;
            case NOT -> 1 - a;
            case EQ -> a == b ? 1 : 0;
            default -> throw new IllegalArgumentException(fn.toString());
        };
    }

    /// Conversion by value.
    static long cast(ElementType from, ElementType to, long x) {
        return switch (from) {
            case F32 -> ofDouble(to, Bits.f32(x));
            case F64 -> ofDouble(to, Bits.f64(x));
            case I32, I64, BOOL -> switch (to) {
                case F32 -> Float.floatToIntBits((float) x);
                case F64 -> Double.doubleToLongBits((double) x);
                case I32 -> (int) x;
                case I64 -> x;
                case BOOL -> x != 0 ? 1 : 0;
            };
        };
    }

    private static long ofDouble(ElementType to, double x) {
        return switch (to) {
            case F32 -> Float.floatToIntBits((float) x);
            case F64 -> Double.doubleToLongBits(x);
            case I32 -> (int) x;
            case I64 -> (long) x;
            case BOOL -> x != 0 ? 1 : 0;
        };
    }
}
