package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Declaration;
import dev.sinter.frontend.ast.Parameter;
import dev.sinter.frontend.ast.SourceFile;
import dev.sinter.frontend.checked.CheckedModel;
import dev.sinter.frontend.checked.Options;
import dev.sinter.frontend.checked.TrainingPlan;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.problem.Problem;
import dev.sinter.frontend.problem.Problems;
import dev.sinter.frontend.source.Source;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.type.Dim;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// A file from syntax to graphs: its scope, its model, each exported function, the initial state, the examples, the training block.
public final class Elaboration {
    private final Elaborator e;
    private final Problems problems;
    private final Files files;
    private final Options options;

    private Elaboration(Options options, Problems problems, Function<String, Optional<Source>> resolver) {
        this.options = options;
        this.problems = problems;
        this.e = new Elaborator(options, problems);
        this.files = new Files(e, problems, resolver);
    }

    /// Elaborates the model of a file; nothing if there are errors.
    public static Optional<CheckedModel> model(SourceFile file, Options options, Problems problems, Function<String, Optional<Source>> resolver) {
        NameCheck.check(file, problems);
        return new Elaboration(options, problems, resolver).model(file);
    }

    /// Elaborates the examples of a file of the standard library.
    public static List<CheckedModel.Example> library(String name, Options options, Problems problems) {
        var elaboration = new Elaboration(options, problems, _ -> Optional.empty());
        return elaboration.examples(Files.parsed(name), elaboration.files.library(name), Optional.empty());
    }

    private Optional<CheckedModel> model(SourceFile file) {
        Scope scope = files.of(file);
        Optional<Declaration.Module> chosen = choose(file);
        if (chosen.isEmpty()) return Optional.empty();
        checkOthers(file, scope, chosen.get());
        if (!argumentsFit(chosen.get())) return Optional.empty();
        Optional<Instance> built = instance(chosen.get(), scope, options.arguments());
        if (built.isEmpty()) return Optional.empty();
        Instance root = built.get();
        root.makeRoot();
        e.training.of(root);
        var entries = new Entries(e, root);
        var exported = new ArrayList<Module.Entry>();
        for (Declaration d : root.declaration().members()) {
            if (d instanceof Declaration.Function f && f.exported()) entries.entry(f).ifPresent(exported::add);
        }
        for (Declaration d : root.declaration().members()) {
            if (d instanceof Declaration.Function f && !f.exported()) entries.check(f);
        }
        Optional<TrainingPlan> plan = Optional.empty();
        for (Declaration d : root.declaration().members()) {
            if (!(d instanceof Declaration.Training t)) continue;
            var plans = new Plans(e, root, entries);
            plan = Optional.of(plans.plan(t, exported));
            exported.addAll(plans.scored());
        }
        if (!problems.hasErrors()) entries.checkNames();
        Module.Entry init = entries.init();
        var examples = new ArrayList<>(examples(file, scope, Optional.of(entries)));
        int number = examples.size();
        for (Declaration d : root.declaration().members()) {
            if (d instanceof Declaration.Example x) {
                number++;
                new Examples(e, Optional.of(entries)).example(x, root.scope(), number).ifPresent(examples::add);
            }
        }
        if (problems.hasErrors()) return Optional.empty();
        var module = new Module(root.declaration().name().text(), entries.state(), exported);
        return Optional.of(new CheckedModel(module, init, examples, plan));
    }

    private List<CheckedModel.Example> examples(SourceFile file, Scope scope, Optional<Entries> entries) {
        var examples = new ArrayList<CheckedModel.Example>();
        int number = 0;
        for (Declaration d : file.declarations()) {
            if (!(d instanceof Declaration.Example x)) continue;
            number++;
            new Examples(e, entries).example(x, scope, number).ifPresent(examples::add);
        }
        return examples;
    }

    private Optional<Declaration.Module> choose(SourceFile file) {
        var models = file.declarations().stream().filter(Declaration.Module.class::isInstance).map(Declaration.Module.class::cast)
            .filter(m -> !m.optimiser()).toList();
        Optional<Declaration.Module> found = options.model().isPresent()
            ? models.stream().filter(m -> m.name().text().equals(options.model().get())).findFirst()
            : models.isEmpty() ? Optional.empty() : Optional.of(models.getLast());
        if (found.isEmpty() && !problems.hasErrors()) {
            var source = file.source();
            problems.add(Problem.error(Code.S0206, options.model().map(m -> "there is no model `" + m + "` in this file").orElse("there is no model in this file"),
                source.span(0, 0), "expected `model Name { … }`"));
        }
        return found;
    }

    /// Models that are not the main one are instantiated if they can be, so that their errors are found too.
    private void checkOthers(SourceFile file, Scope scope, Declaration.Module chosen) {
        for (Declaration d : file.declarations()) {
            if (d instanceof Declaration.Module m && m != chosen && m.parameters().stream().allMatch(p -> p.otherwise().isPresent())) instance(m, scope, Map.of());
        }
    }

    /// Whether the model has all parameters that the options name.
    private boolean argumentsFit(Declaration.Module m) {
        var names = m.parameters().stream().map(p -> p.name().text()).toList();
        for (String given : options.arguments().keySet().stream().sorted().toList()) {
            if (!names.contains(given)) {
                problems.add(Problem.error(Code.S0303, "the model `" + m.name() + "` has no parameter `" + given + "`", m.name().span(),
                    names.isEmpty() ? "it has none" : "it has " + String.join(", ", names)));
            }
        }
        return names.containsAll(options.arguments().keySet());
    }

    private Optional<Instance> instance(Declaration.Module m, Scope scope, Map<String, Long> arguments) {
        for (Parameter p : m.parameters()) {
            if (p.otherwise().isEmpty() && !arguments.containsKey(p.name().text())) {
                problems.add(Problem.error(Code.S0302, "the parameter `" + p.name() + "` of the model to compile has no default", p.name().span(), "nobody gives it a value")
                    .help("write `" + p.name() + " = …`"));
                return Optional.empty();
            }
        }
        try {
            Scope inside = scope.inner();
            for (Parameter p : m.parameters()) {
                Long given = arguments.get(p.name().text());
                inside.define(p.name().text(), given != null ? new Datum.Whole(Dim.constant(given)) : e.expressions.evaluate(p.otherwise().orElseThrow(), inside));
            }
            return Optional.of(e.modules.build(m, inside));
        } catch (Failure failure) {
            e.report(failure);
            return Optional.empty();
        }
    }
}
