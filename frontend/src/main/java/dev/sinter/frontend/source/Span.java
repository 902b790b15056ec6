package dev.sinter.frontend.source;

/// The characters from `start` to before `end` of a source.
public record Span(Source source, int start, int end) {
    /// The smallest span that holds both.
    public Span to(Span that) {
        return new Span(source, Math.min(start, that.start), Math.max(end, that.end));
    }

    /// The line (from 1) where it begins.
    public int line() {
        return source.line(start);
    }

    /// The column (from 1) where it begins.
    public int column() {
        return source.column(start);
    }

    /// The characters themselves.
    public String text() {
        return source.text().substring(start, end);
    }

    /// `file:line:column`.
    @Override
    public String toString() {
        return source.name() + ":" + line() + ":" + column();
    }
}
