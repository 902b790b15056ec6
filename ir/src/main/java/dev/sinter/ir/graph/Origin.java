package dev.sinter.ir.graph;

/// The place in a source text that a value comes from, for messages; `NONE` where there is no source.
public record Origin(String file, int line, int column) {
    /// No source: made by a pass or by a program.
    public static final Origin NONE = new Origin("", 0, 0);

    /// `file:line:column`, or nothing.
    @Override
    public String toString() {
        return this == NONE || file.isEmpty() ? "" : file + ":" + line + ":" + column;
    }
}
