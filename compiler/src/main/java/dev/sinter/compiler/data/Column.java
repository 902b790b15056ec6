package dev.sinter.compiler.data;

import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// One column of a data set: for each row the same number of values.
///
/// @param name   by which a function's input finds it
/// @param type   `f32` for measurements, `i32` for labels and characters
/// @param shape  of one row; empty for a scalar
/// @param values row after row; labels as whole numbers
public record Column(String name, ElementType type, long[] shape, float[] values) {
    /// The number of values in a row.
    public int width() {
        return (int) Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    /// The number of rows.
    public int rows() {
        return values.length / width();
    }

    /// Writes rows into a tensor of any element type with room for exactly them; nothing is allocated.
    ///
    /// @param order numbers of rows, of which those from `from` on are written
    /// @param count how many
    /// @throws IllegalArgumentException if the tensor has another size
    public void fill(Tensor batch, int[] order, int from, int count) {
        int width = width();
        if (batch.elements() != (long) count * width) {
            throw new IllegalArgumentException(batch.description() + " is not the size of " + count + " rows of " + width + " values");
        }
        for (int r = 0; r < count; r++) {
            int at = order[from + r] * width;
            long to = (long) r * width;
            switch (batch.type()) {
                case F32 -> MemorySegment.copy(values, at, batch.segment(), ValueLayout.JAVA_FLOAT, to * Float.BYTES, width);
                case F64 -> {
                    for (int k = 0; k < width; k++) {
                        batch.setDouble(to + k, values[at + k]);
                    }
                }
                case I32 -> {
                    for (int k = 0; k < width; k++) {
                        batch.setInt(to + k, (int) values[at + k]);
                    }
                }
                case I64 -> {
                    for (int k = 0; k < width; k++) {
                        batch.setLong(to + k, (long) values[at + k]);
                    }
                }
                case BOOL -> {
                    for (int k = 0; k < width; k++) {
                        batch.setBoolean(to + k, values[at + k] != 0);
                    }
                }
            }
        }
    }
}
