package dev.sinter.runtime;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Chooses each function's variant and makes it executable. The bytes it gets are verified already.
final class CodeLoader {

    private static final String SCALAR = "jvm-scalar";
    private static final Set<PosixFilePermission> OWNER_ONLY = EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final Model model;
    private final Map<String, byte[]> entries;
    private final LoadOptions options;
    private final Arena arena;
    private final Map<String, SymbolLookup> libraries = new HashMap<>();

    /// Native libraries stay loaded until `arena` is closed.
    CodeLoader(Model model, Map<String, byte[]> entries, LoadOptions options, Arena arena) {
        this.model = model;
        this.entries = entries;
        this.options = options;
        this.arena = arena;
    }

    /// The best variant that runs here and that the options accept. One that cannot be loaded is passed over where another
    /// will do.
    ///
    /// @throws ArtifactException if there is none, with the reason
    Executable load(Manifest.FunctionEntry function) {
        var problems = new ArrayList<ArtifactException>();
        for (String target : Machine.targets()) {
            for (var variant : function.variants()) {
                if (variant.target().equals(target) && options.accepts(target)) {
                    try {
                        return variant.isJvm() ? jvm(function, variant) : nativeCode(function, variant);
                    } catch (ArtifactException e) {
                        problems.add(e);
                    }
                }
            }
        }
        if (!problems.isEmpty()) {
            var first = problems.removeFirst();
            problems.forEach(first::addSuppressed);
            throw first;
        }
        List<String> present = function.variants().stream().map(Manifest.Variant::target).toList();
        throw new ArtifactException("function '" + function.name() + "'", "it has code for " + String.join(", ", present)
                + "; asked for is " + options.target() + ", and this machine runs " + String.join(", ", Machine.targets()),
                Machine.hasVectors() || present.stream().noneMatch(target -> target.startsWith("jvm-v"))
                        ? "ask for another target, or compile the model for this one"
                        : "start Java with --add-modules jdk.incubator.vector for the targets jvm-v…, or compile the model for one of these");
    }

    /// The code that a function starts with while `best` is warmed up; null if it starts with that.
    Executable quick(Manifest.FunctionEntry function, Executable best) {
        if (options.quickStart() && best.variant().isJvm()) {
            for (var variant : function.variants()) {
                if (variant.target().equals(SCALAR) && best.variant() != variant) {
                    return jvm(function, variant);
                }
            }
        }
        return null;
    }

    private Executable jvm(Manifest.FunctionEntry function, Manifest.Variant variant) {
        var ahead = variant.preparation();
        return new Executable(variant, jvm(variant.code()), null,
                ahead == null ? null : new Preparation(model, function.name(), ahead, jvm(ahead.code()), null));
    }

    private Code jvm(String file) {
        byte[] bytes = entries.get(file);
        try {
            var type = new OneClassLoader().define(bytes);
            var instance = type.getConstructor().newInstance();
            if (!(instance instanceof Code code)) {
                throw ArtifactException.damaged(file, "the class " + type.getName() + " is no " + Code.class.getName());
            }
            return code;
        } catch (LinkageError | ReflectiveOperationException | SecurityException e) {
            throw ArtifactException.damaged(file, "the class cannot be used (" + e + ")", e);
        }
    }

    private Executable nativeCode(Manifest.FunctionEntry function, Manifest.Variant variant) {
        var ahead = variant.preparation();
        return new Executable(variant, null, nativeCode(variant.code(), variant.symbol()),
                ahead == null ? null : new Preparation(model, function.name(), ahead, null, nativeCode(ahead.code(), ahead.symbol())));
    }

    private MemorySegment nativeCode(String file, String name) {
        var library = libraries.get(file);
        if (library == null) {
            library = open(file, entries.get(file));
            libraries.put(file, library);
        }
        var symbol = library.find(name).orElse(null);
        if (symbol == null) {
            throw ArtifactException.damaged(file, "the library has no symbol '" + name + "'");
        }
        // Without the library's lifetime, which the model watches over: a call then does not have to.
        return MemorySegment.ofAddress(symbol.address());
    }

    /// The system's loader needs a file: a private one, which is gone as soon as it is mapped.
    private SymbolLookup open(String name, byte[] bytes) {
        Path file = null;
        try {
            file = newFile();
            Files.write(file, bytes);
            return SymbolLookup.libraryLookup(file, arena);
        } catch (IOException e) {
            throw new ArtifactException(name, "the library cannot be unpacked (" + e + ")", "make the folder of java.io.tmpdir writable, or ask for the target jvm", e);
        } catch (IllegalArgumentException e) {
            throw new ArtifactException(name, "the system cannot load the library (" + e.getMessage() + ")",
                    "point java.io.tmpdir to a folder where files may be executed, or ask for the target jvm", e);
        } catch (IllegalCallerException e) {
            throw new ArtifactException(name, "native code is denied to this application (" + e.getMessage() + ")",
                    "start Java with --enable-native-access, or ask for the target jvm", e);
        } finally {
            if (file != null) {
                delete(file);
            }
        }
    }

    /// A file of a new name that only this user can read. (The JDK's own way starts its source of secure random numbers for the name;
    /// here a name that somebody else has chosen before is merely not used.)
    private static Path newFile() throws IOException {
        var folder = Path.of(System.getProperty("java.io.tmpdir"));
        long number = System.nanoTime() ^ ProcessHandle.current().pid() << 32;
        while (true) {
            try {
                return Files.createFile(folder.resolve("sinter-" + Long.toHexString(number) + ".so"), PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            } catch (FileAlreadyExistsException e) {
                number++;
            }
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            file.toFile().deleteOnExit();
        }
    }

    /// A loader of one class, so that equal names in two models do not meet and a class goes with its model.
    private static final class OneClassLoader extends ClassLoader {
        private OneClassLoader() {
            super("sinter", Code.class.getClassLoader());
        }

        private Class<?> define(byte[] bytes) {
            return defineClass(null, bytes, 0, bytes.length);
        }
    }
}
