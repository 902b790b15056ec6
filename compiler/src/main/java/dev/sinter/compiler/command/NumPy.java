package dev.sinter.compiler.command;

import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// NumPy's file format `.npy`, versions 1 to 3, for arrays of truth values, whole numbers and reals, in either byte order and either order of axes. See "NPY format" in
/// NumPy's manual. What a file says about itself is compared with its size before anything is read.
final class NumPy {
    private static final byte[] MAGIC = "\u0093NUMPY".getBytes(StandardCharsets.ISO_8859_1);
    private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([<>|=])([a-zA-Z])(\\d+)'");
    private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([\\d\\s,]*)\\)");
    private static final int ALIGNMENT = 64;
    private static final int CHUNK = 1 << 24;

    private NumPy() { }

    /// A file that is no such array, and why.
    static final class FormatException extends Exception {
        private static final long serialVersionUID = 1L;

        private FormatException(String message) {
            super(message);
        }
    }

    /// Reads an array into a tensor of `type`: truth values into `bool`, whole numbers into all others where they fit, reals into reals.
    ///
    /// @throws FormatException if the file is damaged, holds something else, or a number that does not fit
    static Tensor read(Path file, ElementType type) throws IOException, FormatException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ); var arena = Arena.ofConfined()) {
            MemorySegment all = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            Header header = header(all);
            return header.kind == 'b' ? truths(header, type) : header.kind == 'f' ? reals(header, type) : integers(header, type);
        }
    }

    /// Writes a tensor.
    static void write(Path file, Tensor tensor) throws IOException {
        String type = switch (tensor.type()) {
            case F32 -> "<f4";
            case F64 -> "<f8";
            case I32 -> "<i4";
            case I64 -> "<i8";
            case BOOL -> "|b1";
        };
        String shape = Arrays.stream(tensor.shape()).mapToObj(n -> n + ",").collect(Collectors.joining(" ", "(", ")"));
        String text = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
        int before = MAGIC.length + 4;
        int length = (before + text.length() + ALIGNMENT) / ALIGNMENT * ALIGNMENT - before;
        var header = ByteBuffer.allocate(before + length).order(ByteOrder.LITTLE_ENDIAN).put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) length)
                .put((text + " ".repeat(length - 1 - text.length()) + "\n").getBytes(StandardCharsets.US_ASCII)).flip();
        MemorySegment data = tensor.segment();
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            writeAll(channel, header);
            for (long at = 0; at < data.byteSize(); at += CHUNK) {
                writeAll(channel, data.asSlice(at, Math.min(CHUNK, data.byteSize() - at)).asByteBuffer());
            }
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /// What a file says about itself, and its elements.
    ///
    /// @param kind `b` truth values, `i` and `u` whole numbers with and without sign, `f` reals
    /// @param size bytes of an element
    private record Header(char kind, int size, ByteOrder order, boolean fortran, long[] shape, long elements, MemorySegment data) {
        String type() {
            return switch (kind) {
                case 'b' -> "bool";
                case 'i' -> "int" + 8 * size;
                case 'u' -> "uint" + 8 * size;
                default -> "float" + 8 * size;
            };
        }

        /// Where the element stands that is number `k` of the tensor, whose last axis runs fastest.
        private long place(long k) {
            if (!fortran) {
                return k * size;
            }
            long place = 0;
            long stride = elements;
            long rest = k;
            for (int axis = shape.length - 1; axis >= 0; axis--) {
                stride /= shape[axis];
                place += rest % shape[axis] * stride;
                rest /= shape[axis];
            }
            return place * size;
        }

        /// The bits of an element, the sign of `i` carried on.
        long bits(long k) {
            long at = place(k);
            return switch (size) {
                case 1 -> kind == 'i' ? data.get(ValueLayout.JAVA_BYTE, at) : data.get(ValueLayout.JAVA_BYTE, at) & 0xffL;
                case 2 -> {
                    short bits = data.get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order), at);
                    yield kind == 'i' ? bits : bits & 0xffffL;
                }
                case 4 -> {
                    int bits = data.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(order), at);
                    yield kind == 'i' ? bits : bits & 0xffff_ffffL;
                }
                default -> data.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order), at);
            };
        }

        double real(long k) {
            long bits = bits(k);
            return size == 2 ? Float.float16ToFloat((short) bits) : size == 4 ? Float.intBitsToFloat((int) bits) : Double.longBitsToDouble(bits);
        }
    }

    private static Header header(MemorySegment all) throws FormatException {
        byte[] start = all.asSlice(0, Math.min(all.byteSize(), MAGIC.length + 2)).toArray(ValueLayout.JAVA_BYTE);
        if (start.length < MAGIC.length + 2 || !Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new FormatException("is no NumPy array");
        }
        int version = start[MAGIC.length];
        int before = start.length + (version == 1 ? 2 : 4);
        if (version < 1 || version > 3) {
            throw new FormatException("has the unknown version " + version + " of NumPy's format");
        }
        if (all.byteSize() < before) {
            throw new FormatException("ends within its header");
        }
        long length = version == 1 ? all.get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), start.length) & 0xffffL
                : all.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), start.length) & 0xffff_ffffL;
        if (length > all.byteSize() - before) {
            throw new FormatException("ends within its header");
        }
        String text = new String(all.asSlice(before, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        return header(text, all.asSlice(before + length));
    }

    private static Header header(String text, MemorySegment data) throws FormatException {
        Matcher type = TYPE.matcher(text);
        Matcher fortran = FORTRAN.matcher(text);
        Matcher shape = SHAPE.matcher(text);
        if (!type.find() || !fortran.find() || !shape.find()) {
            throw new FormatException("has a header that cannot be understood: " + text.strip());
        }
        String kind = type.group(2) + type.group(3);
        if (!kind.matches("b1|[iu][1248]|f[248]")) {
            throw new FormatException("does not hold numbers: its type is '" + type.group(1) + kind + "'");
        }
        int size = kind.charAt(1) - '0';
        try {
            long[] extents = Arrays.stream(shape.group(1).split(",")).map(String::strip).filter(s -> !s.isEmpty()).mapToLong(Long::parseLong).toArray();
            long elements = 1;
            for (long extent : extents) {
                elements = Math.multiplyExact(elements, extent);
            }
            if (Math.multiplyExact(elements, size) != data.byteSize()) {
                throw new FormatException("has " + data.byteSize() + " bytes of data, its shape (" + shape.group(1).strip() + ") needs " + elements * size);
            }
            ByteOrder order = type.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
            return new Header(kind.charAt(0), size, order, fortran.group(1).equals("True"), extents, elements, data);
        } catch (ArithmeticException | NumberFormatException e) {
            throw new FormatException("has the impossible shape (" + shape.group(1).strip() + ")");
        }
    }

    private static FormatException mismatch(Header header, ElementType type) {
        return new FormatException("holds " + header.type() + ", expected " + type);
    }

    private static Tensor truths(Header header, ElementType type) throws FormatException {
        if (type != ElementType.BOOL) {
            throw mismatch(header, type);
        }
        Tensor tensor = Tensor.allocate(type, header.shape);
        for (long k = 0; k < header.elements; k++) {
            tensor.setBoolean(k, header.bits(k) != 0);
        }
        return tensor;
    }

    private static Tensor reals(Header header, ElementType type) throws FormatException {
        if (type != ElementType.F32 && type != ElementType.F64) {
            throw mismatch(header, type);
        }
        Tensor tensor = Tensor.allocate(type, header.shape);
        for (long k = 0; k < header.elements; k++) {
            if (type == ElementType.F32) {
                tensor.setFloat(k, (float) header.real(k));
            } else {
                tensor.setDouble(k, header.real(k));
            }
        }
        return tensor;
    }

    private static Tensor integers(Header header, ElementType type) throws FormatException {
        if (type == ElementType.BOOL) {
            throw mismatch(header, type);
        }
        Tensor tensor = Tensor.allocate(type, header.shape);
        for (long k = 0; k < header.elements; k++) {
            long value = header.bits(k);
            boolean beyond = header.kind == 'u' && value < 0;       // 2^63 and more
            if ((type == ElementType.I32 || type == ElementType.I64) && (beyond || type == ElementType.I32 && value != (int) value)) {
                throw new FormatException("holds " + (beyond ? Long.toUnsignedString(value) : Long.toString(value)) + ", which does not fit " + type);
            }
            switch (type) {
                case F32 -> tensor.setFloat(k, beyond ? 2f * ((value >>> 1) | (value & 1)) : value);
                case F64 -> tensor.setDouble(k, beyond ? 2.0 * ((value >>> 1) | (value & 1)) : value);
                case I32 -> tensor.setInt(k, (int) value);
                case I64 -> tensor.setLong(k, value);
                case BOOL -> throw new AssertionError();
            }
        }
        return tensor;
    }
}
