package dev.sinter.ir.text;

import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;

/// A place in a text, and the small things that are read there: words, numbers, strings, dims, types. White space and comments (`// …`, but not the doc
/// comments `/// …`) separate, and are skipped before whatever is read.
final class Cursor {
    private final String text;
    private int at;

    Cursor(String text) {
        this.text = text;
    }

    /// A fault at this place.
    GraphSyntaxException wrong(String message) {
        return wrongAt(at, message);
    }

    /// A fault at a place that [#place] gave.
    GraphSyntaxException wrongAt(int place, String message) {
        String before = text.substring(0, Math.min(place, text.length()));
        int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
        return new GraphSyntaxException(line, before.length() - before.lastIndexOf('\n'), message);
    }

    /// "expected …, found …" at this place.
    GraphSyntaxException expected(String what) {
        skip();
        int end = at;
        while (end < text.length() && end < at + 20 && isWordPart(text.charAt(end))) {
            end++;
        }
        String found = at == text.length() ? "the end" : "'" + text.substring(at, Math.max(end, at + 1)) + "'";
        return wrong("expected " + what + ", found " + found);
    }

    /// The place of the next token.
    int place() {
        skip();
        return at;
    }

    private void skip() {
        while (at < text.length()) {
            if (Character.isWhitespace(text.charAt(at))) {
                at++;
            } else if (text.startsWith("//", at) && !text.startsWith("///", at)) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else {
                return;
            }
        }
    }

    boolean atEnd() {
        skip();
        return at == text.length();
    }

    /// Whether `token` is next.
    boolean sees(String token) {
        skip();
        return text.startsWith(token, at) && !(isWordPart(token.charAt(token.length() - 1)) && at + token.length() < text.length()
                && isWordPart(text.charAt(at + token.length())));
    }

    /// Passes `token` if it is next.
    boolean take(String token) {
        boolean seen = sees(token);
        at += seen ? token.length() : 0;
        return seen;
    }

    /// Passes `token`.
    void expect(String token) {
        if (!take(token)) {
            throw expected("'" + token + "'");
        }
    }

    private static boolean isWordPart(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.';
    }

    /// A word or a string; `what` it is called in a message.
    String name(String what) {
        skip();
        return at < text.length() && text.charAt(at) == '"' ? string() : word(what);
    }

    /// Letters, digits, `_` and `.`.
    String word(String what) {
        skip();
        int start = at;
        while (at < text.length() && isWordPart(text.charAt(at))) {
            at++;
        }
        if (start == at) {
            throw expected(what);
        }
        return text.substring(start, at);
    }

    private String string() {
        int start = at++;
        var out = new StringBuilder();
        while (true) {
            if (at >= text.length()) {
                throw wrongAt(start, "a string without an end");
            }
            char c = text.charAt(at++);
            if (c == '"') {
                return out.toString();
            }
            if (c == '\\' && at < text.length()) {
                char escaped = text.charAt(at++);
                c = escaped == 'n' ? '\n' : escaped == 'r' ? '\r' : escaped;
            }
            out.append(c);
        }
    }

    /// The text of a doc comment's line, or null if there is none here.
    String docLine() {
        skip();
        if (!text.startsWith("///", at)) {
            return null;
        }
        int end = text.indexOf('\n', at);
        end = end < 0 ? text.length() : end;
        String line = text.substring(at + 3, end);
        at = end;
        return line.startsWith(" ") ? line.substring(1) : line;
    }

    /// A 64-bit integer.
    long integer(String what) {
        int start = place();
        String sign = take("-") ? "-" : "";
        String digits = word(what);
        try {
            return Long.parseLong(sign + digits);
        } catch (NumberFormatException _) {
            throw wrongAt(start, "expected " + what + ", found '" + sign + digits + "'");
        }
    }

    /// A small integer: an axis, a position.
    int small(String what) {
        int start = place();
        long value = integer(what);
        if (value != (int) value) {
            throw wrongAt(start, "expected " + what + ", found " + value);
        }
        return (int) value;
    }

    /// A number as `Double.toString` writes it.
    double real(String what) {
        int start = place();
        String sign = take("-") ? "-" : "";
        String digits = word(what);
        if (digits.endsWith("E") && at < text.length() && text.charAt(at) == '-') {
            at++;
            digits += "-" + word(what);
        }
        try {
            return Double.parseDouble(sign + digits);
        } catch (NumberFormatException _) {
            throw wrongAt(start, "expected " + what + ", found '" + sign + digits + "'");
        }
    }

    /// `true` or `false`.
    boolean flag() {
        if (take("true")) {
            return true;
        }
        if (take("false")) {
            return false;
        }
        throw expected("'true' or 'false'");
    }

    /// `[1, 2]`.
    List<Integer> axes() {
        var axes = new ArrayList<Integer>();
        expect("[");
        if (take("]")) {
            return axes;
        }
        do {
            axes.add(small("an axis"));
        } while (take(","));
        expect("]");
        return axes;
    }

    /// A dim: everything up to a comma or a closing bracket that is not its own.
    Dim dim() {
        int start = place();
        int depth = 0;
        while (at < text.length() && (depth > 0 || ",]}".indexOf(text.charAt(at)) < 0) && "{[:=\n".indexOf(text.charAt(at)) < 0) {
            depth += text.charAt(at) == '(' ? 1 : text.charAt(at) == ')' ? -1 : 0;
            at++;
        }
        String written = text.substring(start, at);
        if (written.isBlank()) {
            throw expected("a dim");
        }
        try {
            return Dim.parse(written);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw wrongAt(start, e.getMessage());
        }
    }

    /// `[N,10]`.
    Shape shape() {
        var dims = new ArrayList<Dim>();
        expect("[");
        if (take("]")) {
            return new Shape(dims);
        }
        do {
            dims.add(dim());
        } while (take(","));
        expect("]");
        return new Shape(dims);
    }

    /// `f32`.
    ElementType element() {
        int start = place();
        String written = word("an element type");
        try {
            return ElementType.of(written);
        } catch (IllegalArgumentException e) {
            throw wrongAt(start, e.getMessage());
        }
    }

    /// `f32[N,10]`.
    Type.Tensor tensor() {
        return new Type.Tensor(element(), shape());
    }

    /// A type, or types in parentheses.
    Type type() {
        if (!take("(")) {
            return tensor();
        }
        var parts = new ArrayList<Type.Tensor>();
        if (take(")")) {
            return new Type.Tuple(parts);
        }
        do {
            parts.add(tensor());
        } while (take(","));
        expect(")");
        return new Type.Tuple(parts);
    }
}
