package dev.sinter.passes.strassen;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.type.ElementType;
import java.util.Arrays;

/// A way to multiply matrices of 2 × 2 by 7 multiplications. With the elements of each matrix row after row:
///
/// ```text
/// c = results ((left a) * (right b))
/// ```
///
/// @param name    whose it is
/// @param left    7 rows of 4 numbers
/// @param right   7 rows of 4 numbers
/// @param results 4 rows of 7 numbers
public record Bilinear(String name, double[][] left, double[][] right, double[][] results) {
    /// V. Strassen, *Gaussian Elimination is not Optimal*, 1969. Of all ways it has the smallest bound for its errors; since sums are made of what is in registers, that it has more
    /// additions than others, if intermediate sums are kept, costs nothing.
    public static final Bilinear STRASSEN = new Bilinear("Strassen",
            new double[][] {{1, 0, 0, 1}, {0, 0, 1, 1}, {1, 0, 0, 0}, {0, 0, 0, 1}, {1, 1, 0, 0}, {-1, 0, 1, 0}, {0, 1, 0, -1}},
            new double[][] {{1, 0, 0, 1}, {1, 0, 0, 0}, {0, 1, 0, -1}, {-1, 0, 1, 0}, {0, 0, 0, 1}, {1, 1, 0, 0}, {0, 0, 1, 1}},
            new double[][] {{1, 0, 0, 1, -1, 0, 1}, {0, 0, 1, 0, 1, 0, 0}, {0, 1, 0, 1, 0, 0, 0}, {1, -1, 1, 0, 0, 1, 0}});

    /// S. Winograd's, with 15 additions if intermediate sums are kept: see N. Higham, *Accuracy and Stability of Numerical Algorithms*, 2002, chapter 23.
    public static final Bilinear WINOGRAD = new Bilinear("Winograd",
            new double[][] {{1, 0, 0, 0}, {0, 1, 0, 0}, {1, 1, -1, -1}, {0, 0, 0, 1}, {0, 0, 1, 1}, {-1, 0, 1, 1}, {1, 0, -1, 0}},
            new double[][] {{1, 0, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}, {1, -1, -1, 1}, {-1, 1, 0, 0}, {1, -1, 0, 1}, {0, -1, 0, 1}},
            new double[][] {{1, 1, 0, 0, 0, 0, 0}, {1, 0, 1, 0, 1, 1, 0}, {1, 0, 0, -1, 0, 1, 1}, {1, 0, 0, 0, 1, 1, 1}});

    /// The factors made of the left matrix.
    NdArray left(ElementType type) {
        return array(type, left);
    }

    /// The factors made of the right matrix.
    NdArray right(ElementType type) {
        return array(type, right);
    }

    /// The elements of the product made of the products.
    NdArray results(ElementType type) {
        return array(type, results);
    }

    private static NdArray array(ElementType type, double[][] rows) {
        return NdArray.of(type, new long[] {rows.length, rows[0].length}, Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray());
    }
}
