package dev.sinter.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever happened to a file: it loads and gives the right results, or it is refused with an [ArtifactException].
class DamagedArtifactTest {

    private static final float[] X = {1, -2, 3};

    @TempDir
    Path folder;

    /// Whether the artifact loads; then it must be whole.
    private boolean loads(byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("model.jar"), bytes);
        try (var model = Model.load(file)) {
            assertArrayEquals(HandWritten.predicted(X, new float[] {1, 2, 3}), model.function("predict").call(Tensor.of(X, 1, 3)).toFloats());
            assertEquals(7, model.state("steps").getLong(0));
            assertEquals(HandWritten.manifest().functions(), model.manifest().functions());
            return true;
        } catch (ArtifactException e) {
            assertTrue(e.getMessage().contains("; "), e.getMessage());
            return false;
        }
    }

    @Test
    void flippedBits() throws IOException {
        byte[] good = HandWritten.artifact();
        assertTrue(loads(good));
        int loaded = 0;
        int flips = 0;
        for (long bit = 0; bit < 8L * good.length; bit += 37) {
            byte[] bad = good.clone();
            bad[(int) (bit / 8)] ^= (byte) (1 << bit % 8);
            flips++;
            loaded += loads(bad) ? 1 : 0;
        }
        // Only the fields of a jar that say nothing, times for instance, may be altered unnoticed.
        assertTrue(loaded < flips / 10, loaded + " of " + flips + " altered files load");
    }

    @Test
    void theDirectoryOfTheJar() throws IOException {
        byte[] good = HandWritten.artifact();
        int directory = new String(good, StandardCharsets.ISO_8859_1).indexOf("PK\1\2");
        for (int bit = 8 * directory; bit < 8 * good.length; bit += 3) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            loads(bad);
        }
    }

    @Test
    void truncatedFiles() throws IOException {
        byte[] good = HandWritten.artifact();
        for (int length = 0; length < good.length; length += 61) {
            assertEquals(false, loads(Arrays.copyOf(good, length)));
        }
        assertEquals(false, loads(Arrays.copyOf(good, good.length - 1)));
    }

    @Test
    void zeroedPages() throws IOException {
        byte[] good = HandWritten.artifact();
        for (int from = 0; from < good.length; from += 512) {
            byte[] bad = good.clone();
            Arrays.fill(bad, from, Math.min(from + 512, bad.length), (byte) 0);
            assertEquals(false, loads(bad));
        }
    }

    /// The entries of the sample, to be put together differently.
    private static Map<String, byte[]> unpack() throws IOException {
        var entries = new LinkedHashMap<String, byte[]>();
        try (var in = new ZipInputStream(new ByteArrayInputStream(HandWritten.artifact()))) {
            for (ZipEntry entry; (entry = in.getNextEntry()) != null; ) {
                entries.put(entry.getName(), in.readAllBytes());
            }
        }
        return entries;
    }

    private static byte[] pack(Map<String, byte[]> entries) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            for (var entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return out.toByteArray();
    }

    private String refusal(Map<String, byte[]> entries) throws IOException {
        Path file = Files.write(folder.resolve("model.jar"), pack(entries));
        return assertThrows(ArtifactException.class, () -> Model.load(file)).getMessage();
    }

    @Test
    void aJarPackedByAnotherToolLoads() throws IOException {
        var entries = unpack();
        entries.put("META-INF/MANIFEST.MF", new byte[0]);
        entries.put("sinter/", new byte[0]);
        assertTrue(loads(pack(entries)));
    }

    @Test
    void alteredEntriesAreNamed() throws IOException {
        var entries = unpack();
        entries.remove(HandWritten.FOLDER + "step.class");
        assertTrue(refusal(entries).contains("the entry 'sinter/jvm/scalar/step.class' is missing"));

        entries = unpack();
        entries.remove(Manifest.ENTRY);
        assertTrue(refusal(entries).contains("a jar without sinter/manifest.json; this is not an artifact of Sinter"));

        entries = unpack();
        entries.remove(Manifest.CHECKSUM);
        assertTrue(refusal(entries).contains("the entry 'sinter/manifest.crc32' is missing"));

        entries = signed(HandWritten.manifest().toJson(), Map.of());
        assertTrue(refusal(entries).contains("sinter/manifest.json lists no files"));

        entries = unpack();
        entries.put("sinter/native/evil.so", new byte[10]);
        assertTrue(refusal(entries).contains("the entry 'sinter/native/evil.so' is not listed in the manifest"));

        entries = unpack();
        byte[] weights = entries.get(Manifest.WEIGHTS);
        weights[weights.length - 1] ^= 1;
        assertTrue(refusal(entries).contains("the entry 'sinter/weights.safetensors' has not the checksum that the manifest states"));

        entries = unpack();
        entries.put(Manifest.WEIGHTS, Arrays.copyOf(weights, weights.length + 1));
        assertTrue(refusal(entries).contains("has " + (weights.length + 1) + " bytes, the manifest says " + weights.length));
    }

    /// These entries with another manifest, which has the checksum that belongs to it.
    private static Map<String, byte[]> signed(String manifest, Map<String, byte[]> others) {
        var entries = new LinkedHashMap<>(others);
        byte[] text = manifest.getBytes(StandardCharsets.UTF_8);
        var crc = new CRC32();
        crc.update(text);
        entries.put(Manifest.ENTRY, text);
        entries.put(Manifest.CHECKSUM, ArtifactWriter.hex(crc).getBytes(StandardCharsets.US_ASCII));
        return entries;
    }

    /// Another table of `predict`'s buffers, which is consistent in itself: the code would find other memory than it was made for.
    private static Manifest withBuffers(UnaryOperator<List<Manifest.Buffer>> edit, String arena) {
        var m = HandWritten.manifest();
        var f = m.functions().getFirst();
        var v = f.variants().getFirst();
        var functions = new ArrayList<>(m.functions());
        functions.set(0, new Manifest.FunctionEntry(f.name(), f.doc(), f.dims(), f.inputs(), f.outputs(), f.flops(), f.bytes(), f.reads(), f.writes(),
                List.of(new Manifest.Variant(v.target(), v.code(), v.symbol(), Formula.of(arena), edit.apply(v.buffers())))));
        return new Manifest(m.producer(), m.model(), m.state(), functions);
    }

    private static List<Manifest.Buffer> fewerElements(List<Manifest.Buffer> buffers) {
        return buffers.stream().map(b -> b.role() == Manifest.Role.TEMP ? new Manifest.Buffer(b.role(), b.name(), b.type(), Formula.of("1"), b.offset()) : b).toList();
    }

    /// A jar's own checksums are renewed by whatever packs it, so they say nothing about a manifest that someone edited.
    @Test
    void anEditedManifestIsRefusedThoughTheJarIsWhole() throws IOException {
        var edited = new LinkedHashMap<String, String>();
        edited.put("reversed buffers", withBuffers(List::reversed, "64+64*N").toJson());
        edited.put("elements", withBuffers(DamagedArtifactTest::fewerElements, "64+64*N").toJson());
        edited.put("arena", withBuffers(buffers -> buffers, "65+64*N").toJson());
        edited.put("renamed state", HandWritten.manifest().toJson().replace("\"scale\"", "\"slope\""));
        for (var entry : edited.entrySet()) {
            assertNotEquals(HandWritten.manifest(), Manifest.parse(entry.getValue().getBytes(StandardCharsets.UTF_8)), entry.getKey());
            var files = Manifest.parse(unpack().get(Manifest.ENTRY)).files();
            var entries = unpack();
            entries.put(Manifest.ENTRY, Manifest.parse(entry.getValue().getBytes(StandardCharsets.UTF_8)).withFiles(files).toJson().getBytes(StandardCharsets.UTF_8));
            assertTrue(refusal(entries).contains("sinter/manifest.json has not the checksum that sinter/manifest.crc32 states"), entry.getKey());
        }
    }

    /// Whoever alters a manifest and all checksums gets wrong results or an exception from JVM code, as its buffers have ends.
    @Test
    void codeThatLeavesItsBuffersIsStopped() throws IOException {
        byte[] bytes = ArtifactWriter.bytes(withBuffers(List::reversed, "64+64*N"), HandWritten.weights(), HandWritten.constants(), HandWritten.entries());
        try (var model = Model.load(new ByteArrayInputStream(bytes))) {
            var e = assertThrows(CallException.class, () -> model.function("predict").call(Tensor.of(new float[300], 100, 3)));
            assertTrue(e.getMessage().startsWith("predict: its code does not fit the buffers that the manifest gives it ("), e.getMessage());
        }
    }

    @Test
    void codeThatIsNoCodeIsRefused() throws IOException {
        var cases = Map.of(
                "no class at all", "no class".getBytes(StandardCharsets.UTF_8),
                "is no dev.sinter.runtime.Code", HandWritten.bytes(DamagedArtifactTest.Stranger.class),
                "the class cannot be used (java.lang.NoSuchMethodException", HandWritten.bytes(DamagedArtifactTest.NeedsArgument.class),
                "the class cannot be used (java.lang.ExceptionInInitializerError", HandWritten.bytes(DamagedArtifactTest.Throws.class));
        for (var entry : cases.entrySet()) {
            var entries = new HashMap<>(HandWritten.entries());
            entries.put(HandWritten.FOLDER + "predict.class", entry.getValue());
            byte[] bytes = ArtifactWriter.bytes(HandWritten.manifest(), HandWritten.weights(), HandWritten.constants(), entries);
            var e = assertThrows(ArtifactException.class, () -> Model.load(new ByteArrayInputStream(bytes)));
            assertTrue(e.getMessage().startsWith(HandWritten.FOLDER + "predict.class"), e.getMessage());
            assertTrue(entry.getKey().startsWith("no class") || e.getMessage().contains(entry.getKey()), e.getMessage());
        }
    }

    @Test
    void theWriterRefusesWhatWouldNotLoad() {
        var weights = new HashMap<>(HandWritten.weights());
        weights.put("scale", Tensor.scalar(1f));
        assertThrows(ArtifactException.class, () -> ArtifactWriter.bytes(HandWritten.manifest(), weights, HandWritten.constants(), HandWritten.entries()));
        weights.remove("scale");
        assertThrows(ArtifactException.class, () -> ArtifactWriter.bytes(HandWritten.manifest(), weights, HandWritten.constants(), HandWritten.entries()));
        assertThrows(ArtifactException.class, () -> ArtifactWriter.bytes(HandWritten.manifest(), HandWritten.weights(), Map.of(), HandWritten.entries()));
        assertThrows(ArtifactException.class, () -> ArtifactWriter.bytes(HandWritten.manifest(), HandWritten.weights(), HandWritten.constants(), Map.of()));
        assertArrayEquals(HandWritten.artifact(), HandWritten.artifact());
    }

    /// Not code of ours.
    public static final class Stranger {
        /// Needed to load it.
        public Stranger() { }
    }

    /// Cannot be made.
    public static final class NeedsArgument implements Code {
        private final int argument;

        /// Not the constructor that is looked for.
        public NeedsArgument(int argument) {
            this.argument = argument;
        }

        @Override
        public void run(long[] dims, MemorySegment[] buffers, Team team, int member) {
            dims[0] = argument;
        }
    }

    /// Fails when it is initialised.
    public static final class Throws implements Code {
        private static final int VALUE = Integer.parseInt("none");

        /// Needed to load it.
        public Throws() { }

        @Override
        public void run(long[] dims, MemorySegment[] buffers, Team team, int member) {
            dims[0] = VALUE;
        }
    }
}
