package dev.sinter.bench.peers.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.sinter.bench.contest.Prepared;
import dev.sinter.bench.peers.onednn.Library.After;
import dev.sinter.bench.workload.Convolution;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/// Convolutions with bias and relu.
final class Convolutions {
    private Convolutions() { }

    /// One convolution, everything in the layouts that it prefers.
    static Prepared prepare(Library library, Convolution c) {
        Block image = library.block(c.inputs().getFirst(), dnnl_nchw, 1, c.in(), c.size(), c.size());
        boolean grouped = c.groups() > 1;
        long[] filters = grouped ? new long[] {c.groups(), c.out() / c.groups(), c.in() / c.groups(), c.kernel(), c.kernel()}
                : new long[] {c.out(), c.in(), c.kernel(), c.kernel()};
        Block weights = library.block(c.parameters().get(0), grouped ? dnnl_goihw : dnnl_oihw, filters);
        Block bias = library.block(c.parameters().get(1), dnnl_a, c.out());
        long[] strides = {c.stride(), c.stride()};
        long[] padding = {c.padding(), c.padding()};
        // The kernel may end before the last row; what is missing is not padded.
        long reach = (c.places() - 1) * c.stride() + c.kernel() - c.size() - c.padding();
        var description = new dnnl_primitive_desc();
        Library.check(dnnl_convolution_forward_primitive_desc_create(description, library.engine(), dnnl_forward_inference, dnnl_convolution_direct,
                library.layout(dnnl_format_tag_any, 1, c.in(), c.size(), c.size()), library.layout(dnnl_format_tag_any, filters), bias.layout(),
                library.layout(dnnl_format_tag_any, 1, c.out(), c.places(), c.places()), strides, new long[] {0, 0}, padding, new long[] {reach, reach},
                library.attributes(new After.Apply(dnnl_eltwise_relu, 0, 0))));
        Block result = library.block(Library.chosen(description, dnnl_query_dst_md));
        dnnl_memory_desc plain = library.layout(dnnl_nchw, 1, c.out(), c.places(), c.places());
        Step step = library.step(description, Map.of(DNNL_ARG_SRC, library.in(Library.chosen(description, dnnl_query_src_md), image),
                DNNL_ARG_WEIGHTS, library.in(Library.chosen(description, dnnl_query_weights_md), weights), DNNL_ARG_BIAS, bias, DNNL_ARG_DST, result));
        return new Steps(library, List.of(step), result, plain);
    }
}
