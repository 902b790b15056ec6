package dev.sinter.oracle;

import dev.sinter.frontend.source.Source;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// How cases are said in the model language: functions in `.sinter` files, and models where something is trained.
///
/// `op_softmax(x, axes)` says the operator `softmax` and those whose names begin with `softmax.`, `case_pow_const` all cases whose names begin
/// with `pow.const` (the longest such name wins, cases before operators). A parameter is the input or the attribute of its name; every input of the case must be one, attributes
/// that are not asked for are left out, parameters with a default may be missing. The result is the case's one output, or a tuple with the
/// names of the outputs. Characters that no name can have are written `_`, and a reserved word gets a `_` at its end.
public final class Templates {
    private static final Pattern FUNCTION = Pattern.compile("^(fn|model) ((?:op|case)_\\w+)\\(([^)]*)\\)", Pattern.MULTILINE);
    private static final List<String> RESERVED = List.of("import", "fn", "export", "if", "then", "else", "for", "while", "and", "or", "not", "div", "mod",
            "true", "false", "none", "minimise", "minimize", "maximise", "maximize", "over", "through", "within", "when");

    /// A function of a template file.
    ///
    /// @param file       the name to import
    /// @param function   its name
    /// @param trains     whether it is a model: its parameters are attributes, and a function `apply` that trains takes the inputs
    /// @param parameters their names, with whether they have a default
    public record Template(String file, String function, boolean trains, Map<String, Boolean> parameters) { }

    private final Map<String, Source> files = new LinkedHashMap<>();
    private final Map<String, List<Template>> functions = new LinkedHashMap<>();

    /// The templates that come with this project.
    public static Templates builtIn() {
        var templates = new Templates();
        for (String name : text("index.txt").lines().filter(l -> !l.isBlank()).toList()) {
            templates.add(name, text(name + ".sinter"));
        }
        return templates;
    }

    /// These templates and those of a folder; the folder's come first.
    public Templates with(Path folder) throws IOException {
        var all = new Templates();
        files.forEach((name, source) -> all.add(name.substring("oracle.".length()), source.text()));
        try (var found = Files.list(folder)) {
            for (Path file : found.filter(f -> f.toString().endsWith(".sinter")).sorted().toList()) {
                all.add(file.getFileName().toString().replace(".sinter", ""), Files.readString(file));
            }
        }
        return all;
    }

    private static String text(String name) {
        try (InputStream in = Templates.class.getResourceAsStream("/oracle/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(String name, String text) {
        String file = "oracle." + name;
        files.put(file, Source.of(name + ".sinter", text));
        var matcher = FUNCTION.matcher(text);
        while (matcher.find()) {
            var parameters = new LinkedHashMap<String, Boolean>();
            for (String p : matcher.group(3).isBlank() ? List.<String>of() : Arrays.asList(matcher.group(3).split(",(?![^\\[]*\\])"))) {
                parameters.put(p.replaceAll("=.*", "").trim(), p.contains("="));
            }
            functions.computeIfAbsent(matcher.group(2), _ -> new ArrayList<>()).add(new Template(file, matcher.group(2), matcher.group(1).equals("model"), parameters));
        }
    }

    /// The source of a file, for imports.
    public Optional<Source> source(String file) {
        return Optional.ofNullable(files.get(file));
    }

    /// The template of a case, if there is one.
    public Optional<Template> find(OracleCase oracle) {
        var candidates = new ArrayList<String>();
        for (String name = oracle.local(); !name.isEmpty(); name = name.contains(".") ? name.substring(0, name.lastIndexOf('.')) : "") {
            candidates.add("case_" + letters(name));
        }
        for (String op = oracle.op(); !op.isEmpty(); op = op.contains(".") ? op.substring(0, op.lastIndexOf('.')) : "") {
            candidates.add("op_" + letters(op));
        }
        return candidates.stream().map(functions::get).filter(t -> t != null).findFirst().map(t -> preferred(t, oracle));
    }

    /// Of several functions of one name that of the case's section, else the one that was added last.
    private static Template preferred(List<Template> templates, OracleCase oracle) {
        String file = "oracle." + oracle.section().replaceFirst("^\\d+-", "");
        return templates.stream().filter(t -> t.file().equals(file)).findFirst().orElse(templates.getLast());
    }

    /// A name of the format as a name of the language.
    public static String name(String text) {
        String name = letters(text);
        return RESERVED.contains(name) ? name + "_" : Character.isDigit(name.charAt(0)) ? "_" + name : name;
    }

    private static String letters(String text) {
        return text.replaceAll("\\W", "_");
    }
}
