package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.source.Span;
import dev.sinter.ir.graph.Value;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// The values of the model's variables while one entry is elaborated.
class State {
    private final Function<Variable, Value> source;
    private final boolean writable;
    private Map<Variable, Value> current = new LinkedHashMap<>();
    private final Map<Variable, Value> first = new LinkedHashMap<>();      // what the source gave, once for each variable
    private final Set<Variable> written = new LinkedHashSet<>();

    /// `source` gives a variable its value on the first read.
    State(Function<Variable, Value> source, boolean writable) {
        this.source = source;
        this.writable = writable;
    }

    Value read(Variable variable, Span span) {
        Value known = current.get(variable);
        if (known != null) return known;
        if (!variable.isReachable()) {
            throw Failure.of(Code.S0208, "a model with variables must be bound to a member of the model", span,
                "its variable `" + variable.name() + "` has no place").help("bind it outside of functions: `layer = Dense(4, 3)`");
        }
        Value fresh = first.computeIfAbsent(variable, source);
        current.put(variable, fresh);
        return fresh;
    }

    void write(Variable variable, Value value, Span span) {
        if (!writable) {
            throw Failure.of(Code.S0703, "`" + variable.name() + "` cannot be set here", span, "this function gives a result and changes nothing")
                .help("only functions declared with `train` change variables");
        }
        current.put(variable, value);
        written.add(variable);
    }

    boolean isWritable() {
        return writable;
    }

    /// The variables set so far.
    Set<Variable> written() {
        return written;
    }

    /// A copy of the current values.
    Map<Variable, Value> snapshot() {
        return new LinkedHashMap<>(current);
    }

    /// Goes back to a copy.
    void restore(Map<Variable, Value> snapshot) {
        current = new LinkedHashMap<>(snapshot);
    }

    /// The value that a variable had at a snapshot: if it was not read yet, that from its source.
    Value at(Map<Variable, Value> snapshot, Variable variable, Span span) {
        Value then = snapshot.get(variable);
        if (then != null) return then;
        Value source = first.get(variable);
        return source != null ? source : read(variable, span);
    }

    /// The variables that were set between two snapshots.
    List<Variable> changed(Map<Variable, Value> before, Map<Variable, Value> after) {
        return after.keySet().stream().filter(v -> {
            Value then = before.containsKey(v) ? before.get(v) : first.get(v);
            return after.get(v) != then;
        }).toList();
    }

    /// The current value of a variable that was read or written.
    Value now(Variable variable) {
        return current.get(variable);
    }

    /// Replaces a value without counting as an assignment.
    void rebind(Variable variable, Value value) {
        current.put(variable, value);
    }
}
