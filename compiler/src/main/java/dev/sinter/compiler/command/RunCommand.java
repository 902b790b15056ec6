package dev.sinter.compiler.command;

import dev.sinter.compiler.data.Text;
import dev.sinter.frontend.problem.Near;
import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.Function;
import dev.sinter.runtime.Manifest;
import dev.sinter.runtime.Model;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// `sinter run`: calls a function of an artifact once.
@Command(name = "run", mixinStandardHelpOptions = true, description = "Calls a function of an artifact and prints its results.",
        footer = {"", "A value is a .npy file, a number, a nested list such as [[1, 2], [3, 4]], or, for whole numbers, a text.",
            "Example: sinter run lenet5.jar predict image=seven.npy", "Without FUNCTION it lists the functions."})
final class RunCommand implements Callable<Integer> {
    @ParentCommand
    private Sinter sinter;

    @Parameters(index = "0", paramLabel = "OUT.jar", description = "The artifact.")
    private Path artifact;

    @Parameters(index = "1", arity = "0..1", paramLabel = "FUNCTION", description = "The function to call.")
    private String function;

    @Parameters(index = "2..*", paramLabel = "NAME=VALUE", description = "The inputs.")
    private List<String> arguments = List.of();

    @Option(names = {"-o", "--output"}, paramLabel = "RESULT.npy", description = "Write the result here instead of printing it; several results become RESULT-NAME.npy.")
    private Path output;

    @Option(names = "--target", paramLabel = "TARGET", defaultValue = "best", description = "best, jvm, native, or one of 'sinter --version' (default: ${DEFAULT-VALUE}).")
    private String target;

    @Option(names = "--threads", paramLabel = "N", description = "Threads for the call (default: one for each processor).")
    private Integer threads;

    @Option(names = "--json", description = "Print one JSON object with the results by name, or with the functions.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        try (Model model = Artifacts.load(artifact, target, threads)) {
            if (function == null) {
                if (json) {
                    listJson(model);
                } else {
                    list(model);
                }
                return Sinter.DONE;
            }
            Function called = Artifacts.function(model, function);
            boolean asText = arguments.stream().anyMatch(a -> isText(called, a));
            Map<String, Tensor> results = called.call(inputs(called));
            if (output != null) {
                write(results);
            } else if (json) {
                json(results);
            } else {
                results.forEach((name, tensor) -> print(name, tensor, asText));
            }
            return Sinter.DONE;
        }
    }

    private void list(Model model) {
        sinter.console().out().println("model " + model.name() + Artifacts.signatures(Artifacts.own(model)));
    }

    private void listJson(Model model) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("model", model.name());
        fields.put("functions", Artifacts.own(model).stream().map(f -> {
            var about = new LinkedHashMap<String, Object>();
            about.put("name", f.name());
            about.put("doc", f.doc());
            about.put("inputs", signature(f.inputs()));
            about.put("outputs", signature(f.outputs()));
            about.put("writes", f.writes());
            return about;
        }).toList());
        sinter.console().json(fields);
    }

    private static List<Object> signature(List<Manifest.Value> values) {
        var list = new ArrayList<Object>();
        for (Manifest.Value value : values) {
            var about = new LinkedHashMap<String, Object>();
            about.put("name", value.name());
            about.put("type", value.type().toString());
            about.put("shape", value.shape().stream().map(Object::toString).toList());
            list.add(about);
        }
        return list;
    }

    private Map<String, Tensor> inputs(Function called) {
        var inputs = new LinkedHashMap<String, Tensor>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            if (equals < 1) {
                throw UserError.use("'" + argument + "' is not of the form NAME=VALUE; the signature is\n  " + called);
            }
            String name = argument.substring(0, equals);
            Manifest.Value input = input(called, name);
            if (inputs.put(name, Literals.read(name, argument.substring(equals + 1), input.type())) != null) {
                throw UserError.use("'" + name + "' is given twice");
            }
        }
        for (Manifest.Value input : called.inputs()) {
            if (!inputs.containsKey(input.name())) {
                if (!Artifacts.isSeed(input)) {
                    throw UserError.use("the input '" + input.name() + "' is missing; the signature is\n  " + called);
                }
                inputs.put(input.name(), Tensor.scalar(0L));
            }
        }
        return inputs;
    }

    private static Manifest.Value input(Function called, String name) {
        return called.inputs().stream().filter(i -> i.name().equals(name)).findFirst().orElseThrow(() -> {
            var near = Near.names(name, called.inputs().stream().map(Manifest.Value::name).toList());
            return UserError.use(called.name() + " has no input '" + name + "'" + (near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?")
                    + "; the signature is\n  " + called);
        });
    }

    private static boolean isText(Function called, String argument) {
        int equals = argument.indexOf('=');
        return called.inputs().stream().anyMatch(i -> i.name().equals(argument.substring(0, Math.max(0, equals))) && Literals.isText(argument.substring(equals + 1), i.type()));
    }

    private void print(String name, Tensor tensor, boolean asText) {
        String shown = asText && tensor.type() == ElementType.I32 && tensor.rank() == 1 ? Text.decode(tensor.toInts()) : Literals.text(tensor);
        sinter.console().out().println(name + ": " + tensor.description() + " = " + shown);
    }

    private void write(Map<String, Tensor> results) throws IOException {
        for (var result : results.entrySet()) {
            Path file = output;
            if (results.size() > 1) {
                String base = output.getFileName().toString().replaceFirst("\\.npy$", "");
                file = output.resolveSibling(base + "-" + result.getKey() + ".npy");
            }
            Literals.writeNpy(WholeFiles.writable(file), result.getValue());
            sinter.console().err().println(result.getKey() + ": " + result.getValue().description() + " written to " + file);
        }
    }

    private void json(Map<String, Tensor> results) {
        var fields = new LinkedHashMap<String, Object>();
        results.forEach((name, tensor) -> {
            var field = new LinkedHashMap<String, Object>();
            field.put("type", tensor.type().toString());
            field.put("shape", Arrays.stream(tensor.shape()).boxed().toList());
            field.put("values", values(tensor));
            fields.put(name, field);
        });
        sinter.console().json(fields);
    }

    /// The elements in row-major order. What JSON has no number for (NaN, infinities) is written as text.
    private static List<Object> values(Tensor tensor) {
        var values = new ArrayList<Object>();
        for (long k = 0; k < tensor.elements(); k++) {
            values.add(switch (tensor.type()) {
                case F32 -> tensor.getFloat(k);
                case F64 -> tensor.getDouble(k);
                case I32 -> tensor.getInt(k);
                case I64 -> tensor.getLong(k);
                case BOOL -> tensor.getBoolean(k);
            });
        }
        return values;
    }
}
