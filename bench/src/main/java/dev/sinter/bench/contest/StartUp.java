package dev.sinter.bench.contest;

import java.util.List;

/// An application that does one thing: it computes one result, prints `result` at the start of a line, and then `peak` with the most kibibytes of memory that it had, as [PeakMemory] tells.
///
/// @param options   of the Java virtual machine
/// @param classPath jars and folders
/// @param mainClass of the application
/// @param arguments of the application
/// @param shipped   files and folders that whoever runs it needs beside a JDK
public record StartUp(List<String> options, List<String> classPath, String mainClass, List<String> arguments, List<String> shipped) {
    /// Copies the lists.
    public StartUp {
        options = List.copyOf(options);
        classPath = List.copyOf(classPath);
        arguments = List.copyOf(arguments);
        shipped = List.copyOf(shipped);
    }

    /// Where the classes of a library come from: its jar, or a folder of classes.
    public static String placeOf(Class<?> type) {
        try {
            return java.nio.file.Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        } catch (java.net.URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
