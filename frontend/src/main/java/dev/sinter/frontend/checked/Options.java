package dev.sinter.frontend.checked;

import dev.sinter.ir.type.ElementType;
import java.util.Map;
import java.util.Optional;

/// What the user chooses beside the source.
///
/// @param real what `f32` and `real` in the source mean: F32, or F64 for a model in double precision
/// @param model the model to compile, if the file holds several
/// @param arguments whole numbers for parameters of that model, in place of their defaults
public record Options(ElementType real, Optional<String> model, Map<String, Long> arguments) {
    /// Single precision, the last model of the file.
    public static final Options DEFAULT = new Options(ElementType.F32, Optional.empty());

    /// Double precision, the last model of the file.
    public static final Options DOUBLE = new Options(ElementType.F64, Optional.empty());

    /// Checks that `real` is a floating type.
    public Options {
        if (!real.isFloat()) throw new IllegalArgumentException(real + " is not a type of real numbers");
        arguments = Map.copyOf(arguments);
    }

    /// The model's parameters have their defaults.
    public Options(ElementType real, Optional<String> model) {
        this(real, model, Map.of());
    }
}
