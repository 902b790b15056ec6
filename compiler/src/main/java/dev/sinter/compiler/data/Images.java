package dev.sinter.compiler.data;

import dev.sinter.runtime.ElementType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.zip.GZIPInputStream;

/// Images and labels in the IDX format of MNIST: a folder with the four files of the set, gzipped or not.
///
/// A file is a big-endian header (two zero bytes, the element type 8 for unsigned bytes, the rank, an i32 extent per axis), then the bytes.
final class Images {
    private Images() { }

    /// Whether a folder holds such a set.
    static boolean isFolder(Path folder) {
        return Files.isDirectory(folder) && find(folder, "train-images-idx3-ubyte") != null;
    }

    /// Reads a set: columns `image` (f32, one channel, scaled, or else divided by 255) and `label` (i32); its test files are held out.
    static DataSet read(Path folder, OptionalDouble scale) {
        double factor = scale.orElse(1 / 255.0);
        return new DataSet(folder.getFileName().toString(), new DataSet.Kind.Table(), side(folder, "train", factor), side(folder, "t10k", factor),
                List.of(scale.isPresent() ? "pixels are multiplied by " + (float) factor : "pixels are divided by 255", "the files t10k-* are held out"));
    }

    private static List<Column> side(Path folder, String prefix, double factor) {
        Idx images = Idx.read(require(folder, prefix + "-images-idx3-ubyte"), 3);
        Idx labels = Idx.read(require(folder, prefix + "-labels-idx1-ubyte"), 1);
        if (images.extents[0] != labels.extents[0]) {
            throw new DataException(folder + ": " + images.extents[0] + " images but " + labels.extents[0] + " labels in the files " + prefix + "-*");
        }
        var pixels = new float[images.bytes.length];
        for (int k = 0; k < pixels.length; k++) {
            pixels[k] = (float) ((images.bytes[k] & 0xff) * factor);
        }
        var classes = new float[labels.bytes.length];
        for (int k = 0; k < classes.length; k++) {
            classes[k] = labels.bytes[k] & 0xff;
        }
        return List.of(new Column("image", ElementType.F32, new long[] {1, images.extents[1], images.extents[2]}, pixels),
                new Column("label", ElementType.I32, new long[0], classes));
    }

    private static Path require(Path folder, String name) {
        Path found = find(folder, name);
        if (found == null) {
            throw new DataException(folder + " has no file " + name + " or " + name + ".gz");
        }
        return found;
    }

    private static Path find(Path folder, String name) {
        for (String ending : List.of(".gz", "")) {
            Path file = folder.resolve(name + ending);
            if (Files.isRegularFile(file)) {
                return file;
            }
        }
        return null;
    }

    /// The content of one file.
    private record Idx(int[] extents, byte[] bytes) {
        static Idx read(Path file, int rank) {
            byte[] all;
            try (InputStream raw = Files.newInputStream(file);
                 InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
                all = in.readAllBytes();
            } catch (IOException e) {
                throw new DataException(file + " cannot be read: " + e.getMessage(), e);
            }
            if (all.length < 4 + 4 * rank || all[0] != 0 || all[1] != 0 || all[2] != 8 || all[3] != rank) {
                throw new DataException(file + " is no IDX file of unsigned bytes with " + rank + " axes");
            }
            ByteBuffer header = ByteBuffer.wrap(all, 4, 4 * rank);
            var extents = new int[rank];
            long elements = 1;
            for (int k = 0; k < rank; k++) {
                extents[k] = header.getInt();
                if (extents[k] <= 0 || (elements *= extents[k]) > Integer.MAX_VALUE) {
                    throw new DataException(file + " has the impossible extent " + extents[k]);
                }
            }
            if (all.length - 4 - 4 * rank != elements) {
                throw new DataException(file + " has " + (all.length - 4 - 4 * rank) + " bytes of data where its header promises " + elements + ": it is cut off or damaged");
            }
            return new Idx(extents, java.util.Arrays.copyOfRange(all, 4 + 4 * rank, all.length));
        }
    }
}
