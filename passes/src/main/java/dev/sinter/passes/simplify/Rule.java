package dev.sinter.passes.simplify;

import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Op;
import dev.sinter.ir.graph.Value;

/// A law: what a value may be replaced by. The right side is never worse than the left.
///
/// @param law  the name, an equation where that is possible
/// @param step what applies it
record Rule(String law, Step step) {
    /// Applies a law at one op.
    @FunctionalInterface
    interface Step {
        /// The replacement of `v`, whose op is `op`, built in `g`; null if the law does not fit. The operands of `op` are simplified already.
        Value apply(Op op, Value v, Graph g);
    }

    static Rule rule(String law, Step step) {
        return new Rule(law, step);
    }

    @Override
    public String toString() {
        return law;
    }
}
