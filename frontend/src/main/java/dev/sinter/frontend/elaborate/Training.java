package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Expression;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.source.Span;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Vjp;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.IntStream;

/// `optimiser minimise loss over group through transform`: one step, as assignments to the parameters and to the optimiser's own variables.
final class Training {
    private final Elaborator e;
    private Instance root;
    private int steps;

    Training(Elaborator e) {
        this.e = e;
    }

    /// The model whose parameters are trained where no group is named.
    void of(Instance model) {
        root = model;
    }

    /// Begins a new entry: its optimisers are counted anew.
    void beginEntry() {
        steps = 0;
    }

    Datum optimise(Expression.Optimise o, Scope scope) {
        if (!e.state.isWritable()) {
            throw Failure.of(Code.S0801, "`" + (o.maximise() ? "maximise" : "minimise") + "` stands in a function that does not train", o.span(), "this would change parameters")
                .help("declare the function with `train`");
        }
        Instance optimiser = optimiser(o.optimiser(), scope);
        Datum objective = e.expressions.evaluate(o.objective(), scope);
        Value loss = loss(objective, o);
        Value target = o.maximise() ? e.graph.negate(loss) : loss;
        var parameters = reached(candidates(o, scope), target, o);
        var values = parameters.stream().map(v -> e.state.read(v, o.span())).toList();
        Region region = Region.close(e.graph, "loss", values, List.of(target));
        var operands = new ArrayList<>(region.captured());
        int captured = operands.size();
        operands.addAll(values);
        Value vjp = e.graph.add(new Vjp(region.function(), operands, IntStream.range(captured, operands.size()).boxed().toList(), List.of(e.graph.ones(target))));
        var parts = e.graph.parts(vjp);
        var gradients = transformed(parts.subList(1, parts.size()), o, scope);
        update(optimiser, parameters, values, gradients, o.span());
        return new Datum.Array(o.maximise() ? e.graph.negate(parts.getFirst()) : parts.getFirst());
    }

    private Instance optimiser(Expression expression, Scope scope) {
        Datum datum = e.expressions.evaluate(expression, scope);
        if (datum instanceof Datum.Broken) throw Failure.silent();
        if (!(datum instanceof Datum.Part(Instance optimiser)) || !optimiser.declaration().optimiser()) {
            var failure = Failure.of(Code.S0803, "expected an optimiser before `minimise`", expression.span(), "found " + Show.kind(datum));
            throw datum instanceof Datum.Blueprint(var d, _) ? failure.help("`" + d.name() + "()` takes the default arguments") : failure.help("such as `Adam(rate: 0.001)`");
        }
        steps++;
        optimiser.name(null, steps == 1 ? e.entry : e.entry + "." + steps);
        return optimiser;
    }

    private Value loss(Datum objective, Expression.Optimise o) {
        Value v = objective instanceof Datum.Tuple ? null : e.arrays.of(objective, null, o.objective().span());
        if (v == null || v.rank() > 0 || !v.tensor().isFloat()) {
            var failure = Failure.of(Code.S0701, "what is minimised is one real number", o.objective().span(), "found " + Show.kind(objective));
            throw v != null && v.rank() > 0 ? failure.help("take the `mean` or the `sum`") : failure;
        }
        return v;
    }

    private List<Variable> candidates(Expression.Optimise o, Scope scope) {
        if (o.over().isEmpty()) return root == null ? List.of() : root.allVariables().stream().filter(Variable::isTrainable).toList();
        var all = new LinkedHashSet<Variable>();
        for (Expression group : o.over()) all.addAll(variables(e, e.expressions.place(group, scope), group.span()));
        return List.copyOf(all);
    }

    /// The parameters in a group: a variable, a model, or several of them.
    static List<Variable> variables(Elaborator e, Datum group, Span span) {
        var found = new LinkedHashSet<Variable>();
        collect(e, group, span, found);
        if (found.isEmpty()) throw Failure.of(Code.S0802, "this group has no parameters", span, "found " + Show.kind(group));
        return List.copyOf(found);
    }

    private static void collect(Elaborator e, Datum group, Span span, LinkedHashSet<Variable> found) {
        switch (group) {
            case Datum.Place(Variable v) when v.isTrainable() -> found.add(v);
            case Datum.Part(Instance i) -> i.allVariables().stream().filter(Variable::isTrainable).forEach(found::add);
            case Datum.Sequence(List<Datum> elements) -> elements.forEach(d -> collect(e, d, span, found));
            case Datum.Tuple(_, List<Datum> fields) -> fields.forEach(d -> collect(e, d, span, found));
            case Datum.Broken() -> throw Failure.silent();
            default -> throw e.mismatch("a parameter or a model", group, span);
        }
    }

    /// Those parameters that the loss depends on, in the order of the group.
    private List<Variable> reached(List<Variable> candidates, Value loss, Expression.Optimise o) {
        var needed = Region.identitySet();
        needed.addAll(Region.order(List.of(loss), Region.identitySet()));
        var reached = candidates.stream().filter(v -> e.state.now(v) != null && needed.contains(e.state.now(v))).toList();
        if (reached.isEmpty()) {
            var failure = Failure.of(Code.S0802, "there is nothing to train", o.objective().span(), candidates.isEmpty() ? "the model has no parameters"
                : "this depends on none of the parameters" + (o.over().isEmpty() ? "" : " of the group"));
            throw o.over().isEmpty() ? failure : failure.with(o.over().getFirst().span(), "the group");
        }
        return reached;
    }

    private List<Value> transformed(List<Value> gradients, Expression.Optimise o, Scope scope) {
        if (o.through().isEmpty()) return gradients;
        Expression through = o.through().get();
        Datum f = e.expressions.evaluate(through, scope);
        Datum list = new Datum.Sequence(gradients.stream().map(g -> (Datum) new Datum.Array(g)).toList());
        Datum result = e.calls.apply(f, List.of(list), through.span());
        List<Datum> elements = e.expressions.elements(result, through.span());
        if (elements.size() != gradients.size()) {
            throw Failure.of(Code.S0402, "`through` changes the number of gradients", through.span(), gradients.size() + " before, " + elements.size() + " after");
        }
        var transformed = new ArrayList<Value>();
        for (int k = 0; k < gradients.size(); k++) {
            Value v = e.arrays.of(elements.get(k), gradients.get(k).element(), through.span());
            if (!v.type().equals(gradients.get(k).type())) {
                throw Failure.of(Code.S0503, "`through` changes the type of a gradient", through.span(), "from " + Show.type(gradients.get(k)) + " to " + Show.type(v));
            }
            transformed.add(v);
        }
        return transformed;
    }

    private void update(Instance optimiser, List<Variable> parameters, List<Value> values, List<Value> gradients, Span span) {
        Modules.function(optimiser, "step").ifPresent(step -> e.calls.apply(step, List.of(), span));
        var update = Modules.function(optimiser, "update").orElseThrow(() -> Failure.of(Code.S0803, "`" + optimiser.declaration().name() + "` has no function `update`",
            span, "an optimiser declares `fn update(parameter, gradient) = …`").with(optimiser.declaration().name().span(), "declared here"));
        for (int k = 0; k < parameters.size(); k++) {
            Variable parameter = parameters.get(k);
            Scope scope = optimiser.scope().inner();
            e.modules.slots(optimiser, parameter).forEach((name, slot) -> scope.define(name, new Datum.Place(slot)));
            var here = new Datum.Closure(update.name(), update.parameters(), update.result(), update.body(), scope, update.declaration());
            Datum next = e.calls.apply(here, List.of(new Datum.Array(values.get(k)), new Datum.Array(gradients.get(k))), span);
            e.state.write(parameter, e.statements.fitted(parameter, next, span), span);
        }
    }
}
