package dev.sinter.compiler.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintStream;
import java.util.Map;

/// Where a command writes.
///
/// @param out      results
/// @param err      progress and messages
/// @param terminal whether a person watches, so that lines may be drawn over
record Console(PrintStream out, PrintStream err, boolean terminal) {
    private static final JsonMapper JSON = new JsonMapper();

    /// Writes one JSON object on one line of standard output.
    void json(Map<String, ?> fields) {
        try {
            out.println(JSON.writeValueAsString(fields));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /// A count of bytes for people.
    static String bytes(long bytes) {
        return bytes < 10_000 ? bytes + " bytes" : bytes < 10_000_000 ? Math.round(bytes / 1e3) + " kB" : Math.round(bytes / 1e6) + " MB";
    }
}
