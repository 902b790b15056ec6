package dev.sinter.bench.peers.onnxruntime;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.sinter.bench.workload.Value;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Writes ONNX models, so that a peer runs the very network that Sinter compiled, with the same weights. The field numbers are those of `onnx.proto`
/// (ONNX 1.x, Apache-2.0). Weights go to a file beside the model's, since a model must stay below 2 GB and need not be in memory twice.
final class OnnxModel implements AutoCloseable {
    /// The domain of ONNX Runtime's own operators.
    static final String MICROSOFT = "com.microsoft";
    private static final int FLOAT = 1;
    private static final int INT32 = 6;
    private static final int INT64 = 7;
    private static final int EXTERNAL = 1;
    /// Weights above this many bytes go to the other file.
    private static final int LARGE = 1024;

    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, String> renamed = new HashMap<>();
    private final List<byte[]> initializers = new ArrayList<>();
    private final List<byte[]> inputs = new ArrayList<>();
    private final List<byte[]> outputs = new ArrayList<>();
    private final Path file;
    private final Path data;
    private final OutputStream weights;
    private long written;
    private int names;

    /// A model that will be in this file.
    OnnxModel(Path file) {
        this.file = file;
        this.data = file.resolveSibling(file.getFileName() + ".weights");
        try {
            this.weights = new BufferedOutputStream(Files.newOutputStream(data), 1 << 20);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A message being written.
    private interface Fields {
        void write(CodedOutputStream out) throws IOException;
    }

    private static byte[] message(Fields fields) {
        var bytes = new ByteArrayOutputStream();
        var out = CodedOutputStream.newInstance(bytes);
        try {
            fields.write(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /// An input of f32 with this shape; its name.
    String input(String name, long... shape) {
        inputs.add(valueInfo(name, FLOAT, shape));
        return name;
    }

    /// An input of i32 with this shape; its name.
    String wholeInput(String name, long... shape) {
        inputs.add(valueInfo(name, INT32, shape));
        return name;
    }

    /// Declares a result.
    void output(String name, long... shape) {
        outputs.add(valueInfo(name, FLOAT, shape));
    }

    private static byte[] valueInfo(String name, int type, long[] shape) {
        byte[] dims = message(out -> {
            for (long extent : shape) {
                out.writeByteArray(1, message(dim -> dim.writeInt64(1, extent)));
            }
        });
        byte[] tensor = message(out -> {
            out.writeInt32(1, type);
            out.writeByteArray(2, dims);
        });
        return message(out -> {
            out.writeString(1, name);
            out.writeByteArray(2, message(t -> t.writeByteArray(1, tensor)));
        });
    }

    /// A weight as it is; its name.
    String weight(Value value) {
        return weight(value.name(), value.floats(), value.dims());
    }

    /// A weight; its name.
    String weight(String name, float[] values, long... shape) {
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        return raw.capacity() > LARGE ? large(name, FLOAT, raw, shape) : small(name, FLOAT, raw, shape);
    }

    /// A constant list of whole numbers, as operators take shapes and axes; its name.
    String whole(String name, long... values) {
        ByteBuffer raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(values);
        return small(name, INT64, raw, values.length);
    }

    private String small(String name, int type, ByteBuffer raw, long... shape) {
        initializers.add(message(out -> {
            head(out, name, type, shape);
            out.writeBytes(9, ByteString.copyFrom(raw.array()));
        }));
        return name;
    }

    private String large(String name, int type, ByteBuffer raw, long... shape) {
        try {
            long pad = (64 - written % 64) % 64;
            weights.write(new byte[(int) pad]);
            weights.write(raw.array());
            long offset = written + pad;
            written = offset + raw.capacity();
            initializers.add(message(out -> {
                head(out, name, type, shape);
                out.writeByteArray(13, entry("location", data.getFileName().toString()));
                out.writeByteArray(13, entry("offset", Long.toString(offset)));
                out.writeByteArray(13, entry("length", Integer.toString(raw.capacity())));
                out.writeInt32(14, EXTERNAL);
            }));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return name;
    }

    private static void head(CodedOutputStream out, String name, int type, long... shape) throws IOException {
        for (long extent : shape) {
            out.writeInt64(1, extent);
        }
        out.writeInt32(2, type);
        out.writeString(8, name);
    }

    private static byte[] entry(String key, String value) {
        return message(out -> {
            out.writeString(1, key);
            out.writeString(2, value);
        });
    }

    /// An attribute of a node.
    sealed interface Attribute {
        String name();

        /// A list of integers.
        record Ints(String name, long... values) implements Attribute { }

        /// One integer.
        record Int(String name, long value) implements Attribute { }

        /// One real number.
        record Real(String name, float value) implements Attribute { }

        private byte[] bytes() {
            return message(out -> {
                out.writeString(1, name());
                switch (this) {
                    case Ints(_, long[] values) -> {
                        for (long v : values) {
                            out.writeInt64(8, v);
                        }
                        out.writeInt32(20, 7);
                    }
                    case Int(_, long value) -> {
                        out.writeInt64(3, value);
                        out.writeInt32(20, 2);
                    }
                    case Real(_, float value) -> {
                        out.writeFloat(2, value);
                        out.writeInt32(20, 1);
                    }
                }
            });
        }
    }

    /// Adds a node; the name of its result.
    String node(String op, List<String> operands, Attribute... attributes) {
        return node("", op, operands, attributes);
    }

    /// Adds a node of a domain; the name of its result.
    String node(String domain, String op, List<String> operands, Attribute... attributes) {
        String result = op.toLowerCase(Locale.ROOT) + names++;
        node(domain, op, List.of(result), operands, attributes);
        return result;
    }

    /// Adds a node with these results.
    void node(String domain, String op, List<String> results, List<String> operands, Attribute... attributes) {
        nodes.add(new Node(domain, op, results, operands, List.of(attributes)));
    }

    private record Node(String domain, String op, List<String> results, List<String> operands, List<Attribute> attributes) { }

    private byte[] bytes(Node node) {
        return message(out -> {
            for (String operand : node.operands) {
                out.writeString(1, renamed.getOrDefault(operand, operand));
            }
            for (String result : node.results) {
                out.writeString(2, renamed.getOrDefault(result, result));
            }
            out.writeString(4, node.op);
            for (Attribute a : node.attributes) {
                out.writeByteArray(5, a.bytes());
            }
            out.writeString(7, node.domain);
        });
    }

    /// Calls the result of a node by another name.
    void named(String result, String value) {
        renamed.put(value, result);
    }

    /// Writes the file, opset 17 with ONNX Runtime's own operators. @return the file
    Path write() {
        byte[] graph = message(out -> {
            for (Node n : nodes) {
                out.writeByteArray(1, bytes(n));
            }
            out.writeString(2, "model");
            for (byte[] i : initializers) {
                out.writeByteArray(5, i);
            }
            for (byte[] i : inputs) {
                out.writeByteArray(11, i);
            }
            for (byte[] o : outputs) {
                out.writeByteArray(12, o);
            }
        });
        byte[] model = message(out -> {
            out.writeInt64(1, 8);
            out.writeByteArray(7, graph);
            out.writeByteArray(8, message(opset -> opset.writeInt64(2, 17)));
            out.writeByteArray(8, message(opset -> {
                opset.writeString(1, MICROSOFT);
                opset.writeInt64(2, 1);
            }));
        });
        try {
            weights.flush();
            return Files.write(file, model);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            weights.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
