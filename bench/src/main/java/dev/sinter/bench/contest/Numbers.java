package dev.sinter.bench.contest;

import java.util.Locale;

/// Numbers for people.
final class Numbers {
    private Numbers() { }

    /// Three digits and a unit.
    static String time(double nanos) {
        return nanos < 1e3 ? digits(nanos) + " ns" : nanos < 1e6 ? digits(nanos / 1e3) + " µs" : nanos < 1e9 ? digits(nanos / 1e6) + " ms" : digits(nanos / 1e9) + " s";
    }

    /// Three significant digits, no exponent.
    static String digits(double x) {
        return String.format(Locale.ROOT, x < 9.995 ? "%.2f" : x < 99.95 ? "%.1f" : "%.0f", x);
    }

    static String percent(double part) {
        return String.format(Locale.ROOT, part < 0.095 ? "%.1f %%" : "%.0f %%", 100 * part);
    }

    static String ratio(double ratio) {
        return Double.isNaN(ratio) ? "–" : String.format(Locale.ROOT, ratio < 99.5 ? "%.2f" : "%.0f", ratio);
    }
}
