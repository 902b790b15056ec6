package dev.sinter.bench.peers;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// Writes ONNX models, so that a peer runs the very network that Sinter compiled, with the same weights. The field numbers are those of `onnx.proto`
/// (ONNX 1.x, Apache-2.0).
final class OnnxModel {
    private static final int FLOAT = 1;

    private final List<byte[]> nodes = new ArrayList<>();
    private final List<byte[]> initializers = new ArrayList<>();
    private final List<byte[]> inputs = new ArrayList<>();
    private final List<byte[]> outputs = new ArrayList<>();
    private int names;

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
        inputs.add(valueInfo(name, shape));
        return name;
    }

    /// Declares a result.
    void output(String name, long... shape) {
        outputs.add(valueInfo(name, shape));
    }

    private static byte[] valueInfo(String name, long[] shape) {
        byte[] dims = message(out -> {
            for (long extent : shape) {
                out.writeByteArray(1, message(dim -> dim.writeInt64(1, extent)));
            }
        });
        byte[] tensor = message(out -> {
            out.writeInt32(1, FLOAT);
            out.writeByteArray(2, dims);
        });
        return message(out -> {
            out.writeString(1, name);
            out.writeByteArray(2, message(type -> type.writeByteArray(1, tensor)));
        });
    }

    /// A weight; its name.
    String weight(String name, float[] values, long... shape) {
        ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float v : values) {
            raw.putFloat(v);
        }
        initializers.add(message(out -> {
            for (long extent : shape) {
                out.writeInt64(1, extent);
            }
            out.writeInt32(2, FLOAT);
            out.writeString(8, name);
            out.writeBytes(9, ByteString.copyFrom(raw.array()));
        }));
        return name;
    }

    /// An attribute that is a list of integers, or one integer.
    record Attribute(String name, boolean list, long... values) {
        byte[] bytes() {
            return message(out -> {
                out.writeString(1, name);
                if (list) {
                    for (long v : values) {
                        out.writeInt64(8, v);
                    }
                } else {
                    out.writeInt64(3, values[0]);
                }
                out.writeInt32(20, list ? 7 : 2);
            });
        }
    }

    /// Adds a node; the name of its result.
    String node(String op, List<String> operands, Attribute... attributes) {
        return node(op, op.toLowerCase(java.util.Locale.ROOT) + names++, operands, attributes);
    }

    /// Adds a node whose result is called `result`.
    String node(String op, String result, List<String> operands, Attribute... attributes) {
        nodes.add(message(out -> {
            for (String operand : operands) {
                out.writeString(1, operand);
            }
            out.writeString(2, result);
            out.writeString(4, op);
            for (Attribute a : attributes) {
                out.writeByteArray(5, a.bytes());
            }
        }));
        return result;
    }

    /// The model, opset 17.
    byte[] bytes() {
        byte[] graph = message(out -> {
            for (byte[] n : nodes) {
                out.writeByteArray(1, n);
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
        return message(out -> {
            out.writeInt64(1, 8);
            out.writeByteArray(7, graph);
            out.writeByteArray(8, message(opset -> opset.writeInt64(2, 17)));
        });
    }
}
