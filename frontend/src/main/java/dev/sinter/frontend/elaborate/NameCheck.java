package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Declaration;
import dev.sinter.frontend.ast.Expression;
import dev.sinter.frontend.ast.Name;
import dev.sinter.frontend.ast.Parameter;
import dev.sinter.frontend.ast.Parts;
import dev.sinter.frontend.ast.SourceFile;
import dev.sinter.frontend.ast.Statement;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.problem.Problem;
import dev.sinter.frontend.problem.Problems;
import dev.sinter.frontend.source.Span;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What can be said of names without elaboration: nothing is declared twice in one place, and declarations stand where they belong.
final class NameCheck {
    /// What names that leave the compiler are made of.
    static final String PLAIN = "letters a to z, digits and _ only";

    private final Problems problems;

    private NameCheck(Problems problems) {
        this.problems = problems;
    }

    static void check(SourceFile file, Problems problems) {
        var check = new NameCheck(problems);
        for (Declaration d : file.declarations()) {
            switch (d) {
                case Declaration.Module m -> check.module(m);
                case Declaration.Function f -> {
                    check.function(f);
                    if (f.exported() || f.train()) {
                        problems.add(Problem.error(Code.S0208, "only functions of a model are exported or train", f.name().span(), "outside of a model"));
                    }
                }
                default -> { }
            }
        }
    }

    private void module(Declaration.Module m) {
        Map<String, Span> places = new HashMap<>();
        for (Parameter p : m.parameters()) declare(p.name(), places);
        boolean trains = false;
        for (Declaration d : m.members()) {
            switch (d) {
                case Declaration.Binding b -> declare(b.name(), places);
                case Declaration.Variable v -> declare(v.name(), places);
                case Declaration.Function f -> {
                    declare(f.name(), places);
                    function(f);
                    if (f.exported() && !isPlain(f.name().text())) {
                        problems.add(Problem.error(Code.S0208, "an exported function has a plain name", f.name().span(), PLAIN));
                    }
                }
                case Declaration.Training t -> {
                    if (trains) problems.add(Problem.error(Code.S0208, "a model has one training block", t.span(), "a second one"));
                    trains = true;
                }
                default -> { }
            }
        }
    }

    /// Whether a name can be that of a symbol anywhere.
    static boolean isPlain(String name) {
        return name.matches("[A-Za-z_][A-Za-z0-9_]*");
    }

    private void function(Declaration.Function f) {
        parameters(f.parameters());
        walk(f.body());
    }

    private void parameters(List<Parameter> parameters) {
        Map<String, Span> places = new HashMap<>();
        for (Parameter p : parameters) declare(p.name(), places);
    }

    private void walk(Expression x) {
        switch (x) {
            case Expression.Lambda l -> parameters(l.parameters());
            case Expression.Tuple t -> {
                Map<String, Span> places = new HashMap<>();
                t.fields().forEach(f -> f.name().ifPresent(n -> declare(n, places)));
            }
            case Expression.Block b -> b.statements().forEach(this::statement);
            default -> { }
        }
        Parts.of(x).forEach(this::walk);
    }

    private void statement(Statement s) {
        if (s instanceof Statement.Bind(_, List<Name> names, _) && names.size() > 1) {
            Map<String, Span> places = new HashMap<>();
            names.stream().filter(n -> !n.text().equals("_")).forEach(n -> declare(n, places));
        }
    }

    private void declare(Name name, Map<String, Span> places) {
        Span before = places.putIfAbsent(name.text(), name.span());
        if (before != null && !name.text().isEmpty()) {
            problems.add(Problem.error(Code.S0202, "`" + name + "` is declared twice", name.span(), "again here").with(before, "first here"));
        }
    }
}
