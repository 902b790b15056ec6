package dev.sinter.compiler.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSpecTest {
    @TempDir
    Path folder;

    private DataSet read(String spec) {
        return read(spec, OptionalDouble.empty());
    }

    private DataSet read(String spec, OptionalDouble scale) {
        return DataSpec.read(spec, List.of(folder), new DataSpec.Reading(5, scale, 1));
    }

    private String refusal(String spec) {
        return assertThrows(DataException.class, () -> read(spec)).getMessage();
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        }
        return out.toByteArray();
    }

    @Test
    void aTableIsSplitAndScaled() throws IOException {
        write("t.csv", "a,b,label\n0,8,1\n4,2,0\n\n16,0,1\n1,1,2\n2,2,0\n");
        DataSet data = read("t.csv");
        assertEquals(4, data.rows());
        assertEquals(1, data.heldOutRows());
        assertEquals(List.of("values are divided by 16, the largest", "1 of 5 rows, chosen at random, are held out"), data.notes());
        Column image = data.training().getFirst();
        assertEquals("image", image.name());
        assertArrayEquals(new long[] {2}, image.shape());
        for (float v : image.values()) {
            assertTrue(v >= 0 && v <= 1);
        }
        assertEquals(List.of("values are multiplied by 0.5", "1 of 5 rows, chosen at random, are held out"), read("t.csv", OptionalDouble.of(0.5)).notes());
    }

    @Test
    void theSeedChoosesTheRowsHeldOut() throws IOException {
        var rows = new StringBuilder();
        for (int k = 0; k < 50; k++) {
            rows.append(k).append(",0\n");
        }
        write("t.csv", rows.toString());
        var chosen = new TreeSet<String>();
        for (long seed = 0; seed < 3; seed++) {
            var data = DataSpec.read("t.csv", List.of(folder), new DataSpec.Reading(5, OptionalDouble.of(1), seed));
            var again = DataSpec.read("t.csv", List.of(folder), new DataSpec.Reading(5, OptionalDouble.of(1), seed));
            assertArrayEquals(data.heldOut().getFirst().values(), again.heldOut().getFirst().values());
            chosen.add(java.util.Arrays.toString(data.heldOut().getFirst().values()));
        }
        assertEquals(3, chosen.size());
    }

    @Test
    void realFieldsAreStandardised() throws IOException {
        write("t.csv.gz", "");
        Files.write(folder.resolve("t.csv.gz"), gzip("1.5,0,0\n2.5,0,1\n3.5,0,0\n4.5,0,1\n5.5,0,1\n".getBytes()));
        DataSet data = read("t.csv.gz");
        double sum = 0;
        for (int k = 0; k < data.rows(); k++) {
            sum += data.training().getFirst().values()[2 * k];
            assertEquals(0, data.training().getFirst().values()[2 * k + 1]);
        }
        assertEquals(0, sum, 1e-6);
    }

    @Test
    void damagedTablesAreRefusedWithTheLine() throws IOException {
        Path t = write("t.csv", "1,2,0\n3,x,1\n");
        assertEquals(t + ":2: expected 3 numbers, found \"3,x,1\"", refusal("t.csv"));
        write("t.csv", "1,2,0\n3,1\n");
        assertEquals(t + ":2: expected 3 numbers, found \"3,1\"", refusal("t.csv"));
        write("t.csv", "1\n");
        assertEquals(t + ":1: expected at least 2 numbers, found \"1\"", refusal("t.csv"));
        write("t.csv", "");
        assertEquals(t + " has 0 rows: too few to hold some out", refusal("t.csv"));
        write("t.csv", "a,b\n");
        assertEquals(t + " has 0 rows: too few to hold some out", refusal("t.csv"));
        byte[] zipped = gzip("1,2,0\n".repeat(1000).getBytes());
        Files.write(folder.resolve("cut.csv.gz"), java.util.Arrays.copyOf(zipped, zipped.length / 2));
        assertEquals(folder.resolve("cut.csv.gz") + " cannot be read: Unexpected end of ZLIB input stream", refusal("cut.csv.gz"));
    }

    private byte[] idx(int[] extents, int bytes) {
        ByteBuffer buffer = ByteBuffer.allocate(4 + 4 * extents.length + bytes);
        buffer.put(new byte[] {0, 0, 8, (byte) extents.length});
        for (int e : extents) {
            buffer.putInt(e);
        }
        for (int k = 0; k < bytes; k++) {
            buffer.put((byte) (k % 3 == 0 ? 255 : 0));
        }
        return buffer.array();
    }

    private void images() throws IOException {
        Files.write(folder.resolve("train-images-idx3-ubyte.gz"), gzip(idx(new int[] {4, 2, 3}, 24)));
        Files.write(folder.resolve("train-labels-idx1-ubyte"), idx(new int[] {4}, 4));
        Files.write(folder.resolve("t10k-images-idx3-ubyte.gz"), gzip(idx(new int[] {2, 2, 3}, 12)));
        Files.write(folder.resolve("t10k-labels-idx1-ubyte.gz"), gzip(idx(new int[] {2}, 2)));
    }

    @Test
    void imagesComeFromIdxFiles() throws IOException {
        images();
        DataSet data = read("");
        assertEquals(4, data.rows());
        assertEquals(2, data.heldOutRows());
        assertArrayEquals(new long[] {1, 2, 3}, data.training().getFirst().shape());
        assertEquals(1f, data.training().getFirst().values()[0]);
        assertArrayEquals(new float[] {255, 0, 0, 255}, data.training().get(1).values());
        assertEquals(0.5f * 255, read("", OptionalDouble.of(0.5)).training().getFirst().values()[3]);
    }

    @Test
    void damagedImagesAreRefused() throws IOException {
        images();
        Path labels = folder.resolve("train-labels-idx1-ubyte");
        Files.write(labels, idx(new int[] {3}, 3));
        assertEquals(folder + ": 4 images but 3 labels in the files train-*", refusal(""));
        Files.write(labels, idx(new int[] {4}, 2));
        assertEquals(labels + " has 2 bytes of data where its header promises 4: it is cut off or damaged", refusal(""));
        Files.write(labels, new byte[] {1, 2, 3});
        assertEquals(labels + " is no IDX file of unsigned bytes with 1 axes", refusal(""));
        Files.delete(labels);
        assertEquals(folder + " has no file train-labels-idx1-ubyte or train-labels-idx1-ubyte.gz", refusal(""));
        images();
        Path images = folder.resolve("train-images-idx3-ubyte.gz");
        byte[] whole = Files.readAllBytes(images);
        Files.write(images, java.util.Arrays.copyOf(whole, whole.length - 9));
        assertEquals(images + " cannot be read: Unexpected end of ZLIB input stream", refusal(""));
        Files.write(images, gzip(idx(new int[] {1 << 30, 1 << 30, 4}, 4)));
        assertEquals(images + " has the impossible extent 1073741824", refusal(""));
    }

    @Test
    void textIsCutIntoWindowsThatShareOneCharacter() throws IOException {
        write("t.txt", "abcdefghijklmnopqrstuvwxyz".repeat(10));
        DataSet data = read("t.txt");
        Column text = data.training().getFirst();
        assertEquals(65 - 3, data.rows() + data.heldOutRows() - 2);
        assertArrayEquals(new long[] {5}, text.shape());
        assertEquals("abcde", Text.decode(row(text, 0)));
        assertEquals("efghi", Text.decode(row(text, 1)));
        assertTrue(data.kind() instanceof DataSet.Kind.Characters(String beginning) && beginning.startsWith(Text.decode(row(data.heldOut().getFirst(), 0))));
        write("short.txt", "abc");
        assertEquals(folder.resolve("short.txt") + " has 3 characters: too few for windows of 5", refusal("short.txt"));
        Files.write(folder.resolve("binary.txt"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertTrue(refusal("binary.txt").startsWith(folder.resolve("binary.txt") + " cannot be read as UTF-8 text"));
    }

    private static int[] row(Column column, int row) {
        Tensor tensor = Tensor.allocate(ElementType.I32, 1, column.width());
        column.fill(tensor, new int[] {row}, 0, 1);
        return tensor.toInts();
    }

    @Test
    void charactersHaveFixedNumbers() {
        assertEquals("\n !~??", Text.decode(Text.encode("\n !~\u00e9\t")));
        for (int code = 0; code < Text.ALPHABET; code++) {
            assertEquals(code, Text.code(Text.character(code)));
        }
        assertEquals('\n', Text.character(-1));
        assertEquals('\n', Text.character(Text.ALPHABET));
    }

    @Test
    void drawnPointsLieAtTheirCentresAndAreCounted() {
        DataSet data = read("eight_gaussians");
        var kind = (DataSet.Kind.Points) data.kind();
        var all = kind.coverage(data.heldOut().getFirst().values());
        assertEquals(8, all.covered());
        assertTrue(all.near() > 0.98);
        double[] one = Mixture.centre(3);
        var few = kind.coverage(new float[] {(float) one[0], (float) one[1], 0, 0});
        assertEquals(new DataSet.Kind.Points.Coverage(8, 1, 0.5), few);
        assertEquals(0, kind.coverage(new float[0]).covered());
    }

    @Test
    void whatIsNotThereIsSaidSo() throws IOException {
        String formats = "expected a .csv, .csv.gz or .txt file, a folder with MNIST's IDX files, or eight_gaussians";
        assertEquals("there is no data 'x.csv'; looked in " + folder + "; " + formats, refusal("x.csv"));
        assertEquals("there is no data '/x.csv'; " + formats, refusal("/x.csv"));
        assertEquals(folder + " has no IDX files (train-images-idx3-ubyte[.gz] and its three companions)", refusal(""));
        write("x.parquet", "");
        assertEquals(folder.resolve("x.parquet") + " has an ending that tells no format; " + formats, refusal("x.parquet"));
    }

    @Test
    void rowsAreWrittenInEveryType() {
        var column = new Column("x", ElementType.F32, new long[] {2}, new float[] {1, 2, 3, 4, 5, 6});
        for (ElementType type : List.of(ElementType.F32, ElementType.F64, ElementType.I32, ElementType.I64)) {
            Tensor tensor = Tensor.allocate(type, 2, 2);
            column.fill(tensor, new int[] {0, 2, 1}, 1, 2);
            assertEquals(type + "[2, 2] (" + (type == ElementType.F32 || type == ElementType.F64 ? "5.0, 6.0, 3.0, 4.0)" : "5, 6, 3, 4)"), tensor.toString());
        }
        assertThrows(IllegalArgumentException.class, () -> column.fill(Tensor.allocate(ElementType.F32, 3), new int[] {0}, 0, 1));
    }
}
