package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Declaration;
import dev.sinter.frontend.ast.Name;
import dev.sinter.frontend.ast.SourceFile;
import dev.sinter.frontend.library.Library;
import dev.sinter.frontend.parse.Parsing;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.problem.Near;
import dev.sinter.frontend.problem.Problem;
import dev.sinter.frontend.problem.Problems;
import dev.sinter.frontend.source.Source;
import dev.sinter.frontend.source.Span;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// The scopes of files: what a file declares, what it imports, the prelude, the primitives, from inside out.
final class Files {
    private static final List<String> PRELUDE = List.of("std.math", "std.activation");
    private static final Map<String, SourceFile> PARSED = new ConcurrentHashMap<>();

    private final Elaborator e;
    private final Problems problems;
    private final Function<String, Optional<Source>> resolver;
    private final Map<String, Scope> scopes = new HashMap<>();
    private final Map<Scope, Scope> imports = new IdentityHashMap<>();
    private final List<String> loading = new ArrayList<>();
    private final Scope primitives = Primitives.scope();
    private Scope prelude;

    /// `resolver` finds what is not in the standard library, by its dotted name.
    Files(Elaborator e, Problems problems, Function<String, Optional<Source>> resolver) {
        this.e = e;
        this.problems = problems;
        this.resolver = resolver;
    }

    /// The scope of a file of the standard library.
    Scope library(String name) {
        Scope known = scopes.get(name);
        if (known != null) return known;
        if (prelude == null && PRELUDE.contains(name)) {               // its files use each other's names
            prelude();
            return scopes.get(name);
        }
        loading.add(name);
        Scope scope = define(parsed(name), PRELUDE.contains(name) ? preludeScope() : prelude().inner());
        loading.remove(name);
        scopes.put(name, scope);
        return scope;
    }

    /// The declarations of a file of the standard library, read once.
    static SourceFile parsed(String name) {
        return PARSED.computeIfAbsent(name, n -> {
            var problems = new Problems();
            var file = Parsing.parse(Library.source(n).orElseThrow(() -> new IllegalStateException("the library has no file " + n)), problems);
            if (problems.hasErrors()) throw new IllegalStateException("the library does not parse: " + problems.sorted());
            return file;
        });
    }

    /// The file of the library that declares a name.
    static Optional<String> libraryFileOf(String name) {
        for (String file : Library.names()) {
            for (Declaration d : parsed(file).declarations()) {
                boolean declares = switch (d) {
                    case Declaration.Module m -> m.name().text().equals(name);
                    case Declaration.Function f -> f.name().text().equals(name);
                    default -> false;
                };
                if (declares && !PRELUDE.contains(file)) return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    private Scope preludeScope() {
        if (prelude == null) prelude = primitives.inner();
        return prelude;
    }

    /// The names that every file sees. The files of the prelude share one scope.
    private Scope prelude() {
        if (prelude == null) {
            preludeScope();
            for (String name : PRELUDE) library(name);
        }
        return prelude;
    }

    /// The scope of a user's file.
    Scope of(SourceFile file) {
        return define(file, prelude().inner());
    }

    /// Defines what a file declares inside `outer`, which already holds what it imports.
    private Scope define(SourceFile file, Scope outer) {
        Scope scope = PRELUDE.contains(Library.name(file.source())) ? outer : importing(file, outer);
        var places = new HashMap<String, Span>();
        for (Declaration d : file.declarations()) {
            switch (d) {
                case Declaration.Function f -> declare(f.name(), Modules.closure(f, scope), scope, places);
                case Declaration.Module m -> declare(m.name(), new Datum.Blueprint(m, scope), scope, places);
                default -> { }
            }
        }
        for (Declaration d : file.declarations()) {
            if (!(d instanceof Declaration.Binding b)) continue;
            try {
                declare(b.name(), e.expressions.place(b.value(), scope), scope, places);
            } catch (Failure failure) {
                e.report(failure);
                scope.define(b.name().text(), new Datum.Broken());
            }
        }
        return scope;
    }

    private Scope importing(SourceFile file, Scope imported) {
        for (Declaration d : file.declarations()) {
            if (!(d instanceof Declaration.Import i)) continue;
            String name = String.join(".", i.path().stream().map(Name::text).toList());
            Scope from = imported(name, i);
            if (from == null) continue;
            for (Scope s : List.of(importsOf(from), from)) {
                for (String n : s.ownNames()) imported.define(n, s.own(n));
            }
        }
        Scope scope = imported.inner();
        imports.put(scope, imported);
        return scope;
    }

    private Scope importsOf(Scope file) {
        return imports.getOrDefault(file, Scope.root());
    }

    private Scope imported(String name, Declaration.Import at) {
        if (loading.contains(name)) {
            problems.add(Problem.error(Code.S0207, "files import each other in a circle", at.span(), "`" + name + "` is being read already"));
            return null;
        }
        if (Library.source(name).isPresent()) return library(name);
        Scope known = scopes.get(name);
        if (known != null) return known;
        Optional<Source> found = resolver.apply(name);
        if (found.isEmpty()) {
            var problem = Problem.error(Code.S0203, "there is no file `" + name + "` to import", at.span(), "not in the standard library, and not beside this file");
            var near = Near.names(name, Library.names());
            problems.add(near.isEmpty() ? problem.help("the library has " + String.join(", ", Library.names())) : problem.help("did you mean " + Expressions.alternatives(near) + "?"));
            return null;
        }
        loading.add(name);
        SourceFile file = Parsing.parse(found.get(), problems);
        NameCheck.check(file, problems);
        Scope scope = define(file, prelude().inner());
        loading.remove(name);
        scopes.put(name, scope);
        return scope;
    }

    private void declare(Name name, Datum datum, Scope scope, Map<String, Span> places) {
        Span before = places.putIfAbsent(name.text(), name.span());
        if (before != null) {
            problems.add(Problem.error(Code.S0202, "`" + name + "` is declared twice", name.span(), "again here").with(before, "first here"));
            return;
        }
        scope.define(name.text(), datum);
    }
}
