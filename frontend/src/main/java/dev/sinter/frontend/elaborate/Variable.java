package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Declaration;
import dev.sinter.frontend.source.Span;
import dev.sinter.ir.type.Type;
import java.util.Optional;

/// A tensor that a model keeps: a parameter, a state variable, or an optimiser's slot for one parameter. Compares by identity.
final class Variable {
    private final Instance owner;
    private final String label;
    private final Declaration.VariableKind kind;
    private final Type.Tensor type;
    private final Optional<Declaration.Initialiser> initialiser;
    private final Scope scope;
    private final Span span;

    Variable(Instance owner, String label, Declaration.VariableKind kind, Type.Tensor type,
             Optional<Declaration.Initialiser> initialiser, Scope scope, Span span) {
        this.owner = owner;
        this.label = label;
        this.kind = kind;
        this.type = type;
        this.initialiser = initialiser;
        this.scope = scope;
        this.span = span;
    }

    /// The name in the artifact, `c1.weight`.
    String name() {
        String prefix = owner == null ? "" : owner.path();
        return prefix.isEmpty() ? label : prefix + "." + label;
    }

    /// Whether it belongs to the model: its owner is bound to a member.
    boolean isReachable() {
        return owner == null || owner.isNamed();
    }

    Type.Tensor type() {
        return type;
    }

    boolean isTrainable() {
        return kind == Declaration.VariableKind.PARAM;
    }

    Optional<Declaration.Initialiser> initialiser() {
        return initialiser;
    }

    /// Where the initialiser's names are looked up.
    Scope scope() {
        return scope;
    }

    /// Where it is declared.
    Span span() {
        return span;
    }
}
