package dev.sinter.frontend.ast;

/// The infix operators.
public enum Operator {
    /// Sum.
    ADD("+"),
    /// Difference.
    SUB("-"),
    /// Product, element by element.
    MUL("*"),
    /// Quotient.
    DIVIDE("/"),
    /// Matrix product.
    MATMUL("@"),
    /// Quotient of integers, rounded down.
    DIV("div"),
    /// Remainder of `div`.
    MOD("mod"),
    /// Power.
    POW("^"),
    /// Equal.
    EQ("=="),
    /// Not equal.
    NE("!="),
    /// Less.
    LT("<"),
    /// Less or equal.
    LE("<="),
    /// Greater.
    GT(">"),
    /// Greater or equal.
    GE(">="),
    /// Both.
    AND("and"),
    /// Either.
    OR("or");

    private final String text;

    Operator(String text) {
        this.text = text;
    }

    /// As written.
    public String text() {
        return text;
    }

    /// The operator that is written so.
    public static Operator of(String text) {
        for (Operator operator : values()) {
            if (operator.text.equals(text)) return operator;
        }
        throw new IllegalArgumentException("no operator is written '" + text + "'");
    }
}
