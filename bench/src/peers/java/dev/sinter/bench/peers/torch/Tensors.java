package dev.sinter.bench.peers.torch;

import dev.sinter.bench.workload.Value;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/// Tensors from values, and their elements.
final class Tensors {
    private Tensors() { }

    /// A real value.
    static Tensor of(Value value) {
        Tensor tensor = torch.empty(value.dims());
        value.fill(memory(tensor));
        return tensor;
    }

    /// Values by their names.
    static Map<String, Tensor> of(List<Value> values) {
        var tensors = new LinkedHashMap<String, Tensor>();
        for (Value value : values) {
            tensors.put(value.name(), of(value));
        }
        return tensors;
    }

    /// Classes, as libtorch wants them.
    static Tensor classes(Value value) {
        int[] classes = value.ints();
        var wide = new long[classes.length];
        for (int k = 0; k < wide.length; k++) {
            wide[k] = classes[k];
        }
        try (var memory = new LongPointer(wide)) {
            return torch.from_blob(memory, new long[] {wide.length}, new TensorOptions(torch.ScalarType.Long)).clone();
        }
    }

    /// The transposed matrix in memory of its own.
    static Tensor transposed(Tensor matrix) {
        return matrix.t().contiguous();
    }

    /// The elements of tensors, one after the other, row-major.
    static float[] floats(List<Tensor> tensors) {
        try (var _ = new PointerScope()) {
            var parts = new ArrayList<float[]>();
            int size = 0;
            for (Tensor tensor : tensors) {
                Tensor dense = tensor.detach().contiguous();
                parts.add(memory(dense).toArray(ValueLayout.JAVA_FLOAT));
                size += parts.getLast().length;
            }
            var all = new float[size];
            int at = 0;
            for (float[] part : parts) {
                System.arraycopy(part, 0, all, at, part.length);
                at += part.length;
            }
            return all;
        }
    }

    private static MemorySegment memory(Tensor tensor) {
        return MemorySegment.ofAddress(tensor.data_ptr().address()).reinterpret(4 * tensor.numel());
    }
}
