package dev.sinter.compiler.command;

import dev.sinter.frontend.problem.Near;
import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.Function;
import dev.sinter.runtime.LoadOptions;
import dev.sinter.runtime.Manifest;
import dev.sinter.runtime.Model;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// Artifacts as commands deal with them.
final class Artifacts {
    private static final String INIT = "init";
    private static final String SCORE = "score_";

    private Artifacts() { }

    /// Loads an artifact.
    ///
    /// @param target  `best`, `jvm`, `native` or the name of one
    /// @param threads how many a call may use; null for as many as there are processors
    /// @throws UserError if there is no such file, or the number of threads is below 1
    static Model load(Path file, String target, Integer threads) {
        return load(file, options(target, threads));
    }

    /// As [#load(Path,String,Integer)], with options.
    static Model load(Path file, LoadOptions options) {
        if (!Files.isRegularFile(file)) {
            throw new UserError(Files.isDirectory(file) ? file + " is a folder; expected an artifact" : "there is no file " + file);
        }
        return Model.load(file, options);
    }

    /// Checks the name of an artifact that is to be written, so that a slip overwrites no model file. @throws UserError if it does not end in `.jar`
    static void requireName(Path output) {
        if (!output.toString().endsWith(".jar")) {
            throw UserError.use("-o " + output + ": an artifact's name ends in .jar");
        }
    }

    /// How an artifact is loaded; see [#load(Path,String,Integer)].
    static LoadOptions options(String target, Integer threads) {
        if (threads != null && threads < 1) {
            throw UserError.use("--threads is " + threads + ", expected at least 1");
        }
        return new LoadOptions(target, threads == null ? LoadOptions.DEFAULT.threads() : threads);
    }

    /// The functions that the model's author wrote: not the first state's, not the scores'.
    static List<Function> own(Model model) {
        return model.functions().values().stream().filter(f -> !isInternal(f.name())).toList();
    }

    /// Whether a function was made by the compiler.
    static boolean isInternal(String name) {
        return name.equals(INIT) || name.startsWith(SCORE);
    }

    /// A function by its name. @throws UserError that names the functions and those of a similar name
    static Function function(Model model, String name) {
        Function found = model.functions().get(name);
        if (found == null) {
            var near = Near.names(name, model.functions().keySet());
            throw UserError.use("model " + model.name() + " has no function '" + name + "'" + (near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?")
                    + signatures(own(model)));
        }
        return found;
    }

    /// A line for each function.
    static String signatures(List<Function> functions) {
        return functions.stream().map(f -> "\n  " + f).collect(Collectors.joining("", "\nits functions:", ""));
    }

    /// The function that shows best what the model is for: one that changes nothing and gives more than a number, if there is one.
    static Function showpiece(Model model) {
        var reading = own(model).stream().filter(f -> f.writes().isEmpty()).toList();
        return reading.stream().filter(f -> f.outputs().stream().anyMatch(o -> !o.shape().isEmpty())).findFirst()
                .or(() -> reading.stream().findFirst()).orElse(model.functions().values().iterator().next());
    }

    /// Whether an input is the seed of the random numbers, for which 0 will do.
    static boolean isSeed(Manifest.Value input) {
        return input.name().equals("seed") && input.type() == ElementType.I64 && input.shape().isEmpty();
    }

    /// How to call a function from a shell.
    ///
    /// @param text whether sequences of `i32` are text
    static String shellCall(Path artifact, Function function, boolean text) {
        return "sinter run " + (artifact.toString().matches("[\\w./+,@=-]+") ? artifact : "'" + artifact.toString().replace("'", "'\\''") + "'") + " " + function.name() + function.inputs().stream().filter(i -> !isSeed(i))
                .map(i -> " " + i.name() + "=" + (i.shape().isEmpty() ? "1" : text && i.type() == ElementType.I32 && i.shape().size() == 1 ? "\"In the \"" : "FILE.npy")).collect(Collectors.joining());
    }

    /// How to call a function from Java.
    static String javaCall(Path artifact, Function function) {
        var arguments = function.inputs().stream().map(Artifacts::javaArgument).collect(Collectors.joining(", "));
        boolean single = function.outputs().size() == 1;
        return "try (var model = Model.load(Path.of(\"" + artifact + "\"))) {\n"
                + "    " + (single ? "Tensor " + function.outputs().getFirst().name() : "Tensor[] results") + " = model.function(\"" + function.name() + "\")."
                + (single ? "call" : "callAll") + "(" + arguments + ");\n"
                + "}";
    }

    private static String javaArgument(Manifest.Value input) {
        if (isSeed(input)) {
            return "Tensor.scalar(0L)";
        }
        if (input.shape().isEmpty()) {
            return "Tensor.scalar(" + input.name() + ")";
        }
        return "Tensor.of(" + input.name() + input.shape().stream().map(d -> ", " + (d.isConstant() ? d.toString() : "1")).collect(Collectors.joining()) + ")";
    }
}
