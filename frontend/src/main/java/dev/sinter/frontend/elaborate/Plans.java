package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Declaration;
import dev.sinter.frontend.ast.Expression;
import dev.sinter.frontend.ast.Name;
import dev.sinter.frontend.ast.Parameter;
import dev.sinter.frontend.ast.Parts;
import dev.sinter.frontend.checked.TrainingPlan;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.problem.Near;
import dev.sinter.frontend.problem.Problem;
import dev.sinter.frontend.source.Span;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/// The `training` block: settings, calls by batch and epoch, and scores, which become functions of the module.
final class Plans {
    private final Elaborator e;
    private final Instance root;
    private final Entries entries;
    private final List<Module.Entry> scored = new ArrayList<>();
    private final Map<String, Span> scoreNames = new LinkedHashMap<>();

    Plans(Elaborator e, Instance root, Entries entries) {
        this.e = e;
        this.root = root;
        this.entries = entries;
    }

    /// The functions made for scores.
    List<Module.Entry> scored() {
        return scored;
    }

    TrainingPlan plan(Declaration.Training block, List<Module.Entry> exported) {
        Map<String, Object> settings = new LinkedHashMap<>();
        for (Declaration.Setting s : block.settings()) {
            guard(() -> settings.put(s.name().text(), setting(s)));
        }
        var rounds = new ArrayList<TrainingPlan.Round>();
        for (Declaration.Round r : block.rounds()) {
            if (!Set.of("batch", "epoch").contains(r.unit().text())) {
                e.problems.add(Problem.error(Code.S0805, "there is no `each " + r.unit() + "`", r.unit().span(), "expected `batch` or `epoch`"));
                continue;
            }
            var calls = new ArrayList<TrainingPlan.Call>();
            for (Declaration.Repeated call : r.calls()) guard(() -> calls.add(call(call, exported)));
            rounds.add(new TrainingPlan.Round(r.unit().text(), calls));
        }
        var scores = new ArrayList<TrainingPlan.Score>();
        for (Declaration.Score s : block.scores()) guard(() -> score(s).ifPresent(scores::add));
        return new TrainingPlan(settings, rounds, scores);
    }

    private void guard(Runnable step) {
        try {
            step.run();
        } catch (Failure failure) {
            e.report(failure);
        }
    }

    private Object setting(Declaration.Setting s) {
        Datum value = e.expressions.evaluate(s.value(), root.scope());
        return switch (value) {
            case Datum.Whole(var dim) when dim.isConstant() -> dim.value();
            case Datum.Real(double v) -> v;
            case Datum.Text(String text) -> text;
            case Datum.Truth(boolean v) -> v;
            default -> throw Failure.of(Code.S0805, "the setting `" + s.name() + "` is a number, a text or a truth value", s.value().span(), "found " + Show.kind(value));
        };
    }

    private TrainingPlan.Call call(Declaration.Repeated repeated, List<Module.Entry> exported) {
        if (!(repeated.call() instanceof Expression.Call c) || !(c.callee() instanceof Expression.Reference(Span at, String name))) {
            throw Failure.of(Code.S0805, "a training round calls exported functions", repeated.call().span(), "expected a call such as `fit(image, label)`");
        }
        Declaration.Function f = function(name);
        if (f == null || !f.exported()) {
            var failure = Failure.of(Code.S0805, f == null ? "the model has no function `" + name + "`" : "`" + name + "` is not exported", at, "called for each batch");
            if (f != null) throw failure.help("declare it with `export`");
            var near = Near.names(name, root.declaration().members().stream().filter(Declaration.Function.class::isInstance)
                .map(m -> ((Declaration.Function) m).name().text()).toList());
            throw near.isEmpty() ? failure : failure.help("did you mean " + Expressions.alternatives(near) + "?");
        }
        var given = c.arguments().stream().map(a -> new Calls.Given(a.name(), new Datum.Text(column(a.value())), a.value().span())).toList();
        var bound = e.calls.bind("`" + name + "`", f.parameters(), given, c.span());
        var columns = new ArrayList<TrainingPlan.Column>();
        for (Parameter p : f.parameters()) {
            var g = bound.get(p.name().text());
            if (g != null) columns.add(new TrainingPlan.Column(p.name().text(), ((Datum.Text) g.value()).value()));
        }
        return new TrainingPlan.Call(repeated.times(), name, columns);
    }

    private static String column(Expression argument) {
        if (argument instanceof Expression.Reference(_, String name)) return name;
        throw Failure.of(Code.S0805, "an argument of a training call is the name of a data column", argument.span(), "expected a name");
    }

    private Declaration.Function function(String name) {
        for (Declaration d : root.declaration().members()) {
            if (d instanceof Declaration.Function f && f.name().text().equals(name)) return f;
        }
        return null;
    }

    /// A score is a function of the columns that its expression names and nothing defines.
    private Optional<TrainingPlan.Score> score(Declaration.Score s) {
        String name = s.name().map(Name::text).orElseGet(() -> s.value() instanceof Expression.Call(_, Expression.Reference(_, String f), _) ? f : "score");
        if (!NameCheck.isPlain(name)) throw Failure.of(Code.S0805, "a score has a plain name", s.span(), NameCheck.PLAIN);
        Span named = s.name().map(Name::span).orElse(s.value().span());
        Span first = scoreNames.putIfAbsent(name, named);
        if (first != null) throw Failure.of(Code.S0805, "there are two scores `" + name + "`", named, "the second one").with(first, "the first one").help("give it another name: `score other: …`");
        s.unit().filter(unit -> !unit.text().equals("epoch")).ifPresent(unit -> {
            throw Failure.of(Code.S0805, "a score is not taken `each " + unit + "`", unit.span(), "expected `epoch`").help("without `each` it is taken once, at the end");
        });
        OptionalDouble goal = s.goal().isPresent() ? OptionalDouble.of(goal(s.goal().get())) : OptionalDouble.empty();
        var columns = new LinkedHashMap<String, Span>();
        free(s.value(), columns, new LinkedHashSet<>());
        var parameters = columns.entrySet().stream().map(c -> new Parameter(new Name(c.getValue(), c.getKey()), Optional.empty(), Optional.empty())).toList();
        var f = new Declaration.Function(s.span(), "The score `" + name + "` of a batch.", true, false, new Name(named, "score_" + name),
            parameters, Optional.empty(), s.value());
        var entry = entries.entry(f);
        if (entry.isEmpty()) return Optional.empty();
        var results = entry.get().function().results();
        if (results.isEmpty()) throw Failure.of(Code.S0805, "a score is one real number", s.value().span(), "this gives nothing");
        Value result = results.getFirst();
        if (results.size() != 1 || result.rank() > 0 || !result.tensor().isFloat()) {
            throw Failure.of(Code.S0805, "a score is one real number", s.value().span(), "found " + Show.type(result)).help("take the `mean`");
        }
        scored.add(entry.get());
        return Optional.of(new TrainingPlan.Score(name, "score_" + name, columns.keySet().stream().map(c -> new TrainingPlan.Column(c, c)).toList(),
            s.unit().isPresent(), goal));
    }

    private double goal(Expression goal) {
        Datum value = e.expressions.evaluate(goal, root.scope());
        return switch (value) {
            case Datum.Whole(var dim) when dim.isConstant() -> dim.value();
            case Datum.Real(double v) when Double.isFinite(v) -> v;
            case Datum.Broken() -> throw Failure.silent();
            default -> throw Failure.of(Code.S0805, "what a score goes towards is a number known now", goal.span(), "found " + Show.kind(value));
        };
    }

    private void free(Expression x, Map<String, Span> columns, Set<String> bound) {
        if (x instanceof Expression.Reference(Span span, String name)) {
            boolean isFunctionOnly = root.scope().find(name) != null;
            if (!bound.contains(name) && !name.equals("training") && !isFunctionOnly) columns.putIfAbsent(name, span);
            return;
        }
        var inner = new LinkedHashSet<>(bound);
        if (x instanceof Expression.Lambda l) l.parameters().forEach(p -> inner.add(p.name().text()));
        for (Expression part : Parts.of(x)) free(part, columns, inner);
    }
}
