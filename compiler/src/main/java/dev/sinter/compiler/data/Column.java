package dev.sinter.compiler.data;

import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.Tensor;
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

    /// The rows listed, as a tensor of `type` (f32, f64, i32 or i64) and of the shape `[rows.length, shape…]`.
    public Tensor batch(int[] rows, ElementType type, long[] shape) {
        Tensor batch = Tensor.allocate(type, shape);
        fill(batch, rows);
        return batch;
    }

    /// Writes the rows listed into a tensor with room for them.
    public void fill(Tensor batch, int[] rows) {
        int width = width();
        long at = 0;
        for (int row : rows) {
            int from = row * width;
            switch (batch.type()) {
                case F32 -> {
                    for (int k = 0; k < width; k++) {
                        batch.setFloat(at++, values[from + k]);
                    }
                }
                case F64 -> {
                    for (int k = 0; k < width; k++) {
                        batch.setDouble(at++, values[from + k]);
                    }
                }
                case I32 -> {
                    for (int k = 0; k < width; k++) {
                        batch.setInt(at++, (int) values[from + k]);
                    }
                }
                case I64 -> {
                    for (int k = 0; k < width; k++) {
                        batch.setLong(at++, (long) values[from + k]);
                    }
                }
                case BOOL -> {
                    for (int k = 0; k < width; k++) {
                        batch.setBoolean(at++, values[from + k] != 0);
                    }
                }
            }
        }
    }
}
