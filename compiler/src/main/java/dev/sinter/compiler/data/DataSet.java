package dev.sinter.compiler.data;

import java.util.Arrays;
import java.util.List;

/// Rows to train on and rows held out for the score, with the same columns.
///
/// @param name     for people
/// @param kind     what a row is, so that a trained model can be shown at work
/// @param training the columns of the rows to train on
/// @param heldOut  the columns of the rows that training never sees
/// @param notes    what was done to the values on reading, a sentence each
public record DataSet(String name, Kind kind, List<Column> training, List<Column> heldOut, List<String> notes) {
    /// Copies the lists and checks that the columns of each side have equally many rows.
    public DataSet {
        training = List.copyOf(training);
        heldOut = List.copyOf(heldOut);
        notes = List.copyOf(notes);
        for (var side : List.of(training, heldOut)) {
            if (side.isEmpty() || side.stream().mapToInt(Column::rows).distinct().count() != 1) {
                throw new DataException("the columns of " + name + " have different numbers of rows");
            }
        }
    }

    /// What a row of a data set is.
    public sealed interface Kind {
        /// Measurements, or pixels, and a label.
        record Table() implements Kind { }

        /// A window of text, in the numbers of [Text].
        ///
        /// @param beginning the first characters of the held-out text: a prompt
        record Characters(String beginning) implements Kind { }

        /// Points drawn around known centres, all with the same deviation.
        record Points(List<double[]> centres, double deviation) implements Kind {
            /// How near to its centre a point counts for it, in deviations.
            public static final double NEAR = 3;
            /// The part of all points that must be near a centre for it to count as covered.
            public static final double ENOUGH = 0.01;

            /// What drawn points say about the centres.
            ///
            /// @param centres how many there are
            /// @param covered how many have at least [#ENOUGH] of the points near them
            /// @param near    the part of the points that are near any centre
            public record Coverage(int centres, int covered, double near) { }

            /// Counts points (x, y, x, y, …) by the centre that they are near to.
            public Coverage coverage(float[] points) {
                int total = points.length / 2;
                var near = new int[centres.size()];
                for (int k = 0; k < total; k++) {
                    for (int c = 0; c < near.length; c++) {
                        double[] centre = centres.get(c);
                        if (Math.hypot(points[2 * k] - centre[0], points[2 * k + 1] - centre[1]) <= NEAR * deviation) {
                            near[c]++;
                            break;
                        }
                    }
                }
                int least = (int) Math.max(1, Math.ceil(ENOUGH * total));
                return new Coverage(near.length, (int) Arrays.stream(near).filter(n -> n >= least).count(), total == 0 ? 0 : (double) Arrays.stream(near).sum() / total);
            }
        }
    }

    /// The number of rows to train on.
    public int rows() {
        return training.getFirst().rows();
    }

    /// The number of rows held out.
    public int heldOutRows() {
        return heldOut.getFirst().rows();
    }
}
