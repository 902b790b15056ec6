package dev.sinter.frontend.ast;

import dev.sinter.frontend.source.Span;
import java.util.List;
import java.util.Optional;

/// An expression as written.
public sealed interface Expression {
    /// Where it stands.
    Span span();

    /// A whole number without fraction or exponent.
    record Whole(Span span, long value) implements Expression { }

    /// A number with fraction or exponent.
    record Decimal(Span span, double value) implements Expression { }

    /// A text.
    record Text(Span span, String value) implements Expression { }

    /// `true` or `false`.
    record Truth(Span span, boolean value) implements Expression { }

    /// `none`, the absent value.
    record Nothing(Span span) implements Expression { }

    /// The use of a name.
    record Reference(Span span, String name) implements Expression { }

    /// `f(a, name: b)`.
    record Call(Span span, Expression callee, List<Argument> arguments) implements Expression { }

    /// An argument, with its name where one is written.
    record Argument(Optional<Name> name, Expression value) { }

    /// `x[…]`.
    record Subscripted(Span span, Expression base, List<Subscript> subscripts) implements Expression { }

    /// `x.name`.
    record Field(Span span, Expression base, Name name) implements Expression { }

    /// `-x`.
    record Negative(Span span, Expression operand) implements Expression { }

    /// `not x`.
    record Not(Span span, Expression operand) implements Expression { }

    /// `x + y` and its kin.
    record Binary(Span span, Operator operator, Expression left, Expression right) implements Expression { }

    /// `sum(i, j) body`: a reduction over indices.
    record Reduction(Span span, Name reducer, List<Index> indices, Expression body) implements Expression { }

    /// `from .. to`, without `to`.
    record Range(Span span, Expression from, Expression to) implements Expression { }

    /// `x |> f`.
    record Pipe(Span span, Expression input, Expression stage) implements Expression { }

    /// `optimiser minimise loss over groups through transform`.
    record Optimise(Span span, Expression optimiser, boolean maximise, Expression objective, List<Expression> over,
                    Optional<Expression> through) implements Expression { }

    /// `if c then a else b`.
    record Conditional(Span span, Expression condition, Expression whenTrue, Expression whenFalse) implements Expression { }

    /// `(a, b) => body`.
    record Lambda(Span span, List<Parameter> parameters, Expression body) implements Expression { }

    /// `(a, name: b)`, and `()`.
    record Tuple(Span span, List<Argument> fields) implements Expression { }

    /// `...xs` inside brackets: all elements of a list in its place.
    record Spread(Span span, Expression list) implements Expression { }

    /// `[a, b]`.
    record Sequence(Span span, List<Expression> elements) implements Expression { }

    /// `[body for x in xs for y in ys]`.
    record Comprehension(Span span, Expression body, List<Generator> generators) implements Expression { }

    /// `for x in xs` inside brackets.
    record Generator(Name variable, Expression from) { }

    /// `{ statements }`; its value is that of the last one.
    record Block(Span span, List<Statement> statements) implements Expression { }

    /// What could not be read; reported already.
    record Broken(Span span) implements Expression { }

    /// An index and, where written, its extent.
    record Index(Name name, Optional<Expression> extent) { }
}
