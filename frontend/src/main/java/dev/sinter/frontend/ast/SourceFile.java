package dev.sinter.frontend.ast;

import dev.sinter.frontend.source.Source;
import java.util.List;

/// A file: its declarations in order.
public record SourceFile(Source source, String doc, List<Declaration> declarations) {
    /// Copies `declarations`.
    public SourceFile {
        declarations = List.copyOf(declarations);
    }
}
