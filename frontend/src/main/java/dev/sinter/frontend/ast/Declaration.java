package dev.sinter.frontend.ast;

import dev.sinter.frontend.source.Span;
import java.util.List;
import java.util.Optional;

/// What a file or a model is made of.
public sealed interface Declaration {
    /// Where it stands.
    Span span();

    /// `import std.nn`.
    record Import(Span span, List<Name> path) implements Declaration { }

    /// `model` or `optimiser`: parameters, and members in order.
    record Module(Span span, boolean optimiser, String doc, Name name, List<Parameter> parameters,
                  List<Declaration> members) implements Declaration { }

    /// `fn`, `export fn`, `train`, `export train`.
    record Function(Span span, String doc, boolean exported, boolean train, Name name, List<Parameter> parameters,
                    Optional<TypeSyntax> result, Expression body) implements Declaration { }

    /// `name = e`.
    record Binding(Span span, String doc, Name name, Expression value) implements Declaration { }

    /// `param`, `state` or `slot`.
    record Variable(Span span, String doc, VariableKind kind, Name name, Optional<TypeSyntax> type,
                    Optional<Initialiser> initialiser, Optional<Expression> condition) implements Declaration { }

    /// What a variable is for.
    enum VariableKind {
        /// Trained.
        PARAM,
        /// Kept from call to call, not trained.
        STATE,
        /// Kept by an optimiser, once for each parameter that it trains, in that parameter's shape.
        SLOT
    }

    /// `= value`, or `~ function of the shape`.
    record Initialiser(boolean drawn, Expression value) { }

    /// `example "title" { … }`.
    record Example(Span span, String title, List<Statement> steps) implements Declaration { }

    /// `training { … }`.
    record Training(Span span, List<Setting> settings, List<Round> rounds, List<Score> scores) implements Declaration { }

    /// `name: value`.
    record Setting(Name name, Expression value) { }

    /// `each batch { 5 times f(x); g(x) }`.
    record Round(Span span, Name unit, List<Repeated> calls) { }

    /// A call and how often it is made.
    record Repeated(Span span, long times, Expression call) { }

    /// `score name: e each unit towards goal`.
    record Score(Span span, Optional<Name> name, Expression value, Optional<Name> unit, Optional<Expression> goal) { }
}
