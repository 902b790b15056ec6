package dev.sinter.oracle;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.type.ElementType;
import java.util.Set;

/// How far a result is from what is expected, by the conventions of the format: NaN equals NaN, zeros are equal whatever their sign except in
/// some operators, and errors are measured against the largest element of the tensor; in tables of function values against each element,
/// in units in the last place.
///
/// @param error the largest error, in the unit of the comparison; infinite where something differs in kind
/// @param where the element with the largest error, for a message; empty if all are equal
public record Comparison(double error, String where) {
    private static final Set<String> SIGNED_ZEROS = Set.of("reciprocal", "rsqrt", "atan2", "copysign", "div", "round", "ceil", "trunc");

    /// Compares relative to the largest finite element that is expected.
    public static Comparison relative(NdArray expected, NdArray found) {
        if (mismatch(expected, found) != null) return new Comparison(Double.POSITIVE_INFINITY, mismatch(expected, found));
        double largest = 0;
        for (int k = 0; k < expected.size(); k++) {
            double e = Math.abs(expected.get(k));
            if (Double.isFinite(e)) largest = Math.max(largest, e);
        }
        double scale = largest == 0 ? 1 : largest;
        var worst = new Comparison(0, "");
        for (int k = 0; k < expected.size(); k++) {
            double e = expected.get(k);
            double f = found.get(k);
            worst = worst.or(same(e, f) ? 0 : Double.isFinite(e) && Double.isFinite(f) ? Math.abs(e - f) / scale : Double.POSITIVE_INFINITY, k, e, f);
        }
        return worst;
    }

    /// Compares element by element, in units in the last place of what is expected.
    ///
    /// @param absolute an error that is always allowed
    public static Comparison ulps(String op, NdArray expected, NdArray found, double absolute) {
        if (mismatch(expected, found) != null) return new Comparison(Double.POSITIVE_INFINITY, mismatch(expected, found));
        var worst = new Comparison(0, "");
        for (int k = 0; k < expected.size(); k++) {
            double e = expected.get(k);
            double f = found.get(k);
            double error;
            if (e == 0 && f == 0) {
                boolean signs = SIGNED_ZEROS.contains(op) && Double.compare(e, f) != 0;
                error = signs ? Double.POSITIVE_INFINITY : 0;
            } else if (same(e, f) || Math.abs(e - f) <= absolute) {
                error = 0;
            } else {
                double ulp = expected.element() == ElementType.F32 ? Math.ulp((float) e) : Math.ulp(e);
                error = Double.isFinite(e) && Double.isFinite(f) ? Math.abs(e - f) / ulp : Double.POSITIVE_INFINITY;
            }
            worst = worst.or(error, k, e, f);
        }
        return worst;
    }

    private Comparison or(double other, int k, double expected, double found) {
        return other > error ? new Comparison(other, "element " + k + " is " + found + ", expected " + expected) : this;
    }

    private static boolean same(double e, double f) {
        return e == f || Double.isNaN(e) && Double.isNaN(f);
    }

    private static String mismatch(NdArray expected, NdArray found) {
        boolean fits = java.util.Arrays.equals(expected.extents(), found.extents())
                && expected.element().isFloat() == found.element().isFloat() && (expected.element() == ElementType.BOOL) == (found.element() == ElementType.BOOL);
        return fits ? null : "is " + found.type() + ", expected " + expected.type();
    }
}
