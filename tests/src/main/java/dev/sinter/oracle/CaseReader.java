package dev.sinter.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.type.ElementType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Reads the JSON files of a folder of cases. Tensors are `{"dtype", "shape", "data"}`; NaN and infinities are strings. Complex tensors
/// become pairs of reals along a new last axis.
public final class CaseReader {
    private static final ObjectMapper JSON = new ObjectMapper();

    private CaseReader() { }

    /// The files of a folder that hold cases, by name.
    public static List<Path> files(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().endsWith(".json")).sorted().toList();
        }
    }

    /// Reads one case. @throws IOException if the file cannot be read, or is no case (the message says why)
    public static OracleCase read(Path file) throws IOException {
        JsonNode root = JSON.readTree(Files.readAllBytes(file));
        try {
            var outputs = new LinkedHashMap<>(tensors(root.path("outputs")));
            outputs.putAll(tensors(root.path("exact")));
            return new OracleCase(required(root, "name").asText(), required(root, "op").asText(), root.path("attrs"),
                    tensors(required(root, "inputs")), outputs, tensors(root.path("cotangents")), tensors(root.path("gradients")),
                    tensors(root.path("jvp").path("tangents")), tensors(root.path("jvp").path("result")),
                    tensors(root.path("hvp").path("vectors")), tensors(root.path("hvp").path("result")));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is no oracle case: " + e.getMessage(), e);
        }
    }

    private static JsonNode required(JsonNode node, String field) {
        JsonNode found = node.get(field);
        if (found == null) {
            throw new IllegalArgumentException("'" + field + "' is missing");
        }
        return found;
    }

    private static Map<String, NdArray> tensors(JsonNode node) {
        var tensors = new LinkedHashMap<String, NdArray>();
        node.properties().forEach(e -> tensors.put(e.getKey(), tensor(e.getValue())));
        return tensors;
    }

    private static NdArray tensor(JsonNode node) {
        String type = required(node, "dtype").asText();
        JsonNode shape = required(node, "shape");
        JsonNode data = required(node, "data");
        boolean complex = type.equals("c128");
        var extents = IntStream.range(0, shape.size() + (complex ? 1 : 0)).mapToLong(k -> k < shape.size() ? shape.get(k).asLong() : 2).toArray();
        NdArray array = NdArray.zeros(complex ? ElementType.F64 : ElementType.of(type), extents);
        if (array.size() != data.size()) {
            throw new IllegalArgumentException(data.size() + " elements for the shape " + shape);
        }
        for (int k = 0; k < array.size(); k++) {
            JsonNode element = data.get(k);
            switch (array.element()) {
                case F32, F64 -> array.set(k, real(element));
                case I32, I64 -> array.setLong(k, element.asLong());
                case BOOL -> array.setLong(k, element.asBoolean() ? 1 : 0);
            }
        }
        return array;
    }

    private static double real(JsonNode element) {
        return element.isTextual() ? Double.parseDouble(element.asText()) : element.asDouble();
    }
}
