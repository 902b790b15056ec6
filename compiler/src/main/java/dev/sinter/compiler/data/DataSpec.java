package dev.sinter.compiler.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What `--data` names: a folder of IDX files, a table (`.csv`, `.csv.gz`), a text (`.txt`), or `eight_gaussians`.
public final class DataSpec {
    private DataSpec() { }

    /// Reads the data that `spec` names.
    ///
    /// @param spec    a path, or the name of a drawn data set
    /// @param near    folders in which a relative path is looked for, in order
    /// @param window  the characters of a row of text
    /// @param seed    of whatever is random: the choice of held-out rows, drawn points
    /// @throws DataException if there is no such data or it is damaged
    public static DataSet read(String spec, List<Path> near, int window, long seed) {
        if (spec.equals("eight_gaussians")) {
            return Mixture.draw(25_600, 2_048, seed);
        }
        Path path = near.stream().map(folder -> folder.resolve(spec)).filter(Files::exists).findFirst().orElseThrow(() ->
                new DataException("there is no data '" + spec + "'; give the path of a .csv, .csv.gz or .txt file, of a folder with MNIST's IDX files, or 'eight_gaussians'"));
        if (Images.isFolder(path)) {
            return Images.read(path);
        }
        String name = path.getFileName().toString();
        if (name.endsWith(".csv") || name.endsWith(".csv.gz")) {
            return Tables.read(path, 0.2, seed);
        }
        if (name.endsWith(".txt")) {
            return Text.read(path, window, 0.05);
        }
        throw new DataException(path + (Files.isDirectory(path)
                ? " has no IDX files (train-images-idx3-ubyte[.gz] and its three companions)" : ": the ending tells the format: .csv, .csv.gz or .txt"));
    }
}
