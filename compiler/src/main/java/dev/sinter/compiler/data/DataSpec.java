package dev.sinter.compiler.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/// What `--data` names: a folder of IDX files, a table (`.csv`, `.csv.gz`), a text (`.txt`), or `eight_gaussians`.
public final class DataSpec {
    private static final String DRAWN = "eight_gaussians";
    private static final String FORMATS = "a .csv, .csv.gz or .txt file, a folder with MNIST's IDX files, or " + DRAWN;

    private DataSpec() { }

    /// How data is read.
    ///
    /// @param window the characters of a row of text
    /// @param scale  what measurements and pixels are multiplied by; empty to bring them near one by what they are
    /// @param seed   of whatever is random: the choice of held-out rows, drawn points
    public record Reading(int window, OptionalDouble scale, long seed) { }

    /// Reads the data that `spec` names.
    ///
    /// @param spec    a path, or the name of a drawn data set
    /// @param near    folders in which a relative path is looked for, in order
    /// @throws DataException if there is no such data or it is damaged
    public static DataSet read(String spec, List<Path> near, Reading how) {
        if (spec.equals(DRAWN)) {
            return Mixture.draw(25_600, 2_048, how.seed());
        }
        Path path = find(spec, near);
        if (Images.isFolder(path)) {
            return Images.read(path, how.scale());
        }
        String name = path.getFileName().toString();
        if (Files.isDirectory(path)) {
            throw new DataException(path + " has no IDX files (train-images-idx3-ubyte[.gz] and its three companions)");
        }
        if (name.endsWith(".csv") || name.endsWith(".csv.gz")) {
            return Tables.read(path, 0.2, how);
        }
        if (name.endsWith(".txt")) {
            return Text.read(path, how.window(), 0.05);
        }
        throw new DataException(path + " has an ending that tells no format; expected " + FORMATS);
    }

    private static Path find(String spec, List<Path> near) {
        Path asked = Path.of(spec);
        var places = asked.isAbsolute() ? List.of(asked) : near.stream().map(folder -> folder.resolve(asked)).toList();
        return places.stream().filter(Files::exists).findFirst().map(Path::normalize).orElseThrow(() -> new DataException("there is no data '" + spec + "'"
                + (asked.isAbsolute() ? "" : "; looked in " + String.join(", ", near.stream().map(folder -> folder.toAbsolutePath().normalize().toString()).distinct().toList()))
                + "; expected " + FORMATS));
    }
}
