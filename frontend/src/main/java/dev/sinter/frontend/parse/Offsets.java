package dev.sinter.frontend.parse;

import dev.sinter.frontend.source.Source;
import org.antlr.v4.runtime.Token;

/// Where tokens stand. ANTLR counts code points, a `Source` counts `char`s; they differ beyond the basic plane.
final class Offsets {
    private Offsets() { }

    static int start(Source source, Token token) {
        return chars(source, token.getStartIndex());
    }

    static int end(Source source, Token token) {
        return token.getType() == Token.EOF ? source.text().length() : chars(source, token.getStopIndex() + 1);
    }

    private static int chars(Source source, int codePoints) {
        String text = source.text();
        if (text.length() == text.codePointCount(0, text.length())) return Math.min(codePoints, text.length());
        return text.offsetByCodePoints(0, Math.min(codePoints, text.codePointCount(0, text.length())));
    }
}
