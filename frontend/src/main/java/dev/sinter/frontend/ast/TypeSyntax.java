package dev.sinter.frontend.ast;

import dev.sinter.frontend.source.Span;
import java.util.List;
import java.util.Optional;

/// A type as written.
public sealed interface TypeSyntax {
    /// Where it stands.
    Span span();

    /// `f32[N, 10]`; without brackets a scalar, or the name of a kind of compile-time value.
    record Array(Span span, Name element, Optional<List<DimSyntax>> dims) implements TypeSyntax { }

    /// `(loss: f32, f32[N])`.
    record Tuple(Span span, List<Field> fields) implements TypeSyntax { }

    /// A field of a tuple type.
    record Field(Optional<Name> name, TypeSyntax type) { }

    /// One place between the brackets of an array type.
    sealed interface DimSyntax {
        /// Where it stands.
        Span span();
    }

    /// `...`: any number of leading dims.
    record AnyDims(Span span) implements DimSyntax { }

    /// An extent.
    record Extent(Expression value) implements DimSyntax {
        @Override
        public Span span() {
            return value.span();
        }
    }
}
