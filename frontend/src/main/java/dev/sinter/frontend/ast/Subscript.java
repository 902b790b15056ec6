package dev.sinter.frontend.ast;

import dev.sinter.frontend.source.Span;
import java.util.Optional;

/// One place between the brackets of `x[…]`.
public sealed interface Subscript {
    /// Where it stands.
    Span span();

    /// `x[e]`.
    record At(Expression index) implements Subscript {
        @Override
        public Span span() {
            return index.span();
        }
    }

    /// `x[from:to:step]`.
    record Slice(Span span, Optional<Expression> from, Optional<Expression> to, Optional<Expression> step) implements Subscript { }

    /// `x[...]`: all axes that the others leave.
    record Rest(Span span) implements Subscript { }
}
