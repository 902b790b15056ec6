package dev.sinter.passes.lower;

import dev.sinter.ir.loop.Buffer;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Shape;
import java.util.ArrayList;
import java.util.List;

/// Where a tensor is: element `index` is element `base + sum of index[k] * strides[k]` of `buffer`.
///
/// @param base    a scalar i64 of names that the kernel sees or is passed
/// @param strides one per axis
record Place(Buffer buffer, Expr base, List<Dim> strides) {
    Place {
        strides = List.copyOf(strides);
    }

    /// A buffer that holds a tensor of this shape, row-major, and nothing else.
    static Place whole(Buffer buffer, Shape shape) {
        return at(buffer, Expr.index(0), shape);
    }

    /// A row-major tensor from element `base` on.
    static Place at(Buffer buffer, Expr base, Shape shape) {
        return new Place(buffer, base, rowMajor(shape));
    }

    /// The strides of a packed row-major tensor.
    static List<Dim> rowMajor(Shape shape) {
        var strides = new ArrayList<Dim>();
        Dim stride = Dim.ONE;
        for (Dim d : shape.dims().reversed()) {
            strides.addFirst(stride);
            stride = stride.times(d);
        }
        return strides;
    }

    /// Whether the tensor fills the buffer from its first element.
    boolean isWhole(Shape shape) {
        return base instanceof Expr.Const(_, long zero, _) && zero == 0 && strides.equals(rowMajor(shape));
    }

    /// Slice `i` along the first axis.
    Place slice(Expr i, java.util.function.Function<Dim, Expr> dims) {
        return new Place(buffer, Expr.plus(base, Expr.times(i, dims.apply(strides.getFirst()))), strides.subList(1, strides.size()));
    }
}
