package dev.sinter.compiler;

import dev.sinter.ir.array.NdArray;
import dev.sinter.runtime.Tensor;

/// Translates between the interpreter's arrays and the runtime's tensors.
public final class Arrays {
    private Arrays() { }

    /// A copy of an array as a tensor.
    public static Tensor tensor(NdArray array) {
        Tensor tensor = Tensor.allocate(ManifestWriting.type(array.element()), array.extents());
        for (int k = 0; k < array.size(); k++) {
            switch (array.element()) {
                case F32 -> tensor.setFloat(k, (float) array.get(k));
                case F64 -> tensor.setDouble(k, array.get(k));
                case I32 -> tensor.setInt(k, (int) array.getLong(k));
                case I64 -> tensor.setLong(k, array.getLong(k));
                case BOOL -> tensor.setBoolean(k, array.getLong(k) != 0);
            }
        }
        return tensor;
    }

    /// A copy of a tensor as an array.
    public static NdArray array(Tensor tensor) {
        var element = dev.sinter.ir.type.ElementType.of(tensor.type().toString());
        NdArray array = NdArray.zeros(element, tensor.shape());
        for (int k = 0; k < array.size(); k++) {
            switch (element) {
                case F32 -> array.set(k, tensor.getFloat(k));
                case F64 -> array.set(k, tensor.getDouble(k));
                case I32 -> array.setLong(k, tensor.getInt(k));
                case I64 -> array.setLong(k, tensor.getLong(k));
                case BOOL -> array.setLong(k, tensor.getBoolean(k) ? 1 : 0);
            }
        }
        return array;
    }
}
