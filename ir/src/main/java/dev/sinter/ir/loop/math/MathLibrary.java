package dev.sinter.ir.loop.math;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.ElementType;
import java.util.List;

/// The functions that backends need not know, as code in those that they do.
public final class MathLibrary {
    private MathLibrary() { }

    /// Emits the steps of a function into a block.
    ///
    /// The arguments are named first, so each is evaluated once. The steps are `Let`s of values with the lanes of the arguments, without
    /// branches (only `fmod` of f64s is a loop, with a constant number of rounds); masks are used only with lanes of the size that they were computed from, and the sizes of lanes change only by casts
    /// between f32 and f64.
    ///
    /// @param fn        any function; a primitive one is applied as it is
    /// @param arguments of equal type and lanes: f32 or f64, i64 for [Fn#THREEFRY]
    /// @return the result, a name or a constant
    /// @throws UnsupportedOperationException if the function is not defined for the type
    public static Expr expand(Fn fn, List<Expr> arguments, Block into) {
        if (fn.isPrimitive()) {
            return into.let("m", new Expr.Apply(fn, arguments));
        }
        Expr x = into.let("x", arguments.getFirst());
        Expr y = fn.arity() == 1 ? null : into.let("y", arguments.get(1));
        var steps = new Block();
        Expr result = fn == Fn.THREEFRY && x.type() == ElementType.I64 ? Threefry.of(x, y, steps) : ofFloats(fn, x, y, steps);
        Chains.move(steps.statements(), result, into);
        return result;
    }

    private static Expr ofFloats(Fn fn, Expr x, Expr y, Block into) {
        if (fn == Fn.THREEFRY || !x.type().isFloat()) {
            throw new UnsupportedOperationException(fn + " is not defined for " + x.type());
        }
        Steps s = Steps.on(x, into);
        return switch (fn) {
            case EXP -> Exponentials.exp(s, x);
            case EXP_OF_NEGATIVE -> Exponentials.expOfNegative(s, x);
            case EXPM1 -> Exponentials.expm1(s, x);
            case EXP2 -> Exponentials.exp2(s, x);
            case TANH -> Exponentials.tanh(s, x);
            case SIGMOID -> Exponentials.sigmoid(s, x);
            case SINH -> Exponentials.sinh(s, x);
            case COSH -> Exponentials.cosh(s, x);
            case LOG -> Logarithms.log(s, x);
            case LOG1P -> Logarithms.log1p(s, x);
            case SIN -> Trigonometry.sin(s, x);
            case COS -> Trigonometry.cos(s, x);
            case TAN -> Trigonometry.tan(s, x);
            case ERF -> ErrorFunctions.erf(s, x);
            case HALF_PLUS_HALF_ERF -> ErrorFunctions.halfPlusHalfErf(s, x);
            case GELU -> ErrorFunctions.gelu(s, x);
            case ERFINV -> inDouble(s, x, ErrorFunctions::erfinv);
            case LGAMMA -> inDouble(s, x, GammaFunctions::lgamma);
            case DIGAMMA -> inDouble(s, x, GammaFunctions::digamma);
            case ERFC -> inDouble(s, x, ErrorFunctions::erfc);
            case LOG2 -> inDouble(s, x, Logarithms::log2);
            case LOG10 -> inDouble(s, x, Logarithms::log10);
            case ASINH -> inDouble(s, x, Logarithms::asinh);
            case ACOSH -> inDouble(s, x, Logarithms::acosh);
            case ATANH -> inDouble(s, x, Logarithms::atanh);
            case ASIN -> inDouble(s, x, InverseTrigonometry::asin);
            case ACOS -> inDouble(s, x, InverseTrigonometry::acos);
            case ATAN -> inDouble(s, x, InverseTrigonometry::atan);
            case ATAN2 -> inDouble(s, x, y, InverseTrigonometry::atan2);
            case POW -> inDouble(s, x, y, (d, a, b) -> Powers.pow(d, a, b, s.isSingle()));
            case FMOD -> inDouble(s, x, y, (d, a, b) -> Powers.fmod(d, a, b, s.isSingle(), into));
            default -> throw new UnsupportedOperationException(fn + " is not defined for " + x.type());
        };
    }

    /// A function of one argument in f64.
    private interface InDouble {
        Expr steps(Steps s, Expr x);
    }

    /// The functions that are rarely hot are computed in f64 for f32 too, and rounded: little code, and hardly an error.
    private static Expr inDouble(Steps s, Expr x, InDouble function) {
        if (!s.isSingle()) {
            return function.steps(s, x);
        }
        Steps d = s.with(ElementType.F64);
        return s.cast(ElementType.F32, function.steps(d, d.cast(ElementType.F64, x)));
    }

    /// A function of two arguments in f64.
    private interface InDouble2 {
        Expr steps(Steps s, Expr x, Expr y);
    }

    private static Expr inDouble(Steps s, Expr x, Expr y, InDouble2 function) {
        if (!s.isSingle()) {
            return function.steps(s, x, y);
        }
        Steps d = s.with(ElementType.F64);
        return s.cast(ElementType.F32, function.steps(d, d.cast(ElementType.F64, x), d.cast(ElementType.F64, y)));
    }
}
