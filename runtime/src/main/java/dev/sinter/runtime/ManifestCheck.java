package dev.sinter.runtime;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The rules that hold within a manifest, whatever the values of its dims.
///
/// - Names are not empty and unique among their like: state, functions, a function's dims, inputs and outputs, its targets.
/// - Every dim of a function is bound by an input, and its formulas use no other names, except that temps and the arena
///   may depend on `members`, the number of threads, which is no dim.
/// - A function reads and writes state that there is.
/// - A buffer's role, name and type agree with what it stands for; every output has exactly one buffer, every input, state
///   and constant at most one; only `temp` has an offset.
/// - Every variant's code, and its preparation's, is a listed file; native code names its symbol, JVM code none.
/// - A preparation knows no dims, inputs or outputs, and makes every prepared buffer of its variant.
final class ManifestCheck {

    private static final int CRC32_DIGITS = 8;

    private ManifestCheck() { }

    static void check(int format, String producer, String model, List<Manifest.State> state,
                      List<Manifest.FunctionEntry> functions, Map<String, Manifest.FileEntry> files) {
        require(format == Manifest.FORMAT, "format", "must be " + Manifest.FORMAT);
        require(!producer.isBlank(), "producer", "is empty");
        require(!model.isBlank(), "model", "is empty");
        var stateByName = unique("state", state, Manifest.State::name);
        state.forEach(row -> elements("state '" + row.name() + "'", row.shape()));
        files.forEach(ManifestCheck::checkFile);
        require(files.isEmpty() || state.isEmpty() || files.containsKey(Manifest.WEIGHTS), "files", "'" + Manifest.WEIGHTS + "' is missing");
        unique("function", functions, Manifest.FunctionEntry::name);
        for (var function : functions) {
            checkFunction(function, stateByName, files);
        }
    }

    private static void checkFile(String name, Manifest.FileEntry file) {
        String where = "file '" + name + "'";
        require(isPlainPath(name) && !name.equals(Manifest.ENTRY), where, "is no possible name of an entry");
        require(file.bytes() >= 0, where, "has a negative size");
        require(file.crc32().length() == CRC32_DIGITS && file.crc32().chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f'),
                where, "has no CRC-32 checksum of 8 lower-case hexadecimal digits");
    }

    /// Relative, with slashes, and without tricks: such a name stays below the folder it is unpacked to.
    private static boolean isPlainPath(String name) {
        if (name.indexOf('\\') >= 0 || name.indexOf(':') >= 0 || name.chars().anyMatch(c -> c < 0x20)) {
            return false;
        }
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return false;
            }
        }
        return true;
    }

    /// Checks that the weights are exactly the manifest's state and that the constants its buffers name are there.
    static void checkTensors(Manifest manifest, Map<String, Tensor> weights, Map<String, Tensor> constants) {
        for (var row : manifest.state()) {
            var tensor = weights.get(row.name());
            String where = "state '" + row.name() + "'";
            require(tensor != null, where, "has no value in " + Manifest.WEIGHTS);
            require(tensor.type() == row.type() && tensor.hasShape(row.shape().stream().mapToLong(Long::longValue).toArray()), where,
                    "is " + row.type() + row.shape() + ", its value in " + Manifest.WEIGHTS + " is " + tensor.description());
        }
        var names = manifest.state().stream().map(Manifest.State::name).collect(Collectors.toSet());
        for (String name : weights.keySet()) {
            require(names.contains(name), Manifest.WEIGHTS, "'" + name + "' is no state of the model");
        }
        for (var function : manifest.functions()) {
            for (var variant : function.variants()) {
                var preparation = variant.preparation();
                var all = Stream.concat(variant.buffers().stream(), preparation == null ? Stream.empty() : preparation.buffers().stream()).toList();
                for (var buffer : all) {
                    if (buffer.role() == Manifest.Role.CONSTANT) {
                        var tensor = constants.get(buffer.name());
                        String where = "function '" + function.name() + "', target '" + variant.target() + "', constant '" + buffer.name() + "'";
                        require(tensor != null, where, "has no value in " + Manifest.CONSTANTS);
                        require(tensor.type() == buffer.type() && tensor.elements() == buffer.elements().constant(), where,
                                "is " + buffer.elements() + " elements of " + buffer.type() + ", its value in " + Manifest.CONSTANTS + " is " + tensor.description());
                    }
                }
            }
        }
    }

    private static void checkFunction(Manifest.FunctionEntry function, Map<String, Manifest.State> state, Map<String, Manifest.FileEntry> files) {
        String where = "function '" + function.name() + "'";
        var dims = unique(where + ": dim", function.dims(), name -> name).keySet();
        require(!dims.contains(Manifest.MEMBERS), where, "'" + Manifest.MEMBERS + "' is no possible name of a dim");
        var dimsAndMembers = new HashSet<>(dims);
        dimsAndMembers.add(Manifest.MEMBERS);
        var inputs = unique(where + ": input", function.inputs(), Manifest.Value::name);
        var outputs = unique(where + ": output", function.outputs(), Manifest.Value::name);

        var bound = new HashSet<String>();
        for (var input : function.inputs()) {
            for (var axis : input.shape()) {
                if (axis.isName()) {
                    bound.add(axis.names().getFirst());
                }
            }
        }
        for (String dim : dims) {
            require(bound.contains(dim), where, "the dim '" + dim + "' is bound by no input");
        }
        inputs.forEach((name, input) -> input.shape().forEach(axis -> names(where + ": input '" + name + "'", axis, dims)));
        outputs.forEach((name, output) -> output.shape().forEach(axis -> names(where + ": output '" + name + "'", axis, dims)));
        names(where + ": flops", function.flops(), dims);
        names(where + ": bytes", function.bytes(), dims);
        function.requires().forEach(r -> names(where + ": requires", r.notNegative(), dims));
        for (String name : unique(where + ": reads", function.reads(), name -> name).keySet()) {
            require(state.containsKey(name), where, "reads the state '" + name + "', which there is not");
        }
        for (String name : unique(where + ": writes", function.writes(), name -> name).keySet()) {
            require(state.containsKey(name), where, "writes the state '" + name + "', which there is not");
        }
        require(!function.variants().isEmpty(), where, "has no code");
        unique(where + ": target", function.variants(), Manifest.Variant::target);
        for (var variant : function.variants()) {
            var preparation = variant.preparation();
            String variantWhere = where + ", target '" + variant.target() + "'";
            require(files.isEmpty() || files.containsKey(variant.code()), variantWhere, "the file '" + variant.code() + "' is not listed");
            require(variant.isJvm() == variant.symbol().isEmpty(), variantWhere,
                    variant.isJvm() ? "JVM code has no symbol" : "native code needs a symbol");
            names(variantWhere + ": arena", variant.arena(), dimsAndMembers);
            var seen = checkBuffers(variantWhere, function, variant.buffers(), inputs, outputs, state, dimsAndMembers);
            for (String name : outputs.keySet()) {
                require(seen.containsKey(Manifest.Role.OUTPUT + " " + name), variantWhere, "no buffer stands for the output '" + name + "'");
            }
            if (preparation != null) {
                String where2 = variantWhere + ", preparation";
                require(files.isEmpty() || files.containsKey(preparation.code()), where2, "the file '" + preparation.code() + "' is not listed");
                require(variant.isJvm() == preparation.symbol().isEmpty(), where2, variant.isJvm() ? "JVM code has no symbol" : "native code needs a symbol");
                names(where2 + ": arena", preparation.arena(), Set.of(Manifest.MEMBERS));
                checkPrepared(variantWhere, seen, checkBuffers(where2, function, preparation.buffers(), Map.of(), Map.of(), state, Set.of(Manifest.MEMBERS)));
            } else {
                checkPrepared(variantWhere, seen, Map.of());
            }
        }
    }

    /// What the code reads of prepared buffers, the preparation has to write.
    private static void checkPrepared(String where, Map<String, Manifest.Buffer> read, Map<String, Manifest.Buffer> written) {
        read.forEach((key, buffer) -> {
            if (buffer.role() == Manifest.Role.PREPARED) {
                var source = written.get(key);
                require(source != null, where, "nothing prepares the buffer '" + buffer.name() + "'");
                require(source.type() == buffer.type() && source.elements().constant() == buffer.elements().constant(), where,
                        "the buffer '" + buffer.name() + "' is " + buffer.elements() + " elements of " + buffer.type() + ", prepared are "
                                + source.elements() + " of " + source.type());
            }
        });
    }

    /// Checks one table of buffers.
    ///
    /// @return the buffers that are no temps, by role and name
    private static Map<String, Manifest.Buffer> checkBuffers(String where, Manifest.FunctionEntry function, List<Manifest.Buffer> buffers, Map<String, Manifest.Value> inputs,
                                     Map<String, Manifest.Value> outputs, Map<String, Manifest.State> state, Set<String> dimsAndMembers) {
        var seen = new HashMap<String, Manifest.Buffer>();
        for (int i = 0; i < buffers.size(); i++) {
            var buffer = buffers.get(i);
            String bufferWhere = where + ", buffer " + i + " (" + buffer.role() + " '" + buffer.name() + "')";
            names(bufferWhere, buffer.elements(), buffer.role() == Manifest.Role.TEMP ? dimsAndMembers : function.dims());
            require((buffer.offset() != null) == (buffer.role() == Manifest.Role.TEMP), bufferWhere, "exactly the buffers in the arena have an offset");
            if (buffer.role() == Manifest.Role.TEMP) {
                names(bufferWhere, buffer.offset(), dimsAndMembers);
                continue;
            }
            require(seen.put(buffer.role() + " " + buffer.name(), buffer) == null, bufferWhere, "occurs twice");
            switch (buffer.role()) {
                case INPUT -> agree(bufferWhere, buffer, inputs.get(buffer.name()));
                case OUTPUT -> agree(bufferWhere, buffer, outputs.get(buffer.name()));
                case STATE -> {
                    var row = state.get(buffer.name());
                    require(row != null, bufferWhere, "stands for nothing");
                    require(function.reads().contains(row.name()) || function.writes().contains(row.name()), bufferWhere,
                            "the function neither reads nor writes it");
                    require(row.type() == buffer.type(), bufferWhere, "is " + buffer.type() + ", the state is " + row.type());
                    require(constant(bufferWhere, buffer.elements()) == elements(bufferWhere, row.shape()), bufferWhere,
                            "has " + buffer.elements() + " elements, the state's shape is " + row.shape());
                }
                case CONSTANT, PREPARED -> constant(bufferWhere, buffer.elements());
                case TEMP -> throw new AssertionError();
            }
        }
        return seen;
    }

    private static void agree(String where, Manifest.Buffer buffer, Manifest.Value value) {
        require(value != null, where, "stands for nothing");
        require(value.type() == buffer.type(), where, "is " + buffer.type() + ", the function says " + value.type());
    }

    /// The number of elements of a shape of numbers.
    static long elements(String where, List<Long> shape) {
        try {
            long elements = 1;
            for (long extent : shape) {
                require(extent >= 0, where, "the shape " + shape + " has a negative extent");
                elements = Math.multiplyExact(elements, extent);
            }
            return elements;
        } catch (ArithmeticException e) {
            throw fault(where, "the shape " + shape + " is too large");
        }
    }

    private static long constant(String where, Formula formula) {
        require(formula.isConstant(), where, "'" + formula + "' must not depend on dims");
        try {
            return formula.constant();
        } catch (ArithmeticException e) {
            throw fault(where, e.getMessage());
        }
    }

    private static void names(String where, Formula formula, Collection<String> dims) {
        for (String name : formula.names()) {
            require(dims.contains(name), where, "'" + name + "' in '" + formula + "' is no dim of the function");
        }
    }

    private static <T> Map<String, T> unique(String what, List<T> rows, Function<T, String> nameOf) {
        var byName = new HashMap<String, T>();
        for (T row : rows) {
            String name = nameOf.apply(row);
            require(!name.isBlank(), what, "has an empty name");
            require(byName.put(name, row) == null, what + " '" + name + "'", "occurs twice");
        }
        return byName;
    }

    private static void require(boolean holds, String where, String problem) {
        if (!holds) {
            throw fault(where, problem);
        }
    }

    private static ArtifactException fault(String where, String problem) {
        return new ArtifactException(Manifest.ENTRY, where + ": " + problem, "the artifact's writer made a mistake, or it was altered: compile it again");
    }
}
