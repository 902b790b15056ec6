package dev.sinter.passes.winograd;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.type.ElementType;
import java.util.Arrays;
import java.util.List;

/// The matrices of `F(m, r)`: `m` neighbouring results of a filter of `r` taps by `m + r - 1` multiplications, as products of polynomials are found from their
/// values at some points (A. Toom, 1963; S. Winograd, *Arithmetic Complexity of Computations*, 1980; A. Lavin and S. Gray, *Fast Algorithms for
/// Convolutional Neural Networks*, 2016):
///
/// ```text
/// y = results ((filter g) * (data d))       d of m + r - 1 elements, g of r, y of m
/// ```
///
/// With points `p`, the last of which is infinity, and `N[i] = product of p[i] - p[j] over j ≠ i`: row `i` of `data` are the coefficients of the polynomial that is 0 at
/// all other points, row `i` of `filter` is `p[i]^k / N[i]`, column `i` of `results` is `p[i]^k`.
///
/// @param outputs how many results
/// @param taps    the size of the filter
/// @param points  the finite points
public record Interpolation(int outputs, int taps, List<Double> points) {
    /// Two results of three taps.
    public static final Interpolation F2 = new Interpolation(2, 3, List.of(0.0, 1.0, -1.0));
    /// Four results of three taps. Its points are those of the smallest error: see `passes/WINOGRAD.md`.
    public static final Interpolation F4 = new Interpolation(4, 3, List.of(0.0, 1.0, -1.0, 0.5, -2.0));

    /// Copies the list. @throws IllegalArgumentException if there are more or fewer points than are needed
    public Interpolation {
        points = List.copyOf(points);
        if (points.size() != outputs + taps - 2) {
            throw new IllegalArgumentException("F(" + outputs + ", " + taps + ") has " + (outputs + taps - 2) + " finite points");
        }
    }

    /// The elements that the results depend on.
    public int size() {
        return outputs + taps - 1;
    }

    /// From the elements to their values.
    public NdArray data(ElementType type) {
        double[][] rows = new double[size()][size()];
        for (int i = 0; i < size(); i++) {
            double[] product = {1};
            for (int j = 0; j < points.size(); j++) {
                product = j == i ? product : times(product, points.get(j));
            }
            System.arraycopy(product, 0, rows[i], 0, product.length);
        }
        return array(type, rows);
    }

    /// A polynomial times `x - root`; coefficients of low powers first.
    private static double[] times(double[] polynomial, double root) {
        double[] product = new double[polynomial.length + 1];
        for (int k = 0; k < polynomial.length; k++) {
            product[k] -= root * polynomial[k];
            product[k + 1] += polynomial[k];
        }
        return product;
    }

    /// From the filter to its values.
    public NdArray filter(ElementType type) {
        double[][] rows = new double[size()][taps];
        for (int i = 0; i < points.size(); i++) {
            double norm = 1;
            for (int j = 0; j < points.size(); j++) {
                norm *= j == i ? 1 : points.get(i) - points.get(j);
            }
            for (int k = 0; k < taps; k++) {
                rows[i][k] = Math.pow(points.get(i), k) / norm;
            }
        }
        rows[size() - 1][taps - 1] = 1;
        return array(type, rows);
    }

    /// From the products to the results.
    public NdArray results(ElementType type) {
        double[][] rows = new double[outputs][size()];
        for (int k = 0; k < outputs; k++) {
            for (int i = 0; i < points.size(); i++) {
                rows[k][i] = Math.pow(points.get(i), k);
            }
        }
        rows[outputs - 1][size() - 1] = 1;
        return array(type, rows);
    }

    private static NdArray array(ElementType type, double[][] rows) {
        double[] flat = Arrays.stream(rows).flatMapToDouble(Arrays::stream).map(x -> x + 0.0).toArray();   // no -0
        return NdArray.of(type, new long[] {rows.length, rows[0].length}, flat);
    }
}
