package dev.sinter.compiler.data;

import dev.sinter.runtime.ElementType;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;

/// Tables of numbers: CSV, gzipped or not, a row an example, the class label (a whole number) last. A first line without numbers is a header.
final class Tables {
    private Tables() { }

    /// Reads a table: columns `image` (f32, all but the last field) and `label` (i32, the last). Unless a scale is given, whole
    /// numbers from 0 on are divided by the largest; others are standardised, each field with the mean and deviation of the training rows.
    ///
    /// @param heldOut the part of the rows to hold out, chosen at random by the seed
    static DataSet read(Path file, double heldOut, DataSpec.Reading how) {
        var rows = rows(file);
        var order = new ArrayList<Integer>();
        for (int k = 0; k < rows.size(); k++) {
            order.add(k);
        }
        Collections.shuffle(order, new Random(how.seed()));
        int test = (int) Math.round(rows.size() * heldOut);
        if (test == 0 || test == rows.size()) {
            throw new DataException(file + " has " + rows.size() + " rows: too few to hold some out");
        }
        var notes = new ArrayList<String>();
        if (how.scale().isPresent()) {
            multiply(rows, how.scale().getAsDouble(), notes);
        } else {
            scale(rows, order.subList(test, order.size()), notes);
        }
        notes.add(test + " of " + rows.size() + " rows, chosen at random, are held out");
        return new DataSet(file.getFileName().toString(), new DataSet.Kind.Table(), columns(rows, order.subList(test, order.size())),
                columns(rows, order.subList(0, test)), notes);
    }

    private static List<float[]> rows(Path file) {
        var rows = new ArrayList<float[]>();
        try (var raw = Files.newInputStream(file);
             Reader in = new InputStreamReader(file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw, StandardCharsets.UTF_8);
             var parser = CSVFormat.DEFAULT.builder().setTrim(true).setIgnoreEmptyLines(true).get().parse(in)) {
            for (CSVRecord record : parser) {
                float[] row = numbers(record);
                if (row == null && rows.isEmpty() && record.getRecordNumber() == 1) {
                    continue;
                }
                if (row == null || !rows.isEmpty() && row.length != rows.getFirst().length || row.length < 2) {
                    throw new DataException(file + ":" + parser.getCurrentLineNumber() + ": expected "
                            + (rows.isEmpty() ? "at least 2" : rows.getFirst().length) + " numbers, found \"" + String.join(",", record.toList()) + "\"");
                }
                rows.add(row);
            }
        } catch (IOException e) {
            throw new DataException(file + " cannot be read: " + e.getMessage(), e);
        } catch (UncheckedIOException e) {
            throw new DataException(file + " cannot be read: " + e.getCause().getMessage(), e);
        }
        return rows;
    }

    private static float[] numbers(CSVRecord record) {
        var row = new float[record.size()];
        try {
            for (int k = 0; k < row.length; k++) {
                row[k] = Float.parseFloat(record.get(k));
            }
        } catch (NumberFormatException e) {
            return null;
        }
        return row;
    }

    private static void multiply(List<float[]> rows, double factor, List<String> notes) {
        for (float[] row : rows) {
            for (int k = 0; k < row.length - 1; k++) {
                row[k] = (float) (row[k] * factor);
            }
        }
        notes.add("values are multiplied by " + (float) factor);
    }

    private static void scale(List<float[]> rows, List<Integer> training, List<String> notes) {
        int fields = rows.getFirst().length - 1;
        float smallest = 0;
        float largest = 0;
        for (float[] row : rows) {
            for (int k = 0; k < fields; k++) {
                smallest = Math.min(smallest, row[k]);
                largest = Math.max(largest, row[k]);
            }
        }
        boolean pixels = smallest >= 0 && rows.stream().allMatch(row -> {
            for (int k = 0; k < fields; k++) {
                if (row[k] != Math.rint(row[k])) {
                    return false;
                }
            }
            return true;
        });
        if (pixels) {
            for (float[] row : rows) {
                for (int k = 0; k < fields; k++) {
                    row[k] /= Math.max(largest, 1);
                }
            }
            notes.add("values are divided by " + (long) largest + ", the largest");
            return;
        }
        for (int k = 0; k < fields; k++) {
            double sum = 0;
            double squares = 0;
            for (int i : training) {
                sum += rows.get(i)[k];
                squares += (double) rows.get(i)[k] * rows.get(i)[k];
            }
            double mean = sum / training.size();
            double deviation = Math.sqrt(Math.max(squares / training.size() - mean * mean, 0));
            for (float[] row : rows) {
                row[k] = (float) ((row[k] - mean) / (deviation > 0 ? deviation : 1));
            }
        }
        notes.add("each field is standardised with the training rows' mean and deviation");
    }

    private static List<Column> columns(List<float[]> rows, List<Integer> chosen) {
        int fields = rows.getFirst().length - 1;
        var features = new float[chosen.size() * fields];
        var labels = new float[chosen.size()];
        for (int r = 0; r < chosen.size(); r++) {
            float[] row = rows.get(chosen.get(r));
            System.arraycopy(row, 0, features, r * fields, fields);
            labels[r] = row[fields];
        }
        return List.of(new Column("image", ElementType.F32, new long[] {fields}, features), new Column("label", ElementType.I32, new long[0], labels));
    }
}
