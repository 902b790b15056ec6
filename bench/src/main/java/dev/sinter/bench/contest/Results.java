package dev.sinter.bench.contest;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sinter.bench.workload.Workload;
import dev.sinter.bench.workload.Workloads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What was measured, as it is kept in a file.
///
/// @param machine the processor and the system
/// @param rows    one for each workload and number of threads, in the order of the workloads
/// @param starts  one for each contender whose start-up was measured
public record Results(String machine, List<Row> rows, List<Start> starts) {
    private static final ObjectMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    /// Copies the lists.
    public Results {
        rows = List.copyOf(rows);
        starts = List.copyOf(starts);
    }

    /// A workload on some threads, all contenders in one run.
    ///
    /// @param when       the run was, as ISO-8601 has it
    /// @param arithmetic the rate of fused multiply-adds in that run, operations per nanosecond
    /// @param memory     the rate of the memory that holds the workload's data, bytes per nanosecond
    /// @param entries    one for each contender that can do it, Sinter first
    public record Row(String workload, int threads, String when, double arithmetic, double memory, List<Entry> entries) {
        /// Copies the list.
        public Row {
            entries = List.copyOf(entries);
        }

        /// The workload. @throws IllegalStateException if it is none of today's
        @JsonIgnore
        public Workload measured() {
            return Workloads.named(workload).orElseThrow(() -> new IllegalStateException("there is no workload " + workload));
        }

        /// The least nanoseconds that the machine's limits allow.
        @JsonIgnore
        public double limit() {
            return Limit.nanos(measured().computation().work(), arithmetic, memory);
        }

        /// The entry of a contender, if it has a time.
        public Optional<Entry> of(String contender) {
            return entries.stream().filter(e -> e.contender().equals(contender) && e.counts()).findFirst();
        }

        /// The fastest entry that is not Sinter's.
        @JsonIgnore
        public Optional<Entry> best() {
            return entries.stream().filter(e -> e.counts() && !e.isSinter()).min(Comparator.comparingDouble(Entry::median));
        }
    }

    /// What a contender reached.
    ///
    /// @param problem    why it does not count; null if it does
    /// @param difference of its results from those of Sinter's native code, relative to the largest
    /// @param median     nanoseconds of a call, over all batches of all rounds
    /// @param low        the lower quartile
    /// @param high       the upper quartile
    /// @param allocated  bytes on the Java heap for each call
    public record Entry(String contender, String version, String problem, double difference, double median, double low, double high, double allocated) {
        static Entry failed(String contender, String version, String problem) {
            return new Entry(contender, version, problem, 0, 0, 0, 0, 0);
        }

        static Entry of(String contender, String version, double difference, List<Double> samples, double allocated) {
            double[] sorted = samples.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            return new Entry(contender, version, null, difference, quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75), allocated);
        }

        /// Whether it has a time that counts.
        public boolean counts() {
            return problem == null;
        }

        @JsonIgnore
        boolean isSinter() {
            return contender.startsWith("sinter-");
        }

        /// The distance of the quartiles, relative to the median.
        double spread() {
            return (high - low) / median;
        }

        private static double quantile(double[] sorted, double part) {
            double at = part * (sorted.length - 1);
            int below = (int) at;
            int above = Math.min(below + 1, sorted.length - 1);
            return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
        }
    }

    /// The start of a process up to its first result.
    ///
    /// @param millis  the median from the start of the process to the result
    /// @param low     the lower quartile
    /// @param high    the upper quartile
    /// @param peakKib the median of the most resident memory, in kibibytes
    /// @param bytes   of all files that must be shipped
    public record Start(String contender, String workload, double millis, double low, double high, double peakKib, long bytes) { }

    /// Nothing measured yet, here.
    public static Results empty() {
        return new Results(Processor.description(), List.of(), List.of());
    }

    /// Reads a file. @throws IOException if it is none of ours
    public static Results read(Path file) throws IOException {
        return JSON.readValue(file.toFile(), Results.class);
    }

    /// Writes a file, beside it first.
    public void write(Path file) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".part");
        JSON.writeValue(beside.toFile(), this);
        Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /// The row of a workload and a number of threads.
    public Optional<Row> row(String workload, int threads) {
        return rows.stream().filter(r -> r.workload().equals(workload) && r.threads() == threads).findFirst();
    }

    /// These results with a row, which takes the place of an older one. Rows of workloads that there are no more vanish.
    public Results with(Row row) {
        var all = new ArrayList<Row>();
        for (Workload w : Workloads.all()) {
            rows.stream().filter(r -> r.workload().equals(w.name()) && !(r.workload().equals(row.workload()) && r.threads() == row.threads())).forEach(all::add);
            if (w.name().equals(row.workload())) {
                all.add(row);
            }
        }
        all.sort(Comparator.comparingInt((Row r) -> order(r.workload())).thenComparingInt(Row::threads));
        return new Results(machine, all, starts);
    }

    /// These results with other start-ups.
    public Results with(List<Start> others) {
        return new Results(machine, rows, others);
    }

    private static int order(String workload) {
        return Workloads.all().stream().map(Workload::name).toList().indexOf(workload);
    }
}
