package dev.sinter.ir.graph;

import dev.sinter.ir.graph.Module.Binding;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/// Checks what the construction of a graph does not. A function is well formed if
///
/// - its parameters are different values, and no value within it needs a parameter of another function;
/// - the type of every value is what the type rule of its op gives now;
/// - every name in its dims is a dim of a parameter by itself, so that the arguments bind it; a region sees the dims of the function around it;
/// - its regions are well formed.
///
/// A module is well formed if, beyond that,
///
/// - no two tensors of its state, entries, inputs of an entry, or outputs of an entry have one name, and no dim is called `members`;
/// - the state has static shapes; what is bound to state has the type of that state.
public final class Verifier {
    private final List<String> problems = new ArrayList<>();
    private final Set<Function> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    private Verifier() { }

    /// Refuses a function that is not well formed.
    ///
    /// @throws IllegalStateException naming every problem
    public static void verify(Function function) {
        refuse(function.toString(), problems(function));
    }

    /// Refuses a module that is not well formed.
    ///
    /// @throws IllegalStateException naming every problem
    public static void verify(Module module) {
        refuse("module " + module.name(), problems(module));
    }

    private static void refuse(String what, List<String> problems) {
        if (!problems.isEmpty()) {
            throw new IllegalStateException(what + " is not well formed:\n" + String.join("\n", problems));
        }
    }

    /// What is wrong with a function, empty if nothing is. Values have the names of the text form ([Names]).
    public static List<String> problems(Function function) {
        var verifier = new Verifier();
        verifier.entry(function);
        return verifier.problems;
    }

    /// What is wrong with a module, empty if nothing is.
    public static List<String> problems(Module module) {
        var verifier = new Verifier();
        verifier.module(module);
        return verifier.problems;
    }

    private void module(Module module) {
        distinct("state", module.state().stream().map(Module.State::name).toList());
        distinct("entry", module.entries().stream().map(Module.Entry::name).toList());
        for (Module.State s : module.state()) {
            if (!s.type().shape().isStatic()) {
                problems.add("state " + s.name() + ": the shape of " + s.type() + " is not static");
            }
        }
        for (Module.Entry entry : module.entries()) {
            entry(entry.function());
            String where = "entry " + entry.name();
            bindings(module, where + ", input", entry.inputs(), entry.function().parameters());
            bindings(module, where + ", output", entry.outputs(), entry.function().results());
            if (bound(entry.function()).contains("members")) {
                problems.add(where + ": a dim is called 'members', which is the number of threads");
            }
        }
    }

    private void distinct(String what, List<String> names) {
        var taken = new HashSet<String>();
        names.stream().filter(name -> !taken.add(name)).forEach(name -> problems.add("two are called " + what + " " + name));
    }

    private void bindings(Module module, String where, List<Binding> bindings, List<Value> values) {
        distinct(where, bindings.stream().filter(Binding.Argument.class::isInstance).map(Binding::name).toList());
        distinct(where + " of state", bindings.stream().filter(Binding.OfState.class::isInstance).map(Binding::name).toList());
        for (int k = 0; k < bindings.size(); k++) {
            if (bindings.get(k) instanceof Binding.OfState(String name)) {
                Type declared = module.state().stream().filter(s -> s.name().equals(name)).map(Module.State::type).findFirst().orElse(null);
                if (declared == null) {
                    problems.add(where + " " + k + ": there is no state called " + name);
                } else if (!declared.equals(values.get(k).type())) {
                    problems.add(where + " " + k + ": " + values.get(k).type() + " is bound to the state " + name + " of type " + declared);
                }
            }
        }
    }

    private void entry(Function function) {
        function(function.toString(), function, bound(function));
    }

    /// The names that the arguments of a call bind.
    private static Set<String> bound(Function function) {
        var names = new LinkedHashSet<String>();
        function.parameters().forEach(p -> p.shape().dims().stream().filter(Dim::isName).forEach(d -> names.add(d.toString())));
        return names;
    }

    private void function(String where, Function function, Set<String> bound) {
        if (!seen.add(function)) {
            return;
        }
        var names = new Names(function);
        Set<Value> parameters = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Value p : function.parameters()) {
            if (!parameters.add(p)) {
                problems.add(where + ": the parameter " + names.of(p) + " stands twice");
            }
        }
        for (Value v : function.values()) {
            String at = where + ": " + names.of(v) + " = " + v.op().name();
            if (v.op() instanceof Parameter p && !parameters.contains(v)) {
                problems.add(where + ": needs the parameter '" + p.label() + "' of another function");
            }
            value(at, v);
            dims(v).flatMap(d -> d.names().stream()).filter(name -> !bound.contains(name)).distinct()
                    .forEach(name -> problems.add(at + ": no argument binds the dim " + name));
            for (Function region : v.op().regions()) {
                function(where + ", " + names.of(v) + " = " + v.op().name() + ", " + region, region, bound);
            }
        }
    }

    private void value(String at, Value v) {
        try {
            Type type = v.op().infer();
            if (!type.equals(v.type())) {
                problems.add(at + ": is " + v.type() + ", but its rule gives " + type);
            }
        } catch (TypeRuleException e) {
            problems.add(at + ": " + e.getMessage());
        }
    }

    private static Stream<Dim> dims(Value v) {
        Stream<Type.Tensor> types = v.type() instanceof Type.Tuple(var parts) ? parts.stream() : Stream.of(v.tensor());
        return Stream.concat(types.flatMap(t -> t.shape().dims().stream()), v.op().dims().stream().filter(Objects::nonNull));
    }
}
