package dev.sinter.runtime;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The safetensors format: eight bytes with the length of a JSON header, the header, then the tensors' bytes, little-endian
/// and without gaps. Only F32, F64, I32, I64 and BOOL are read. Nothing in a file is executed.
///
/// Reading is strict: every tensor's offsets agree with its type and shape, and together they cover the data exactly once.
public final class SafeTensors {

    private static final int MAX_HEADER = 100_000_000;
    private static final int CHUNK = 1 << 16;
    private static final String METADATA = "__metadata__";

    private SafeTensors() { }

    /// All tensors of a file, by name, in the order of their data.
    ///
    /// @throws ArtifactException if the file cannot be read, or is not of this format
    public static Map<String, Tensor> read(Path file) {
        try (var in = new BufferedInputStream(Files.newInputStream(file), CHUNK)) {
            return read(in, Files.size(file), file.toString(), (_, type, shape) -> Tensor.allocate(type, shape));
        } catch (IOException e) {
            throw new ArtifactException(file.toString(), "cannot be read (" + e + ")", "check that the file exists and is readable", e);
        }
    }

    /// Writes tensors to a file, in the order of their names, so that equal tensors give equal bytes. The file is written
    /// beside its place and then moved there: a reader never sees a part of it.
    public static void write(Path file, Map<String, Tensor> tensors) throws IOException {
        Replacement.write(file, out -> write(out, tensors));
    }

    /// Writes tensors to a stream, as [#write(Path,Map)].
    public static void write(OutputStream out, Map<String, Tensor> tensors) throws IOException {
        requireLittleEndian();
        var sorted = new TreeMap<>(tensors);
        var header = new StringBuilder("{");
        long offset = 0;
        for (var entry : sorted.entrySet()) {
            var tensor = entry.getValue();
            long end = Math.addExact(offset, tensor.segment().byteSize());
            if (entry.getKey().equals(METADATA)) {
                throw new IllegalArgumentException("no tensor can be named " + METADATA);
            }
            header.append(header.length() == 1 ? "" : ",");
            Json.quote(header, entry.getKey());
            header.append(":{\"dtype\":\"").append(tensor.type().name())
                    .append("\",\"shape\":").append(Arrays.toString(tensor.shape()).replace(" ", ""))
                    .append(",\"data_offsets\":[").append(offset).append(',').append(end).append("]}");
            offset = end;
        }
        header.append('}');
        byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
        // Trailing spaces bring the data to a multiple of the alignment, for those who map the file.
        int padded = Math.toIntExact((text.length + 8L + 63) / 64 * 64 - 8);
        if (padded > MAX_HEADER) {
            throw new IllegalArgumentException("the header of " + sorted.size() + " tensors would have " + padded + " bytes, above the limit of " + MAX_HEADER);
        }
        byte[] full = Arrays.copyOf(text, padded);
        Arrays.fill(full, text.length, padded, (byte) ' ');
        out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).array());
        out.write(full);
        byte[] chunk = new byte[CHUNK];
        for (var tensor : sorted.values()) {
            var segment = tensor.segment();
            for (long at = 0; at < segment.byteSize(); at += CHUNK) {
                int length = (int) Math.min(CHUNK, segment.byteSize() - at);
                MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, at, chunk, 0, length);
                out.write(chunk, 0, length);
            }
        }
    }

    /// Gives the memory that a tensor is read into, or throws if the tensor is not wanted.
    @FunctionalInterface
    interface Place {
        Tensor of(String name, ElementType type, long[] shape);
    }

    /// Reads all of a stream of `size` bytes; `where` names it in messages. No memory is asked for before the header has
    /// proved consistent with the size.
    static Map<String, Tensor> read(InputStream in, long size, String where, Place place) throws IOException {
        requireLittleEndian();
        byte[] lengthBytes = in.readNBytes(8);
        if (lengthBytes.length < 8) {
            throw ArtifactException.damaged(where, "ends within the header's length");
        }
        long length = ByteBuffer.wrap(lengthBytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 2 || length > MAX_HEADER || length > size - 8) {
            throw ArtifactException.damaged(where, "the header's length is " + length + " in a file of " + size + " bytes");
        }
        byte[] header = in.readNBytes((int) length);
        if (header.length < length) {
            throw ArtifactException.damaged(where, "ends within the header");
        }
        long data = size - 8 - length;
        var rows = rows(Json.parse(header, where), data, where);
        var tensors = new LinkedHashMap<String, Tensor>();
        byte[] chunk = new byte[CHUNK];
        for (var row : rows) {
            var tensor = place.of(row.name, row.type, row.shape);
            fill(tensor, in, chunk, where, row.name);
            tensors.put(row.name, tensor);
        }
        if (in.read() >= 0) {
            throw ArtifactException.damaged(where, "has more than the " + size + " bytes it should have");
        }
        return tensors;
    }

    /// The format is little-endian, and bytes are copied as they are.
    private static void requireLittleEndian() {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new UnsupportedOperationException("Sinter reads and writes tensors on little-endian machines only");
        }
    }

    private static void fill(Tensor tensor, InputStream in, byte[] chunk, String where, String name) throws IOException {
        var segment = tensor.segment();
        for (long at = 0; at < segment.byteSize(); ) {
            int length = in.readNBytes(chunk, 0, (int) Math.min(CHUNK, segment.byteSize() - at));
            if (length == 0) {
                throw ArtifactException.damaged(where, "ends within the tensor '" + name + "'");
            }
            MemorySegment.copy(chunk, 0, segment, ValueLayout.JAVA_BYTE, at, length);
            at += length;
        }
        if (tensor.type() == ElementType.BOOL) {
            for (long i = 0; i < segment.byteSize(); i++) {
                if ((segment.get(ValueLayout.JAVA_BYTE, i) & ~1) != 0) {
                    throw ArtifactException.damaged(where, "element " + i + " of the BOOL tensor '" + name + "' is neither 0 nor 1");
                }
            }
        }
    }

    private record Row(String name, ElementType type, long[] shape, long start, long end, int at) implements Comparable<Row> {
        /// By place; the zero-sized come first where several start at one.
        @Override
        public int compareTo(Row that) {
            return start != that.start ? Long.compare(start, that.start) : Long.compare(end, that.end);
        }
    }

    private static List<Row> rows(Json header, long data, String where) {
        if (!(header instanceof Json.Object(var fields, int _))) {
            throw ArtifactException.damaged(where, "the header is no JSON object");
        }
        var rows = new ArrayList<Row>();
        for (var field : fields.entrySet()) {
            if (!field.getKey().equals(METADATA)) {
                rows.add(row(field.getKey(), field.getValue(), where));
            }
        }
        Collections.sort(rows);
        long end = 0;
        for (var row : rows) {
            if (row.start != end) {
                throw fault(where, row.at, row.name, "its data starts at " + row.start + ", the data before ends at " + end);
            }
            end = row.end;
        }
        if (end != data) {
            throw ArtifactException.damaged(where, "the tensors have " + end + " bytes, the file has " + data + " bytes of data");
        }
        return rows;
    }

    private static Row row(String name, Json value, String where) {
        if (!(value instanceof Json.Object(var fields, int at))) {
            throw fault(where, value.at(), name, "is described by no JSON object");
        }
        if (!(fields.size() == 3 && fields.get("dtype") instanceof Json.Text(String dtype, int _)
                && fields.get("shape") instanceof Json.Array(var extents, int _)
                && fields.get("data_offsets") instanceof Json.Array(var offsets, int _) && offsets.size() == 2)) {
            throw fault(where, at, name, "needs exactly dtype, shape and two data_offsets");
        }
        var type = type(dtype, where, name);
        var shape = new long[extents.size()];
        for (int axis = 0; axis < shape.length; axis++) {
            shape[axis] = natural(extents.get(axis), where, name);
        }
        long start = natural(offsets.get(0), where, name);
        long end = natural(offsets.get(1), where, name);
        long bytes = type.bytes();
        try {
            for (long extent : shape) {
                bytes = Math.multiplyExact(bytes, extent);
            }
        } catch (ArithmeticException e) {
            throw fault(where, at, name, "the shape " + Arrays.toString(shape) + " is too large");
        }
        if (start > end || end - start != bytes) {
            throw fault(where, at, name, Tensor.describe(type, shape) + " has " + bytes + " bytes, its offsets are " + start + " and " + end);
        }
        return new Row(name, type, shape, start, end, at);
    }

    private static ElementType type(String dtype, String where, String name) {
        for (ElementType type : ElementType.values()) {
            if (type.name().equals(dtype)) {
                return type;
            }
        }
        throw new ArtifactException(where, "the tensor '" + name + "' has the type " + dtype, "convert it to one of " + Arrays.toString(ElementType.values()));
    }

    private static long natural(Json value, String where, String name) {
        if (value instanceof Json.Number(long number, int _) && number >= 0) {
            return number;
        }
        throw fault(where, value.at(), name, "expected an integer that is not negative");
    }

    private static ArtifactException fault(String where, int at, String name, String problem) {
        return ArtifactException.damaged(where, "character " + at + " of the header, tensor '" + name + "': " + problem);
    }
}
