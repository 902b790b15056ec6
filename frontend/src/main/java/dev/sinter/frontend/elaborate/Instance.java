package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Declaration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A model or optimiser with its arguments: its members, and where it belongs. Compares by identity; using one twice shares it.
final class Instance {
    private final Declaration.Module declaration;
    private final Scope scope;
    private final List<Variable> variables = new ArrayList<>();
    private final List<Datum> members = new ArrayList<>();
    private final Map<Variable, Map<String, Variable>> slots = new LinkedHashMap<>();
    private Instance owner;
    private String label;
    private boolean root;

    Instance(Declaration.Module declaration, Scope scope) {
        this.declaration = declaration;
        this.scope = scope;
    }

    Declaration.Module declaration() {
        return declaration;
    }

    /// Where its members are defined.
    Scope scope() {
        return scope;
    }

    /// The slots of an optimiser for a parameter, by name; filled on first use.
    Map<Variable, Map<String, Variable>> slots() {
        return slots;
    }

    void add(Variable variable) {
        variables.add(variable);
    }

    void add(Datum member) {
        members.add(member);
    }

    /// Its own variables.
    List<Variable> variables() {
        return List.copyOf(variables);
    }

    /// Makes it the model itself.
    void makeRoot() {
        root = true;
    }

    /// Gives it a place; the first one counts.
    void name(Instance newOwner, String newLabel) {
        if (root || label != null) return;
        owner = newOwner;
        label = newLabel;
    }

    boolean isNamed() {
        return root || label != null && (owner == null || owner.isNamed());
    }

    /// The path from the model, `encoder.layers.0`; the model itself is "".
    String path() {
        if (root || label == null) return "";
        String prefix = owner == null ? "" : owner.path();
        return prefix.isEmpty() ? label : prefix + "." + label;
    }

    /// Names the instances in what a member is bound to.
    void adopt(String name, Datum member) {
        switch (member) {
            case Datum.Part(Instance part) -> part.name(this, name);
            case Datum.Sequence(List<Datum> elements) -> {
                for (int i = 0; i < elements.size(); i++) adopt(name + "." + i, elements.get(i));
            }
            case Datum.Tuple(var names, List<Datum> fields) -> {
                for (int i = 0; i < fields.size(); i++) adopt(name + "." + names.get(i).orElse(Integer.toString(i)), fields.get(i));
            }
            default -> { }
        }
    }

    /// Its variables and those of its parts, each once, in order of declaration.
    List<Variable> allVariables() {
        var found = new ArrayList<Variable>();
        collect(this, found, new ArrayList<>());
        return found;
    }

    private static void collect(Instance instance, List<Variable> found, List<Instance> seen) {
        if (seen.contains(instance)) return;
        seen.add(instance);
        found.addAll(instance.variables);
        for (Datum member : instance.members) collect(member, found, seen);
    }

    private static void collect(Datum member, List<Variable> found, List<Instance> seen) {
        switch (member) {
            case Datum.Part(Instance part) -> collect(part, found, seen);
            case Datum.Sequence(List<Datum> elements) -> elements.forEach(e -> collect(e, found, seen));
            case Datum.Tuple(_, List<Datum> fields) -> fields.forEach(f -> collect(f, found, seen));
            default -> { }
        }
    }
}
