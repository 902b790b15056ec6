package dev.sinter.frontend.ast;

import dev.sinter.frontend.source.Span;

/// A name as written, and where.
public record Name(Span span, String text) {
    @Override
    public String toString() {
        return text;
    }
}
