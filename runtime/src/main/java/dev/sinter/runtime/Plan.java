package dev.sinter.runtime;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Everything about a call that follows from the shapes of its inputs: the values of the dims, the shapes of the results,
/// the number of threads, and where the temps lie.
///
/// @param dims         the values of the dims, in the order of the manifest
/// @param inputShapes  of each input
/// @param outputShapes of each output
/// @param members      how many threads are worth their while
/// @param arenaBytes   the size of the arena
/// @param tempOffsets  of each buffer in the arena, 0 for those that are no temps
/// @param tempBytes    of each buffer in the arena, 0 for those that are no temps
record Plan(long[] dims, long[][] inputShapes, long[][] outputShapes, int members, long arenaBytes,
            long[] tempOffsets, long[] tempBytes) {

    /// Below this cost, in operations and bytes, a second thread takes longer to wake than it helps.
    static final long PARALLEL_COST = 200_000;

    /// Plans a call of `function` by `variant` with these inputs, whose number and types are checked already.
    ///
    /// @throws CallException if the shapes do not fit each other or the signature
    static Plan of(Manifest.FunctionEntry function, Manifest.Variant variant, Tensor[] inputs, int threads) {
        try {
            return new Planner(function, variant, inputs, threads).plan();
        } catch (ArithmeticException e) {
            throw new CallException(function.name(), "the shapes are too large: " + e.getMessage(), e);
        }
    }

    private static final class Planner {
        private final Manifest.FunctionEntry function;
        private final Manifest.Variant variant;
        private final Tensor[] inputs;
        private final int threads;
        private final Map<String, Long> values = new HashMap<>();
        private final Map<String, String> origins = new HashMap<>();

        private Planner(Manifest.FunctionEntry function, Manifest.Variant variant, Tensor[] inputs, int threads) {
            this.function = function;
            this.variant = variant;
            this.inputs = inputs;
            this.threads = threads;
        }

        private Plan plan() {
            bindDims();
            var inputShapes = new long[inputs.length][];
            for (int i = 0; i < inputs.length; i++) {
                inputShapes[i] = checkedInput(i);
            }
            for (var requirement : function.requires()) {
                long value = requirement.notNegative().evaluate(values);
                if (value < 0) {
                    throw new CallException(function.name(), "the inputs are too small: " + requirement.because() + " needs "
                            + requirement.notNegative() + " to be 0 or more, and it is " + value + boundDims());
                }
            }
            var outputShapes = new long[function.outputs().size()][];
            for (int i = 0; i < outputShapes.length; i++) {
                outputShapes[i] = outputShape(function.outputs().get(i));
            }
            long cost = cost();
            int members = cost < PARALLEL_COST ? 1 : threads;
            values.put(Manifest.MEMBERS, (long) members);
            long arenaBytes = variant.arena().evaluate(values);
            require(arenaBytes >= 0, "the arena has " + arenaBytes + " bytes");
            int count = variant.buffers().size();
            var tempOffsets = new long[count];
            var tempBytes = new long[count];
            for (int b = 0; b < count; b++) {
                var buffer = variant.buffers().get(b);
                long elements = buffer.elements().evaluate(values);
                long bytes = Math.multiplyExact(elements, buffer.type().bytes());
                switch (buffer.role()) {
                    case INPUT -> agree(buffer, elements, inputShapes[indexOf(function.inputs(), buffer.name())]);
                    case OUTPUT -> agree(buffer, elements, outputShapes[indexOf(function.outputs(), buffer.name())]);
                    case STATE, CONSTANT, PREPARED -> { }                   // of one size, which loading has checked
                    case TEMP -> {
                        long offset = buffer.offset().evaluate(values);
                        require(elements >= 0 && offset >= 0 && offset % Tensor.ALIGNMENT == 0 && Math.addExact(offset, bytes) <= arenaBytes,
                                "temp '" + buffer.name() + "' of " + bytes + " bytes at " + offset + " is not in the arena of " + arenaBytes + " bytes");
                        tempOffsets[b] = offset;
                        tempBytes[b] = bytes;
                    }
                }
            }
            var dims = new long[function.dims().size()];
            for (int d = 0; d < dims.length; d++) {
                dims[d] = values.get(function.dims().get(d));
            }
            return new Plan(dims, inputShapes, outputShapes, members, arenaBytes, tempOffsets, tempBytes);
        }

        private void bindDims() {
            for (int i = 0; i < inputs.length; i++) {
                var input = function.inputs().get(i);
                var tensor = inputs[i];
                if (tensor.rank() != input.shape().size()) {
                    throw new CallException(function.name(), "input '" + input.name() + "' must be " + Function.describe(input)
                            + ", found " + tensor.description() + ": it needs " + input.shape().size() + " axes, not " + tensor.rank());
                }
                for (int axis = 0; axis < tensor.rank(); axis++) {
                    var formula = input.shape().get(axis);
                    if (formula.isName() && values.putIfAbsent(formula.names().getFirst(), tensor.extent(axis)) == null) {
                        origins.put(formula.names().getFirst(), "axis " + axis + " of input '" + input.name() + "'");
                    }
                }
            }
        }

        private long[] checkedInput(int i) {
            var input = function.inputs().get(i);
            long[] shape = evaluate(input);
            if (!inputs[i].hasShape(shape)) {
                String where = input.shape().stream().flatMap(axis -> axis.names().stream()).distinct()
                        .map(name -> ", " + name + " = " + values.get(name) + " from " + origins.get(name)).collect(Collectors.joining());
                throw new CallException(function.name(), "input '" + input.name() + "' must be " + Function.describe(input)
                        + (where.isEmpty() ? "" : ", here " + Tensor.describe(input.type(), shape)) + where + "; found " + inputs[i].description());
            }
            return shape;
        }

        private long[] outputShape(Manifest.Value output) {
            long[] shape = evaluate(output);
            for (long extent : shape) {
                if (extent < 0) {
                    throw new CallException(function.name(), "output '" + output.name() + "' of " + Function.describe(output)
                            + " would be " + Tensor.describe(output.type(), shape) + boundDims());
                }
            }
            return shape;
        }

        private String boundDims() {
            return function.dims().stream().map(name -> ", " + name + " = " + values.get(name) + " from " + origins.get(name)).collect(Collectors.joining());
        }

        private long[] evaluate(Manifest.Value value) {
            var shape = new long[value.shape().size()];
            for (int axis = 0; axis < shape.length; axis++) {
                shape[axis] = value.shape().get(axis).evaluate(values);
            }
            return shape;
        }

        /// An estimate only: one beyond 64 bits is as good as any large one.
        private long cost() {
            try {
                return Math.addExact(function.flops().evaluate(values), function.bytes().evaluate(values));
            } catch (ArithmeticException e) {
                return Long.MAX_VALUE;
            }
        }

        private void agree(Manifest.Buffer buffer, long elements, long[] shape) {
            long expected = 1;
            for (long extent : shape) {
                expected = Math.multiplyExact(expected, extent);
            }
            require(elements == expected, "the buffer of '" + buffer.name() + "' has " + elements + " elements, its shape is " + Arrays.toString(shape));
        }

        private void require(boolean holds, String problem) {
            if (!holds) {
                throw new CallException(function.name(), "target '" + variant.target() + "': " + problem + boundDims()
                        + "; the artifact contradicts itself, compile it again");
            }
        }
    }

    static int indexOf(List<Manifest.Value> values, String name) {
        for (int i = 0; i < values.size(); i++) {
            if (values.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }
}
