package dev.sinter.ir.text;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Names;
import dev.sinter.ir.graph.Op;
import dev.sinter.ir.graph.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Writes functions and modules as text that [GraphParser] reads back:
///
/// ```text
/// func f(%x: f32[N,10], %w: f32[10,3]) -> (f32[N,3]) {
///   %0 = dot %x, %w {batch = []x[], contract = [1]x[0]} : f32[N,3]
///   return %0
/// }
/// ```
///
/// A region stands where it is used; one that is used more than once stands before everything else and is referred to as `@name`.
public final class GraphPrinter {
    private final StringBuilder out = new StringBuilder();
    private final Map<Function, Integer> uses = new IdentityHashMap<>();
    private final List<Function> shared = new ArrayList<>();
    private final Map<Function, String> sharedNames = new IdentityHashMap<>();
    private int depth;

    private GraphPrinter(List<Function> roots) {
        roots.forEach(this::count);
        Set<String> taken = new HashSet<>();
        shared.removeIf(f -> uses.get(f) < 2);
        shared.forEach(f -> sharedNames.put(f, Names.unique(f.name(), taken)));
    }

    /// The text of a function.
    public static String print(Function function) {
        var printer = new GraphPrinter(List.of(function));
        for (Function f : printer.shared) {
            printer.function(f, "func " + Names.quote(printer.sharedNames.get(f)), null);
            printer.out.append("\n\n");
        }
        printer.function(function, "func " + Names.quote(function.name()), null);
        return printer.out.append('\n').toString();
    }

    /// The text of a module.
    public static String print(Module module) {
        var printer = new GraphPrinter(module.entries().stream().map(Module.Entry::function).toList());
        printer.module(module);
        return printer.out.toString();
    }

    /// Counts the uses of every region; lists regions with those that they use before them.
    private void count(Function function) {
        for (Value v : function.values()) {
            for (Function region : v.op().regions()) {
                if (uses.merge(region, 1, Integer::sum) == 1) {
                    count(region);
                    shared.add(region);
                }
            }
        }
    }

    private void newLine() {
        out.append('\n').append("  ".repeat(depth));
    }

    private void module(Module module) {
        out.append("module ").append(Names.quote(module.name())).append(" {");
        depth++;
        for (Module.State s : module.state()) {
            newLine();
            out.append("state ").append(Names.quote(s.name())).append(": ").append(s.type()).append(s.trainable() ? " trainable" : "");
        }
        String between = module.state().isEmpty() ? "" : "\n";
        for (Function f : shared) {
            out.append(between);
            between = "\n";
            newLine();
            function(f, "func " + Names.quote(sharedNames.get(f)), null);
        }
        for (Module.Entry entry : module.entries()) {
            out.append(between);
            between = "\n";
            if (!entry.doc().isEmpty()) {
                for (String line : entry.doc().split("\n", -1)) {
                    newLine();
                    out.append(line.isEmpty() ? "///" : "/// " + line);
                }
            }
            newLine();
            function(entry.function(), "entry " + Names.quote(entry.name()), entry);
        }
        depth--;
        newLine();
        out.append("}\n");
    }

    private static String binding(Module.Binding binding) {
        return switch (binding) {
            case Module.Binding.Argument(String name) -> "argument " + Names.quote(name);
            case Module.Binding.OfState(String name) -> "state " + Names.quote(name);
        };
    }

    private void function(Function function, String head, Module.Entry entry) {
        var names = new Names(function);
        var parameters = new ArrayList<String>();
        for (int k = 0; k < function.parameters().size(); k++) {
            Value p = function.parameters().get(k);
            parameters.add(names.of(p) + ": " + p.type() + (entry == null ? "" : " from " + binding(entry.inputs().get(k))));
        }
        var results = new ArrayList<String>();
        for (int k = 0; k < function.results().size(); k++) {
            results.add(function.results().get(k).type() + (entry == null ? "" : " to " + binding(entry.outputs().get(k))));
        }
        out.append(head).append('(').append(String.join(", ", parameters)).append(") -> (").append(String.join(", ", results)).append(") {");
        depth++;
        for (Value v : names.numbered()) {
            newLine();
            statement(v, v.op(), names);
        }
        newLine();
        out.append("return").append(function.results().isEmpty() ? "" : " ").append(list(function.results(), names));
        depth--;
        newLine();
        out.append('}');
    }

    private static String list(List<Value> values, Names names) {
        return values.stream().map(names::of).collect(Collectors.joining(", "));
    }

    private <T extends Op> void statement(Value v, T op, Names names) {
        OpForms.Form<T> form = OpForms.of(op);
        out.append(names.of(v)).append(" = ").append(op.name());
        String operands = form.groups().apply(op).stream().map(group -> list(group, names)).collect(Collectors.joining("; "));
        out.append(operands.isEmpty() ? "" : " ").append(operands);
        String before = " {";
        var attributes = form.attributes().apply(op);
        for (var attribute : attributes.entrySet()) {
            out.append(before).append(attribute.getKey()).append(" = ");
            attribute(attribute.getValue());
            before = ", ";
        }
        out.append(attributes.isEmpty() ? "" : "}").append(form.typed() ? "" : " : " + v.type());
    }

    private void attribute(Object value) {
        switch (value) {
            case Function region when sharedNames.containsKey(region) -> out.append('@').append(Names.quote(sharedNames.get(region)));
            case Function region -> function(region, "func " + Names.quote(region.name()), null);
            case NdArray data -> out.append(data.type()).append(' ').append(OpForms.elements(data));
            default -> out.append(value);
        }
    }
}
