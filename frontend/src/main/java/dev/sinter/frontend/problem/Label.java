package dev.sinter.frontend.problem;

import dev.sinter.frontend.source.Span;

/// A place in a source and what is to be said about it; the text may be empty.
public record Label(Span span, String text) { }
