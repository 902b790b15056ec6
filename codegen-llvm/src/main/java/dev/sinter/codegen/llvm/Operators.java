package dev.sinter.codegen.llvm;

import static org.bytedeco.llvm.global.LLVM.*;

import dev.sinter.codegen.llvm.Instructions.Ssa;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.ElementType;
import java.util.List;

/// The primitive functions and the conversions as instructions, with exactly the meaning that [Fn] and
/// [dev.sinter.ir.loop.Expr.Cast] give them. Stateless; scalars and vectors are treated alike.
final class Operators {
    private Operators() { }

    /// `fn` of operands of `type` (the type of the last one).
    static Ssa apply(Instructions in, Fn fn, ElementType type, int lanes, List<Ssa> operands) {
        Ssa a = operands.getFirst();
        Ssa b = operands.size() > 1 ? operands.get(1) : null;
        if (fn == Fn.SELECT) {
            return in.select(a, b, operands.get(2));
        }
        return switch (type) {
            case F32, F64 -> ofFloats(in, fn, type, lanes, operands, a, b);
            case I32, I64 -> ofIntegers(in, fn, type, lanes, a, b);
            case BOOL -> ofBools(in, fn, lanes, a, b);
        };
    }

    private static IllegalArgumentException undefined(Fn fn, ElementType type) {
        return new IllegalArgumentException("no backend has " + fn + " of " + type);
    }

    private static Ssa ofFloats(Instructions in, Fn fn, ElementType type, int lanes, List<Ssa> operands, Ssa a, Ssa b) {
        return switch (fn) {
            case ADD -> in.binary(LLVMFAdd, a, b);
            case SUB -> in.binary(LLVMFSub, a, b);
            case MUL -> in.binary(LLVMFMul, a, b);
            case DIV -> in.binary(LLVMFDiv, a, b);
            case NEG -> in.negateFloat(a);
            case ABS -> intrinsic(in, "llvm.fabs", type, lanes, a);
            case MIN -> intrinsic(in, "llvm.minimum", type, lanes, a, b);
            case MAX -> intrinsic(in, "llvm.maximum", type, lanes, a, b);
            case FMA -> intrinsic(in, "llvm.fma", type, lanes, a, b, operands.get(2));
            case SQRT -> intrinsic(in, "llvm.sqrt", type, lanes, a);
            case FLOOR -> intrinsic(in, "llvm.floor", type, lanes, a);
            case CEIL -> intrinsic(in, "llvm.ceil", type, lanes, a);
            case RINT -> intrinsic(in, "llvm.roundeven", type, lanes, a);
            case TRUNC -> intrinsic(in, "llvm.trunc", type, lanes, a);
            case EQ -> in.compareFloats(LLVMRealOEQ, a, b);
            case NE -> in.compareFloats(LLVMRealUNE, a, b);
            case LT -> in.compareFloats(LLVMRealOLT, a, b);
            case LE -> in.compareFloats(LLVMRealOLE, a, b);
            default -> throw undefined(fn, type);
        };
    }

    private static Ssa ofIntegers(Instructions in, Fn fn, ElementType type, int lanes, Ssa a, Ssa b) {
        return switch (fn) {
            case ADD -> in.binary(LLVMAdd, a, b);
            case SUB -> in.binary(LLVMSub, a, b);
            case MUL -> in.binary(LLVMMul, a, b);
            case DIV, REM -> divide(in, fn, type, lanes, a, b);
            case NEG -> in.binary(LLVMSub, in.constant(type, 0, lanes), a);
            case ABS -> intrinsic(in, "llvm.abs", type, lanes, a, in.constant(ElementType.BOOL, 0, 1));
            case MIN -> intrinsic(in, "llvm.smin", type, lanes, a, b);
            case MAX -> intrinsic(in, "llvm.smax", type, lanes, a, b);
            case AND -> in.binary(LLVMAnd, a, b);
            case OR -> in.binary(LLVMOr, a, b);
            case XOR -> in.binary(LLVMXor, a, b);
            case NOT -> in.binary(LLVMXor, a, in.constant(type, -1, lanes));
            case SHL -> in.binary(LLVMShl, a, count(in, type, lanes, b));
            case SHR -> in.binary(LLVMAShr, a, count(in, type, lanes, b));
            case USHR -> in.binary(LLVMLShr, a, count(in, type, lanes, b));
            case EQ -> in.compareIntegers(LLVMIntEQ, a, b);
            case NE -> in.compareIntegers(LLVMIntNE, a, b);
            case LT -> in.compareIntegers(LLVMIntSLT, a, b);
            case LE -> in.compareIntegers(LLVMIntSLE, a, b);
            default -> throw undefined(fn, type);
        };
    }

    private static Ssa ofBools(Instructions in, Fn fn, int lanes, Ssa a, Ssa b) {
        return switch (fn) {
            case AND -> in.binary(LLVMAnd, a, b);
            case OR -> in.binary(LLVMOr, a, b);
            case XOR, NE -> in.binary(LLVMXor, a, b);
            case NOT -> in.binary(LLVMXor, a, in.constant(ElementType.BOOL, 1, lanes));
            case EQ -> in.compareIntegers(LLVMIntEQ, a, b);
            default -> throw undefined(fn, ElementType.BOOL);
        };
    }

    /// Division and remainder. The divisors 0 and -1, at which the instruction may trap, are replaced by 1, and the result by what is
    /// defined: `x / 0 = 0`, `x / -1 = -x` (so MIN stays MIN), and remainder 0, which dividing by 1 gives anyway. With a constant
    /// divisor all of this folds away.
    private static Ssa divide(Instructions in, Fn fn, ElementType type, int lanes, Ssa a, Ssa b) {
        Ssa zero = in.constant(type, 0, lanes);
        Ssa byZero = in.compareIntegers(LLVMIntEQ, b, zero);
        Ssa byMinusOne = in.compareIntegers(LLVMIntEQ, b, in.constant(type, -1, lanes));
        Ssa safe = in.select(in.binary(LLVMOr, byZero, byMinusOne), in.constant(type, 1, lanes), b);
        if (fn == Fn.REM) {
            return in.binary(LLVMSRem, a, safe);
        }
        Ssa quotient = in.select(byMinusOne, in.binary(LLVMSub, zero, a), in.binary(LLVMSDiv, a, safe));
        return in.select(byZero, zero, quotient);
    }

    private static Ssa count(Instructions in, ElementType type, int lanes, Ssa count) {
        return in.binary(LLVMAnd, count, in.constant(type, type.bytes() * 8 - 1, lanes));
    }

    private static Ssa intrinsic(Instructions in, String name, ElementType type, int lanes, Ssa... operands) {
        return in.intrinsic(name, List.of(in.type(type, lanes)), operands);
    }

    /// Conversion by value.
    static Ssa cast(Instructions in, Ssa x, ElementType from, ElementType to, int lanes) {
        if (from == to) {
            return x;
        }
        var result = in.type(to, lanes);
        return switch (to) {
            case BOOL -> from.isFloat() ? in.compareFloats(LLVMRealUNE, x, in.constant(from, 0, lanes))
                    : in.compareIntegers(LLVMIntNE, x, in.constant(from, 0, lanes));
            case F32, F64 -> switch (from) {
                case F32 -> in.cast(LLVMFPExt, x, result);
                case F64 -> in.cast(LLVMFPTrunc, x, result);
                case I32, I64 -> in.cast(LLVMSIToFP, x, result);
                case BOOL -> in.cast(LLVMUIToFP, x, result);
            };
            case I32, I64 -> switch (from) {
                case F32, F64 -> lanes == 1 ? in.intrinsic("llvm.fptosi.sat", List.of(result, in.type(from, 1)), x)
                        : saturating(in, x, from, to, lanes);
                case I32 -> in.cast(LLVMSExt, x, result);
                case I64 -> in.cast(LLVMTrunc, x, result);
                case BOOL -> in.cast(LLVMZExt, x, result);
            };
        };
    }

    /// What `llvm.fptosi.sat` means, for vectors, which LLVM 20 would take apart on x86-64: lanes out of range (for which the plain conversion
    /// gives no defined value) are replaced. The bounds are powers of two, so exact in any float type.
    private static Ssa saturating(Instructions in, Ssa x, ElementType from, ElementType to, int lanes) {
        long smallest = to == ElementType.I32 ? Integer.MIN_VALUE : Long.MIN_VALUE;
        Ssa low = in.constant(from, Double.doubleToRawLongBits((double) smallest), lanes);
        Ssa high = in.constant(from, Double.doubleToRawLongBits(-(double) smallest), lanes);
        Ssa converted = in.cast(LLVMFPToSI, x, in.type(to, lanes));
        Ssa notAbove = in.select(in.compareFloats(LLVMRealOGE, x, high), in.constant(to, ~smallest, lanes), converted);
        Ssa within = in.select(in.compareFloats(LLVMRealOLT, x, low), in.constant(to, smallest, lanes), notAbove);
        return in.select(in.compareFloats(LLVMRealUNO, x, x), in.constant(to, 0, lanes), within);
    }

    /// The same bits as another type.
    static Ssa bitcast(Instructions in, Ssa x, ElementType from, ElementType to, int lanes) {
        if (from.bytes() != to.bytes()) {
            throw new IllegalArgumentException("the bits of " + from + " cannot be read as " + to + ", which has another size");
        }
        return in.cast(LLVMBitCast, x, in.type(to, lanes));
    }
}
