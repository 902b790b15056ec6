package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Declaration;
import dev.sinter.frontend.ast.Parameter;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.problem.Problem;
import dev.sinter.frontend.source.Span;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.RandomBits;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The functions of the artifact: each exported function of the model on symbolic inputs, with the state that it reads and writes.
final class Entries {
    static final Type.Tensor KEY = new Type.Tensor(ElementType.I64, Shape.SCALAR);

    private final Elaborator e;
    private final Instance root;
    private final Inputs inputs;
    private final Set<Variable> seen = new LinkedHashSet<>();
    private final Set<Variable> touched = new LinkedHashSet<>();      // by the entry elaborated last
    private final Variable randomKey;

    Entries(Elaborator e, Instance root) {
        this.e = e;
        this.root = root;
        this.inputs = new Inputs(root.declaration(), root.scope());
        this.randomKey = new Variable(null, "random.key", Declaration.VariableKind.STATE, KEY, Optional.empty(), root.scope(), root.declaration().name().span());
    }

    /// All variables of the model, those of optimisers and of the random numbers after its own.
    List<Variable> variables() {
        var all = new LinkedHashSet<>(root.allVariables());
        all.addAll(seen);
        return List.copyOf(all);
    }

    /// An exported function as an entry, or nothing if it has errors.
    Optional<Module.Entry> entry(Declaration.Function f) {
        try {
            Module.Entry entry = elaborate(f);
            seen.addAll(touched);
            return Optional.of(entry);
        } catch (Failure failure) {
            e.report(failure);
            return Optional.empty();
        }
    }

    private Module.Entry elaborate(Declaration.Function f) {
        e.graph = new Graph();
        e.entry = f.name().text();
        e.training.beginEntry();
        var names = new ArrayList<String>();
        var parameters = new ArrayList<Value>();
        var given = arguments(f, names, parameters);
        var reads = new LinkedHashMap<Variable, Value>();
        e.state = new State(v -> reads.computeIfAbsent(v, w -> e.graph.parameter(w.name(), w.type())), f.train());
        Value[] seed = new Value[1];
        Value[] nextKey = new Value[1];
        e.keys = new Keys(() -> {
            if (f.train()) {
                Value key = e.state.read(randomKey, f.span());
                Value bits = e.graph.add(new RandomBits(key, Shape.of(2)));
                nextKey[0] = e.subscripts.element(bits, 0, Dim.ONE);
                return e.subscripts.element(bits, 0, Dim.ZERO);
            }
            seed[0] = e.graph.parameter("seed", KEY);
            return seed[0];
        });
        Datum result = e.calls.apply(Modules.closure(f, root.scope()), given, f.name().span(), f.name().span());
        if (nextKey[0] != null) e.state.write(randomKey, nextKey[0], f.span());
        var in = new ArrayList<Module.Binding>();
        names.forEach(n -> in.add(new Module.Binding.Argument(n)));
        if (seed[0] != null) {
            if (names.contains("seed")) {
                throw Failure.of(Code.S0202, "`seed` is the input of the random numbers", f.name().span(), "this function draws, so it has an input `seed` already")
                    .help("give the parameter another name");
            }
            parameters.add(seed[0]);
            in.add(new Module.Binding.Argument("seed"));
        }
        reads.forEach((v, p) -> {
            parameters.add(p);
            in.add(new Module.Binding.OfState(v.name()));
        });
        var out = new ArrayList<Module.Binding>();
        var results = new ArrayList<Value>();
        outputs(f, result, out, results);
        for (Variable v : e.state.written()) {
            results.add(e.state.now(v));
            out.add(new Module.Binding.OfState(v.name()));
        }
        touched.clear();
        touched.addAll(reads.keySet());
        touched.addAll(e.state.written());
        return new Module.Entry(new Function(f.name().text(), parameters, results), f.doc(), in, out);
    }

    private List<Calls.Given> arguments(Declaration.Function f, List<String> names, List<Value> parameters) {
        Scope scope = root.scope().inner();
        var types = new ArrayList<Inputs.Found>();
        for (Parameter p : f.parameters()) {
            Inputs.Found found = p.type().isPresent() ? new Inputs.Found(p.type().get(), scope)
                : inputs.typeOf(p.name().text(), f.body()).orElseThrow(() -> Failure.of(Code.S0406,
                    "the type of the input `" + p.name() + "` is not known", p.name().span(), "it is not passed on to a parameter with a type")
                    .help("write it out: `" + p.name() + ": f32[N, 10]`"));
            Scope at = found.scope() == root.scope() ? scope : found.scope() == scope ? scope : found.scope().inner();
            types.add(new Inputs.Found(found.type(), at));
            e.types.bindSymbols(found.type(), at);
        }
        var given = new ArrayList<Calls.Given>();
        for (int k = 0; k < types.size(); k++) {
            Parameter p = f.parameters().get(k);
            Value value = e.graph.parameter(p.name().text(), e.types.symbolic(types.get(k).type(), types.get(k).scope()));
            names.add(p.name().text());
            parameters.add(value);
            given.add(Calls.Given.of(new Datum.Array(value), p.name().span()));
        }
        return given;
    }

    private void outputs(Declaration.Function f, Datum result, List<Module.Binding> out, List<Value> results) {
        Span span = f.body().span();
        var structure = new Structure(e);
        if (result instanceof Datum.Tuple(var names, List<Datum> fields)) {
            for (int i = 0; i < fields.size(); i++) output(names.get(i).orElse("result" + i), fields.get(i), structure, span, out, results);
        } else {
            output(f.train() ? "loss" : "result", result, structure, span, out, results);
        }
    }

    private void output(String name, Datum datum, Structure structure, Span span, List<Module.Binding> out, List<Value> results) {
        if (datum instanceof Datum.Nothing) return;
        if (datum instanceof Datum.Tuple(var names, List<Datum> fields)) {
            for (int i = 0; i < fields.size(); i++) {
                output(name + "." + names.get(i).orElse(Integer.toString(i)), fields.get(i), structure, span, out, results);
            }
            return;
        }
        results.add(e.arrays.of(datum, null, span));
        out.add(new Module.Binding.Argument(name));
    }

    /// A function that is not exported, elaborated for its errors only. Where its types are not known there is nothing to check.
    void check(Declaration.Function f) {
        try {
            elaborate(f);
        } catch (Failure failure) {
            if (failure.problem() != null && failure.problem().code() == Code.S0406) return;
            e.report(failure);
        }
    }

    /// Computes the initial values of all variables from a seed.
    Module.Entry init() {
        e.graph = new Graph();
        e.entry = "init";
        Value seed = e.graph.parameter("seed", KEY);
        var results = new ArrayList<Value>();
        var out = new ArrayList<Module.Binding>();
        for (Variable v : variables()) {
            results.add(initial(v, seed));
            out.add(new Module.Binding.OfState(v.name()));
        }
        return new Module.Entry(new Function("init", List.of(seed), results), "The initial values of all variables.",
            List.of(new Module.Binding.Argument("seed")), out);
    }

    /// The initial value of a variable; zero if its initialiser has errors.
    Value initial(Variable v, Value seed) {
        var state = e.state;
        var keys = e.keys;
        e.state = new State(w -> { throw Failure.of(Code.S0806, "an initialiser does not read variables", v.span(), "this one reads `" + w.name() + "`"); }, false);
        e.keys = new Keys(() -> Keys.forName(e.graph, seed, v.name()));
        try {
            if (v == randomKey) return e.keys.next(e.graph);
            if (v.initialiser().isEmpty()) return e.graph.fill(v.type(), 0);
            var expression = v.initialiser().get().value();
            Datum value = e.expressions.evaluate(expression, v.scope());
            if (!v.initialiser().get().drawn()) return e.statements.fitted(v, value, expression.span());
            return drawn(v, value, expression.span());
        } catch (Failure failure) {
            e.report(failure);
            return e.graph.fill(v.type(), 0);
        } finally {
            e.state = state;
            e.keys = keys;
        }
    }

    private Value drawn(Variable v, Datum initialiser, Span span) {
        if (!(initialiser instanceof Datum.Closure || initialiser instanceof Datum.Native)) {
            if (initialiser instanceof Datum.Broken) throw Failure.silent();
            throw Failure.of(Code.S0806, "after `~` stands a function of the shape", span, "found " + Show.kind(initialiser)).help("a value is given with `=`");
        }
        Datum shape = new Datum.Sequence(v.type().shape().dims().stream().map(d -> (Datum) new Datum.Whole(d)).toList());
        Value value = e.arrays.of(e.calls.apply(initialiser, List.of(shape), span), v.type().element(), span);
        if (!value.type().equals(v.type())) {
            throw Failure.of(Code.S0806, "the initialiser of `" + v.name() + "` gives another type", span, "expected " + Show.type(v.type()) + ", found " + Show.type(value))
                .with(v.span(), "declared here");
        }
        return value;
    }

    /// The state of the module.
    List<Module.State> state() {
        return variables().stream().map(v -> new Module.State(v.name(), v.type(), v.isTrainable())).toList();
    }

    /// Reports two variables of one name: an optimiser's prefix may collide with a member.
    void checkNames() {
        Map<String, Variable> byName = new LinkedHashMap<>();
        for (Variable v : variables()) {
            Variable before = byName.putIfAbsent(v.name(), v);
            if (before != null) {
                e.problems.add(Problem.error(Code.S0202, "two variables are called `" + v.name() + "`", v.span(), "one here").with(before.span(), "another here"));
            }
        }
    }
}
