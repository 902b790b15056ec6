package dev.sinter.compiler.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.bio.npy.NpyArray;
import org.jetbrains.bio.npy.NpyFile;

/// Tensors on the command line: `.npy` files, nested lists of numbers, and text.
final class Literals {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS, JsonReadFeature.ALLOW_LEADING_DECIMAL_POINT_FOR_NUMBERS).build();

    private Literals() { }

    /// A tensor of `type` from what stands behind `NAME=`.
    static Tensor read(String name, String text, ElementType type) {
        if (text.endsWith(".npy")) {
            return readNpy(Path.of(text), type);
        }
        JsonNode node;
        try {
            node = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new UserError("'" + name + "' is neither a .npy file nor a number or nested list such as [[1, 2], [3, 4]]: " + e.getOriginalMessage());
        }
        var shape = new ArrayList<Long>();
        for (JsonNode at = node; at.isArray(); at = at.get(0)) {
            shape.add((long) at.size());
            if (at.isEmpty()) {
                break;
            }
        }
        var values = new ArrayList<Double>();
        flatten(name, node, shape, 0, values);
        Tensor tensor = Tensor.allocate(type, shape.stream().mapToLong(Long::longValue).toArray());
        for (int k = 0; k < values.size(); k++) {
            set(tensor, k, values.get(k));
        }
        return tensor;
    }

    private static void flatten(String name, JsonNode node, List<Long> shape, int depth, List<Double> values) {
        if (depth == shape.size()) {
            if (node.isNumber()) {
                values.add(node.doubleValue());
            } else if (node.isBoolean()) {
                values.add(node.booleanValue() ? 1.0 : 0.0);
            } else {
                throw new UserError("'" + name + "': expected a number, found " + node);
            }
            return;
        }
        if (!node.isArray() || node.size() != shape.get(depth)) {
            throw new UserError("'" + name + "' is ragged: at depth " + (depth + 1) + " a list of " + shape.get(depth) + " is expected, found " + node);
        }
        node.forEach(child -> flatten(name, child, shape, depth + 1, values));
    }

    private static void set(Tensor tensor, long at, double value) {
        switch (tensor.type()) {
            case F32 -> tensor.setFloat(at, (float) value);
            case F64 -> tensor.setDouble(at, value);
            case I32 -> tensor.setInt(at, (int) value);
            case I64 -> tensor.setLong(at, (long) value);
            case BOOL -> tensor.setBoolean(at, value != 0);
        }
    }

    private static Tensor readNpy(Path file, ElementType type) {
        if (!Files.isReadable(file)) {
            throw new UserError("there is no file " + file);
        }
        NpyArray array;
        try {
            array = NpyFile.read(file, Integer.MAX_VALUE);
        } catch (RuntimeException e) {
            throw new UserError(file + " is no NumPy array of numbers that can be read: " + e.getMessage());
        }
        long[] shape = java.util.Arrays.stream(array.getShape()).asLongStream().toArray();
        Tensor tensor = Tensor.allocate(type, shape);
        switch (array.getData()) {
            case float[] a -> fill(tensor, a.length, k -> a[k]);
            case double[] a -> fill(tensor, a.length, k -> a[k]);
            case int[] a -> fill(tensor, a.length, k -> a[k]);
            case long[] a -> fill(tensor, a.length, k -> a[k]);
            case byte[] a -> fill(tensor, a.length, k -> a[k]);
            case short[] a -> fill(tensor, a.length, k -> a[k]);
            case boolean[] a -> fill(tensor, a.length, k -> a[k] ? 1 : 0);
            default -> throw new UserError(file + " holds no numbers");
        }
        return tensor;
    }

    private static void fill(Tensor tensor, int n, java.util.function.IntToDoubleFunction values) {
        for (int k = 0; k < n; k++) {
            set(tensor, k, values.applyAsDouble(k));
        }
    }

    /// Writes a tensor as `.npy`, beside and then renamed.
    static void writeNpy(Path file, Tensor tensor) throws IOException {
        int[] shape = java.util.Arrays.stream(tensor.shape()).mapToInt(Math::toIntExact).toArray();
        Path beside = Files.createTempFile(file.toAbsolutePath().getParent(), file.getFileName().toString(), ".part");
        switch (tensor.type()) {
            case F32 -> NpyFile.write(beside, tensor.toFloats(), shape);
            case F64 -> NpyFile.write(beside, tensor.toDoubles(), shape);
            case I32 -> NpyFile.write(beside, tensor.toInts(), shape);
            case I64 -> NpyFile.write(beside, tensor.toLongs(), shape);
            case BOOL -> NpyFile.write(beside, tensor.toBooleans(), shape);
        }
        Files.move(beside, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
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
