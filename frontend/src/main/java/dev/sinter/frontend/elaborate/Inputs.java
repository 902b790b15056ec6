package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Declaration;
import dev.sinter.frontend.ast.Expression;
import dev.sinter.frontend.ast.Parameter;
import dev.sinter.frontend.ast.Parts;
import dev.sinter.frontend.ast.TypeSyntax;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The types of inputs that are declared without: a parameter that is passed on has the type that it has there. Failing that, a
/// parameter of the same name of another function of the model lends its type.
final class Inputs {
    /// A type as written, and where its names are looked up.
    record Found(TypeSyntax type, Scope scope) { }

    private final Declaration.Module model;
    private final Scope scope;

    Inputs(Declaration.Module model, Scope scope) {
        this.model = model;
        this.scope = scope;
    }

    /// The type of a name that is used freely in an expression.
    Optional<Found> typeOf(String name, Expression body) {
        return passedOn(name, body, scope, new HashSet<>()).or(() -> sameName(name));
    }

    private Optional<Found> sameName(String name) {
        for (Declaration d : model.members()) {
            if (!(d instanceof Declaration.Function f)) continue;
            for (Parameter p : f.parameters()) {
                if (p.name().text().equals(name) && p.type().isPresent()) return Optional.of(new Found(p.type().get(), scope));
            }
        }
        return Optional.empty();
    }

    private Optional<Found> passedOn(String name, Expression body, Scope at, Set<Object> seen) {
        Optional<Found> here = switch (body) {
            case Expression.Call c -> inCall(name, c.callee(), c.arguments(), at, seen);
            case Expression.Pipe p -> {
                var arguments = new ArrayList<Expression.Argument>();
                arguments.add(new Expression.Argument(Optional.empty(), p.input()));
                if (p.stage() instanceof Expression.Call c) arguments.addAll(c.arguments());
                yield inCall(name, p.stage() instanceof Expression.Call c ? c.callee() : p.stage(), arguments, at, seen);
            }
            default -> Optional.empty();
        };
        if (here.isPresent()) return here;
        for (Expression part : Parts.of(body)) {
            var found = passedOn(name, part, at, seen);
            if (found.isPresent()) return found;
        }
        return Optional.empty();
    }

    private Optional<Found> inCall(String name, Expression callee, List<Expression.Argument> arguments, Scope at, Set<Object> seen) {
        if (!(callee(callee, at) instanceof Datum.Closure f) || !seen.add(List.of(System.identityHashCode(f.body()), name))) return Optional.empty();
        int position = 0;
        for (Expression.Argument a : arguments) {
            String parameter = a.name().isPresent() ? a.name().get().text()
                : position < f.parameters().size() ? f.parameters().get(position).name().text() : null;
            if (a.name().isEmpty()) position++;
            if (!(a.value() instanceof Expression.Reference(_, String used)) || !used.equals(name) || parameter == null) continue;
            for (Parameter p : f.parameters()) {
                if (!p.name().text().equals(parameter)) continue;
                var found = p.type().isPresent() && isWhole(p.type().get()) ? Optional.of(new Found(p.type().get(), f.scope()))
                    : passedOn(parameter, f.body(), f.scope(), seen);
                if (found.isPresent()) return found;
            }
        }
        return Optional.empty();
    }

    /// Whether the type says everything: its rank is known.
    private static boolean isWhole(TypeSyntax type) {
        return type instanceof TypeSyntax.Array a && a.dims().orElse(List.of()).stream().noneMatch(TypeSyntax.AnyDims.class::isInstance);
    }

    private static Datum callee(Expression callee, Scope at) {
        Datum found = switch (callee) {
            case Expression.Reference(_, String name) -> at.find(name);
            case Expression.Field(_, Expression.Reference(_, String owner), var member) ->
                at.find(owner) instanceof Datum.Part(Instance i) ? i.scope().own(member.text()) : null;
            default -> null;
        };
        return found instanceof Datum.Part(Instance i) ? i.scope().own("apply") : found;
    }
}
