package dev.sinter.runtime;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A JSON value (RFC 8259) with the place it was read from. The reader is strict: UTF-8 only, no duplicate keys, nothing
/// after the value, bounded nesting, and only numbers that are 64-bit integers, since no header of ours has others.
sealed interface Json {

    int MAX_DEPTH = 64;

    /// The offset in the text, counted in characters.
    int at();

    record Object(Map<String, Json> fields, int at) implements Json { }

    record Array(List<Json> elements, int at) implements Json { }

    record Text(String value, int at) implements Json { }

    record Number(long value, int at) implements Json { }

    record Truth(boolean value, int at) implements Json { }

    record Null(int at) implements Json { }

    /// Reads one value; `where` names the file in messages.
    ///
    /// @throws ArtifactException with the position, if the bytes are not such a value
    static Json parse(byte[] utf8, String where) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
        } catch (CharacterCodingException e) {
            throw ArtifactException.damaged(where, "not UTF-8 text", e);
        }
        return new Reader(text, where).document();
    }

    /// Appends `value` as a JSON string.
    static void quote(StringBuilder out, String value) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                case '\r' -> out.append("\\r");
                default -> {
                    // A surrogate without its partner has no UTF-8 form, so it is written as an escape, too.
                    if (c < 0x20 || c == 0x7f || isLone(value, i)) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static boolean isLone(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }

    final class Reader {
        private final String text;
        private final String where;
        private int at;

        private Reader(String text, String where) {
            this.text = text;
            this.where = where;
        }

        private Json document() {
            Json value = value(0);
            skipSpace();
            if (at < text.length()) {
                throw expected("the end");
            }
            return value;
        }

        private Json value(int depth) {
            skipSpace();
            if (depth > MAX_DEPTH) {
                throw fault("nested more than " + MAX_DEPTH + " deep");
            }
            int start = at;
            char first = peek();
            switch (first) {
                case '{':
                    return object(depth, start);
                case '[':
                    return array(depth, start);
                case '"':
                    return new Text(string(), start);
                case 't':
                    word("true");
                    return new Truth(true, start);
                case 'f':
                    word("false");
                    return new Truth(false, start);
                case 'n':
                    word("null");
                    return new Null(start);
                default:
                    if (first == '-' || first >= '0' && first <= '9') {
                        return new Number(number(), start);
                    }
                    throw expected("a value");
            }
        }

        private Json object(int depth, int start) {
            var fields = new LinkedHashMap<String, Json>();
            at++;
            skipSpace();
            if (peek() != '}') {
                while (true) {
                    skipSpace();
                    int keyAt = at;
                    if (peek() != '"') {
                        throw expected("a key");
                    }
                    String key = string();
                    skipSpace();
                    take(':');
                    if (fields.putIfAbsent(key, value(depth + 1)) != null) {
                        at = keyAt;
                        throw fault("the key \"" + key + "\" occurs twice");
                    }
                    skipSpace();
                    if (peek() != ',') {
                        break;
                    }
                    at++;
                }
            }
            take('}');
            return new Object(Collections.unmodifiableMap(fields), start);
        }

        private Json array(int depth, int start) {
            var elements = new ArrayList<Json>();
            at++;
            skipSpace();
            if (peek() != ']') {
                while (true) {
                    elements.add(value(depth + 1));
                    skipSpace();
                    if (peek() != ',') {
                        break;
                    }
                    at++;
                }
            }
            take(']');
            return new Array(List.copyOf(elements), start);
        }

        private String string() {
            at++;
            int end = at;
            while (end < text.length() && isPlain(text.charAt(end))) {
                end++;
            }
            var plain = text.substring(at, end);
            at = end;
            if (peek() == '"') {                  // most strings end here, without an escape
                at++;
                return plain;
            }
            var out = new StringBuilder(plain);
            while (true) {
                char c = peek();
                if (c == 0 && at == text.length()) {
                    throw expected("'\"'");
                }
                if (c < 0x20) {
                    throw fault("a control character in a string");
                }
                at++;
                if (c == '"') {
                    return out.toString();
                }
                out.append(c == '\\' ? escape() : c);
            }
        }

        private static boolean isPlain(char c) {
            return c >= 0x20 && c != '"' && c != '\\';
        }

        private char escape() {
            char c = peek();
            at++;
            return switch (c) {
                case '"', '\\', '/' -> c;
                case 'b' -> '\b';
                case 'f' -> '\f';
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                case 'u' -> {
                    int code = 0;
                    for (int i = 0; i < 4; i++) {
                        char h = peek();
                        int digit = h < 0x80 ? Character.digit(h, 16) : -1;
                        if (digit < 0) {
                            throw expected("a hexadecimal digit");
                        }
                        code = code * 16 + digit;
                        at++;
                    }
                    yield (char) code;
                }
                default -> {
                    at--;
                    throw expected("an escape");
                }
            };
        }

        private long number() {
            int start = at;
            if (peek() == '-') {
                at++;
            }
            int digits = at;
            while (peek() >= '0' && peek() <= '9') {
                at++;
            }
            if (at == digits) {
                throw expected("a digit");
            }
            if (text.charAt(digits) == '0' && at > digits + 1) {
                at = digits;
                throw fault("a number with a leading zero");
            }
            if (peek() == '.' || peek() == 'e' || peek() == 'E') {
                throw fault("a number that is not written as an integer");
            }
            try {
                return Long.parseLong(text, start, at, 10);
            } catch (NumberFormatException e) {
                at = start;
                throw fault("a number beyond 64 bits");
            }
        }

        private void word(String word) {
            if (!text.startsWith(word, at)) {
                throw expected("a value");
            }
            at += word.length();
        }

        private void take(char wanted) {
            if (peek() != wanted) {
                throw expected("'" + wanted + "'");
            }
            at++;
        }

        private char peek() {
            return at < text.length() ? text.charAt(at) : 0;
        }

        private void skipSpace() {
            int i = at;
            while (i < text.length() && isSpace(text.charAt(i))) {
                i++;
            }
            at = i;
        }

        private static boolean isSpace(char c) {
            return c == ' ' || c == '\n' || c == '\r' || c == '\t';
        }

        private ArtifactException expected(String what) {
            return fault("expected " + what + ", found " + (at < text.length() ? "'" + text.charAt(at) + "'" : "the end"));
        }

        private ArtifactException fault(String what) {
            return ArtifactException.damaged(where, "character " + at + ": " + what);
        }
    }
}
