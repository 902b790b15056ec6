package dev.sinter.passes.simplify;

import dev.sinter.ir.graph.Binary;
import dev.sinter.ir.graph.BinaryFn;
import dev.sinter.ir.graph.Concat;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Op;
import dev.sinter.ir.graph.Pad;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// A sum of tensors that are padded with zeros to stand side by side is their concatenation: this is what becomes of the derivative of slices.
final class SideBySide {
    private static final int MOST = 64;                        // terms looked at, so that a long sum is not walked again for each of its terms

    private SideBySide() { }

    /// The sum with neighbours joined, or null if no term ends where another begins.
    static Value joined(Op sum, Graph g) {
        var terms = new ArrayList<Pad>();
        var others = new ArrayList<Value>();
        var stack = new ArrayDeque<>(sum.operands().reversed());
        int axis = -1;
        while (!stack.isEmpty()) {
            Value v = stack.pop();
            if (v.op() instanceof Pad p && p.interior() == 0 && Arithmetic.isFill(p.value(), 0) && (axis == -1 || axis == p.axis())
                    && p.low().isKnownNonNegative() && p.high().isKnownNonNegative()) {
                axis = p.axis();
                terms.add(p);
            } else if (v.op() instanceof Binary(BinaryFn fn, Value a, Value b) && fn == BinaryFn.ADD && terms.size() + others.size() + stack.size() < MOST) {
                stack.push(b);
                stack.push(a);
            } else {
                others.add(v);
            }
        }
        for (int i = 0; i < terms.size(); i++) {
            for (int k = 0; k < terms.size(); k++) {
                Pad left = terms.get(i);
                Pad right = terms.get(k);
                Dim end = left.low().plus(left.x().dim(axis));
                if (i != k && end.equals(right.low())) {
                    Value both = g.add(new Concat(List.of(left.x(), right.x()), axis));
                    Value total = g.add(new Pad(both, left.value(), axis, left.low(), right.high(), 0));
                    for (int j = 0; j < terms.size(); j++) {
                        total = j == i || j == k ? total : g.plus(total, g.add(terms.get(j)));
                    }
                    for (Value other : others) {
                        total = g.plus(total, other);
                    }
                    return total;
                }
            }
        }
        return null;
    }
}
