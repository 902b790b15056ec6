package dev.sinter.ir.graph;

/// A derivative is asked for that does not exist. The message names the op and the reason; the origin is the place of the op in the source.
public final class NotDifferentiableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Origin origin;
    private final String op;
    private final String reason;

    /// No derivative through `at`, because of `reason` (a clause that can follow "'op' cannot be differentiated: ").
    public NotDifferentiableException(Value at, String reason) {
        super((at.origin().toString().isEmpty() ? "" : at.origin() + ": ") + "'" + at.op().name() + "' cannot be differentiated: " + reason);
        this.origin = at.origin();
        this.op = at.op().name();
        this.reason = reason;
    }

    /// The place in the source.
    public Origin origin() {
        return origin;
    }

    /// Why there is no derivative: a clause, lower case, no full stop.
    public String reason() {
        return reason;
    }

    /// The name of the op.
    public String op() {
        return op;
    }
}
