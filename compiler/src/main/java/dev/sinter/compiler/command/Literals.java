package dev.sinter.compiler.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sinter.compiler.data.Text;
import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/// Tensors on the command line: `.npy` files, nested lists of numbers, and text.
final class Literals {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS, JsonReadFeature.ALLOW_LEADING_DECIMAL_POINT_FOR_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

    private Literals() { }

    /// A tensor of `type` from what stands behind `NAME=`. For `i32` and `i64` a quoted text stands for its characters' numbers, and so does one that
    /// cannot be mistaken for a number or a list, since shells take quotes away.
    static Tensor read(String name, String text, ElementType type) {
        if (text.endsWith(".npy")) {
            return readNpy(name, Path.of(text), type);
        }
        JsonNode node = parse(name, text, type);
        var shape = new ArrayList<Long>();
        JsonNode first = characters(node, type);
        while (first != null && first.isArray()) {
            shape.add((long) first.size());
            first = first.isEmpty() ? null : characters(first.get(0), type);
        }
        Tensor tensor = Tensor.allocate(type, shape.stream().mapToLong(Long::longValue).toArray());
        fill(name, node, shape, 0, tensor, new long[1]);
        return tensor;
    }

    /// Whether a value was given as text.
    static boolean isText(String text, ElementType type) {
        return !text.endsWith(".npy") && isWhole(type) && (text.startsWith("\"") || looksLikeText(text));
    }

    private static boolean looksLikeText(String text) {
        return !text.isEmpty() && !"[{\"-+.0123456789".contains(text.substring(0, 1)) && !List.of("true", "false", "null", "NaN").contains(text);
    }

    private static JsonNode parse(String name, String text, ElementType type) {
        if (isWhole(type) && looksLikeText(text)) {
            return JsonNodeFactory.instance.textNode(text);
        }
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new UserError("'" + name + "=" + text + "': expected a .npy file, a number, or a nested list such as [[1, 2], [3, 4]]"
                    + (isWhole(type) ? ", or a text in quotes" : "") + (text.startsWith("[") ? "; something is wrong at character " + e.getLocation().getColumnNr() : ""));
        }
    }

    private static boolean isWhole(ElementType type) {
        return type == ElementType.I32 || type == ElementType.I64;
    }

    /// A text as the list of its characters' numbers; anything else as it is.
    private static JsonNode characters(JsonNode node, ElementType type) {
        if (!node.isTextual() || !isWhole(type)) {
            return node;
        }
        var list = JsonNodeFactory.instance.arrayNode();
        for (int code : Text.encode(node.textValue())) {
            list.add(code);
        }
        return list;
    }

    private static void fill(String name, JsonNode given, List<Long> shape, int depth, Tensor tensor, long[] at) {
        JsonNode node = characters(given, tensor.type());
        if (depth == shape.size()) {
            number(name, node, tensor, at[0]++);
        } else if (!node.isArray() || node.size() != shape.get(depth)) {
            throw new UserError("'" + name + "' is ragged: expected a list of " + shape.get(depth) + ", as the first one at this depth, found " + shorten(node));
        } else {
            for (JsonNode child : node) {
                fill(name, child, shape, depth + 1, tensor, at);
            }
        }
    }

    private static String shorten(JsonNode node) {
        String text = node.toString();
        return text.length() <= 40 ? text : text.substring(0, 37) + "…";
    }

    private static void number(String name, JsonNode node, Tensor tensor, long at) {
        ElementType type = tensor.type();
        if (node.isBoolean() && type == ElementType.BOOL) {
            tensor.setBoolean(at, node.booleanValue());
            return;
        }
        if (type == ElementType.BOOL || !node.isNumber()) {
            throw new UserError("'" + name + "': expected " + (type == ElementType.BOOL ? "true or false" : "a number") + ", found " + shorten(node));
        }
        if (type == ElementType.F32) {
            tensor.setFloat(at, node.floatValue());
        } else if (type == ElementType.F64) {
            tensor.setDouble(at, node.doubleValue());
        } else if (!node.canConvertToExactIntegral() || !(type == ElementType.I32 ? node.canConvertToInt() : node.canConvertToLong())) {
            throw new UserError("'" + name + "': expected a whole number that fits " + type + ", found " + shorten(node));
        } else if (type == ElementType.I32) {
            tensor.setInt(at, node.intValue());
        } else {
            tensor.setLong(at, node.longValue());
        }
    }

    private static Tensor readNpy(String name, Path file, ElementType type) {
        if (!Files.isReadable(file)) {
            throw new UserError("'" + name + "': there is no file " + file);
        }
        try {
            return NumPy.read(file, type);
        } catch (IOException e) {
            throw new UserError("'" + name + "': " + file + " cannot be read: " + Sinter.describe(e));
        } catch (NumPy.FormatException e) {
            throw new UserError("'" + name + "': " + file + " " + e.getMessage());
        }
    }

    /// Writes a tensor as `.npy`, beside and then renamed.
    static void writeNpy(Path file, Tensor tensor) throws IOException {
        WholeFiles.write(() -> {
            Path beside = WholeFiles.beside(file);
            try {
                NumPy.write(beside, tensor);
                Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(beside);
            }
        });
    }

    /// A tensor as nested lists, on one line.
    static String text(Tensor tensor) {
        var out = new StringBuilder();
        print(tensor, 0, new long[] {0}, out);
        return out.toString();
    }

    private static void print(Tensor tensor, int depth, long[] at, StringBuilder out) {
        if (depth == tensor.rank()) {
            long k = at[0]++;
            out.append(switch (tensor.type()) {
                case F32 -> Float.toString(tensor.getFloat(k));
                case F64 -> Double.toString(tensor.getDouble(k));
                case I32 -> Integer.toString(tensor.getInt(k));
                case I64 -> Long.toString(tensor.getLong(k));
                case BOOL -> Boolean.toString(tensor.getBoolean(k));
            });
            return;
        }
        out.append('[');
        for (long k = 0; k < tensor.extent(depth); k++) {
            out.append(k == 0 ? "" : ", ");
            print(tensor, depth + 1, at, out);
        }
        out.append(']');
    }
}
