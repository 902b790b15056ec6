package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Declaration;
import dev.sinter.frontend.ast.Expression;
import dev.sinter.frontend.ast.Parameter;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.source.Span;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Models and optimisers: from declaration and arguments to an instance with its members.
final class Modules {
    private final Elaborator e;

    Modules(Elaborator e) {
        this.e = e;
    }

    /// An instance of a model or optimiser.
    Datum instantiate(Datum.Blueprint blueprint, List<Calls.Given> given, Span call) {
        var d = blueprint.declaration();
        var bound = e.calls.bind("`" + d.name() + "`", d.parameters(), given, call);
        return e.inCall(d.name().text(), call, given, () -> {
            Scope scope = blueprint.scope().inner();
            var typed = new ArrayList<Types.Typed>();
            for (Parameter p : d.parameters()) {
                var g = bound.get(p.name().text());
                Datum value = g != null ? g.value() : e.expressions.evaluate(p.otherwise().orElseThrow(), scope);
                if (value instanceof Datum.Broken) throw Failure.silent();
                scope.define(p.name().text(), value);
                if (g != null) p.type().ifPresent(t -> typed.add(new Types.Typed(p.name().text(), t, value, g.span())));
            }
            e.types.bind(typed, scope, d.name().text());
            return new Datum.Part(build(d, scope));
        });
    }

    /// The members of an instance whose arguments are in `scope`. Members that fail are reported and broken.
    Instance build(Declaration.Module d, Scope scope) {
        var instance = new Instance(d, scope);
        scope.define("self", new Datum.Part(instance));
        defineFunctions(d, scope);
        for (Declaration member : d.members()) {
            try {
                define(member, instance, scope);
            } catch (Failure failure) {
                e.report(failure);
                switch (member) {
                    case Declaration.Binding b -> scope.define(b.name().text(), new Datum.Broken());
                    case Declaration.Variable v -> scope.define(v.name().text(), new Datum.Broken());
                    default -> { }
                }
            }
        }
        return instance;
    }

    /// Functions are visible to all members, whatever the order.
    private void defineFunctions(Declaration.Module d, Scope scope) {
        for (Declaration member : d.members()) {
            if (member instanceof Declaration.Function f) scope.define(f.name().text(), closure(f, scope));
        }
    }

    static Datum.Closure closure(Declaration.Function f, Scope scope) {
        return new Datum.Closure(f.name().text(), f.parameters(), f.result(), f.body(), scope, f);
    }

    private void define(Declaration member, Instance instance, Scope scope) {
        switch (member) {
            case Declaration.Binding b -> {
                Datum value = e.expressions.place(b.value(), scope);
                instance.adopt(b.name().text(), value);
                instance.add(value);
                scope.define(b.name().text(), value);
            }
            case Declaration.Variable v -> variable(v, instance, scope);
            case Declaration.Function _, Declaration.Example _, Declaration.Training _, Declaration.Import _, Declaration.Module _ -> { }
        }
    }

    private void variable(Declaration.Variable v, Instance instance, Scope scope) {
        String name = v.name().text();
        boolean slot = v.kind() == Declaration.VariableKind.SLOT;
        if (slot != (instance.declaration().optimiser() && v.type().isEmpty()) && slot) {
            throw Failure.of(Code.S0208, "a slot belongs to an optimiser and has no type of its own", v.span(), "its type is that of the parameter");
        }
        if (v.condition().isPresent() && !condition(v.condition().get(), scope)) {
            scope.define(name, new Datum.Nothing());
            return;
        }
        if (slot) return;
        if (v.type().isEmpty()) throw Failure.of(Code.S0208, "the variable `" + name + "` needs a type", v.name().span(), "expected `" + name + ": f32[…]`");
        Type.Tensor type = e.types.ofVariable(v.type().get(), scope);
        var variable = new Variable(instance, name, v.kind(), type, v.initialiser(), scope, v.name().span());
        if (variable.isTrainable() && !type.isFloat()) {
            throw Failure.of(Code.S0702, "a parameter is trained, so its elements are real", v.type().get().span(), "found " + Show.type(type))
                .help("what is not trained is declared with `state`");
        }
        instance.add(variable);
        scope.define(name, new Datum.Place(variable));
    }

    private boolean condition(Expression condition, Scope scope) {
        Datum value = e.expressions.evaluate(condition, scope);
        if (value instanceof Datum.Truth(boolean holds)) return holds;
        throw e.mismatch("`true` or `false`, known at compile time", value, condition.span());
    }

    /// The slots of an optimiser for one parameter, made on first use: `fit.m.c1.weight`.
    Map<String, Variable> slots(Instance optimiser, Variable parameter) {
        return optimiser.slots().computeIfAbsent(parameter, p -> {
            var slots = new LinkedHashMap<String, Variable>();
            for (Declaration member : optimiser.declaration().members()) {
                if (!(member instanceof Declaration.Variable v) || v.kind() != Declaration.VariableKind.SLOT) continue;
                if (optimiser.scope().own(v.name().text()) instanceof Datum.Nothing) continue;
                var slot = new Variable(optimiser, v.name().text() + "." + p.name(), Declaration.VariableKind.STATE, p.type(),
                    v.initialiser(), optimiser.scope(), v.name().span());
                slots.put(v.name().text(), slot);
            }
            return slots;
        });
    }

    /// The function of an instance, if it declares one of this name.
    static Optional<Datum.Closure> function(Instance instance, String name) {
        return instance.scope().own(name) instanceof Datum.Closure c ? Optional.of(c) : Optional.empty();
    }
}
