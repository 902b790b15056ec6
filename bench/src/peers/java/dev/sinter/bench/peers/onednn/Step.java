package dev.sinter.bench.peers.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;

import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_stream;

/// A primitive that is ready to be carried out on tensors that stay in place.
record Step(dnnl_primitive primitive, dnnl_stream stream, int count, dnnl_exec_arg_t arguments) {
    /// Carries it out. The processor's stream is in order, so the results are there afterwards.
    void run() {
        Library.check(dnnl_primitive_execute(primitive, stream, count, arguments));
    }
}
