package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Expression;
import dev.sinter.frontend.ast.Name;
import dev.sinter.frontend.ast.Statement;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.source.Span;
import dev.sinter.ir.graph.Value;
import java.util.List;

/// The statements of a block, in order. One that fails is reported, and what it would have bound is broken, so that the others
/// are checked too.
final class Statements {
    private final Elaborator e;

    Statements(Elaborator e) {
        this.e = e;
    }

    /// The value of a block: that of its last expression.
    Datum block(Expression.Block block, Scope scope) {
        Datum last = new Datum.Nothing();
        boolean failed = false;
        for (Statement statement : block.statements()) {
            try {
                last = run(statement, scope);
                if (last instanceof Datum.Broken) failed = true;
            } catch (Failure failure) {
                e.report(failure);
                breakNames(statement, scope);
                failed = true;
            }
        }
        if (failed) throw Failure.silent();
        return last;
    }

    private static void breakNames(Statement statement, Scope scope) {
        switch (statement) {
            case Statement.Bind(_, List<Name> names, _) -> names.forEach(n -> scope.bind(n.text(), new Datum.Broken()));
            case Statement.Define(_, Name name, _, _) -> scope.bind(name.text(), new Datum.Broken());
            case Statement.For(_, _, _, var body) -> body.statements().forEach(s -> breakNames(s, scope));
            case Statement.While(_, _, var body) -> body.statements().forEach(s -> breakNames(s, scope));
            default -> { }
        }
    }

    /// Runs one statement; its value is nothing but for expressions.
    Datum run(Statement statement, Scope scope) {
        switch (statement) {
            case Statement.Bind(Span span, List<Name> names, Expression value) -> bind(span, names, e.expressions.evaluate(value, scope), value.span(), scope);
            case Statement.Define d -> scope.bind(d.name().text(), e.indexNotation.define(d, scope));
            case Statement.Assign a -> assign(a, scope);
            case Statement.For f -> e.loops.forLoop(f, scope);
            case Statement.While w -> e.loops.whileLoop(w, scope);
            case Statement.Evaluate(_, Expression value) -> {
                return e.expressions.evaluate(value, scope);
            }
            case Statement.Check c -> throw Failure.of(Code.S0208, "a check with `~` belongs into an example", c.span(), "not inside a function");
        }
        return new Datum.Nothing();
    }

    /// Binds one name to the value, or several to its parts.
    void bind(Span span, List<Name> names, Datum value, Span valueSpan, Scope scope) {
        if (names.size() == 1) {
            scope.bind(names.getFirst().text(), value);
            return;
        }
        List<Datum> parts = switch (value) {
            case Datum.Tuple(_, List<Datum> fields) -> fields;
            case Datum.Sequence(List<Datum> elements) -> elements;
            case Datum.Array _ -> e.expressions.elements(value, valueSpan);
            default -> throw e.mismatch(names.size() + " values", value, valueSpan);
        };
        if (parts.size() != names.size()) {
            throw Failure.of(Code.S0402, "expected " + names.size() + " values, found " + parts.size(), valueSpan, "gives " + parts.size())
                .with(names.getFirst().span().to(names.getLast().span()), names.size() + " names");
        }
        for (int i = 0; i < names.size(); i++) scope.bind(names.get(i).text(), parts.get(i));
    }

    private void assign(Statement.Assign a, Scope scope) {
        Datum target = e.expressions.place(a.target(), scope);
        switch (target) {
            case Datum.Place(Variable variable) -> {
                Datum value = e.expressions.evaluate(a.value(), scope);
                e.state.write(variable, fitted(variable, value, a.value().span()), a.span());
            }
            case Datum.Part(Instance instance) -> {
                Datum value = e.expressions.evaluate(a.value(), scope);
                for (Variable v : instance.allVariables()) {
                    if (v.isTrainable()) e.state.write(v, fitted(v, value, a.value().span()), a.span());
                }
            }
            case Datum.Broken() -> throw Failure.silent();
            default -> throw Failure.of(Code.S0804, "only variables of a model can be set with `:=`", a.target().span(), "this is " + Show.kind(target))
                .help("a local name is bound with `=`");
        }
    }

    /// A value in the type of a variable, repeated to its shape.
    Value fitted(Variable variable, Datum value, Span span) {
        Value v = e.arrays.of(value, variable.type().element(), span);
        if (v.element() != variable.type().element()) {
            throw Failure.of(Code.S0401, "`" + variable.name() + "` has " + variable.type().element() + " elements", span, "found " + Show.type(v))
                .with(variable.span(), "declared as " + Show.type(variable.type()));
        }
        if (!v.shape().equals(variable.type().shape()) && !broadcasts(v, variable)) {
            throw Failure.of(Code.S0503, "the value of `" + variable.name() + "` has another shape", span,
                    "expected " + Show.type(variable.type()) + ", found " + Show.type(v))
                .with(variable.span(), "declared here");
        }
        return e.graph.broadcast(v, variable.type().shape());
    }

    private static boolean broadcasts(Value v, Variable variable) {
        var to = variable.type().shape();
        if (v.rank() > to.rank()) return false;
        for (int k = 1; k <= v.rank(); k++) {
            if (!v.dim(-k).is(1) && !v.dim(-k).equals(to.dim(-k))) return false;
        }
        return true;
    }
}
