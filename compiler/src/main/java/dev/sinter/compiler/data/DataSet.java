package dev.sinter.compiler.data;

import java.util.List;

/// Rows to train on and rows held out for the score, with the same columns.
///
/// @param name     for people
/// @param training the columns of the rows to train on
/// @param heldOut  the columns of the rows that training never sees
/// @param notes    what was done to the values on reading, a sentence each
public record DataSet(String name, List<Column> training, List<Column> heldOut, List<String> notes) {
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

    /// The number of rows to train on.
    public int rows() {
        return training.getFirst().rows();
    }

    /// The number of rows held out.
    public int heldOutRows() {
        return heldOut.getFirst().rows();
    }
}
