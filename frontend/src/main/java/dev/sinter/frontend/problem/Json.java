package dev.sinter.frontend.problem;

import java.util.List;
import java.util.stream.Collectors;

/// Problems for programs: one JSON object each, all in an array.
public final class Json {
    private Json() { }

    /// The array of all problems.
    public static String array(List<Problem> problems) {
        return problems.stream().map(Json::object).collect(Collectors.joining(",\n ", "[", "]"));
    }

    /// One problem.
    public static String object(Problem problem) {
        return "{\"code\":" + quote(problem.code().toString())
            + ",\"severity\":" + quote(problem.isError() ? "error" : "warning")
            + ",\"title\":" + quote(problem.title())
            + ",\"primary\":" + label(problem.primary())
            + ",\"also\":" + problem.also().stream().map(Json::label).collect(Collectors.joining(",", "[", "]"))
            + ",\"help\":" + problem.help().stream().map(Json::quote).collect(Collectors.joining(",", "[", "]")) + "}";
    }

    private static String label(Label label) {
        var span = label.span();
        return "{\"file\":" + quote(span.source().name()) + ",\"line\":" + span.line() + ",\"column\":" + span.column()
            + ",\"start\":" + span.start() + ",\"end\":" + span.end() + ",\"text\":" + quote(label.text()) + "}";
    }

    static String quote(String text) {
        var out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> out.append(c < 0x20 ? String.format("\\u%04x", (int) c) : Character.toString(c));
            }
        }
        return out.append('"').toString();
    }
}
