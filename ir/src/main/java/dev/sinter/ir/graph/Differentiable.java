package dev.sinter.ir.graph;

import java.util.Arrays;
import java.util.List;

/// An op with derivative rules in both modes, as graphs: so derivatives are simplified, compiled and differentiated again like anything else.
/// Ops with several results (control flow) are differentiated by the pass itself, because their rules transform regions.
public interface Differentiable {
    /// The Jacobian-vector product.
    ///
    /// @param self     the value that this op computes
    /// @param tangents one per operand, of the operand's type; null is zero; not all are null
    /// @return the tangent of `self`, or null for zero
    /// @throws NotDifferentiableException if there is no rule
    Value jvp(Value self, List<Value> tangents, Graph g);

    /// The vector-Jacobian product.
    ///
    /// @param self      the value that this op computes
    /// @param cotangent the cotangent of `self`
    /// @return one per operand, of the operand's type; null is zero (integers, indices, keys)
    /// @throws NotDifferentiableException if there is no rule
    List<Value> vjp(Value self, Value cotangent, Graph g);

    /// One cotangent per operand, some of which may be null.
    static List<Value> perOperand(Value... cotangents) {
        return Arrays.asList(cotangents);
    }

    /// A tangent of `x`, with zeros for null.
    static Value orZeros(Value tangent, Value x, Graph g) {
        return tangent == null ? g.zeros(x) : tangent;
    }

    /// The sum of two tangents, either of which may be null.
    static Value plus(Value a, Value b, Graph g) {
        return a == null ? b : b == null ? a : g.plus(a, b);
    }
}
