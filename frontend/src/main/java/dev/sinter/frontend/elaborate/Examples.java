package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Declaration;
import dev.sinter.frontend.ast.Expression;
import dev.sinter.frontend.ast.Statement;
import dev.sinter.frontend.checked.CheckedModel;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.source.Span;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Reduction;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// The `example` blocks as functions without inputs.
///
/// While an example is elaborated every value of a variable is a parameter of its own, also an assigned one: two variables of equal
/// values must stay two, or derivatives would mix them up. At the end the parameters are replaced by what they stand for.
final class Examples {
    private static final double TOLERANCE = 1e-6;

    private final Elaborator e;
    private final Optional<Entries> entries;

    /// `entries` knows the initial values of the model's variables; a file without a model has none.
    Examples(Elaborator e, Optional<Entries> entries) {
        this.e = e;
        this.entries = entries;
    }

    private record Stand(Value parameter, Value value) { }

    /// An example, or nothing if it has errors.
    Optional<CheckedModel.Example> example(Declaration.Example example, Scope outer, int number) {
        e.graph = new Graph();
        e.entry = "example" + number;
        e.training.beginEntry();
        var stands = new ArrayList<Stand>();
        Value seed = e.graph.scalar(ElementType.I64, 0);
        e.keys = new Keys(() -> seed);
        e.state = new State(v -> {
            if (entries.isEmpty()) throw Failure.silent();
            return stand(v, entries.get().initial(v, seed), stands);
        }, true) {
            @Override
            void write(Variable variable, Value value, Span span) {
                super.write(variable, stand(variable, value, stands), span);
            }
        };
        Scope scope = outer.inner();
        var results = new ArrayList<Value>();
        var checks = new ArrayList<CheckedModel.Check>();
        boolean failed = false;
        for (Statement step : example.steps()) {
            try {
                run(step, scope, results, checks);
            } catch (Failure failure) {
                e.report(failure);
                if (step instanceof Statement.Bind b) b.names().forEach(n -> scope.bind(n.text(), new Datum.Broken()));
                failed = true;
            }
        }
        if (failed) return Optional.empty();
        var closed = resolve(results, stands);
        var out = new ArrayList<Module.Binding>();
        for (int k = 0; k < closed.size(); k++) out.add(new Module.Binding.Argument((k % 2 == 0 ? "actual" : "expected") + k / 2));
        var entry = new Module.Entry(new Function("example" + number, List.of(), closed), example.title(), List.of(), out);
        return Optional.of(new CheckedModel.Example(example.title(), entry, checks));
    }

    private Value stand(Variable v, Value value, List<Stand> stands) {
        Value parameter = e.graph.parameter(v.name(), v.type());
        stands.add(new Stand(parameter, value));
        return parameter;
    }

    /// Replaces parameters by their values; a value uses earlier parameters only.
    private List<Value> resolve(List<Value> results, List<Stand> stands) {
        Map<Value, Value> known = new IdentityHashMap<>();
        for (Stand s : stands) known.put(s.parameter, Region.substitute(e.graph, List.of(s.value), known).getFirst());
        return Region.substitute(e.graph, results, known);
    }

    private void run(Statement step, Scope scope, List<Value> results, List<CheckedModel.Check> checks) {
        switch (step) {
            case Statement.Check c -> {
                Datum actual = e.expressions.evaluate(c.actual(), scope);
                Datum expected = e.expressions.evaluate(c.expected(), scope);
                double tolerance = TOLERANCE;
                if (c.tolerance().isPresent()) {
                    Datum t = e.expressions.evaluate(c.tolerance().get(), scope);
                    Double known = Primitives.number(t);
                    if (known == null) throw e.mismatch("a number known at compile time", t, c.tolerance().get().span());
                    tolerance = known;
                }
                check(c.span(), actual, c.actual().span(), expected, c.expected().span(), tolerance, results, checks);
            }
            case Statement.Evaluate(Span span, Expression value) -> {
                Datum result = e.expressions.evaluate(value, scope);
                boolean claim = result instanceof Datum.Truth || result instanceof Datum.Array(Value v) && v.element() == ElementType.BOOL;
                if (claim) {
                    Value holds = e.arrays.of(result, null, span);
                    Value all = e.graph.reduce(Reduction.ALL, holds, IntStream.range(0, holds.rank()).boxed().toList());
                    addCheck(span, all, e.graph.scalar(ElementType.BOOL, 1), 0, results, checks);
                }
            }
            default -> e.statements.run(step, scope);
        }
    }

    private void check(Span span, Datum actual, Span actualSpan, Datum expected, Span expectedSpan, double tolerance,
                       List<Value> results, List<CheckedModel.Check> checks) {
        if (actual instanceof Datum.Tuple(_, List<Datum> a) && expected instanceof Datum.Tuple(_, List<Datum> b) && a.size() == b.size()) {
            for (int k = 0; k < a.size(); k++) check(span, a.get(k), actualSpan, b.get(k), expectedSpan, tolerance, results, checks);
            return;
        }
        Value x = e.arrays.of(actual, null, actualSpan);
        Value y = e.arrays.of(expected, x.element(), expectedSpan);
        if (x.element() != y.element()) {
            throw Failure.of(Code.S0401, "actual and expected value differ in element type", span, Show.type(x) + " and " + Show.type(y))
                .with(actualSpan, Show.type(x)).with(expectedSpan, Show.type(y));
        }
        if (!x.shape().equals(y.shape())) {
            if (y.rank() > 0) {
                throw Failure.of(Code.S0503, "actual and expected value differ in shape", span, Show.shape(x.shape()) + " against " + Show.shape(y.shape()))
                    .with(actualSpan, Show.type(x)).with(expectedSpan, Show.type(y));
            }
            y = e.graph.broadcast(y, x.shape());
        }
        addCheck(span, x, y, tolerance, results, checks);
    }

    private void addCheck(Span span, Value actual, Value expected, double tolerance, List<Value> results, List<CheckedModel.Check> checks) {
        if (!actual.shape().isStatic()) throw Failure.of(Code.S0408, "the shapes of an example are known at compile time", span, "found " + Show.type(actual));
        checks.add(new CheckedModel.Check(span.text(), span.toString(), results.size(), results.size() + 1, tolerance));
        results.add(actual);
        results.add(expected);
    }
}
