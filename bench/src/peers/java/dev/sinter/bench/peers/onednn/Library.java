package dev.sinter.bench.peers.onednn;

import static org.bytedeco.dnnl.global.dnnl.*;

import dev.sinter.bench.workload.Value;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.Pointer;

/// oneDNN's engine for the processor, and what is made with it: memory, layouts and primitives live until [#close].
final class Library implements AutoCloseable {
    private static final long CACHE_LINE = 64;

    private final Arena arena = Arena.ofShared();
    private final List<Runnable> releases = new ArrayList<>();
    private final dnnl_engine engine = new dnnl_engine();
    private final dnnl_stream stream = new dnnl_stream();

    Library() {
        check(dnnl_engine_create(engine, dnnl_cpu, 0));
        releases.add(() -> dnnl_engine_destroy(engine));
        check(dnnl_stream_create(stream, engine, dnnl_stream_default_flags));
        releases.add(() -> dnnl_stream_destroy(stream));
    }

    /// The engine, for descriptions of primitives.
    dnnl_engine engine() {
        return engine;
    }

    /// Complains if a call of oneDNN failed.
    static void check(int status) {
        if (status != dnnl_success) {
            throw new IllegalStateException("oneDNN: status " + status);
        }
    }

    /// A layout of f32 by one of oneDNN's tags, `dnnl_format_tag_any` for one of its choice.
    dnnl_memory_desc layout(int tag, long... dims) {
        var layout = new dnnl_memory_desc();
        check(dnnl_memory_desc_create_with_tag(layout, dims.length, dims, dnnl_f32, tag));
        releases.add(() -> dnnl_memory_desc_destroy(layout));
        return layout;
    }

    /// Memory for a tensor.
    Block block(dnnl_memory_desc layout) {
        MemorySegment data = arena.allocate(Math.max(4, dnnl_memory_desc_get_size(layout)), CACHE_LINE);
        var memory = new dnnl_memory();
        check(dnnl_memory_create(memory, layout, engine, new Pointer(data.asByteBuffer())));
        releases.add(() -> dnnl_memory_destroy(memory));
        return new Block(memory, layout, data);
    }

    /// A value in memory.
    Block block(Value value, int tag, long... dims) {
        Block block = block(layout(tag, dims));
        value.fill(block.data());
        return block;
    }

    /// Numbers in memory.
    Block block(float[] values, int tag, long... dims) {
        Block block = block(layout(tag, dims));
        MemorySegment.copy(values, 0, block.data(), ValueLayout.JAVA_FLOAT, 0, values.length);
        return block;
    }

    /// The same tensor in another layout.
    Block in(dnnl_memory_desc layout, Block block) {
        if (dnnl_memory_desc_equal(layout, block.layout()) != 0) {
            return block;
        }
        Block reordered = block(layout);
        reorder(block, reordered).run();
        return reordered;
    }

    /// Copies a tensor into another layout.
    Step reorder(Block from, Block to) {
        var description = new dnnl_primitive_desc();
        check(dnnl_reorder_primitive_desc_create(description, from.layout(), engine, to.layout(), engine, null));
        return step(description, Map.of(DNNL_ARG_SRC, from, DNNL_ARG_DST, to));
    }

    /// A layout that a primitive has chosen.
    ///
    /// @param what such as `dnnl_query_weights_md`
    static dnnl_memory_desc chosen(dnnl_primitive_desc description, int what) {
        return dnnl_primitive_desc_query_md(description, what, 0);
    }

    /// Something done to the results of a primitive before they are stored.
    sealed interface After {
        /// A function of one number, with its constants.
        record Apply(int function, float alpha, float beta) implements After { }

        /// Another tensor is added or multiplied.
        record Combine(int function, Block other) implements After { }
    }

    /// The attributes of a primitive with what follows it.
    dnnl_primitive_attr attributes(After... afters) {
        var attributes = new dnnl_primitive_attr();
        check(dnnl_primitive_attr_create(attributes));
        releases.add(() -> dnnl_primitive_attr_destroy(attributes));
        var list = new dnnl_post_ops();
        check(dnnl_post_ops_create(list));
        for (After after : afters) {
            switch (after) {
                case After.Apply(int function, float alpha, float beta) -> check(dnnl_post_ops_append_eltwise(list, function, alpha, beta));
                case After.Combine(int function, Block other) -> check(dnnl_post_ops_append_binary(list, function, other.layout()));
            }
        }
        check(dnnl_primitive_attr_set_post_ops(attributes, list));
        check(dnnl_post_ops_destroy(list));
        return attributes;
    }

    /// The argument number of the tensor of the k-th thing that follows a primitive.
    static int ofAfter(int k) {
        return DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (k + 1) | DNNL_ARG_SRC_1;
    }

    /// A primitive with its arguments. The description is released.
    Step step(dnnl_primitive_desc description, Map<Integer, Block> arguments) {
        var primitive = new dnnl_primitive();
        check(dnnl_primitive_create(primitive, description));
        check(dnnl_primitive_desc_destroy(description));
        var list = new dnnl_exec_arg_t(arguments.size());
        int k = 0;
        for (var argument : arguments.entrySet()) {
            list.position(k++).arg(argument.getKey()).memory(argument.getValue().memory());
        }
        list.position(0);
        releases.add(() -> {
            dnnl_primitive_destroy(primitive);
            list.close();
        });
        return new Step(primitive, stream, arguments.size(), list);
    }

    @Override
    public void close() {
        releases.reversed().forEach(Runnable::run);
        arena.close();
    }
}
