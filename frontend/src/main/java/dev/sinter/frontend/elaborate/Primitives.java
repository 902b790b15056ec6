package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.problem.Code;
import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.util.List;
import java.util.Locale;

/// The functions that the language knows by itself: those of the graph's primitives, and those that speak of functions, lists and shapes.
/// Everything else is in the standard library.
final class Primitives {
    private Primitives() { }

    /// All of them, in a scope of their own.
    static Scope scope() {
        Scope scope = Scope.root();
        elementwise(scope);
        ArrayPrimitives.define(scope);
        RandomPrimitives.define(scope);
        meta(scope);
        return scope;
    }

    static void define(Scope scope, String name, List<String> parameters, Datum.Native.Body body) {
        scope.define(name, new Datum.Native(name, parameters, body));
    }

    private static void elementwise(Scope scope) {
        for (UnaryFn fn : UnaryFn.values()) {
            if (fn == UnaryFn.NEG || fn == UnaryFn.NOT) continue;
            String name = fn.name().toLowerCase(Locale.ROOT);
            boolean anyNumber = fn == UnaryFn.ABS || fn == UnaryFn.SIGN;
            define(scope, name, List.of("x"), b -> {
                Datum known = known(fn, b.get("x"));
                if (known != null) return known;
                Value x = anyNumber ? b.array("x") : b.real("x");
                if (x.element() == ElementType.BOOL) throw b.e().mismatch("numbers", b.get("x"), b.span("x"));
                return new Datum.Array(b.e().graph.unary(fn, x));
            });
        }
        define(scope, "rsqrt", List.of("x"), b -> {
            Value x = b.real("x");
            return new Datum.Array(b.e().graph.over(b.e().graph.ones(x), b.e().graph.unary(UnaryFn.SQRT, x)));
        });
        define(scope, "reciprocal", List.of("x"), b -> {
            Value x = b.real("x");
            return new Datum.Array(b.e().graph.over(b.e().graph.ones(x), x));
        });
        binary(scope, "atan2", BinaryFn.ATAN2);
        binary(scope, "fmod", BinaryFn.FMOD);
        binary(scope, "xor", BinaryFn.XOR);
        binary(scope, "shift_left", BinaryFn.SHL);
        binary(scope, "shift_right", BinaryFn.SHR);
        binary(scope, "bit_and", BinaryFn.AND);
        binary(scope, "bit_or", BinaryFn.OR);
        binary(scope, "maximum", BinaryFn.MAX);
        binary(scope, "minimum", BinaryFn.MIN);
        define(scope, "where", List.of("condition", "a", "b"), Primitives::where);
        define(scope, "select", List.of("condition", "a", "b"), Primitives::where);
        for (String type : List.of("f32", "f64", "i32", "i64", "bool", "real", "int")) {
            define(scope, type, List.of("x"), b -> cast(b, type));
        }
        define(scope, "cast_like", List.of("x", "like"), b -> new Datum.Array(b.e().graph.cast(b.array("like").element(), b.exact("x"))));
    }

    private static void binary(Scope scope, String name, BinaryFn fn) {
        define(scope, name, List.of("a", "b"), b -> {
            boolean whole = fn == BinaryFn.XOR || fn == BinaryFn.SHL || fn == BinaryFn.SHR || fn == BinaryFn.AND || fn == BinaryFn.OR;
            return extreme(b, fn, whole);
        });
    }

    /// An elementwise function of two arguments `a` and `b`; `maximum` and `minimum` of numbers known now are computed now.
    static Datum extreme(Bound b, BinaryFn fn, boolean whole) {
        var x = new Operators.Operand(b.get("a"), b.span("a"));
        var y = new Operators.Operand(b.get("b"), b.span("b"));
        if (fn == BinaryFn.MAX || fn == BinaryFn.MIN) {
            if (x.datum() instanceof Datum.Whole(Dim s) && y.datum() instanceof Datum.Whole(Dim t)) {
                if (fn == BinaryFn.MAX) return new Datum.Whole(s.max(t));
                if (s.isConstant() && t.isConstant()) return Datum.Whole.of(Math.min(s.value(), t.value()));
                return new Datum.Whole(s.plus(t).minus(s.max(t)));
            }
            Double s = number(x.datum());
            Double t = number(y.datum());
            if (s != null && t != null) return new Datum.Real(fn == BinaryFn.MAX ? Math.max(s, t) : Math.min(s, t));
        }
        Value[] v = b.e().operators.pair(x, y);
        boolean wrong = whole ? v[0].element().isFloat() : fn == BinaryFn.ATAN2 || fn == BinaryFn.FMOD ? !v[0].element().isFloat() : v[0].element() == ElementType.BOOL;
        if (wrong) {
            throw Failure.of(Code.S0403, "`" + b.function() + "` does not take " + v[0].element() + " elements", b.call(), "found " + Show.type(v[0]) + " and " + Show.type(v[1]));
        }
        return new Datum.Array(b.e().operators.elementwise(fn, v, x, y, b.call()));
    }

    static Double number(Datum d) {
        return switch (d) {
            case Datum.Real(double v) -> v;
            case Datum.Whole(Dim dim) when dim.isConstant() -> (double) dim.value();
            default -> null;
        };
    }

    /// The value at a number known now, for the functions that Java computes correctly enough for a constant of the source; null otherwise.
    private static Datum known(UnaryFn fn, Datum x) {
        if (x instanceof Datum.Whole(Dim d) && d.isConstant() && fn == UnaryFn.ABS) return Datum.Whole.of(Math.abs(d.value()));
        Double v = number(x);
        if (v == null) return null;
        return switch (fn) {
            case ABS -> new Datum.Real(Math.abs(v));
            case SIGN -> new Datum.Real(Math.signum(v));
            case SQRT -> new Datum.Real(Math.sqrt(v));
            case FLOOR -> whole(Math.floor(v));
            case CEIL -> whole(Math.ceil(v));
            case ROUND -> whole(Math.rint(v));
            case TRUNC -> whole(v < 0 ? Math.ceil(v) : Math.floor(v));
            case EXP -> new Datum.Real(StrictMath.exp(v));
            case EXPM1 -> new Datum.Real(StrictMath.expm1(v));
            case LOG -> new Datum.Real(StrictMath.log(v));
            case LOG1P -> new Datum.Real(StrictMath.log1p(v));
            case LOG10 -> new Datum.Real(StrictMath.log10(v));
            case LOG2 -> new Datum.Real(StrictMath.log(v) / StrictMath.log(2));
            case EXP2 -> new Datum.Real(StrictMath.pow(2, v));
            case SIN -> new Datum.Real(StrictMath.sin(v));
            case COS -> new Datum.Real(StrictMath.cos(v));
            case TAN -> new Datum.Real(StrictMath.tan(v));
            case ASIN -> new Datum.Real(StrictMath.asin(v));
            case ACOS -> new Datum.Real(StrictMath.acos(v));
            case ATAN -> new Datum.Real(StrictMath.atan(v));
            case SINH -> new Datum.Real(StrictMath.sinh(v));
            case COSH -> new Datum.Real(StrictMath.cosh(v));
            case TANH -> new Datum.Real(StrictMath.tanh(v));
            case SIGMOID -> new Datum.Real(1 / (1 + StrictMath.exp(-v)));
            default -> null;
        };
    }

    private static Datum whole(double v) {
        return Math.abs(v) < 0x1p53 ? Datum.Whole.of((long) v) : new Datum.Real(v);
    }

    private static Datum where(Bound b) {
        var condition = new Operators.Operand(b.get("condition"), b.span("condition"));
        if (condition.datum() instanceof Datum.Truth(boolean holds)) return b.get(holds ? "a" : "b");
        return new Datum.Array(b.e().operators.select(condition, new Operators.Operand(b.get("a"), b.span("a")), new Operators.Operand(b.get("b"), b.span("b")), b.call()));
    }

    private static Datum cast(Bound b, String type) {
        if (type.equals("int")) {
            Double known = number(b.get("x"));
            if (known != null) return Datum.Whole.of((long) known.doubleValue());
        }
        ElementType to = switch (type) {
            case "f32", "real" -> b.e().options.real();
            case "int" -> ElementType.I64;
            default -> ElementType.of(type);
        };
        Datum x = b.get("x");
        if (x instanceof Datum.Sequence && Arrays.isKnown(x) || number(x) != null) {
            Value exact = b.e().arrays.of(x, Arrays.isWhole(x) && to.isInteger() ? to : null, b.span("x"));
            return new Datum.Array(b.e().graph.cast(to, exact));
        }
        return new Datum.Array(b.e().graph.cast(to, b.e().arrays.indices(x, b.span("x"))));
    }

    private static void meta(Scope scope) {
        scope.define("infinity", new Datum.Real(Double.POSITIVE_INFINITY));
        scope.define("not_a_number", new Datum.Real(Double.NaN));
        define(scope, "is_function", List.of("x"), b -> new Datum.Truth(b.get("x") instanceof Datum.Closure || b.get("x") instanceof Datum.Native || b.get("x") instanceof Datum.Part));
        define(scope, "is_list", List.of("x"), b -> new Datum.Truth(b.get("x") instanceof Datum.Sequence || b.get("x") instanceof Datum.Tuple));
        define(scope, "length", List.of("x"), b -> switch (b.get("x")) {
            case Datum.Range(Dim from, Dim to) -> new Datum.Whole(to.minus(from));
            case Datum.Array(Value v) when v.rank() > 0 -> new Datum.Whole(v.dim(0));
            case Datum d -> Datum.Whole.of(b.e().expressions.elements(d, b.span("x")).size());
        });
        define(scope, "as_list", List.of("x"), b -> b.get("x") instanceof Datum.Sequence || b.get("x") instanceof Datum.Tuple
            ? new Datum.Sequence(b.e().expressions.elements(b.get("x"), b.span("x"))) : new Datum.Sequence(List.of(b.get("x"))));
        define(scope, "range", List.of("from", "to"), b -> new Datum.Range(b.e().arrays.dim(b.get("from"), b.span("from")), b.e().arrays.dim(b.get("to"), b.span("to"))));
        define(scope, "grad", List.of("f", "wrt?", "over?"), b -> b.e().derivatives.grad(b, false));
        define(scope, "value_and_grad", List.of("f", "wrt?", "over?"), b -> b.e().derivatives.grad(b, true));
        define(scope, "vjp", List.of("*"), b -> b.e().derivatives.vjp(b));
        define(scope, "jvp", List.of("f", "at", "along"), b -> b.e().derivatives.jvp(b));
        define(scope, "stop_gradient", List.of("x"), b -> b.e().derivatives.stop(b));
        define(scope, "scan", List.of("f", "start", "sequence?", "length?", "reverse?"), b -> b.e().loops.scanCall(b));
    }
}
