package dev.sinter.ir.graph;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.text.GraphParser;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Type;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// One op in the text form, applied to arrays `%a`, `%b`, …, and what it gives: the unit of the tests of primitives.
public record Example(String op, List<NdArray> arguments, List<NdArray> expected) {
    /// An array by its type's text and its elements.
    static NdArray array(String type, double... elements) {
        Type.Tensor t = type(type);
        return NdArray.of(t.element(), t.shape().extents(), elements);
    }

    /// An array of integers beyond 2^53.
    static NdArray integers(String type, long... elements) {
        Type.Tensor t = type(type);
        return NdArray.ofIntegers(t.element(), t.shape().extents(), elements);
    }

    private static Type.Tensor type(String text) {
        return GraphParser.parseFunction("func f(%x: " + text + ") { return }").parameters().getFirst().tensor();
    }

    /// An example; the last array is the result.
    static Example of(String op, NdArray... argumentsAndResult) {
        var all = Arrays.asList(argumentsAndResult);
        return new Example(op, all.subList(0, all.size() - 1), all.subList(all.size() - 1, all.size()));
    }

    /// An op with several results.
    Example giving(NdArray... results) {
        return new Example(op, arguments, List.of(results));
    }

    /// The example with its arguments and results converted to another element type, where they had this one.
    Example with(ElementType from, ElementType to) {
        return new Example(op.replace(from + "[", to + "["), converted(arguments, from, to), converted(expected, from, to));
    }

    private static List<NdArray> converted(List<NdArray> arrays, ElementType from, ElementType to) {
        return arrays.stream().map(a -> a.element() == from ? NdArray.of(to, a.extents(), a.toDoubles()) : a).toList();
    }

    /// Whether each element of the result depends on the operands' elements at the same index alone.
    public boolean isElementwise() {
        return switch (function().results().getFirst().op()) {
            case Unary _, Binary _, Select _, Cast _, Bitcast _ -> expected.getFirst().size() > 0;
            default -> false;
        };
    }

    /// An elementwise example whose elements are repeated, in order, until there are so many.
    public Example repeated(int elements) {
        return new Example(op, repeated(arguments, elements), repeated(expected, elements));
    }

    private static List<NdArray> repeated(List<NdArray> arrays, int elements) {
        return arrays.stream().map(a -> {
            NdArray many = NdArray.zeros(a.element(), elements);
            for (int i = 0; i < elements; i++) {
                if (a.element().isFloat()) {
                    many.set(i, a.get(i % a.size()));
                } else {
                    many.setLong(i, a.getLong(i % a.size()));
                }
            }
            return many;
        }).toList();
    }

    /// The function that applies the op to its parameters.
    public Function function() {
        String parameters = IntStream.range(0, arguments.size()).mapToObj(k -> "%" + (char) ('a' + k) + ": " + arguments.get(k).type()).collect(Collectors.joining(", "));
        String results = IntStream.range(0, expected.size()).mapToObj(k -> hasSeveralResults() ? "%r#" + k : "%r").collect(Collectors.joining(", "));
        return GraphParser.parseFunction("func example(" + parameters + ") { %r = " + op + " return " + results + " }");
    }

    private boolean hasSeveralResults() {
        return List.of("scan", "while", "cond", "call").contains(op.split(" ")[0]);
    }

    @Override
    public String toString() {
        return op + " of " + arguments;
    }
}
