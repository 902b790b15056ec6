package dev.sinter.bench.workload;

import java.util.Map;

/// Where Sinter's form of a computation is.
///
/// @param file      the model file, from the project's folder
/// @param model     the model in it
/// @param arguments the sizes, as parameters of the model
/// @param function  the function that is called; its results, in order, are what contenders are compared by
public record ModelSource(String file, String model, Map<String, Long> arguments, String function) {
    /// Copies the map.
    public ModelSource {
        arguments = Map.copyOf(arguments);
    }
}
