package dev.sinter.frontend.library;

import dev.sinter.frontend.source.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The standard library: files of the language, shipped as resources.
public final class Library {
    private static final List<String> NAMES = List.of("std.math", "std.activation", "std.init", "std.random", "std.loss", "std.nn", "std.optim");
    private static final Map<String, Source> SOURCES = new ConcurrentHashMap<>();

    private Library() { }

    /// The dotted names of its files.
    public static List<String> names() {
        return NAMES;
    }

    /// A file by its dotted name (`std.nn`).
    public static Optional<Source> source(String name) {
        return NAMES.contains(name) ? Optional.of(SOURCES.computeIfAbsent(name, Library::read)) : Optional.empty();
    }

    /// The dotted name of a source of the library; otherwise the source's own name.
    public static String name(Source source) {
        return SOURCES.entrySet().stream().filter(s -> s.getValue() == source).map(Map.Entry::getKey).findFirst().orElse(source.name());
    }

    private static Source read(String name) {
        String path = name.replace('.', '/') + ".sinter";
        try (var in = Library.class.getResourceAsStream("/" + path)) {
            if (in == null) throw new IllegalStateException("the library's file " + path + " is missing");
            return Source.library(path, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
