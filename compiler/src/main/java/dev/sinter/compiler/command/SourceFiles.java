package dev.sinter.compiler.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The model files that a command line names.
final class SourceFiles {
    private SourceFiles() { }

    /// The files, and all `.sinter` files in the folders, in the order of their names.
    ///
    /// @throws UserError if there is no such file, or a folder without model files
    static List<Path> in(List<Path> places) throws IOException {
        var files = new ArrayList<Path>();
        for (Path place : places) {
            if (!Files.isDirectory(place)) {
                files.add(ModelFile.require(place));
                continue;
            }
            try (var found = Files.walk(place)) {
                var inside = found.filter(f -> f.toString().endsWith(".sinter") && Files.isRegularFile(f)).sorted().toList();
                if (inside.isEmpty()) {
                    throw new UserError("the folder " + place + " holds no .sinter file");
                }
                files.addAll(inside);
            }
        }
        return files;
    }
}
