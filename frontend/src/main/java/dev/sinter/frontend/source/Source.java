package dev.sinter.frontend.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;

/// A text in the model language, with the name under which messages speak of it.
///
/// Sources compare by identity: two files with equal text are two files.
public final class Source {
    private final String name;
    private final String text;
    private final boolean library;
    private final int[] lineStarts;

    private Source(String name, String text, boolean library) {
        this.name = name;
        this.text = text;
        this.library = library;
        this.lineStarts = lineStarts(text);
    }

    /// A source from memory.
    public static Source of(String name, String text) {
        return new Source(name, text, false);
    }

    /// A file of the standard library; messages point at its caller where they can.
    public static Source library(String name, String text) {
        return new Source(name, text, true);
    }

    /// Reads a UTF-8 file. @throws UncheckedIOException if it cannot be read
    public static Source read(Path path) {
        try {
            return of(path.toString(), Files.readString(path, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The name in messages, usually a path.
    public String name() {
        return name;
    }

    /// All of it.
    public String text() {
        return text;
    }

    /// Whether this is part of the standard library.
    public boolean isLibrary() {
        return library;
    }

    /// The line (from 1) that holds the character at `offset`.
    public int line(int offset) {
        int found = Arrays.binarySearch(lineStarts, offset);
        return found >= 0 ? found + 1 : -found - 1;
    }

    /// The column (from 1) of the character at `offset`, in characters.
    public int column(int offset) {
        int start = lineStarts[line(offset) - 1];
        return text.codePointCount(start, Math.max(start, Math.min(offset, text.length()))) + 1;
    }

    /// The text of a line (from 1), without its end.
    public String lineText(int line) {
        int start = lineStarts[line - 1];
        int end = line < lineStarts.length ? lineStarts[line] : text.length();
        while (end > start && (text.charAt(end - 1) == '\n' || text.charAt(end - 1) == '\r')) end--;
        return text.substring(start, end);
    }

    /// The span of the characters from `start` to before `end`.
    public Span span(int start, int end) {
        return new Span(this, Math.clamp(start, 0, text.length()), Math.clamp(Math.max(start, end), 0, text.length()));
    }

    /// The span of the word, or else of the one character, that begins at a line and a column (from 1); empty if the text has no such place.
    public Span word(int line, int column) {
        if (line < 1 || line > lineStarts.length || column < 1 || column > lineText(line).codePointCount(0, lineText(line).length())) return span(0, 0);
        int start = text.offsetByCodePoints(lineStarts[line - 1], column - 1);
        int end = start;
        while (end < text.length() && Character.isUnicodeIdentifierPart(text.codePointAt(end))) end += Character.charCount(text.codePointAt(end));
        return span(start, Math.max(end, start + 1));
    }

    @Override
    public String toString() {
        return name;
    }

    private static int[] lineStarts(String text) {
        var starts = new ArrayList<Integer>();
        starts.add(0);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean ends = c == '\n' || c == '\r' && !(i + 1 < text.length() && text.charAt(i + 1) == '\n');
            if (ends) starts.add(i + 1);
        }
        return starts.stream().mapToInt(Integer::intValue).toArray();
    }
}
