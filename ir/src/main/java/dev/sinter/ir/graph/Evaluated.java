package dev.sinter.ir.graph;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Shape;
import java.util.List;
import java.util.function.ToLongFunction;

/// An op with a reference meaning: slow, obviously right. Floats are accumulated in f64 and rounded to the result's type once.
public interface Evaluated {
    /// The result for these operands.
    ///
    /// @param dims the value of every dim of the call
    NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims);

    /// The extents of a shape at this call.
    static long[] extents(Shape shape, ToLongFunction<Dim> dims) {
        return shape.dims().stream().mapToLong(dims).toArray();
    }
}
