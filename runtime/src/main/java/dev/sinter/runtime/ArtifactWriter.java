package dev.sinter.runtime;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Writes artifacts. The bytes depend on the arguments alone: entries are in the order of their names after the manifest and
/// its checksum, have a fixed time, and are stored uncompressed, since compressed bytes differ from one zlib to the next.
public final class ArtifactWriter {

    /// The earliest time that a jar can express.
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private ArtifactWriter() { }

    /// Writes an artifact to a file, beside its place first and then moved there.
    ///
    /// @param manifest  its `files` are computed here, whatever they are
    /// @param weights   the values of the manifest's state, by name
    /// @param constants the constants that the buffers name; may be empty
    /// @param entries   code and whatever else belongs into the jar, by the name of the entry
    /// @throws ArtifactException if weights, constants or entries do not fit the manifest
    public static void write(Path file, Manifest manifest, Map<String, Tensor> weights, Map<String, Tensor> constants,
                             Map<String, byte[]> entries) throws IOException {
        Replacement.write(file, out -> write(out, manifest, weights, constants, entries));
    }

    /// Writes an artifact to a stream, which stays open; see [#write(Path,Manifest,Map,Map,Map)].
    public static void write(OutputStream out, Manifest manifest, Map<String, Tensor> weights, Map<String, Tensor> constants,
                             Map<String, byte[]> entries) throws IOException {
        if (entries.containsKey(Manifest.WEIGHTS) || entries.containsKey(Manifest.CONSTANTS)) {
            throw new IllegalArgumentException("weights and constants are given as tensors, not as entries");
        }
        if (entries.containsKey(Manifest.ENTRY) || entries.containsKey(Manifest.CHECKSUM)) {
            throw new IllegalArgumentException("the manifest and its checksum are written here, they are no entries");
        }
        var contents = new TreeMap<String, Replacement.Content>();
        entries.forEach((name, bytes) -> contents.put(name, stream -> stream.write(bytes)));
        contents.put(Manifest.WEIGHTS, stream -> SafeTensors.write(stream, weights));
        if (!constants.isEmpty()) {
            contents.put(Manifest.CONSTANTS, stream -> SafeTensors.write(stream, constants));
        }
        // The manifest comes first and names the checksums, so every content is produced twice: it is either at hand
        // or a copy of memory.
        var sums = new TreeMap<String, Sums>();
        for (var entry : contents.entrySet()) {
            sums.put(entry.getKey(), Sums.of(entry.getValue()));
        }
        var files = new TreeMap<String, Manifest.FileEntry>();
        sums.forEach((name, sum) -> files.put(name, new Manifest.FileEntry(sum.bytes, hex(sum.crc))));
        var complete = manifest.withFiles(files);
        ManifestCheck.checkTensors(complete, weights, constants);

        byte[] manifestText = complete.toJson().getBytes(StandardCharsets.UTF_8);
        var zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
        zip.setMethod(ZipOutputStream.STORED);
        var manifestSums = Sums.of(stream -> stream.write(manifestText));
        byte[] checksum = hex(manifestSums.crc).getBytes(StandardCharsets.US_ASCII);
        put(zip, Manifest.ENTRY, manifestSums, stream -> stream.write(manifestText));
        put(zip, Manifest.CHECKSUM, Sums.of(stream -> stream.write(checksum)), stream -> stream.write(checksum));
        for (var entry : contents.entrySet()) {
            put(zip, entry.getKey(), sums.get(entry.getKey()), entry.getValue());
        }
        zip.finish();
    }

    /// The bytes of an artifact; see [#write(Path,Manifest,Map,Map,Map)].
    public static byte[] bytes(Manifest manifest, Map<String, Tensor> weights, Map<String, Tensor> constants, Map<String, byte[]> entries) {
        var out = new ByteArrayOutputStream();
        try {
            write(out, manifest, weights, constants, entries);
        } catch (IOException e) {
            throw new AssertionError("writing to memory failed", e);
        }
        return out.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, Sums sums, Replacement.Content content) throws IOException {
        var entry = new ZipEntry(name);
        entry.setTimeLocal(TIME);
        entry.setSize(sums.bytes);
        entry.setCompressedSize(sums.bytes);
        entry.setCrc(sums.crc.getValue());
        zip.putNextEntry(entry);
        content.writeTo(zip);
        zip.closeEntry();
    }

    /// A checksum as the manifest has it. CRC-32 finds every accident (and is what a jar has anyway); who alters an artifact on purpose can alter checksums too.
    static String hex(CRC32 crc) {
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    /// Size and checksum of what is written to it.
    private static final class Sums extends OutputStream {
        private final CRC32 crc = new CRC32();
        private long bytes;

        private static Sums of(Replacement.Content content) throws IOException {
            var sums = new Sums();
            content.writeTo(sums);
            return sums;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] b, int off, int len) {
            crc.update(b, off, len);
            bytes += len;
        }
    }
}
