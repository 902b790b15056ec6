package dev.sinter.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sinter.ir.array.NdArray;
import java.util.Map;

/// One case: an operator at a point, with its values and derivatives there. Maps keep the order of the file.
///
/// @param name       section and name: `05-conv.conv2d.stride2`
/// @param op         the operator
/// @param attributes what the operator is told beside its inputs
/// @param inputs     the point
/// @param outputs    what is expected: the true values where the file has them, else what the other library computed
/// @param cotangents the weights of the outputs in the scalar s that is differentiated; empty if nothing is
/// @param gradients  the gradient of s with respect to each of some inputs
/// @param tangents   a direction in these inputs; empty if there is no forward derivative
/// @param forward    the derivative of the outputs in `cotangents` along `tangents`
/// @param vectors    a direction in these inputs; empty if there is no second derivative
/// @param second     the Hessian of s times `vectors`
public record OracleCase(String name, String op, JsonNode attributes, Map<String, NdArray> inputs, Map<String, NdArray> outputs,
                         Map<String, NdArray> cotangents, Map<String, NdArray> gradients, Map<String, NdArray> tangents,
                         Map<String, NdArray> forward, Map<String, NdArray> vectors, Map<String, NdArray> second) {
    /// The part of the name before the first dot.
    public String section() {
        int dot = name.indexOf('.');
        return dot < 0 ? name : name.substring(0, dot);
    }

    /// The name without the section.
    public String local() {
        int dot = name.indexOf('.');
        return dot < 0 ? name : name.substring(dot + 1);
    }

    /// Whether this is a table of function values, to be compared element by element.
    public boolean isTable() {
        return local().endsWith(".table") || local().endsWith(".table_f32");
    }
}
