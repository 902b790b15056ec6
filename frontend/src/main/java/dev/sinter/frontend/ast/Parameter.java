package dev.sinter.frontend.ast;

import java.util.Optional;

/// A parameter of a function, a lambda, a model or an optimiser.
public record Parameter(Name name, Optional<TypeSyntax> type, Optional<Expression> otherwise) { }
