package dev.sinter.ir.graph;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The names of the values of one function in the text form and in messages: a parameter has its label (`%image`), other values are numbered in the
/// order of [Function#values] (`%3`), and a part of a tuple is named by it (`%3#1`).
public final class Names {
    private final Map<Value, String> names = new IdentityHashMap<>();
    private final List<Value> numbered = new ArrayList<>();

    /// Names every value of `function`.
    public Names(Function function) {
        var labels = new HashSet<String>();
        for (Value p : function.parameters()) {
            names.put(p, "%" + quote(unique(p.op() instanceof Parameter parameter ? parameter.label() : "", labels)));
        }
        for (Value v : function.values()) {
            if (names.containsKey(v)) {
                continue;
            }
            if (v.op() instanceof Part(Value tuple, int i)) {
                names.put(v, of(tuple) + "#" + i);
            } else {
                names.put(v, "%" + numbered.size());
                numbered.add(v);
            }
        }
    }

    /// The name of a value of the function; of a foreign value, what [Value#toString] says.
    public String of(Value value) {
        return names.getOrDefault(value, value.toString());
    }

    /// The values with a number, in order.
    public List<Value> numbered() {
        return numbered;
    }

    /// `name`, with a number if it is in `taken`, to which the result is added. What is empty or a number, and could be taken for a numbered
    /// value, gets a `p` in front.
    public static String unique(String name, Set<String> taken) {
        String wished = name.matches("[0-9]*") ? "p" + name : name;
        String result = wished;
        for (int n = 1; !taken.add(result); n++) {
            result = wished + "_" + n;
        }
        return result;
    }

    /// A name as it is written: as it is if it is a word (letters, digits, `_` and `.`, not beginning with a digit), else as a string.
    public static String quote(String name) {
        if (name.matches("[A-Za-z_][A-Za-z0-9_.]*")) {
            return name;
        }
        var out = new StringBuilder("\"");
        for (char c : name.toCharArray()) {
            out.append(c == '"' || c == '\\' ? "\\" + c : c == '\n' ? "\\n" : c == '\r' ? "\\r" : c);
        }
        return out.append('"').toString();
    }
}
