package dev.sinter.bench.peers.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.sinter.bench.contest.Prepared;
import dev.sinter.bench.peers.onednn.Library.After;
import dev.sinter.bench.workload.Gate;
import dev.sinter.bench.workload.LayerNormGelu;
import dev.sinter.bench.workload.SoftmaxRows;
import dev.sinter.bench.workload.Value;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/// What is bound by memory or by functions of one argument, with as much in one primitive as post-operations allow.
final class Elementwise {
    private static final long ROW = 1024;

    private Elementwise() { }

    /// The softmax of rows.
    static Prepared softmax(Library library, SoftmaxRows s) {
        Block x = library.block(s.inputs().getFirst(), dnnl_ab, s.rows(), s.columns());
        Block result = library.block(x.layout());
        return new Steps(library, List.of(softmax(library, x, result)), result, result.layout());
    }

    /// The softmax of the rows of a matrix, as one step.
    static Step softmax(Library library, Block x, Block result) {
        var description = new dnnl_primitive_desc();
        Library.check(dnnl_softmax_forward_primitive_desc_create(description, library.engine(), dnnl_forward_inference, dnnl_softmax_accurate, x.layout(), result.layout(), 1,
                library.attributes()));
        return library.step(description, Map.of(DNNL_ARG_SRC, x, DNNL_ARG_DST, result));
    }

    /// `a x`, to which `b` is added and gelu applied on the way; then the normalisation, in place.
    static Prepared layerNormGelu(Library library, LayerNormGelu n) {
        List<Value> inputs = n.inputs();
        Block x = library.block(inputs.get(0), dnnl_ab, n.rows(), n.columns());
        Block a = library.block(inputs.get(1), dnnl_ab, 1, n.columns());
        Block b = library.block(inputs.get(2), dnnl_ab, 1, n.columns());
        Block y = library.block(x.layout());
        Step gelu = binary(library, dnnl_binary_mul, x, a, y, new After.Combine(dnnl_binary_add, b), new After.Apply(dnnl_eltwise_gelu_erf, 0, 0));
        var description = new dnnl_primitive_desc();
        Library.check(dnnl_layer_normalization_forward_primitive_desc_create(description, library.engine(), dnnl_forward_inference, y.layout(), y.layout(), null, 1e-5f,
                dnnl_normalization_flags_none, library.attributes()));
        Step norm = library.step(description, Map.of(DNNL_ARG_SRC, y, DNNL_ARG_DST, y));
        return new Steps(library, List.of(gelu, norm), y, y.layout());
    }

    /// `sigmoid(y)`; `tanh(x)` times it; `exp(-z)` plus that.
    static Prepared gate(Library library, Gate g) {
        long[] shape = {g.elements() / ROW, ROW};
        Block x = library.block(g.inputs().get(0), dnnl_ab, shape);
        Block y = library.block(g.inputs().get(1), dnnl_ab, shape);
        Block z = library.block(g.inputs().get(2), dnnl_ab, shape);
        Block one = library.block(new float[] {1}, dnnl_ab, 1, 1);
        Block minus = library.block(new float[] {-1}, dnnl_ab, 1, 1);
        Block result = library.block(x.layout());
        Block product = library.block(x.layout());
        var sigmoid = new dnnl_primitive_desc();
        Library.check(dnnl_eltwise_forward_primitive_desc_create(sigmoid, library.engine(), dnnl_forward_inference, dnnl_eltwise_logistic, y.layout(), result.layout(), 0, 0,
                library.attributes()));
        // The fast kernel that another tensor can follow is that of binary primitives, so tanh and exp come after a factor.
        return new Steps(library, List.of(
                library.step(sigmoid, Map.of(DNNL_ARG_SRC, y, DNNL_ARG_DST, result)),
                binary(library, dnnl_binary_mul, x, one, product, new After.Apply(dnnl_eltwise_tanh, 0, 0), new After.Combine(dnnl_binary_mul, result)),
                binary(library, dnnl_binary_mul, z, minus, result, new After.Apply(dnnl_eltwise_exp, 0, 0), new After.Combine(dnnl_binary_add, product))), result, result.layout());
    }

    private static Step binary(Library library, int function, Block a, Block b, Block result, After... afters) {
        var description = new dnnl_primitive_desc();
        Library.check(dnnl_binary_primitive_desc_create(description, library.engine(), function, a.layout(), b.layout(), result.layout(), library.attributes(afters)));
        var arguments = new java.util.HashMap<>(Map.of(DNNL_ARG_SRC_0, a, DNNL_ARG_SRC_1, b, DNNL_ARG_DST, result));
        for (int k = 0; k < afters.length; k++) {
            if (afters[k] instanceof After.Combine(_, Block other)) {
                arguments.put(Library.ofAfter(k), other);
            }
        }
        return library.step(description, arguments);
    }
}
