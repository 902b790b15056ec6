package dev.sinter.runtime;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// What an artifact says about itself: the entry `sinter/manifest.json`. This is the format's one definition; its writer
/// builds these records and its reader gets them back equal.
///
/// A manifest is consistent by construction: the constructor checks every cross-reference that does not need the values
/// of dims (see [ManifestCheck]), and throws [ArtifactException] where one does not hold.
///
/// @param format    the version of the format, [#FORMAT]
/// @param producer  name and version of the program that wrote the artifact
/// @param model     the model's name
/// @param state     the model's memory, in the order in which it lies there
/// @param functions the functions that can be called
/// @param files     the other entries of the artifact, with size and checksum; empty in a manifest that is still to be
///                  written by [ArtifactWriter], which fills it in
public record Manifest(int format, String producer, String model, List<State> state, List<FunctionEntry> functions,
                       Map<String, FileEntry> files) {

    /// The version of the format that this runtime reads and writes.
    public static final int FORMAT = 1;

    /// The manifest's own entry.
    public static final String ENTRY = "sinter/manifest.json";

    /// The entry with the manifest's checksum: the CRC-32 of its text, in 8 lower-case hexadecimal digits.
    public static final String CHECKSUM = "sinter/manifest.crc32";

    /// The entry with the state's values.
    public static final String WEIGHTS = "sinter/weights.safetensors";

    /// The entry with the constants.
    public static final String CONSTANTS = "sinter/constants.safetensors";

    /// The name by which the sizes and offsets of temps, and the arena, may depend on the number of threads of a call.
    public static final String MEMBERS = "members";

    /// Checks the manifest.
    ///
    /// @throws ArtifactException if something in it contradicts something else
    public Manifest {
        state = List.copyOf(state);
        functions = List.copyOf(functions);
        files = Collections.unmodifiableMap(new TreeMap<>(files));
        ManifestCheck.check(format, producer, model, state, functions, files);
    }

    /// A manifest of the present format whose files are not written yet.
    public Manifest(String producer, String model, List<State> state, List<FunctionEntry> functions) {
        this(FORMAT, producer, model, state, functions, Map.of());
    }

    /// This manifest with these files.
    public Manifest withFiles(Map<String, FileEntry> files) {
        return new Manifest(format, producer, model, state, functions, files);
    }

    /// Reads the text of a manifest.
    ///
    /// @throws ArtifactException if it is no manifest, of another format version, or inconsistent
    public static Manifest parse(byte[] json) {
        return ManifestJson.read(Json.parse(json, ENTRY));
    }

    /// The manifest as text, indented for people; equal manifests give equal text.
    public String toJson() {
        return ManifestJson.write(this);
    }

    /// One tensor of the model's memory.
    ///
    /// @param name      as in the file of weights
    /// @param type      of the elements
    /// @param shape     numbers, since state has one size
    /// @param trainable whether it is a parameter, as against a running statistic or the memory of an optimiser
    public record State(String name, ElementType type, List<Long> shape, boolean trainable) {
        /// Copies the list.
        public State {
            shape = List.copyOf(shape);
        }
    }

    /// One function.
    ///
    /// @param name     by which it is called
    /// @param doc      for people
    /// @param dims     the named dims, in the order of the code's table
    /// @param inputs   in the order of the call
    /// @param outputs  in the order of the results
    /// @param flops    an estimate of the arithmetic of a call
    /// @param bytes    an estimate of the memory traffic of a call
    /// @param reads    names of the state it reads
    /// @param writes   names of the state it writes
    /// @param requires what must hold among the dims of a call
    /// @param variants its code, at least one
    public record FunctionEntry(String name, String doc, List<String> dims, List<Value> inputs, List<Value> outputs,
                                Formula flops, Formula bytes, List<String> reads, List<String> writes, List<Requirement> requires, List<Variant> variants) {
        /// Copies the lists.
        public FunctionEntry {
            dims = List.copyOf(dims);
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
            reads = List.copyOf(reads);
            writes = List.copyOf(writes);
            requires = List.copyOf(requires);
            variants = List.copyOf(variants);
        }

        /// A function that takes every binding of its dims.
        public FunctionEntry(String name, String doc, List<String> dims, List<Value> inputs, List<Value> outputs,
                             Formula flops, Formula bytes, List<String> reads, List<String> writes, List<Variant> variants) {
            this(name, doc, dims, inputs, outputs, flops, bytes, reads, writes, List.of(), variants);
        }
    }

    /// What must hold among the dims of a call, lest code read beyond a tensor: a window of 5 over `N` elements requires that `N-5` is not negative.
    ///
    /// @param notNegative the formula that must be at least 0
    /// @param because     what needs it, for messages
    public record Requirement(Formula notNegative, String because) { }

    /// An input or an output.
    ///
    /// @param name  unique among the inputs, or among the outputs, of its function
    /// @param type  of the elements
    /// @param shape a formula per axis over the function's dims; an input's axis that is exactly a name binds that dim
    public record Value(String name, ElementType type, List<Formula> shape) {
        /// Copies the list.
        public Value {
            shape = List.copyOf(shape);
        }
    }

    /// The code of a function for one kind of machine.
    ///
    /// @param target  `jvm-scalar`, `jvm-v256`, … or the name of a native target: `linux-x86_64-v3`, …
    /// @param code    the entry that holds it
    /// @param symbol  the exported symbol, for native code; empty for JVM code
    /// @param arena   the size in bytes of the memory for `temp` buffers
    /// @param buffers the table of buffers that the code gets, in order
    /// @param preparation what must have run before, or null
    public record Variant(String target, String code, String symbol, Formula arena, List<Buffer> buffers, Preparation preparation) {
        /// Copies the list.
        public Variant {
            buffers = List.copyOf(buffers);
        }

        /// A variant that needs no preparation.
        public Variant(String target, String code, String symbol, Formula arena, List<Buffer> buffers) {
            this(target, code, symbol, arena, buffers, null);
        }

        /// Whether this is JVM code.
        public boolean isJvm() {
            return target.startsWith("jvm-");
        }
    }

    /// Code that computes what a variant needs of state and constants alone: weights that are packed, for instance. It runs before the first call, and again
    /// before a call if the state that it reads has changed.
    ///
    /// @param code    the entry that holds it
    /// @param symbol  the exported symbol, for native code; empty for JVM code
    /// @param arena   the size in bytes of the memory for its own `temp` buffers
    /// @param buffers the table of buffers that the code gets, in order: `state` and `constant` are read, `prepared` is written
    public record Preparation(String code, String symbol, Formula arena, List<Buffer> buffers) {
        /// Copies the list.
        public Preparation {
            buffers = List.copyOf(buffers);
        }
    }

    /// One row of a variant's table.
    ///
    /// @param role     whose memory it is
    /// @param name     of the input, output, state or constant; for a `temp` any name; a `prepared` buffer has one name in both tables
    /// @param type     of the elements
    /// @param elements how many
    /// @param offset   in the arena, in bytes, a multiple of 64; null unless the role is `TEMP`
    public record Buffer(Role role, String name, ElementType type, Formula elements, Formula offset) {

        /// A buffer that is no `temp`.
        public Buffer(Role role, String name, ElementType type, Formula elements) {
            this(role, name, type, elements, null);
        }
    }

    /// Whose memory a buffer is.
    public enum Role {
        /// The caller's, read.
        INPUT,
        /// The caller's, written.
        OUTPUT,
        /// The model's, read and written in place.
        STATE,
        /// The artifact's, read.
        CONSTANT,
        /// The session's, meaningless between calls.
        TEMP,
        /// The function's, written by the preparation, read by calls.
        PREPARED;

        private final String spelling = name().toLowerCase(Locale.ROOT);

        /// The role that a manifest calls `name`.
        ///
        /// @throws IllegalArgumentException if there is none of that name
        static Role of(String name) {
            for (Role role : values()) {
                if (role.spelling.equals(name)) {
                    return role;
                }
            }
            throw new IllegalArgumentException("unknown role '" + name + "', expected input, output, state, constant, temp or prepared");
        }

        /// The name in a manifest.
        @Override
        public String toString() {
            return spelling;
        }
    }

    /// One other entry of the artifact.
    ///
    /// @param bytes  its size
    /// @param crc32  the CRC-32 of its content, as the jar has it, in 8 lower-case hexadecimal digits
    public record FileEntry(long bytes, String crc32) { }
}
