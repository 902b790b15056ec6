package dev.sinter.ir.graph;

/// A constraint of an op's type rule does not hold. The message names the op, the constraint and what was found; the frontend
/// turns it into a diagnostic with a place, for a pass it is a bug.
public final class TypeRuleException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String op;

    /// A broken constraint of the op called `op`.
    public TypeRuleException(String op, String message) {
        super(op + ": " + message);
        this.op = op;
    }

    /// The name of the op.
    public String op() {
        return op;
    }

    /// Throws unless `holds`.
    static void require(boolean holds, String op, String message) {
        if (!holds) {
            throw new TypeRuleException(op, message);
        }
    }
}
