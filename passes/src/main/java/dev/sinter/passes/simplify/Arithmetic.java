package dev.sinter.passes.simplify;

import static dev.sinter.ir.graph.BinaryFn.ADD;
import static dev.sinter.ir.graph.BinaryFn.AND;
import static dev.sinter.ir.graph.BinaryFn.DIV;
import static dev.sinter.ir.graph.BinaryFn.MAX;
import static dev.sinter.ir.graph.BinaryFn.MIN;
import static dev.sinter.ir.graph.BinaryFn.MUL;
import static dev.sinter.ir.graph.BinaryFn.OR;
import static dev.sinter.ir.graph.BinaryFn.POW;
import static dev.sinter.ir.graph.BinaryFn.SUB;
import static dev.sinter.ir.graph.UnaryFn.ABS;
import static dev.sinter.ir.graph.UnaryFn.NEG;
import static dev.sinter.ir.graph.UnaryFn.NOT;
import static dev.sinter.passes.simplify.Rule.rule;

import dev.sinter.ir.graph.Binary;
import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Broadcast;
import dev.sinter.ir.graph.Cast;
import dev.sinter.ir.graph.Fill;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Op;
import dev.sinter.ir.graph.Reshape;
import dev.sinter.ir.graph.Select;
import dev.sinter.ir.graph.StopGradient;
import dev.sinter.ir.graph.Unary;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.passes.ranges.Range;
import java.util.List;

/// Laws of elementwise functions. A constant operand of a commutative function stands on the right, and a sign outside a product, so that each law is
/// written once.
final class Arithmetic {
    private Arithmetic() { }

    static final List<Rule> RULES = List.of(
            rule("c * x = x * c", (op, _, g) -> op instanceof Binary(BinaryFn fn, Value a, Value b) && commutes(fn) && isFill(a) && !isFill(b)
                    ? g.binary(fn, b, a) : null),
            rule("x + 0 = x", (op, _, _) -> op instanceof Binary(BinaryFn fn, Value x, Value c) && (fn == ADD || fn == SUB) && isFill(c, 0) ? x : null),
            rule("0 - x = -x", (op, _, g) -> op instanceof Binary(BinaryFn fn, Value c, Value x) && fn == SUB && isFill(c, 0) ? g.negate(x) : null),
            rule("x * 1 = x", (op, _, _) -> op instanceof Binary(BinaryFn fn, Value x, Value c) && (fn == MUL || fn == DIV || fn == POW) && isFill(c, 1) ? x : null),
            rule("x * -1 = -x", (op, _, g) -> op instanceof Binary(BinaryFn fn, Value x, Value c) && (fn == MUL || fn == DIV) && isFill(c, -1) ? g.negate(x) : null),
            rule("x - c = x + (-c)", (op, _, g) -> op instanceof Binary(BinaryFn fn, Value x, Value(Fill(var t, double c), _, _)) && fn == SUB && t.isFloat()
                    ? g.plus(x, g.fill(t, -c)) : null),
            rule("x / 2^k = x * 2^-k", (op, _, g) -> op instanceof Binary(BinaryFn fn, Value x, Value(Fill(var t, double c), _, _)) && fn == DIV && t.isFloat()
                    && isPowerOfTwo(c) ? g.times(x, g.fill(t, 1 / c)) : null),
            rule("x / broadcast(y) = x * broadcast(1 / y)", (op, _, g) -> op instanceof Binary(BinaryFn fn, Value x, Value(Broadcast b, _, _)) && fn == DIV && !(x.op() instanceof Broadcast)
                    && Range.haveReciprocals(b.x()) ? g.times(x, g.broadcast(g.over(g.ones(b.x()), b.x()), b.to(), b.axes())) : null),
            rule("(x + c) + d = x + (c + d)", (op, _, g) -> op instanceof Binary(BinaryFn fn, Value(Binary(BinaryFn inner, Value x, Value(Fill(var t, double c), _, _)), _, _),
                    Value(Fill(_, double d), _, _)) && fn == ADD && inner == ADD && isHarmless(t.element(), c + d) ? g.plus(x, g.fill(t, c + d)) : null),
            rule("(x * c) * d = x * (c * d)", (op, _, g) -> op instanceof Binary(BinaryFn fn, Value(Binary(BinaryFn inner, Value x, Value(Fill(var t, double c), _, _)), _, _),
                    Value(Fill(_, double d), _, _)) && fn == MUL && inner == MUL && isHarmless(t.element(), c * d) ? g.times(x, g.fill(t, c * d)) : null),
            rule("(x * c) * y = (x * y) * c", (op, _, g) -> op instanceof Binary(BinaryFn fn, Value(Binary(BinaryFn inner, Value x, Value c), _, _), Value y)
                    && fn == MUL && inner == MUL && isFill(c) && !isFill(y) && c.tensor().isFloat() ? g.times(g.times(x, y), c) : null),
            rule("x * (y * c) = (x * y) * c", (op, _, g) -> op instanceof Binary(BinaryFn fn, Value x, Value(Binary(BinaryFn inner, Value y, Value c), _, _))
                    && fn == MUL && inner == MUL && isFill(c) && !isFill(x) && c.tensor().isFloat() ? g.times(g.times(x, y), c) : null),
            rule("x ^ 0 = 1", (op, v, g) -> op instanceof Binary(BinaryFn fn, Value _, Value c) && fn == POW && isFill(c, 0) ? g.ones(v) : null),
            rule("x ^ 2 = x * x", (op, _, g) -> op instanceof Binary(BinaryFn fn, Value x, Value c) && fn == POW && isFill(c, 2) ? g.times(x, x) : null),
            rule("x ^ 3 = x * x * x", (op, _, g) -> op instanceof Binary(BinaryFn fn, Value x, Value c) && fn == POW && isFill(c, 3) ? g.times(g.times(x, x), x) : null),
            rule("x ^ -1 = 1 / x", (op, v, g) -> op instanceof Binary(BinaryFn fn, Value x, Value c) && fn == POW && isFill(c, -1) ? g.over(g.ones(v), x) : null),

            rule("-(-x) = x", (op, _, _) -> op instanceof Unary(var f, Value(Unary(var h, Value x), _, _)) && f == NEG && h == NEG ? x : null),
            rule("!!x = x", (op, _, _) -> op instanceof Unary(var f, Value(Unary(var h, Value x), _, _)) && f == NOT && h == NOT ? x : null),
            rule("|-x| = |x|", (op, _, g) -> op instanceof Unary(var f, Value(Unary(var h, Value x), _, _)) && f == ABS && h == NEG ? g.unary(ABS, x) : null),
            rule("-(a - b) = b - a", (op, _, g) -> op instanceof Unary(var f, Value(Binary(BinaryFn h, Value a, Value b), _, _)) && f == NEG && h == SUB ? g.minus(b, a) : null),
            rule("-(x * c) = x * (-c)", (op, _, g) -> op instanceof Unary(var f, Value(Binary(BinaryFn h, Value x, Value(Fill(var t, double c), _, _)), _, _)) && f == NEG
                    && h == MUL && t.isFloat() ? g.times(x, g.fill(t, -c)) : null),
            rule("a + (-b) = a - b", (op, _, g) -> op instanceof Binary(BinaryFn fn, Value a, Value(Unary(var h, Value b), _, _)) && fn == ADD && h == NEG ? g.minus(a, b) : null),
            rule("-a + b = b - a", (op, _, g) -> op instanceof Binary(BinaryFn fn, Value(Unary(var h, Value a), _, _), Value b) && fn == ADD && h == NEG
                    ? g.minus(b, a) : null),
            rule("a - (-b) = a + b", (op, _, g) -> op instanceof Binary(BinaryFn fn, Value a, Value(Unary(var h, Value b), _, _)) && fn == SUB && h == NEG ? g.plus(a, b) : null),
            rule("-a * b = -(a * b)", (op, _, g) -> op instanceof Binary(BinaryFn fn, Value(Unary(var h, Value a), _, _), Value b) && (fn == MUL || fn == DIV) && h == NEG
                    && b.tensor().isFloat() ? g.negate(g.binary(fn, a, b)) : null),
            rule("a * -b = -(a * b)", (op, _, g) -> op instanceof Binary(BinaryFn fn, Value a, Value(Unary(var h, Value b), _, _)) && (fn == MUL || fn == DIV) && h == NEG
                    && b.tensor().isFloat() ? g.negate(g.binary(fn, a, b)) : null),

            rule("c ? a : a = a", (op, _, _) -> op instanceof Select(Value _, Value a, Value b) && a == b ? a : null),
            rule("true ? a : b = a", (op, _, _) -> op instanceof Select(Value(Fill(_, double c), _, _), Value a, Value b) ? c != 0 ? a : b : null),
            rule("x <= 0 ? 0 : x = max(x, 0)", (op, _, g) -> op instanceof Select(Value(Binary(BinaryFn fn, Value x, Value c), _, _), Value a, Value b)
                    && fn == BinaryFn.LE && isFill(c, 0) && isFill(a, 0) && b == x && x.tensor().isFloat() ? g.binary(MAX, x, a) : null),
            // So the derivative of relu needs relu's result, which is in memory, and not what it was made of.
            rule("x <= c ? a : b = max(x, c) <= c ? a : b, where max(x, c) is wanted anyway", (op, _, g) -> op instanceof Select(Value(Binary(BinaryFn fn, Value x, Value c), _, _),
                    Value a, Value b) && fn == BinaryFn.LE ? g.known(new Binary(MAX, x, c)).map(most -> g.select(g.binary(BinaryFn.LE, most, c), a, b)).orElse(null) : null),
            rule("!c ? a : b = c ? b : a", (op, _, g) -> op instanceof Select(Value(Unary(var h, Value c), _, _), Value a, Value b) && h == NOT ? g.select(c, b, a) : null),
            rule("c ? (c ? a : _) : b = c ? a : b", (op, _, g) -> op instanceof Select s && s.a().op() instanceof Select t && s.condition() == t.condition()
                    ? g.select(s.condition(), t.a(), s.b()) : null),
            rule("c ? a : (c ? _ : b) = c ? a : b", (op, _, g) -> op instanceof Select s && s.b().op() instanceof Select t && s.condition() == t.condition()
                    ? g.select(s.condition(), s.a(), t.b()) : null),
            rule("x && true = x", (op, v, _) -> op instanceof Binary(BinaryFn fn, Value x, Value c) && v.element() == ElementType.BOOL
                    && (fn == AND && isFill(c, 1) || fn == OR && isFill(c, 0)) ? x : null),
            rule("x && false = false", (op, v, _) -> op instanceof Binary(BinaryFn fn, Value _, Value c) && v.element() == ElementType.BOOL
                    && (fn == AND && isFill(c, 0) || fn == OR && isFill(c, 1)) ? c : null),
            rule("max(x, x) = x", (op, _, _) -> op instanceof Binary(BinaryFn fn, Value a, Value b) && a == b && (fn == MAX || fn == MIN || fn == AND || fn == OR) ? a : null),

            rule("cast(x) = x", (op, _, _) -> op instanceof Cast(var to, Value x) && to == x.element() ? x : null),
            rule("cast(cast(x)) = cast(x)", (op, _, g) -> op instanceof Cast(var to, Value(Cast(var mid, Value x), _, _)) && keeps(x.element(), mid) ? g.cast(to, x) : null),
            rule("stop_gradient(x) = x", (op, _, _) -> op instanceof StopGradient(Value x) ? x : null),

            rule("f(broadcast x) = broadcast f(x)", (op, v, g) -> beforeBroadcast(op, v, g)),
            rule("f(reshape x) = reshape f(x)", (op, v, g) -> beforeReshape(op, v, g)));

    static boolean isFill(Value v) {
        return v.op() instanceof Fill;
    }

    static boolean isFill(Value v, double value) {
        return v.op() instanceof Fill(_, double c) && c == value;
    }

    private static boolean commutes(BinaryFn fn) {
        return switch (fn) {
            case ADD, MUL, MAX, MIN, AND, OR, XOR, EQ, NE -> true;
            case SUB, DIV, REM, FMOD, POW, ATAN2, SHL, SHR, USHR, LT, LE -> false;
        };
    }

    /// Whether `c` is a power of two whose reciprocal is one as well, exactly, in f32 too.
    private static boolean isPowerOfTwo(double c) {
        int exponent = Math.getExponent(c);
        return Math.abs(c) == Math.scalb(1.0, exponent) && Math.abs(exponent) <= 120;
    }

    /// Whether a combined constant has neither over- nor underflown.
    private static boolean isHarmless(ElementType type, double c) {
        double limit = switch (type) {
            case F32 -> 0x1p100;
            case F64 -> 0x1p900;
            case I32 -> Integer.MAX_VALUE;
            case I64 -> 0x1p53;
            case BOOL -> 0;
        };
        return Math.abs(c) <= limit && (!type.isFloat() || c == 0 || Math.abs(c) >= 1 / limit);
    }

    /// Whether every number of type `from` is one of `to`.
    private static boolean keeps(ElementType from, ElementType to) {
        return from == to || switch (from) {
            case BOOL -> true;
            case I32 -> to == ElementType.F64 || to == ElementType.I64;
            case F32 -> to == ElementType.F64;
            case I64, F64 -> false;
        };
    }

    /// An elementwise function of operands that are all repeated in the same way (or uniform) is computed before they are repeated.
    private static Value beforeBroadcast(Op op, Value v, Graph g) {
        if (!isElementwise(op)) {
            return null;
        }
        Broadcast like = null;
        for (Value operand : op.operands()) {
            if (operand.op() instanceof Broadcast b) {
                if (like != null && !(like.axes().equals(b.axes()) && like.x().shape().equals(b.x().shape()))) {
                    return null;
                }
                like = b;
            } else if (!isFill(operand)) {
                return null;
            }
        }
        if (like == null) {
            return null;
        }
        var small = like.x().shape();
        var operands = op.operands().stream().map(o -> o.op() instanceof Broadcast b ? b.x() : g.fill(o.tensor().withShape(small), ((Fill) o.op()).value())).toList();
        return g.broadcast(g.add(op.withOperands(operands)), v.shape(), like.axes());
    }

    /// An elementwise function of operands that are all reshaped from one shape (or uniform) is computed before they are reshaped.
    private static Value beforeReshape(Op op, Value v, Graph g) {
        if (!isElementwise(op)) {
            return null;
        }
        Shape before = null;
        for (Value operand : op.operands()) {
            if (operand.op() instanceof Reshape r) {
                if (before != null && !before.equals(r.x().shape())) {
                    return null;
                }
                before = r.x().shape();
            } else if (!isFill(operand)) {
                return null;
            }
        }
        if (before == null) {
            return null;
        }
        Shape shape = before;
        var operands = op.operands().stream().map(o -> o.op() instanceof Reshape r ? r.x() : g.fill(o.tensor().withShape(shape), ((Fill) o.op()).value())).toList();
        return g.reshape(g.add(op.withOperands(operands)), v.shape());
    }

    static boolean isElementwise(Op op) {
        return op instanceof Unary || op instanceof Binary || op instanceof Select || op instanceof Cast;
    }
}
