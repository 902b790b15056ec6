package dev.sinter.runtime;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The rules that hold within a manifest, whatever the values of its dims. They are checked without lambdas, since a model's first use is measured from the start of the process.
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
        var stateByName = new HashMap<String, Manifest.State>();
        for (var row : state) {
            named(stateByName, "state", row.name(), row);
            elements("state '" + row.name() + "'", row.shape());
        }
        for (var file : files.entrySet()) {
            checkFile(file.getKey(), file.getValue());
        }
        require(files.isEmpty() || state.isEmpty() || files.containsKey(Manifest.WEIGHTS), "files", "'" + Manifest.WEIGHTS + "' is missing");
        var functionsByName = new HashMap<String, Manifest.FunctionEntry>();
        for (var function : functions) {
            named(functionsByName, "function", function.name(), function);
            checkFunction(function, stateByName, files);
        }
    }

    private static void checkFile(String name, Manifest.FileEntry file) {
        String where = "file '" + name + "'";
        require(isPlainPath(name) && !name.equals(Manifest.ENTRY), where, "is no possible name of an entry");
        require(file.bytes() >= 0, where, "has a negative size");
        require(isChecksum(file.crc32()), where, "has no CRC-32 checksum of 8 lower-case hexadecimal digits");
    }

    private static boolean isChecksum(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
                return false;
            }
        }
        return text.length() == CRC32_DIGITS;
    }

    /// Relative, with slashes, and without tricks: such a name stays below the folder it is unpacked to.
    private static boolean isPlainPath(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) == '\\' || name.charAt(i) == ':' || name.charAt(i) < 0x20) {
                return false;
            }
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
            require(tensor.type() == row.type() && tensor.hasShape(numbers(row.shape())), where,
                    "is " + row.type() + row.shape() + ", its value in " + Manifest.WEIGHTS + " is " + tensor.description());
        }
        var names = new HashSet<String>();
        for (var row : manifest.state()) {
            names.add(row.name());
        }
        for (String name : weights.keySet()) {
            require(names.contains(name), Manifest.WEIGHTS, "'" + name + "' is no state of the model");
        }
        for (var function : manifest.functions()) {
            for (var variant : function.variants()) {
                String where = "function '" + function.name() + "', target '" + variant.target() + "'";
                checkConstants(where, variant.buffers(), constants);
                if (variant.preparation() != null) {
                    checkConstants(where, variant.preparation().buffers(), constants);
                }
            }
        }
    }

    private static void checkConstants(String code, List<Manifest.Buffer> buffers, Map<String, Tensor> constants) {
        for (var buffer : buffers) {
            if (buffer.role() == Manifest.Role.CONSTANT) {
                var tensor = constants.get(buffer.name());
                String where = code + ", constant '" + buffer.name() + "'";
                require(tensor != null, where, "has no value in " + Manifest.CONSTANTS);
                require(tensor.type() == buffer.type() && tensor.elements() == buffer.elements().constant(), where,
                        "is " + buffer.elements() + " elements of " + buffer.type() + ", its value in " + Manifest.CONSTANTS + " is " + tensor.description());
            }
        }
    }

    /// A list of numbers as an array.
    static long[] numbers(List<Long> list) {
        var array = new long[list.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = list.get(i);
        }
        return array;
    }

    private static void checkFunction(Manifest.FunctionEntry function, Map<String, Manifest.State> state, Map<String, Manifest.FileEntry> files) {
        String where = "function '" + function.name() + "'";
        var dims = unique(where + ": dim", function.dims());
        require(!dims.contains(Manifest.MEMBERS), where, "'" + Manifest.MEMBERS + "' is no possible name of a dim");
        var dimsAndMembers = new HashSet<>(dims);
        dimsAndMembers.add(Manifest.MEMBERS);
        var inputs = new HashMap<String, Manifest.Value>();
        for (var input : function.inputs()) {
            named(inputs, where + ": input", input.name(), input);
        }
        var outputs = new HashMap<String, Manifest.Value>();
        for (var output : function.outputs()) {
            named(outputs, where + ": output", output.name(), output);
        }

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
        for (var input : function.inputs()) {
            names(where + ": input '" + input.name() + "'", input.shape(), dims);
        }
        for (var output : function.outputs()) {
            names(where + ": output '" + output.name() + "'", output.shape(), dims);
        }
        names(where + ": flops", function.flops(), dims);
        names(where + ": bytes", function.bytes(), dims);
        for (var requirement : function.requires()) {
            names(where + ": requires", requirement.notNegative(), dims);
        }
        for (String name : unique(where + ": reads", function.reads())) {
            require(state.containsKey(name), where, "reads the state '" + name + "', which there is not");
        }
        for (String name : unique(where + ": writes", function.writes())) {
            require(state.containsKey(name), where, "writes the state '" + name + "', which there is not");
        }
        require(!function.variants().isEmpty(), where, "has no code");
        var targets = new HashMap<String, Manifest.Variant>();
        for (var variant : function.variants()) {
            named(targets, where + ": target", variant.target(), variant);
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
        for (var entry : read.entrySet()) {
            var buffer = entry.getValue();
            if (buffer.role() == Manifest.Role.PREPARED) {
                var source = written.get(entry.getKey());
                require(source != null, where, "nothing prepares the buffer '" + buffer.name() + "'");
                require(source.type() == buffer.type() && source.elements().constant() == buffer.elements().constant(), where,
                        "the buffer '" + buffer.name() + "' is " + buffer.elements() + " elements of " + buffer.type() + ", prepared are "
                                + source.elements() + " of " + source.type());
            }
        }
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

    private static void names(String where, List<Formula> formulas, Collection<String> dims) {
        for (Formula formula : formulas) {
            names(where, formula, dims);
        }
    }

    /// Adds a row to those of its kind, whose names must differ.
    private static <T> void named(Map<String, T> rows, String what, String name, T row) {
        require(!name.isBlank(), what, "has an empty name");
        require(rows.put(name, row) == null, what + " '" + name + "'", "occurs twice");
    }

    private static Set<String> unique(String what, List<String> names) {
        var rows = new HashMap<String, String>();
        for (String name : names) {
            named(rows, what, name, name);
        }
        return rows.keySet();
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
