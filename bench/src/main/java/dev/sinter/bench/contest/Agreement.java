package dev.sinter.bench.contest;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/// How far the results of a contender are from those of the reference.
///
/// @param difference the largest difference of two elements, over the largest magnitude in the reference; NaN if an element is no number, infinite if there are more or fewer
/// @param sameBits   whether all elements have the same bits
record Agreement(double difference, boolean sameBits) {
    /// Compares floats.
    static Agreement of(float[] reference, float[] values) {
        if (reference.length != values.length) {
            return new Agreement(Double.POSITIVE_INFINITY, false);
        }
        double largest = 0;
        double difference = 0;
        boolean same = true;
        for (int k = 0; k < values.length; k++) {
            largest = Math.max(largest, Math.abs(reference[k]));
            difference = Math.max(difference, Math.abs((double) reference[k] - values[k]));
            same &= Float.floatToRawIntBits(reference[k]) == Float.floatToRawIntBits(values[k]);
        }
        return new Agreement(difference == 0 ? 0 : difference / largest, same);
    }

    /// The floats of a file.
    static float[] floats(Path file) throws IOException {
        try (var arena = Arena.ofConfined(); var channel = FileChannel.open(file)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
        }
    }
}
