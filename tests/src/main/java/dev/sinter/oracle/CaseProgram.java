package dev.sinter.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A case as a model file: one exported function for each thing that the case states.
///
/// @param source the text
/// @param real   what `real` means in it
/// @param calls  the functions with their arguments and expected results
public record CaseProgram(String source, ElementType real, List<Call> calls) {
    /// A call of an exported function.
    ///
    /// @param function  `value`, `gradients`, `forward` or `second`
    /// @param arguments by the names of the parameters
    /// @param expected  by the names in the case
    public record Call(String function, Map<String, NdArray> arguments, Map<String, NdArray> expected) { }

    /// A case that its template does not cover; the message says why.
    public static final class NotCovered extends Exception {
        private static final long serialVersionUID = 1L;

        NotCovered(String message) {
            super(message);
        }
    }

    /// Writes the program of a case.
    public static CaseProgram of(OracleCase oracle, Templates.Template template) throws NotCovered {
        return new Writing(oracle, template).write();
    }

    /// The state of writing one program.
    private static final class Writing {
        private final OracleCase oracle;
        private final Templates.Template template;
        private final StringBuilder text = new StringBuilder();
        private final List<Call> calls = new ArrayList<>();

        Writing(OracleCase oracle, Templates.Template template) {
            this.oracle = oracle;
            this.template = template;
        }

        CaseProgram write() throws NotCovered {
            line("// " + oracle.name());
            line("import " + template.file());
            line("");
            line("model Case {");
            if (template.trains()) {
                line("  trained = " + template.function() + "(" + String.join(", ", attributes(new LinkedHashMap<>(template.parameters()))) + ")");
                line("  train apply(" + names("in_", oracle.inputs()) + ") = trained.apply(" + names("in_", oracle.inputs()) + ")");
            } else {
                line("  fn apply(" + names("in_", oracle.inputs()) + ") = " + template.function() + "(" + arguments() + ")");
            }
            value();
            if (!oracle.gradients().isEmpty()) derivatives();
            line("}");
            return new CaseProgram(text.toString(), real(), calls);
        }

        private void line(String line) {
            text.append(line).append('\n');
        }

        /// Single precision where the case has it and no double.
        private ElementType real() {
            var types = new ArrayList<>(oracle.inputs().values());
            types.addAll(oracle.outputs().values());
            boolean single = types.stream().anyMatch(a -> a.element() == ElementType.F32) && types.stream().noneMatch(a -> a.element() == ElementType.F64);
            return single ? ElementType.F32 : ElementType.F64;
        }

        private String arguments() throws NotCovered {
            var arguments = new ArrayList<String>();
            var unknown = new LinkedHashMap<>(template.parameters());
            for (String input : oracle.inputs().keySet()) {
                String name = Templates.name(input);
                if (unknown.remove(name) == null) {
                    throw new NotCovered("`" + template.function() + "` has no parameter for the input '" + input + "'");
                }
                arguments.add(name + ": in_" + name);
            }
            arguments.addAll(attributes(unknown));
            return String.join(", ", arguments);
        }

        /// The attributes that are asked for, by name; none that is needed may be missing.
        private List<String> attributes(Map<String, Boolean> unknown) throws NotCovered {
            var arguments = new ArrayList<String>();
            for (var attribute : oracle.attributes().properties()) {
                String name = Templates.name(attribute.getKey());
                if (unknown.remove(name) != null) arguments.add(name + ": " + literal(attribute.getValue()));
            }
            for (var missing : unknown.entrySet()) {
                if (!missing.getValue()) throw new NotCovered("`" + template.function() + "` needs '" + missing.getKey() + "'");
            }
            return arguments;
        }

        private static String literal(JsonNode node) {
            if (node.isNull()) return "none";
            if (node.isArray()) {
                return IntStream.range(0, node.size()).mapToObj(k -> literal(node.get(k))).collect(Collectors.joining(", ", "[", "]"));
            }
            if (node.isObject()) {
                return node.properties().stream().map(e -> Templates.name(e.getKey()) + ": " + literal(e.getValue())).collect(Collectors.joining(", ", "(", ",)"));
            }
            if (!node.isTextual()) return node.toString();
            return switch (node.asText()) {
                case "Infinity" -> "infinity";
                case "-Infinity" -> "-infinity";
                case "NaN" -> "not_a_number";
                default -> node.toString();
            };
        }

        private void value() {
            line("  export " + (template.trains() ? "train" : "fn") + " value(" + declared("in_", oracle.inputs()) + ") = apply(" + names("in_", oracle.inputs()) + ")");
            calls.add(new Call("value", prefixed("in_", oracle.inputs()), oracle.outputs()));
        }

        /// The inputs that are differentiated are the parameters of an inner function; the others are captured.
        private void derivatives() {
            var inner = oracle.inputs().keySet().stream().map(n -> (oracle.gradients().containsKey(n) ? "d_" : "in_") + Templates.name(n)).collect(Collectors.joining(", "));
            boolean whole = oracle.outputs().size() == 1;
            String selected = oracle.cotangents().keySet().stream().map(n -> "r." + Templates.name(n)).collect(Collectors.joining(", "));
            String result = whole ? "r" : oracle.cotangents().size() == 1 ? selected : "(" + selected + ")";
            String function = "(" + names("d_", oracle.gradients()) + ") => { r = apply(" + inner + "); " + result + " }";
            String weights = tuple("ct_", oracle.cotangents());
            String pulled = "{ y, pull = vjp(" + function + ", " + names("%s", oracle.gradients()) + "); pull(" + weights + ") }";
            String here = declared("in_", oracle.inputs()) + ", " + declared("ct_", oracle.cotangents());
            var point = prefixed("in_", oracle.inputs());
            var weighted = new LinkedHashMap<>(point);
            weighted.putAll(prefixed("ct_", oracle.cotangents()));
            line("  export fn gradients(" + here + ") = " + pulled.replace("%s", "in_"));
            calls.add(new Call("gradients", weighted, oracle.gradients()));
            if (!oracle.forward().isEmpty()) {
                line("  export fn forward(" + declared("in_", oracle.inputs()) + ", " + declared("t_", oracle.tangents()) + ") = jvp("
                        + function + ", " + tuple("in_", oracle.gradients()) + ", " + tuple("t_", oracle.gradients()) + ").1");
                var along = new LinkedHashMap<>(point);
                along.putAll(prefixed("t_", oracle.tangents()));
                calls.add(new Call("forward", along, oracle.forward()));
            }
            if (!oracle.second().isEmpty()) {
                line("  export fn second(" + here + ", " + declared("v_", oracle.vectors()) + ") = jvp((" + names("e_", oracle.gradients()) + ") => "
                        + pulled.replace("%s", "e_") + ", " + tuple("in_", oracle.gradients()) + ", " + tuple("v_", oracle.gradients()) + ").1");
                var along = new LinkedHashMap<>(weighted);
                along.putAll(prefixed("v_", oracle.vectors()));
                calls.add(new Call("second", along, oracle.second()));
            }
        }

        private static String names(String prefix, Map<String, NdArray> tensors) {
            return tensors.keySet().stream().map(n -> prefix + Templates.name(n)).collect(Collectors.joining(", "));
        }

        private static String tuple(String prefix, Map<String, NdArray> tensors) {
            return tensors.size() == 1 ? names(prefix, tensors) : "(" + names(prefix, tensors) + ")";
        }

        private static String declared(String prefix, Map<String, NdArray> tensors) {
            return tensors.entrySet().stream().map(e -> prefix + Templates.name(e.getKey()) + ": " + type(e.getValue())).collect(Collectors.joining(", "));
        }

        private static String type(NdArray array) {
            String element = array.element() == ElementType.F32 ? "real" : array.element().toString();
            if (array.rank() == 0) return element;
            return element + IntStream.range(0, array.rank()).mapToObj(k -> Long.toString(array.extent(k))).collect(Collectors.joining(", ", "[", "]"));
        }

        private static Map<String, NdArray> prefixed(String prefix, Map<String, NdArray> tensors) {
            var prefixed = new LinkedHashMap<String, NdArray>();
            tensors.forEach((name, value) -> prefixed.put(prefix + Templates.name(name), value));
            return prefixed;
        }
    }
}
