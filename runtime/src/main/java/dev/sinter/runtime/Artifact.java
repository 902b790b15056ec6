package dev.sinter.runtime;

import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// The verified content of an artifact: what comes out has the size and checksum that the manifest states, and the manifest the checksum in the entry beside it. Closing it closes the file; what was read stays.
final class Artifact implements AutoCloseable {

    private static final int MAX_MANIFEST = 64 << 20;
    private static final int CHECKSUM_DIGITS = 8;
    private static final int CHUNK = 1 << 16;

    private final String where;
    private final ZipFile zip;
    private final Manifest manifest;
    private final Map<String, byte[]> entries = new HashMap<>();

    private Artifact(String where, ZipFile zip) throws IOException {
        this.where = where;
        this.zip = zip;
        this.manifest = readManifest();
        if (manifest.files().isEmpty() && !(manifest.state().isEmpty() && manifest.functions().isEmpty())) {
            throw ArtifactException.damaged(where, Manifest.ENTRY + " lists no files");
        }
        checkNames();
        for (var listed : manifest.files().entrySet()) {
            verify(listed.getKey(), listed.getValue());
        }
    }

    /// Opens and verifies a file, which messages call `where`.
    ///
    /// @throws ArtifactException if it is not a whole artifact of this format
    static Artifact open(Path file, String where) {
        ZipFile zip = null;
        try {
            zip = new ZipFile(file.toFile());
            return new Artifact(where, zip);
        } catch (IOException | RuntimeException e) {
            close(zip);
            throw translate(where, e);
        }
    }

    Manifest manifest() {
        return manifest;
    }

    /// The verified entries, except weights and constants.
    Map<String, byte[]> entries() {
        return entries;
    }

    /// Reads the tensors of an entry to where `place` says; none if there is no such entry. What was read of a damaged entry is not to be used.
    Map<String, Tensor> tensors(String name, SafeTensors.Place place) {
        var listed = manifest.files().get(name);
        if (listed == null) {
            return Map.of();
        }
        var crc = new CRC32();
        try (var in = new BufferedInputStream(new CheckedInputStream(zip.getInputStream(zip.getEntry(name)), crc), CHUNK)) {
            var tensors = SafeTensors.read(in, listed.bytes(), name, place);
            check(name, listed, crc);
            return tensors;
        } catch (IOException | RuntimeException e) {
            throw translate(where, e);
        }
    }

    @Override
    public void close() {
        close(zip);
    }

    private static void close(ZipFile zip) {
        if (zip != null) {
            try {
                zip.close();
            } catch (IOException e) {
                // It was only read.
            }
        }
    }

    /// Everything that goes wrong while a jar is read says something about the jar: a damaged one makes the JDK's reader
    /// throw more than `IOException`.
    private static ArtifactException translate(String where, Exception e) {
        return switch (e) {
            case ArtifactException known -> known;
            case NoSuchFileException _ -> new ArtifactException(where, "there is no such file", "check the path", e);
            case FileNotFoundException _ -> new ArtifactException(where, "cannot be opened (" + e.getMessage() + ")", "check the path", e);
            default -> ArtifactException.damaged(where, "cannot be read as a jar (" + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()) + ")", e);
        };
    }

    private Manifest readManifest() throws IOException {
        var entry = zip.getEntry(Manifest.ENTRY);
        if (entry == null) {
            throw new ArtifactException(where, "a jar without " + Manifest.ENTRY, "this is not an artifact of Sinter: compile a model with 'sinter compile'");
        }
        byte[] text = read(entry, MAX_MANIFEST);
        var sum = zip.getEntry(Manifest.CHECKSUM);
        if (sum == null) {
            throw ArtifactException.damaged(where, "the entry '" + Manifest.CHECKSUM + "' is missing");
        }
        // Of its own, as the jar's checksum is renewed by every tool that packs an altered manifest.
        var crc = new CRC32();
        crc.update(text);
        if (!ArtifactWriter.hex(crc).equals(new String(read(sum, CHECKSUM_DIGITS), StandardCharsets.US_ASCII))) {
            throw ArtifactException.damaged(where, Manifest.ENTRY + " has not the checksum that " + Manifest.CHECKSUM + " states");
        }
        return Manifest.parse(text);
    }

    /// No entry of ours stands there twice, or unlisted. What other tools put beside the folder `sinter` is not looked at.
    private void checkNames() {
        var seen = new HashSet<String>();
        for (var all = zip.entries(); all.hasMoreElements(); ) {
            String name = all.nextElement().getName();
            if (!seen.add(name)) {
                throw ArtifactException.damaged(where, "the entry '" + name + "' occurs twice");
            }
            if (name.startsWith("sinter/") && !name.endsWith("/") && !name.equals(Manifest.ENTRY) && !name.equals(Manifest.CHECKSUM)
                    && !manifest.files().containsKey(name)) {
                throw ArtifactException.damaged(where, "the entry '" + name + "' is not listed in the manifest");
            }
        }
    }

    private void verify(String name, Manifest.FileEntry listed) throws IOException {
        var entry = zip.getEntry(name);
        if (entry == null) {
            throw ArtifactException.damaged(where, "the entry '" + name + "' is missing");
        }
        if (entry.getSize() != listed.bytes()) {
            throw ArtifactException.damaged(where, "the entry '" + name + "' has " + entry.getSize() + " bytes, the manifest says " + listed.bytes());
        }
        if (name.equals(Manifest.WEIGHTS) || name.equals(Manifest.CONSTANTS)) {
            return;                 // large: checked while their tensors are read
        }
        if (listed.bytes() > Integer.MAX_VALUE - 8) {
            throw ArtifactException.damaged(where, "the entry '" + name + "' has " + listed.bytes() + " bytes, more than code can have");
        }
        byte[] content = read(entry, (int) listed.bytes());
        var crc = new CRC32();
        crc.update(content);
        check(name, listed, crc);
        entries.put(name, content);
    }

    private void check(String name, Manifest.FileEntry listed, CRC32 crc) {
        if (!ArtifactWriter.hex(crc).equals(listed.crc32())) {
            throw ArtifactException.damaged(where, "the entry '" + name + "' has not the checksum that the manifest states");
        }
    }

    private byte[] read(ZipEntry entry, int limit) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] content = in.readNBytes(limit);
            if (in.read() >= 0) {
                throw ArtifactException.damaged(where, "the entry '" + entry.getName() + "' has more than " + limit + " bytes");
            }
            return content;
        }
    }
}
