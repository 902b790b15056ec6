package dev.sinter.ir.interp;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Call;
import dev.sinter.ir.graph.Cond;
import dev.sinter.ir.graph.Evaluated;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Jvp;
import dev.sinter.ir.graph.Op;
import dev.sinter.ir.graph.Parameter;
import dev.sinter.ir.graph.Part;
import dev.sinter.ir.graph.Requirement;
import dev.sinter.ir.graph.Scan;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Vjp;
import dev.sinter.ir.graph.While;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Runs functions on arrays, value by value, by the ops' own [Evaluated#evaluate]; control flow is run here.
///
/// A dim that is a bare name is bound by the first argument that has it; all other dims of parameters, and every [Requirement], are then checked. The ops `vjp` and
/// `jvp` have no meaning of their own here: the pass `differentiate` expands them first.
public final class Interpreter {
    private final Map<String, Long> names;
    private final Map<Dim, Long> known = new HashMap<>();

    private Interpreter(Map<String, Long> names) {
        this.names = names;
    }

    /// The results of `function` for `arguments`.
    ///
    /// @throws IllegalArgumentException      if the arguments do not fit the parameters, or dims do not fit together (the message names the value)
    /// @throws UnsupportedOperationException if a derivative has not been expanded
    public static List<NdArray> run(Function function, List<NdArray> arguments) {
        return run(function, arguments, Map.of());
    }

    /// The results of `function` for `arguments`.
    ///
    /// @param dims values of dims that no parameter binds
    /// @see #run(Function, List)
    public static List<NdArray> run(Function function, List<NdArray> arguments, Map<String, Long> dims) {
        Map<String, Long> bound = bind(function, arguments, dims);
        Requirement.of(function).forEach(requirement -> requirement.check(bound));
        return new Interpreter(bound).apply(function, arguments);
    }

    /// The dims that `arguments` bind, added to `given`.
    ///
    /// @throws IllegalArgumentException if an argument does not fit its parameter
    public static Map<String, Long> bind(Function function, List<NdArray> arguments, Map<String, Long> given) {
        var parameters = function.parameters();
        if (parameters.size() != arguments.size()) {
            throw new IllegalArgumentException(function + " takes " + parameters.size() + " arguments, given " + arguments.size());
        }
        var bound = new HashMap<>(given);
        for (int k = 0; k < parameters.size(); k++) {
            Type.Tensor declared = parameters.get(k).tensor();
            NdArray argument = arguments.get(k);
            if (declared.element() != argument.element() || declared.rank() != argument.rank()) {
                throw unfit(function, k, argument, "");
            }
            for (int axis = 0; axis < argument.rank(); axis++) {
                Dim dim = declared.shape().dim(axis);
                if (dim.isName()) {
                    bound.putIfAbsent(dim.toString(), argument.extent(axis));
                }
            }
        }
        for (int k = 0; k < parameters.size(); k++) {
            for (int axis = 0; axis < arguments.get(k).rank(); axis++) {
                Dim dim = parameters.get(k).dim(axis);
                long value = dim.evaluate(bound);
                if (value != arguments.get(k).extent(axis)) {
                    throw unfit(function, k, arguments.get(k), dim.isConstant() ? "" : ", and " + dim + " is " + value);
                }
            }
        }
        return bound;
    }

    private static IllegalArgumentException unfit(Function function, int k, NdArray argument, String why) {
        Value parameter = function.parameters().get(k);
        return new IllegalArgumentException("argument " + k + " ('" + ((Parameter) parameter.op()).label() + "') of " + function + " is "
                + argument.type() + ", declared as " + parameter.type() + why);
    }

    private long dim(Dim dim) {
        return known.computeIfAbsent(dim, d -> d.evaluate(names));
    }

    private List<NdArray> apply(Function function, List<NdArray> arguments) {
        var values = new IdentityHashMap<Value, List<NdArray>>();
        for (int k = 0; k < arguments.size(); k++) {
            values.put(function.parameters().get(k), List.of(arguments.get(k)));
        }
        for (Value v : function.values()) {
            if (values.containsKey(v)) {
                continue;
            }
            if (v.op() instanceof Part(Value tuple, int i)) {
                values.put(v, List.of(values.get(tuple).get(i)));
                continue;
            }
            var operands = v.op().operands().stream().map(o -> values.get(o).getFirst()).toList();
            List<NdArray> results = results(v, operands);
            check(v, results);
            values.put(v, results);
        }
        return function.results().stream().map(r -> values.get(r).getFirst()).toList();
    }

    private List<NdArray> results(Value v, List<NdArray> operands) {
        return switch (v.op()) {
            case Evaluated op -> List.of(evaluate(v, op, operands));
            case Call(Function function, _) -> apply(function, operands);
            case Cond(_, Function then, Function otherwise, _) ->
                    apply(operands.getFirst().getLong(0) != 0 ? then : otherwise, operands.subList(1, operands.size()));
            case While loop -> run(loop, operands);
            case Scan scan -> run(scan, operands);
            case Vjp _, Jvp _ -> throw new UnsupportedOperationException("'" + v.op().name() + "' has no meaning until the pass 'differentiate' has expanded it");
            case Parameter p -> throw new IllegalArgumentException("the parameter '" + p.label() + "' belongs to another function");
            case Op op -> throw new IllegalStateException("'" + op.name() + "' has no reference meaning");
        };
    }

    private NdArray evaluate(Value v, Evaluated op, List<NdArray> operands) {
        try {
            return op.evaluate(operands, this::dim);
        } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException e) {
            throw new IllegalArgumentException("'" + v + "' of " + operands.stream().map(NdArray::type).toList() + ": " + e.getMessage(), e);
        }
    }

    /// Every result has the type that the type rule inferred: a difference is a fault of the primitive, or dims that do not fit at this call.
    private void check(Value v, List<NdArray> results) {
        var declared = v.type() instanceof Type.Tuple(var parts) ? parts : List.of(v.tensor());
        for (int k = 0; k < results.size(); k++) {
            NdArray result = results.get(k);
            boolean fits = result.element() == declared.get(k).element() && result.rank() == declared.get(k).rank()
                    && Arrays.equals(result.extents(), Evaluated.extents(declared.get(k).shape(), this::dim));
            if (!fits) {
                throw new IllegalStateException("'" + v + "' gave " + result.type() + " with the dims " + names);
            }
        }
    }

    private List<NdArray> run(While loop, List<NdArray> operands) {
        int constants = loop.constants().size();
        var current = new ArrayList<>(operands);
        while (apply(loop.condition(), current).getFirst().getLong(0) != 0) {
            List<NdArray> next = apply(loop.body(), current);
            for (int k = 0; k < next.size(); k++) {
                current.set(constants + k, next.get(k));
            }
        }
        return List.copyOf(current.subList(constants, current.size()));
    }

    private List<NdArray> run(Scan scan, List<NdArray> operands) {
        int steps = Math.toIntExact(dim(scan.length()));
        int first = scan.constants().size();
        int carried = scan.initial().size();
        var arguments = new ArrayList<>(operands);
        var stacks = scan.infer().parts().subList(carried, scan.body().results().size()).stream()
                .map(type -> NdArray.zeros(type.element(), Evaluated.extents(type.shape(), this::dim))).toList();
        for (int step = 0; step < steps; step++) {
            int t = scan.reverse() ? steps - 1 - step : step;
            for (int k = first + carried; k < operands.size(); k++) {
                arguments.set(k, operands.get(k).slice(t));
            }
            List<NdArray> results = apply(scan.body(), arguments);
            IntStream.range(0, carried).forEach(k -> arguments.set(first + k, results.get(k)));
            IntStream.range(0, stacks.size()).forEach(k -> stacks.get(k).setSlice(t, results.get(carried + k)));
        }
        var all = new ArrayList<>(arguments.subList(first, first + carried));
        all.addAll(stacks);
        return all;
    }
}
