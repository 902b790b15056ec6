package dev.sinter.bench;

import dev.sinter.compiler.Compiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// How long a model takes from source to jar, both kinds of code, all variants, again and again in one process. Usage: `CompileTime MODEL.sinter [TIMES]`.
public final class CompileTime {
    private CompileTime() { }

    /// Prints the seconds of each compilation.
    public static void main(String[] arguments) throws IOException {
        Path source = Path.of(arguments[0]);
        int times = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 6;
        Path jar = Files.createTempFile("compiled", ".jar");
        try {
            for (int k = 1; k <= times; k++) {
                long began = System.nanoTime();
                var compilation = Compiler.compile(source, Compiler.Options.DEFAULT, Compiler.Progress.NONE);
                compilation.write(jar, compilation.initialState(0));
                System.out.printf(Locale.ROOT, "%d: %.2f s, %d bytes%n", k, (System.nanoTime() - began) / 1e9, Files.size(jar));
            }
        } finally {
            Files.deleteIfExists(jar);
        }
    }
}
