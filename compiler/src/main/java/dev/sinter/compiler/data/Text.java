package dev.sinter.compiler.data;

import dev.sinter.runtime.ElementType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// Text as numbers: a fixed alphabet of 96 characters, so that an artifact needs no vocabulary beside it. The line feed is 0, the printable ASCII
/// characters from space to `~` are 1 to 95; anything else reads as `?`.
public final class Text {
    private Text() { }

    /// The number of characters in the alphabet.
    public static final int ALPHABET = 96;

    /// The number of a character.
    public static int code(int character) {
        return character == '\n' ? 0 : character >= ' ' && character <= '~' ? character - 31 : '?' - 31;
    }

    /// The character with a number.
    public static char character(long code) {
        return code <= 0 || code >= ALPHABET ? '\n' : (char) (code + 31);
    }

    /// The text of a sequence of numbers.
    public static String decode(int[] codes) {
        var text = new StringBuilder();
        for (int c : codes) {
            text.append(character(c));
        }
        return text.toString();
    }

    /// The numbers of a text.
    public static int[] encode(String text) {
        return text.codePoints().map(Text::code).toArray();
    }

    /// Reads a text: the column `text` (i32), each row a window of `window` characters, one after the other; the last part of the windows is held out.
    static DataSet read(Path file, int window, double heldOut) {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new DataException(file + " cannot be read as UTF-8 text: " + e.getMessage(), e);
        }
        int[] codes = encode(text);
        int stride = window - 1;                               // a window's last character is the next one's first: each is predicted once
        int rows = Math.max(0, (codes.length - 1) / stride);
        int test = (int) Math.round(rows * heldOut);
        if (test == 0 || test == rows) {
            throw new DataException(file + " has " + codes.length + " characters: too few for windows of " + window);
        }
        int held = (rows - test) * stride;
        var kind = new DataSet.Kind.Characters(decode(Arrays.copyOfRange(codes, held, Math.min(held + 32, codes.length))));
        return new DataSet(file.getFileName().toString(), kind, List.of(windows(codes, 0, rows - test, window)), List.of(windows(codes, rows - test, rows, window)),
                List.of("windows of " + window + " characters", "the last " + test + " of " + rows + " windows are held out"));
    }

    private static Column windows(int[] codes, int from, int to, int window) {
        var values = new float[(to - from) * window];
        for (int r = from; r < to; r++) {
            for (int k = 0; k < window; k++) {
                values[(r - from) * window + k] = codes[r * (window - 1) + k];
            }
        }
        return new Column("text", ElementType.I32, new long[] {window}, values);
    }
}
