package dev.sinter.compiler.command;

import dev.sinter.compiler.Compiler;
import dev.sinter.compiler.Target;
import dev.sinter.frontend.checked.CheckedModel;
import dev.sinter.ir.type.ElementType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The model file of a command, and how it is to be read.
final class ModelFile {
    @Parameters(paramLabel = "MODEL.sinter", description = "The model file.")
    private Path file;

    @Option(names = "--model", paramLabel = "NAME", description = "The model to take, if the file holds several (default: the last one).")
    private String model;

    @Option(names = "--with", paramLabel = "NAME=VALUE", description = "A whole number for a parameter of the model, instead of its default; may be repeated.")
    private Map<String, Long> arguments = Map.of();

    @Option(names = "--double", description = "Compute in double precision: every f32 of the source becomes f64.")
    private boolean inDouble;

    @Mixin
    private Exactness exactness;

    Path file() {
        return file;
    }

    /// The file's name without its ending.
    String baseName() {
        String name = file.getFileName().toString();
        return name.endsWith(".sinter") ? name.substring(0, name.length() - ".sinter".length()) : name;
    }

    /// @throws UserError if there is no such file
    CheckedModel check() {
        return Compiler.check(existing(), options(List.of()));
    }

    /// The file, after a look whether it is there. @throws UserError if not
    Path existing() {
        return require(file);
    }

    static Path require(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new UserError(Files.isDirectory(file) ? file + " is a folder; expected a model file" : "there is no file " + file);
        }
        return file;
    }

    dev.sinter.frontend.checked.Options frontend() {
        return new dev.sinter.frontend.checked.Options(inDouble ? ElementType.F64 : ElementType.F32, Optional.ofNullable(model), arguments);
    }

    Compiler.Options options(List<Target> targets) {
        return exactness.of(new Compiler.Options(frontend(), targets));
    }
}
