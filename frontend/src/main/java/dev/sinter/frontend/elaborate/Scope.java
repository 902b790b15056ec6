package dev.sinter.frontend.elaborate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// The names visible at a place, and what they stand for. Inner scopes hide outer ones.
final class Scope {
    private final Scope outer;
    private final boolean loop;
    private final Map<String, Datum> names = new LinkedHashMap<>();

    private Scope(Scope outer, boolean loop) {
        this.outer = outer;
        this.loop = loop;
    }

    static Scope root() {
        return new Scope(null, false);
    }

    /// A scope inside this one.
    Scope inner() {
        return new Scope(this, false);
    }

    /// The scope of a loop's body: a name that exists around the loop is bound there.
    Scope body() {
        return new Scope(this, true);
    }

    /// What a name stands for, or null.
    Datum find(String name) {
        for (Scope s = this; s != null; s = s.outer) {
            Datum found = s.names.get(name);
            if (found != null) return found;
        }
        return null;
    }

    /// The innermost meaning of a name that satisfies a condition, or null.
    Datum find(String name, Predicate<Datum> wanted) {
        for (Scope s = this; s != null; s = s.outer) {
            Datum found = s.names.get(name);
            if (found != null && wanted.test(found)) return found;
        }
        return null;
    }

    /// What a name stands for in this very scope, or null.
    Datum own(String name) {
        return names.get(name);
    }

    /// Gives a name a meaning here.
    void define(String name, Datum datum) {
        names.put(name, datum);
    }

    /// Gives a name a meaning where it is bound already around a loop, else here.
    void bind(String name, Datum datum) {
        for (Scope s = this; s != null; s = s.outer) {
            if (s.names.containsKey(name)) {
                s.names.put(name, datum);
                return;
            }
            if (!s.loop) break;
        }
        names.put(name, datum);
    }

    /// Whether the name is bound around the loop whose body this is.
    boolean rebinds(String name) {
        for (Scope s = this; s != null; s = s.outer) {
            if (s.names.containsKey(name)) return s != this;
            if (!s.loop) return false;
        }
        return false;
    }

    /// All visible names, inner ones first.
    List<String> visible() {
        var all = new ArrayList<String>();
        for (Scope s = this; s != null; s = s.outer) all.addAll(s.names.keySet());
        return all;
    }

    /// The names of this very scope.
    List<String> ownNames() {
        return List.copyOf(names.keySet());
    }
}
