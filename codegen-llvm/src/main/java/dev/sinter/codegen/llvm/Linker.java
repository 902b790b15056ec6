package dev.sinter.codegen.llvm;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.bytedeco.javacpp.Loader;

/// Object files to a shared library, by the `lld` that comes in LLVM's jar: no system compiler or linker is needed.
///
/// LLD is an executable, so it runs as a process (about 20 ms). It sits in JavaCPP's cache beside the LLVM library that it needs.
final class Linker {
    private Linker() { }

    private static final class Executable {
        static final Path LLD = extract();

        private static Path extract() {
            LlvmLibrary.load();
            String platform = Loader.getPlatform();
            String name = platform.startsWith("windows") ? "lld.exe" : "lld";
            try {
                File cached = Loader.cacheResource(org.bytedeco.llvm.presets.LLVM.class, "/org/bytedeco/llvm/" + platform + "/" + name);
                if (cached == null) {
                    throw new IllegalStateException("LLVM's jar for " + platform + " has no " + name);
                }
                if (!cached.canExecute() && !cached.setExecutable(true)) {
                    throw new IllegalStateException("cannot make " + cached + " executable");
                }
                if (platform.startsWith("linux")) {
                    // LLD asks for the library by its versioned name; JavaCPP stores it without.
                    Path versioned = cached.toPath().resolveSibling("libLLVM.so.20.1");
                    if (!Files.exists(versioned)) {
                        try {
                            Files.createSymbolicLink(versioned, Path.of("libLLVM.so"));
                        } catch (FileAlreadyExistsException e) {
                            // Another process made it just now.
                        }
                    }
                }
                return cached.toPath();
            } catch (IOException e) {
                throw new IllegalStateException("cannot extract " + name + " from LLVM's jar: " + e.getMessage(), e);
            }
        }
    }

    /// Links the objects, in order, to a shared library that exports their visible functions and needs nothing else.
    static byte[] link(List<byte[]> objects) {
        Path folder = null;
        try {
            folder = Files.createTempDirectory("sinter-link");
            // No build identifier and no timestamp: equal objects give equal bytes. Undefined symbols are errors: nothing may be called.
            var command = new ArrayList<>(List.of(Executable.LLD.toString(), "-flavor", "gnu", "-shared", "--no-undefined", "--build-id=none",
                    "--hash-style=gnu", "--gc-sections", "--threads=1", "-z", "noexecstack", "-z", "relro", "-z", "now", "-o", "out.so"));
            for (int i = 0; i < objects.size(); i++) {
                Files.write(folder.resolve(i + ".o"), objects.get(i));
                command.add(i + ".o");
            }
            var process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (status != 0) {
                throw LlvmLibrary.bug("linking (lld ended with " + status + ")", output);
            }
            return Files.readAllBytes(folder.resolve("out.so"));
        } catch (IOException e) {
            throw new IllegalStateException("cannot link a shared library: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while linking a shared library", e);
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) {
        if (folder == null) {
            return;
        }
        try (var files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            // A leftover in the folder for temporary files harms nobody.
        }
    }
}
