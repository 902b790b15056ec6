package dev.sinter.compiler.training;

import dev.sinter.compiler.data.Column;
import dev.sinter.frontend.checked.TrainingPlan;
import dev.sinter.runtime.ElementType;
import dev.sinter.runtime.Formula;
import dev.sinter.runtime.Function;
import dev.sinter.runtime.Manifest;
import dev.sinter.runtime.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Which column of the data goes to which input of a function.
///
/// @param sources one for each input, in order; the column is null for the input `seed` of the random numbers
record Feed(List<Source> sources) {
    /// One input: its column, and the shape of one row as the function wants it.
    record Source(Manifest.Value input, Column column, long[] row) { }

    Feed {
        sources = List.copyOf(sources);
    }

    /// Finds a column for each input: the one of the name that the plan gives; if the data has none of that name, the only one that fits.
    ///
    /// @throws TrainingException if an input has no column, or none that fits
    static Feed of(Function function, List<TrainingPlan.Column> plan, List<Column> columns) {
        var sources = new ArrayList<Source>();
        for (Manifest.Value input : function.inputs()) {
            var planned = plan.stream().filter(c -> c.input().equals(input.name())).findFirst();
            if (planned.isPresent()) {
                sources.add(source(function, input, planned.get().column(), columns));
            } else if (input.name().equals("seed") && input.type() == ElementType.I64 && input.shape().isEmpty()) {
                sources.add(new Source(input, null, new long[0]));
            } else {
                throw new TrainingException("the training block calls " + function.name() + " without its input '" + input.name() + "'");
            }
        }
        return new Feed(sources);
    }

    private static Source source(Function function, Manifest.Value input, String name, List<Column> columns) {
        var named = columns.stream().filter(c -> c.name().equals(name)).toList();
        var fitting = (named.isEmpty() ? columns : named).stream().filter(c -> rowShape(input, c) != null).toList();
        if (fitting.size() == 1) {
            return new Source(input, fitting.getFirst(), rowShape(input, fitting.getFirst()));
        }
        String wanted = "the input '" + input.name() + ": " + input.type() + input.shape() + "' of " + function.name();
        if (columns.isEmpty()) {
            throw new TrainingException(wanted + " takes rows of data, but no data is given: use --data");
        }
        if (!named.isEmpty()) {
            throw new TrainingException("the data does not fit the model: " + wanted + " cannot take rows of " + describe(named.getFirst()));
        }
        throw new TrainingException("the data does not fit the model: it has no column '" + name + "', and "
                + (fitting.isEmpty() ? "none" : "more than one") + " of its columns fits " + wanted + "; it has "
                + columns.stream().map(Feed::describe).collect(Collectors.joining(", ")));
    }

    private static String describe(Column column) {
        return column.name() + ": " + column.type() + Arrays.toString(column.shape());
    }

    /// The shape of a row of the column as this input wants it, or null if it does not fit. The input's first axis is the batch.
    private static long[] rowShape(Manifest.Value input, Column column) {
        boolean real = input.type() == ElementType.F32 || input.type() == ElementType.F64;
        if (input.shape().isEmpty() || real != (column.type() == ElementType.F32)) {
            return null;
        }
        List<Formula> wanted = input.shape().subList(1, input.shape().size());
        long[] row = column.shape();
        boolean same = wanted.size() == row.length
                && IntStream.range(0, row.length).allMatch(k -> !wanted.get(k).isConstant() || wanted.get(k).constant() == row[k]);
        if (same) {
            return row;
        }
        if (wanted.stream().allMatch(Formula::isConstant) && wanted.stream().mapToLong(Formula::constant).reduce(1, (a, b) -> a * b) == column.width()) {
            return wanted.stream().mapToLong(Formula::constant).toArray();
        }
        return null;
    }

    /// Whether any column is read.
    boolean takesRows() {
        return sources.stream().anyMatch(s -> s.column() != null);
    }

    /// The number of rows that the function insists on, if it does.
    OptionalInt fixedRows() {
        return sources.stream().filter(s -> s.column() != null && s.input().shape().getFirst().isConstant())
                .mapToInt(s -> Math.toIntExact(s.input().shape().getFirst().constant())).findFirst();
    }

    /// Tensors for the inputs of a batch of `rows` rows.
    Tensor[] allocate(int rows) {
        return sources.stream().map(s -> s.column() == null ? Tensor.scalar(0L) : Tensor.allocate(s.input().type(), shape(rows, s.row()))).toArray(Tensor[]::new);
    }

    private static long[] shape(int rows, long[] row) {
        var shape = new long[row.length + 1];
        shape[0] = rows;
        System.arraycopy(row, 0, shape, 1, row.length);
        return shape;
    }

    /// Writes `count` rows and the seed into such tensors.
    void fill(Tensor[] inputs, int[] order, int from, int count, long seed) {
        for (int k = 0; k < inputs.length; k++) {
            Column column = sources.get(k).column();
            if (column == null) {
                inputs[k].setLong(0, seed);
            } else {
                column.fill(inputs[k], order, from, count);
            }
        }
    }
}
