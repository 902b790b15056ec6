package dev.sinter.compiler.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.locks.ReentrantLock;

/// Files that are there whole or not at all, also when Ctrl-C comes in the middle of writing one.
final class WholeFiles {
    private static final ReentrantLock WRITING = new ReentrantLock();

    private WholeFiles() { }

    /// Something that writes files beside their places and renames them.
    @FunctionalInterface
    interface Writing {
        void run() throws IOException;
    }

    /// From now on the process ends only when no write is under way; none begins after that.
    static void finishWhatBegan() {
        Runtime.getRuntime().addShutdownHook(new Thread(WRITING::lock, "finish-writing"));
    }

    /// Writes; the process does not end before it is done.
    static void write(Writing writing) throws IOException {
        WRITING.lock();
        try {
            writing.run();
        } finally {
            WRITING.unlock();
        }
    }

    /// Writes a text, beside its place and then renamed.
    static void text(Path file, String text) throws IOException {
        write(() -> {
            Path beside = beside(file);
            try {
                Files.writeString(beside, text);
                Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(beside);
            }
        });
    }

    /// A name in the same folder that nobody else uses.
    static Path beside(Path file) {
        return file.toAbsolutePath().resolveSibling("." + file.getFileName() + "." + Long.toHexString(System.nanoTime()) + ".part");
    }

    /// Checks that a file can be written, before anything is computed for it.
    ///
    /// @throws UserError if its folder is not there or cannot be written, or the file is a folder
    static Path writable(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UserError("cannot write " + file + ": there is no folder " + folder);
        }
        if (Files.isDirectory(file)) {
            throw new UserError("cannot write " + file + ": it is a folder");
        }
        if (!Files.isWritable(folder) || Files.exists(file) && !Files.isWritable(file)) {
            throw new UserError("cannot write " + file + ": no permission");
        }
        return file;
    }
}
