package dev.sinter.ir.text;

import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Op;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads functions and modules from the text that [GraphPrinter] writes:
///
/// ```text
/// text      = {function} | module
/// function  = "func" name "(" [parameter {"," parameter}] ")" ["->" "(" [type {"," type}] ")"] body
/// parameter = "%" name ":" type
/// body      = "{" {statement} "return" [value {"," value}] "}"
/// statement = "%" name "=" op [group {";" group}] ["{" name "=" attribute {"," name "=" attribute} "}"] [":" type]
/// group     = [value {"," value}]
/// value     = "%" name ["#" number]
/// region    = function | "@" name
/// module    = "module" name "{" {"state" name ":" type ["trainable"]} {function} {entry} "}"
/// entry     = {"///" text} "entry" name "(" {parameter "from" binding} ")" "->" "(" {type "to" binding} ")" body
/// binding   = ("argument" | "state") name
/// ```
///
/// Types of statements and results may be left out; where they are written they are checked. `// …` is a comment.
public final class GraphParser {
    private static final int DEEPEST = 100;

    private final Cursor cursor;
    private final Map<String, Function> shared = new HashMap<>();
    private int depth;

    private GraphParser(String text) {
        this.cursor = new Cursor(text);
    }

    /// The last function of a text; those before it are there to be referred to.
    ///
    /// @throws GraphSyntaxException if the text is not a list of functions
    public static Function parseFunction(String text) {
        var parser = new GraphParser(text);
        Function last;
        do {
            last = parser.function();
            parser.share(last);
        } while (!parser.cursor.atEnd());
        return last;
    }

    /// The module in a text.
    ///
    /// @throws GraphSyntaxException if the text is not a module
    public static Module parseModule(String text) {
        var parser = new GraphParser(text);
        Module module = parser.module();
        if (!parser.cursor.atEnd()) {
            throw parser.cursor.expected("the end");
        }
        return module;
    }

    private void share(Function function) {
        shared.put(function.name(), function);
    }

    private Module module() {
        cursor.expect("module");
        String name = cursor.name("the module's name");
        cursor.expect("{");
        var state = new ArrayList<Module.State>();
        while (cursor.take("state")) {
            String stateName = cursor.name("the state's name");
            cursor.expect(":");
            state.add(new Module.State(stateName, cursor.tensor(), cursor.take("trainable")));
        }
        while (cursor.sees("func")) {
            share(function());
        }
        var entries = new ArrayList<Module.Entry>();
        while (!cursor.take("}")) {
            entries.add(entry());
        }
        return new Module(name, state, entries);
    }

    private Module.Entry entry() {
        var doc = new ArrayList<String>();
        for (String line = cursor.docLine(); line != null; line = cursor.docLine()) {
            doc.add(line);
        }
        if (!cursor.take("entry")) {
            throw cursor.expected("'entry' or '}'");
        }
        var inputs = new ArrayList<Module.Binding>();
        var outputs = new ArrayList<Module.Binding>();
        Function function = rest(inputs, outputs);
        return new Module.Entry(function, String.join("\n", doc), inputs, outputs);
    }

    private Module.Binding binding(String direction) {
        cursor.expect(direction);
        if (cursor.take("argument")) {
            return new Module.Binding.Argument(cursor.name("the argument's name"));
        }
        if (cursor.take("state")) {
            return new Module.Binding.OfState(cursor.name("the state's name"));
        }
        throw cursor.expected("'argument' or 'state'");
    }

    private Function function() {
        cursor.expect("func");
        return rest(null, null);
    }

    /// A function from its name on; with bindings if there are lists to put them in.
    private Function rest(List<Module.Binding> inputs, List<Module.Binding> outputs) {
        if (++depth > DEEPEST) {
            throw cursor.wrong("functions nested deeper than " + DEEPEST);
        }
        String name = cursor.name("the function's name");
        var body = new Body();
        cursor.expect("(");
        if (!cursor.take(")")) {
            do {
                int place = cursor.place();
                cursor.expect("%");
                String label = cursor.name("the parameter's name");
                cursor.expect(":");
                Type.Tensor type = cursor.tensor();
                Value parameter = body.graph.parameter(label, type);
                if (body.names.put(label, parameter) != null) {
                    throw cursor.wrongAt(place, "%" + label + " is defined twice");
                }
                body.parameters.add(parameter);
                if (inputs != null) {
                    inputs.add(binding("from"));
                }
            } while (cursor.take(","));
            cursor.expect(")");
        }
        List<Type> declared = outputs != null || cursor.sees("->") ? results(outputs) : null;
        List<Value> results = body.read();
        var found = results.stream().map(Value::type).toList();
        if (declared != null && !declared.equals(found)) {
            throw cursor.wrongAt(body.returnPlace, "'" + name + "' returns " + found + ", declared as " + declared);
        }
        depth--;
        return new Function(name, body.parameters, results);
    }

    private List<Type> results(List<Module.Binding> outputs) {
        var types = new ArrayList<Type>();
        cursor.expect("->");
        cursor.expect("(");
        if (cursor.take(")")) {
            return types;
        }
        do {
            types.add(cursor.tensor());
            if (outputs != null) {
                outputs.add(binding("to"));
            }
        } while (cursor.take(","));
        cursor.expect(")");
        return types;
    }

    private Function region() {
        if (!cursor.sees("@")) {
            return function();
        }
        int place = cursor.place();
        cursor.expect("@");
        String name = cursor.name("a function's name");
        Function function = shared.get(name);
        if (function == null) {
            throw cursor.wrongAt(place, "no function called '" + name + "' stands before");
        }
        return function;
    }

    /// The statements of one function.
    private final class Body {
        private final Graph graph = new Graph();
        private final Map<String, Value> names = new HashMap<>();
        private final List<Value> parameters = new ArrayList<>();
        private int returnPlace;

        List<Value> read() {
            cursor.expect("{");
            while (true) {
                returnPlace = cursor.place();
                if (cursor.take("return")) {
                    break;
                }
                if (!cursor.sees("%")) {
                    throw cursor.expected("a statement or 'return'");
                }
                statement();
            }
            List<Value> results = group();
            cursor.expect("}");
            return results;
        }

        private void statement() {
            int place = cursor.place();
            cursor.expect("%");
            String name = cursor.name("a value's name");
            cursor.expect("=");
            int opPlace = cursor.place();
            String opName = cursor.word("an op's name");
            OpForms.Form<?> form = OpForms.named(opName);
            if (form == null) {
                throw cursor.wrongAt(opPlace, "no op is called '" + opName + "'");
            }
            var reader = new OpReader(opName, groups(opName, form), cursor, GraphParser.this::region);
            Value value = make(opPlace, form, reader);
            reader.end();
            int typePlace = cursor.place();
            if (cursor.take(":")) {
                Type declared = cursor.type();
                if (!declared.equals(value.type())) {
                    throw cursor.wrongAt(typePlace, "'" + opName + "' gives " + value.type() + ", declared as " + declared);
                }
            }
            if (names.put(name, value) != null) {
                throw cursor.wrongAt(place, "%" + name + " is defined twice");
            }
        }

        private Value make(int place, OpForms.Form<?> form, OpReader reader) {
            try {
                Op op = form.read().apply(reader);
                return graph.add(op);
            } catch (GraphSyntaxException e) {
                throw e;
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw cursor.wrongAt(place, e.getMessage());
            }
        }

        private List<List<Value>> groups(String op, OpForms.Form<?> form) {
            int place = cursor.place();
            var groups = new ArrayList<List<Value>>();
            do {
                groups.add(group());
            } while (cursor.take(";"));
            boolean fits = groups.size() == form.sizes().size();
            for (int k = 0; fits && k < groups.size(); k++) {
                fits = form.sizes().get(k) < 0 || form.sizes().get(k) == groups.get(k).size();
            }
            if (!fits) {
                String sizes = String.join("; ", form.sizes().stream().map(n -> n < 0 ? "…" : n.toString()).toList());
                throw cursor.wrongAt(place, "'" + op + "' takes " + sizes + " operands, given " + String.join("; ", groups.stream().map(g -> "" + g.size()).toList()));
            }
            return groups;
        }

        private List<Value> group() {
            var values = new ArrayList<Value>();
            if (!cursor.sees("%")) {
                return values;
            }
            do {
                values.add(value());
            } while (cursor.take(","));
            return values;
        }

        private Value value() {
            int place = cursor.place();
            if (!cursor.take("%")) {
                throw cursor.expected("a value");
            }
            String name = cursor.name("a value's name");
            Value value = names.get(name);
            if (value == null) {
                throw cursor.wrongAt(place, "%" + name + " is not defined");
            }
            if (value.type() instanceof Type.Tuple(var parts)) {
                if (!cursor.take("#")) {
                    throw cursor.wrongAt(place, "%" + name + " has " + parts.size() + " results; one of them is written %" + name + "#0");
                }
                int i = cursor.small("the number of a result");
                if (i < 0 || i >= parts.size()) {
                    throw cursor.wrongAt(place, "%" + name + " has " + parts.size() + " results, no result " + i);
                }
                return graph.part(value, i);
            }
            return value;
        }
    }
}
