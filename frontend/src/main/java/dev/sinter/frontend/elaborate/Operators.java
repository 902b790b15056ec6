package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Operator;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.source.Span;
import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.TypeRuleException;
import dev.sinter.ir.graph.UnaryFn;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// The infix operators: computed at once on what is known now, and as graph on tensors, which broadcast like NumPy's.
final class Operators {
    /// An operand and where it stands.
    record Operand(Datum datum, Span span) { }

    private final Elaborator e;

    Operators(Elaborator e) {
        this.e = e;
    }

    Datum binary(Operator operator, Operand a, Operand b, Span span) {
        if (a.datum instanceof Datum.Broken || b.datum instanceof Datum.Broken) throw Failure.silent();
        Datum known = known(operator, a, b, span);
        if (known != null) return known;
        if (operator == Operator.MATMUL) return new Datum.Array(matmul(pair(a, b), a, b, span));
        Value[] v = pair(a, b);
        return new Datum.Array(switch (operator) {
            case ADD -> arithmetic(BinaryFn.ADD, operator, v, a, b, span);
            case SUB -> arithmetic(BinaryFn.SUB, operator, v, a, b, span);
            case MUL -> arithmetic(BinaryFn.MUL, operator, v, a, b, span);
            case DIVIDE -> divide(v, a, b, span);
            case DIV -> floorDivide(v, a, b, span);
            case MOD -> modulo(v, a, b, span);
            case POW -> power(v, a, b, span);
            case EQ -> elementwise(BinaryFn.EQ, v, a, b, span);
            case NE -> elementwise(BinaryFn.NE, v, a, b, span);
            case LT -> compare(BinaryFn.LT, v, a, b, span);
            case LE -> compare(BinaryFn.LE, v, a, b, span);
            case GT -> compare(BinaryFn.LT, new Value[] {v[1], v[0]}, b, a, span);
            case GE -> compare(BinaryFn.LE, new Value[] {v[1], v[0]}, b, a, span);
            case AND -> logic(BinaryFn.AND, operator, v, a, b, span);
            case OR -> logic(BinaryFn.OR, operator, v, a, b, span);
            case MATMUL -> throw new IllegalStateException("handled above");
        });
    }

    /// The result where both operands are numbers, truth values, texts or absent, known now; null otherwise.
    private Datum known(Operator operator, Operand a, Operand b, Span span) {
        Datum x = a.datum;
        Datum y = b.datum;
        boolean equality = operator == Operator.EQ || operator == Operator.NE;
        if (equality && (x instanceof Datum.Nothing || y instanceof Datum.Nothing)) {
            return new Datum.Truth((x instanceof Datum.Nothing && y instanceof Datum.Nothing) == (operator == Operator.EQ));
        }
        if (equality && x instanceof Datum.Text(String s) && y instanceof Datum.Text(String t)) {
            return new Datum.Truth(s.equals(t) == (operator == Operator.EQ));
        }
        if (x instanceof Datum.Truth(boolean s) && y instanceof Datum.Truth(boolean t)) return truths(operator, s, t);
        if (x instanceof Datum.Whole(Dim s) && y instanceof Datum.Whole(Dim t)) return wholes(operator, s, t, span);
        Double s = number(x);
        Double t = number(y);
        return s == null || t == null ? null : reals(operator, s, t);
    }

    private static Double number(Datum d) {
        return switch (d) {
            case Datum.Real(double v) -> v;
            case Datum.Whole(Dim dim) when dim.isConstant() -> (double) dim.value();
            default -> null;
        };
    }

    private static Datum truths(Operator operator, boolean s, boolean t) {
        return switch (operator) {
            case AND -> new Datum.Truth(s && t);
            case OR -> new Datum.Truth(s || t);
            case EQ -> new Datum.Truth(s == t);
            case NE -> new Datum.Truth(s != t);
            default -> null;
        };
    }

    private Datum wholes(Operator operator, Dim s, Dim t, Span span) {
        boolean constants = s.isConstant() && t.isConstant();
        try {
            return switch (operator) {
                case ADD -> new Datum.Whole(s.plus(t));
                case SUB -> new Datum.Whole(s.minus(t));
                case MUL -> new Datum.Whole(s.times(t));
                case DIV -> new Datum.Whole(s.floorDiv(nonZero(t, span)));
                case MOD -> new Datum.Whole(s.mod(nonZero(t, span)));
                case EQ -> s.equals(t) || constants ? new Datum.Truth(s.equals(t)) : null;
                case NE -> s.equals(t) || constants ? new Datum.Truth(!s.equals(t)) : null;
                case POW -> constants && t.value() >= 0 && t.value() < 64 && Math.abs(Math.pow(s.value(), t.value())) < 0x1p62
                    ? Datum.Whole.of(wholePower(s.value(), t.value())) : constants ? reals(operator, s.value(), t.value()) : null;
                default -> constants ? reals(operator, s.value(), t.value()) : null;
            };
        } catch (ArithmeticException overflow) {
            throw Failure.of(Code.S0104, "this number does not fit into 64 bits", span, "overflows");
        }
    }

    private static Dim nonZero(Dim divisor, Span span) {
        if (divisor.is(0)) throw Failure.of(Code.S0511, "a whole number is divided by zero", span, "the divisor is 0");
        return divisor;
    }

    private static long wholePower(long base, long exponent) {
        long power = 1;
        for (long k = 0; k < exponent; k++) power *= base;
        return power;
    }

    private static Datum reals(Operator operator, double s, double t) {
        return switch (operator) {
            case ADD -> new Datum.Real(s + t);
            case SUB -> new Datum.Real(s - t);
            case MUL -> new Datum.Real(s * t);
            case DIVIDE -> new Datum.Real(s / t);
            case DIV -> new Datum.Real(Math.floor(s / t));
            case MOD -> new Datum.Real(s % t != 0 && s % t < 0 != t < 0 ? s % t + t : s % t);
            case POW -> new Datum.Real(Math.pow(s, t));
            case EQ -> new Datum.Truth(s == t);
            case NE -> new Datum.Truth(s != t);
            case LT -> new Datum.Truth(s < t);
            case LE -> new Datum.Truth(s <= t);
            case GT -> new Datum.Truth(s > t);
            case GE -> new Datum.Truth(s >= t);
            default -> null;
        };
    }

    /// Both operands as tensors of one element type; a number takes the type of the tensor it meets.
    Value[] pair(Operand a, Operand b) {
        ElementType ofA = e.arrays.commonElement(a.datum);
        ElementType ofB = e.arrays.commonElement(b.datum);
        boolean wholes = ofA == null && ofB == null && Arrays.isWhole(a.datum) && Arrays.isWhole(b.datum)
            && (a.datum instanceof Datum.Range || b.datum instanceof Datum.Range);
        ElementType neither = wholes ? ElementType.I64 : null;
        Value x = e.arrays.of(a.datum, ofA != null ? null : ofB != null ? ofB : neither, a.span);
        Value y = e.arrays.of(b.datum, ofB != null ? null : ofA != null ? ofA : neither, b.span);
        if (x.element() != y.element()) {
            throw Failure.of(Code.S0401, "the element types " + x.element() + " and " + y.element() + " do not go together",
                    a.span.source() == b.span.source() ? a.span.to(b.span) : a.span, "one must be converted")
                .with(a.span, Show.type(x)).with(b.span, Show.type(y))
                .help("`" + (x.element().isFloat() ? x.element() : y.element()) + "(…)` converts by value");
        }
        return new Value[] {x, y};
    }

    private Value arithmetic(BinaryFn fn, Operator operator, Value[] v, Operand a, Operand b, Span span) {
        if (v[0].element() == ElementType.BOOL) {
            throw Failure.of(Code.S0403, "`" + operator.text() + "` does not take truth values", span, "bool has no arithmetic")
                .help("`real(…)` turns true into 1 and false into 0");
        }
        return elementwise(fn, v, a, b, span);
    }

    private Value divide(Value[] v, Operand a, Operand b, Span span) {
        if (!v[0].element().isFloat()) {
            throw Failure.of(Code.S0403, "`/` takes real numbers, not " + v[0].element(), span, "this divides whole numbers")
                .help("`div` is the quotient rounded down; `real(…)` converts");
        }
        return elementwise(BinaryFn.DIV, v, a, b, span);
    }

    /// Rounds towards negative infinity: the primitive truncates, so one is taken off where signs differ and a remainder is left.
    private Value floorDivide(Value[] v, Operand a, Operand b, Span span) {
        if (v[0].element().isFloat()) return e.graph.unary(UnaryFn.FLOOR, elementwise(BinaryFn.DIV, v, a, b, span));
        Value q = arithmetic(BinaryFn.DIV, Operator.DIV, v, a, b, span);
        return e.graph.minus(q, e.graph.cast(q.element(), roundsUp(v)));
    }

    private Value modulo(Value[] v, Operand a, Operand b, Span span) {
        if (v[0].element().isFloat()) {
            Value r = elementwise(BinaryFn.FMOD, v, a, b, span);               // exact, with the sign of the dividend
            Value divisor = e.graph.broadcast(v[1], r.shape());
            return e.graph.select(differs(r, divisor), e.graph.plus(r, divisor), r);
        }
        Value r = arithmetic(BinaryFn.REM, Operator.MOD, v, a, b, span);
        return e.graph.plus(r, e.graph.times(v[1], e.graph.cast(r.element(), roundsUp(v))));
    }

    /// Whether truncation rounded up: there is a remainder whose sign is not the divisor's.
    private Value roundsUp(Value[] v) {
        return differs(e.graph.binary(BinaryFn.REM, v[0], v[1]), v[1]);
    }

    /// Whether there is a remainder whose sign is not the divisor's.
    private Value differs(Value remainder, Value divisor) {
        Graph g = e.graph;
        Value zero = g.scalar(remainder.element(), 0);
        Value differ = g.binary(BinaryFn.NE, g.binary(BinaryFn.LT, remainder, zero), g.binary(BinaryFn.LT, divisor, zero));
        return g.binary(BinaryFn.AND, g.binary(BinaryFn.NE, remainder, zero), differ);
    }

    /// Small whole powers are products; the rest is `pow`.
    private Value power(Value[] v, Operand a, Operand b, Span span) {
        if (b.datum instanceof Datum.Whole(Dim n) && n.isConstant() && Math.abs(n.value()) <= 4 && v[0].element() != ElementType.BOOL
            && (n.value() >= 0 || v[0].element().isFloat())) {
            Value p = e.graph.ones(v[0]);
            for (long k = 0; k < Math.abs(n.value()); k++) p = k == 0 ? v[0] : e.graph.times(p, v[0]);
            return n.value() >= 0 ? p : e.graph.over(e.graph.ones(v[0]), p);
        }
        if (!v[0].element().isFloat()) {
            throw Failure.of(Code.S0403, "`^` takes real numbers, not " + v[0].element(), span, "the exponent is not a small number known now");
        }
        return elementwise(BinaryFn.POW, v, a, b, span);
    }

    private Value compare(BinaryFn fn, Value[] v, Operand a, Operand b, Span span) {
        if (v[0].element() == ElementType.BOOL) {
            throw Failure.of(Code.S0403, "truth values have no order", span, "bool can be compared with `==` and `!=` only");
        }
        return elementwise(fn, v, a, b, span);
    }

    private Value logic(BinaryFn fn, Operator operator, Value[] v, Operand a, Operand b, Span span) {
        if (v[0].element() != ElementType.BOOL) {
            throw Failure.of(Code.S0403, "`" + operator.text() + "` takes truth values, not " + v[0].element(), span, "compare first: `x > 0`");
        }
        return elementwise(fn, v, a, b, span);
    }

    /// An elementwise function of broadcast operands.
    Value elementwise(BinaryFn fn, Value[] v, Operand a, Operand b, Span span) {
        requireBroadcast(v[0], a.span, v[1], b.span, span);
        return e.graph.binary(fn, v[0], v[1]);
    }

    /// The common shape. @throws Failure naming both shapes
    Shape requireBroadcast(Value x, Span ofX, Value y, Span ofY, Span span) {
        try {
            return Graph.broadcastShape(x.shape(), y.shape());
        } catch (TypeRuleException _) {
            throw Failure.of(Code.S0501, "the shapes " + Show.shape(x.shape()) + " and " + Show.shape(y.shape()) + " do not go together", span,
                    clash(x.shape(), y.shape()))
                .with(ofX, Show.type(x)).with(ofY, Show.type(y));
        }
    }

    private static String clash(Shape a, Shape b) {
        for (int k = 1; k <= Math.min(a.rank(), b.rank()); k++) {
            Dim x = a.dim(-k);
            Dim y = b.dim(-k);
            if (!x.equals(y) && !x.is(1) && !y.is(1)) {
                return x + " against " + y + " at " + (k == 1 ? "the last axis" : "axis -" + k)
                    + (x.isConstant() && y.isConstant() ? "" : ": not known to be equal");
            }
        }
        return "shapes are compared from the last axis on";
    }

    /// The matrix product: the last axis of `a` against the last but one of `b` (or its only one); earlier axes broadcast.
    Value matmul(Value[] v, Operand a, Operand b, Span span) {
        Value x = v[0];
        Value y = v[1];
        if (x.rank() == 0 || y.rank() == 0) {
            throw Failure.of(Code.S0502, "`@` multiplies arrays, not scalars", span, "one side has no axes")
                .with(a.span, Show.type(x)).with(b.span, Show.type(y)).help("the product of numbers is written `*`");
        }
        if (x.element() == ElementType.BOOL) {
            throw Failure.of(Code.S0403, "`@` does not take truth values", span, "bool has no arithmetic").help("`real(…)` turns true into 1 and false into 0");
        }
        Dim inner = x.dim(-1);
        Dim other = y.rank() == 1 ? y.dim(0) : y.dim(-2);
        if (!inner.equals(other)) {
            var failure = Failure.of(Code.S0502, "the inner dims of the product differ: " + inner + " and " + other, span,
                    Show.shape(x.shape()) + " @ " + Show.shape(y.shape()))
                .with(a.span, "the last axis is " + inner).with(b.span, (y.rank() == 1 ? "the only axis is " : "the last axis but one is ") + other);
            throw y.rank() >= 2 && inner.equals(y.dim(-1)) ? failure.help("`transpose` of the right side would fit") : failure;
        }
        if (y.rank() <= 2) return e.graph.add(new Dot(x, y, List.of(), List.of(), List.of(x.rank() - 1), List.of(Math.max(0, y.rank() - 2))));
        boolean vector = x.rank() == 1;
        if (vector) x = e.graph.reshape(x, x.shape().insert(0, Dim.ONE));
        Shape batchX = new Shape(x.shape().dims().subList(0, x.rank() - 2));
        Shape batchY = new Shape(y.shape().dims().subList(0, y.rank() - 2));
        Shape batch;
        try {
            batch = Graph.broadcastShape(batchX, batchY);
        } catch (TypeRuleException _) {
            throw Failure.of(Code.S0501, "the leading dims of the product do not go together: " + Show.shape(batchX) + " and " + Show.shape(batchY), span,
                Show.shape(x.shape()) + " @ " + Show.shape(y.shape())).with(a.span, Show.type(x)).with(b.span, Show.type(y));
        }
        x = e.graph.broadcast(x, batch.concat(new Shape(x.shape().dims().subList(x.rank() - 2, x.rank()))));
        y = e.graph.broadcast(y, batch.concat(new Shape(y.shape().dims().subList(y.rank() - 2, y.rank()))));
        Value product = e.graph.matmul(x, y);
        if (!vector) return product;
        var dims = new ArrayList<>(product.shape().dims());
        dims.remove(dims.size() - 2);
        return e.graph.reshape(product, new Shape(dims));
    }

    Datum negative(Operand a) {
        return switch (a.datum) {
            case Datum.Whole(Dim d) -> new Datum.Whole(d.times(-1));
            case Datum.Real(double v) -> new Datum.Real(-v);
            default -> {
                Value x = e.arrays.of(a.datum, null, a.span);
                if (x.element() == ElementType.BOOL) throw e.mismatch("numbers", a.datum, a.span).help("the opposite of a truth value is `not x`");
                yield new Datum.Array(e.graph.negate(x));
            }
        };
    }

    Datum not(Operand a) {
        if (a.datum instanceof Datum.Truth(boolean v)) return new Datum.Truth(!v);
        Value x = e.arrays.of(a.datum, null, a.span);
        if (x.element() != ElementType.BOOL) {
            throw Failure.of(Code.S0403, "`not` takes truth values, not " + x.element(), a.span, "this is " + Show.type(x));
        }
        return new Datum.Array(e.graph.unary(UnaryFn.NOT, x));
    }

    /// `condition ? a : b`, broadcast; numbers take the type of the other side.
    Value select(Operand condition, Operand a, Operand b, Span span) {
        Value c = e.arrays.of(condition.datum, null, condition.span);
        if (c.element() != ElementType.BOOL) {
            throw Failure.of(Code.S0404, "the condition is not a truth value", condition.span, "this is " + Show.type(c)).help("compare: `x > 0`");
        }
        Value[] v = pair(a, b);
        Shape ab = requireBroadcast(v[0], a.span, v[1], b.span, span);
        Value wide = e.graph.broadcast(v[0], ab);
        requireBroadcast(c, condition.span, wide, a.span, span);
        return e.graph.select(c, v[0], v[1]);
    }

    /// All axes but these.
    static List<Integer> others(int rank, List<Integer> axes) {
        return IntStream.range(0, rank).filter(k -> !axes.contains(k)).boxed().toList();
    }
}
