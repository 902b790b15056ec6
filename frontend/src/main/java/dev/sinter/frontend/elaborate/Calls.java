package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Expression;
import dev.sinter.frontend.ast.Name;
import dev.sinter.frontend.ast.Parameter;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.problem.Near;
import dev.sinter.frontend.source.Span;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Calls of functions, models and primitives: arguments to parameters, then the body.
final class Calls {
    /// An argument with its value and place.
    record Given(Optional<Name> name, Datum value, Span span) {
        static Given of(Datum value, Span span) {
            return new Given(Optional.empty(), value, span);
        }
    }

    private final Elaborator e;

    Calls(Elaborator e) {
        this.e = e;
    }

    Datum call(Expression.Call c, Scope scope) {
        Datum callee = callee(c.callee(), scope);
        return apply(callee, given(c.arguments(), scope), c.span(), c.callee().span());
    }

    /// A function is looked up past a local value that hides it: `shape(x)` means the function even where a `shape` is at hand.
    private Datum callee(Expression callee, Scope scope) {
        if (callee instanceof Expression.Reference(_, String name) && scope.find(name) != null && !isCallable(scope.find(name))) {
            Datum function = scope.find(name, Calls::isCallable);
            if (function != null) return function;
        }
        return e.expressions.evaluate(callee, scope);
    }

    private static boolean isCallable(Datum datum) {
        return switch (datum) {
            case Datum.Closure _, Datum.Native _, Datum.Blueprint _, Datum.Part _, Datum.Broken _ -> true;
            default -> false;
        };
    }

    /// `x |> f` is `f(x)`, `x |> f(a)` is `f(x, a)`.
    Datum pipe(Expression.Pipe p, Scope scope) {
        Span source = p.input() instanceof Expression.Pipe before ? before.stage().span() : p.input().span();     // the stage that gives the value
        var first = Given.of(e.expressions.evaluate(p.input(), scope), source);
        if (p.stage() instanceof Expression.Call c) {
            var all = new ArrayList<Given>();
            all.add(first);
            all.addAll(given(c.arguments(), scope));
            return apply(callee(c.callee(), scope), all, p.stage().span(), c.callee().span());
        }
        return apply(callee(p.stage(), scope), List.of(first), p.stage().span(), p.stage().span());
    }

    private List<Given> given(List<Expression.Argument> arguments, Scope scope) {
        var given = new ArrayList<Given>();
        for (Expression.Argument a : arguments) {
            boolean place = a.name().isPresent() && a.name().get().text().equals("over");     // a group of variables, not their values
            Datum value = place ? e.expressions.place(a.value(), scope) : e.expressions.evaluate(a.value(), scope);
            given.add(new Given(a.name(), value, a.value().span()));
        }
        return given;
    }

    /// Calls whatever can be called.
    Datum apply(Datum callee, List<Given> given, Span call, Span calleeSpan) {
        return switch (callee) {
            case Datum.Closure f -> closure(f, given, call);
            case Datum.Native n -> nativeCall(n, given, call);
            case Datum.Blueprint b -> e.modules.instantiate(b, given, call);
            case Datum.Part(Instance instance) -> {
                Datum apply = instance.scope().own("apply");
                if (apply instanceof Datum.Closure f) yield closure(f, given, call);
                throw Failure.of(Code.S0305, "`" + instance.declaration().name() + "` has no function `apply`, so it cannot be called", calleeSpan,
                    "not a function").with(instance.declaration().name().span(), "declared here");
            }
            case Datum.Broken() -> throw Failure.silent();
            default -> throw Failure.of(Code.S0305, "this is not a function", calleeSpan, "found " + Show.kind(callee));
        };
    }

    /// Calls with arguments without names.
    Datum apply(Datum callee, List<Datum> arguments, Span call) {
        return apply(callee, arguments.stream().map(a -> Given.of(a, call)).toList(), call, call);
    }

    private Datum closure(Datum.Closure f, List<Given> given, Span call) {
        String what = f.name().isEmpty() ? "this function" : "`" + f.name() + "`";
        var bound = bind(what, f.parameters(), given, call);
        if (f.declaration() != null && f.declaration().train() && !e.state.isWritable()) {
            throw Failure.of(Code.S0801, "`" + f.name() + "` trains, so it cannot be called here", call, "this function changes nothing")
                .help("declare the calling function with `train`");
        }
        return e.inCall(f.name(), call, given, () -> {
            Scope scope = f.scope().inner();
            fill(f, bound, scope, call);
            boolean before = e.trains;
            if (f.declaration() != null && f.declaration().train()) e.trains = true;
            try {
                // The names of a body that is a block stand beside the parameters: a loop in it may bind these anew.
                Datum result = f.body() instanceof Expression.Block block ? e.statements.block(block, scope) : e.expressions.evaluate(f.body(), scope);
                return f.result().isEmpty() ? result : e.types.checkResult(f.result().get(), result, scope, f.body().span(), what);
            } finally {
                e.trains = before;
            }
        });
    }

    private void fill(Datum.Closure f, Map<String, Given> bound, Scope scope, Span call) {
        var typed = new ArrayList<Types.Typed>();
        for (Parameter p : f.parameters()) {
            String name = p.name().text();
            Given g = bound.get(name);
            if (g == null) {
                scope.define(name, e.expressions.evaluate(p.otherwise().orElseThrow(), scope));
            } else {
                scope.define(name, g.value());
                p.type().ifPresent(t -> typed.add(new Types.Typed(name, t, g.value(), g.span())));
            }
        }
        e.types.bind(typed, scope, f.name());
    }

    private Datum nativeCall(Datum.Native n, List<Given> given, Span call) {
        var values = new LinkedHashMap<String, Datum>();
        var spans = new LinkedHashMap<String, Span>();
        if (n.parameters().equals(List.of("*"))) {
            for (int i = 0; i < given.size(); i++) {
                String name = given.get(i).name().map(Name::text).orElse(Integer.toString(i));
                values.put(name, given.get(i).value());
                spans.put(name, given.get(i).span());
            }
        } else {
            var parameters = n.parameters().stream().map(p -> new Parameter(new Name(call, p.replace("?", "")), Optional.empty(),
                p.endsWith("?") ? Optional.of(new Expression.Nothing(call)) : Optional.empty())).toList();
            bind("`" + n.name() + "`", parameters, given, call).forEach((name, g) -> {
                values.put(name, g.value());
                spans.put(name, g.span());
            });
        }
        for (Datum v : values.values()) {
            if (v instanceof Datum.Broken) throw Failure.silent();
        }
        return n.body().call(new Bound(e, n.name(), call, values, spans));
    }

    /// Arguments by parameter; those that are left out and have a default are missing in the result.
    Map<String, Given> bind(String what, List<Parameter> parameters, List<Given> given, Span call) {
        var bound = new LinkedHashMap<String, Given>();
        int position = 0;
        for (Given g : given) {
            if (g.name().isPresent()) {
                String name = g.name().get().text();
                if (parameters.stream().noneMatch(p -> p.name().text().equals(name))) throw unknownArgument(what, g.name().get(), parameters);
                if (bound.putIfAbsent(name, g) != null) {
                    throw Failure.of(Code.S0304, "the argument `" + name + "` is given twice", g.name().get().span(), "again here")
                        .with(bound.get(name).span(), "first here");
                }
            } else {
                if (position >= parameters.size()) throw tooMany(what, parameters, given, g);
                String name = parameters.get(position++).name().text();
                if (bound.putIfAbsent(name, g) != null) {
                    throw Failure.of(Code.S0304, "the argument `" + name + "` is given twice", g.span(), "again here").with(bound.get(name).span(), "first here");
                }
            }
        }
        for (Parameter p : parameters) {
            if (!bound.containsKey(p.name().text()) && p.otherwise().isEmpty()) {
                throw Failure.of(Code.S0302, "the argument `" + p.name() + "` of " + what + " is missing", call, "takes " + signature(parameters));
            }
        }
        return bound;
    }

    private static Failure tooMany(String what, List<Parameter> parameters, List<Given> given, Given g) {
        int n = parameters.size();
        return Failure.of(Code.S0301, what + " takes " + (n == 0 ? "no arguments" : n == 1 ? "one argument" : n + " arguments") + ", found " + given.size(),
            g.span(), n == 0 ? "takes none" : "takes " + signature(parameters));
    }

    private static Failure unknownArgument(String what, Name name, List<Parameter> parameters) {
        var failure = Failure.of(Code.S0303, what + " has no argument `" + name + "`", name.span(), "takes " + signature(parameters));
        var near = Near.names(name.text(), parameters.stream().map(p -> p.name().text()).toList());
        return near.isEmpty() ? failure : failure.help("did you mean " + Expressions.alternatives(near) + "?");
    }

    private static String signature(List<Parameter> parameters) {
        return "(" + String.join(", ", parameters.stream().map(p -> p.name().text() + (p.otherwise().isPresent() ? "?" : "")).toList()) + ")";
    }
}
