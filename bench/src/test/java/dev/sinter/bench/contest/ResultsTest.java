package dev.sinter.bench.contest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sinter.bench.contest.Results.Entry;
import dev.sinter.bench.contest.Results.Row;
import dev.sinter.bench.contest.Results.Start;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {
    private static Entry entry(String contender, double... samples) {
        return Entry.of(contender, "1", 0, java.util.Arrays.stream(samples).boxed().toList(), 0);
    }

    private static Row row(String workload, int threads, Entry... entries) {
        return new Row(workload, threads, "2026-01-02T03:04:05Z", 250, 100, List.of(entries));
    }

    private static Results results(Row... rows) {
        var results = new Results("a machine", List.of(), List.of(new Start("sinter-jvm", "mlp-b1", 100, 90, 110, 2048, 3_000_000)));
        for (Row r : rows) {
            results = results.with(r);
        }
        return results;
    }

    @Test
    void theMedianIsOfAllSamples() {
        Entry e = entry("x", 5, 1, 2, 4, 3);
        assertEquals(3, e.median());
        assertEquals(2, e.low());
        assertEquals(4, e.high());
        assertEquals(2.0 / 3, e.spread(), 1e-12);
        assertEquals(1.5, entry("x", 1, 2).median());
    }

    @Test
    void theBestPeerIsNoneOfSintersAndCounts() {
        Row r = row("mlp-b1", 1, entry("sinter-native", 10), entry("a", 30), entry("b", 20), Entry.failed("c", "1", "its results differ"));
        assertEquals("b", r.best().orElseThrow().contender());
        assertEquals(2, Table.ratio(r, "sinter-native"));
        assertTrue(Double.isNaN(Table.ratio(r, "sinter-jvm")));
    }

    @Test
    void rowsKeepTheirOrderAndReplaceOlderOnes() {
        var results = results(row("lstm-b1", 1), row("mlp-b1", 2), row("mlp-b1", 1), row("mlp-b1", 2, entry("a", 1)));
        assertEquals(List.of("mlp-b1 1", "mlp-b1 2", "lstm-b1 1"), results.rows().stream().map(r -> r.workload() + " " + r.threads()).toList());
        assertEquals(1, results.row("mlp-b1", 2).orElseThrow().entries().size());
    }

    @Test
    void filesAreReadBack(@TempDir Path folder) throws Exception {
        var results = results(row("mlp-b1", 1, entry("sinter-native", 10, 20), Entry.failed("a", "2", "no")));
        Path file = folder.resolve("run.json");
        results.write(file);
        assertEquals(results, Results.read(file));
    }

    @Test
    void onlyClearChangesAreCalledFasterOrSlower() {
        var before = results(row("mlp-b1", 1, entry("a", 10, 11, 12), entry("b", 10, 11, 12), entry("c", 10, 10, 10)));
        var now = results(row("mlp-b1", 1, entry("a", 5, 5, 5), entry("b", 11, 12, 13), entry("c", 10.1, 10.1, 10.1), entry("d", 1)));
        var changes = Comparison.of(before, now);
        assertEquals(List.of("a", "b", "c"), changes.stream().map(Comparison.Change::contender).toList());
        assertEquals(2.2, changes.getFirst().factor(), 1e-12);
        assertEquals(List.of(true, false, false), changes.stream().map(Comparison.Change::clear).toList());
    }

    @Test
    void thePageHasAllRowsAndItsPicturesAreXml(@TempDir Path folder) throws Exception {
        var results = results(row("mlp-b1", 1, entry("sinter-native", 10_000), entry("sinter-jvm", 40_000), entry("a", 20_000)), row("call-scale", 2, entry("sinter-jvm", 10), entry("a", 1000)),
                row("dense-512", 1, entry("sinter-native", 1e6), Entry.failed("a", "1", "its results differ")));
        Page.write(folder, results);
        String page = Files.readString(folder.resolve("comparison.md"));
        assertTrue(page.contains("| mlp-b1 | 1 | 10.0 µs ±0.0 % | 40.0 µs ±0.0 % | 20.0 µs ±0.0 % | a | 2.00 | ≥ 1.10 ✓ | 0.50 | ≥ 0.95 ✗ |"), page);
        assertTrue(page.contains("≤ 20.0 ns ✓"), page);
        assertTrue(page.contains("- dense-512, 1 thread, a: its results differ"), page);
        for (int threads = 1; threads <= 2; threads++) {
            String picture = Files.readString(folder.resolve("comparison-" + threads + ".svg"));
            DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(picture.getBytes(StandardCharsets.UTF_8)));
            assertFalse(picture.contains("NaN"), picture);
        }
    }

    @Test
    void limitsAreOfTheSlowerResource() {
        // 512³ multiply-adds at 250 per nanosecond take longer than 3 MiB at 100 bytes.
        assertEquals(2.0 * 512 * 512 * 512 / 250, row("matmul-512", 1).limit(), 1);
        // A decoding step reads all its weights.
        assertTrue(row("decode-512", 1).limit() > 28.3e6 / 100);
    }
}
