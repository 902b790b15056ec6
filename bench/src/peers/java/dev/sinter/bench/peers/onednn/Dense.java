package dev.sinter.bench.peers.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.sinter.bench.contest.Prepared;
import dev.sinter.bench.peers.onednn.Library.After;
import dev.sinter.bench.workload.Mlp;
import dev.sinter.bench.workload.Product;
import dev.sinter.bench.workload.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/// Matrix products, weights packed where they are known before.
final class Dense {
    private Dense() { }

    /// One product.
    static Prepared product(Library library, Product p) {
        Block a = library.block(p.inputs().getFirst(), dnnl_ab, p.m(), p.k());
        Block b = library.block(p.constant() ? p.parameters().getFirst() : p.inputs().get(1), dnnl_ab, p.k(), p.n());
        dnnl_memory_desc plain = library.layout(dnnl_ab, p.m(), p.n());
        Block result = library.block(plain);
        return new Steps(library, List.of(step(library, a, b, p.constant(), null, result)), result, plain);
    }

    /// Three layers and a softmax.
    static Prepared mlp(Library library, Mlp mlp) {
        List<Value> parameters = mlp.parameters();
        Value input = mlp.inputs().getFirst();
        Block x = library.block(input, dnnl_ab, input.dims());
        var steps = new ArrayList<Step>();
        for (int k = 0; k < parameters.size(); k += 2) {
            Value weight = parameters.get(k);
            long width = weight.dims()[1];
            Block b = library.block(weight, dnnl_ab, weight.dims());
            Block bias = library.block(parameters.get(k + 1), dnnl_ab, 1, width);
            Block y = library.block(library.layout(dnnl_ab, mlp.batch(), width));
            boolean last = k + 2 == parameters.size();
            After[] relu = last ? new After[0] : new After[] {new After.Apply(dnnl_eltwise_relu, 0, 0)};
            steps.add(step(library, x, b, true, bias, y, relu));
            x = y;
        }
        Block result = library.block(x.layout());
        steps.add(Elementwise.softmax(library, x, result));
        return new Steps(library, steps, result, result.layout());
    }

    private static Step step(Library library, Block a, Block b, boolean packed, Block bias, Block result, After... afters) {
        long[] shape = {shape(b, 0), shape(b, 1)};
        var description = new dnnl_primitive_desc();
        Library.check(dnnl_matmul_primitive_desc_create(description, library.engine(), a.layout(), packed ? library.layout(dnnl_format_tag_any, shape) : b.layout(),
                bias == null ? null : bias.layout(), result.layout(), library.attributes(afters)));
        var arguments = new HashMap<>(Map.of(DNNL_ARG_SRC, a, DNNL_ARG_WEIGHTS, library.in(Library.chosen(description, dnnl_query_weights_md), b), DNNL_ARG_DST, result));
        if (bias != null) {
            arguments.put(DNNL_ARG_BIAS, bias);
        }
        return library.step(description, arguments);
    }

    private static long shape(Block block, int axis) {
        try (var dims = new org.bytedeco.javacpp.PointerPointer<org.bytedeco.javacpp.LongPointer>(1)) {
            Library.check(dnnl_memory_desc_query(block.layout(), dnnl_query_dims, dims));
            return dims.get(org.bytedeco.javacpp.LongPointer.class, 0).get(axis);
        }
    }
}
