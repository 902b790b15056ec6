package dev.sinter.frontend.ast;

import dev.sinter.frontend.source.Span;
import java.util.List;
import java.util.Optional;

/// A step of a block or of an example.
public sealed interface Statement {
    /// Where it stands.
    Span span();

    /// `a = e` or `a, b = e`.
    record Bind(Span span, List<Name> names, Expression value) implements Statement { }

    /// `y[n, o] = e`: index notation.
    record Define(Span span, Name name, List<Expression.Index> indices, Expression value) implements Statement { }

    /// `path := e`: a new value for a state variable.
    record Assign(Span span, Expression target, Expression value) implements Statement { }

    /// `for x in xs { … }`.
    record For(Span span, List<Name> variables, Expression from, Expression.Block body) implements Statement { }

    /// `while c { … }`.
    record While(Span span, Expression condition, Expression.Block body) implements Statement { }

    /// An expression, for its value or for its effect.
    record Evaluate(Span span, Expression value) implements Statement { }

    /// `actual ~ expected within tolerance`, in an example.
    record Check(Span span, Expression actual, Expression expected, Optional<Expression> tolerance) implements Statement { }
}
