package dev.sinter.ir.text;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// What a form reads an op from: its operands, already read, and its attributes, read in the order in which the form asks for them.
final class OpReader {
    private final String name;
    private final List<List<Value>> groups;
    private final Cursor cursor;
    private final Supplier<Function> functions;
    private boolean opened;

    OpReader(String name, List<List<Value>> groups, Cursor cursor, Supplier<Function> functions) {
        this.name = name;
        this.groups = groups;
        this.cursor = cursor;
        this.functions = functions;
    }

    /// The op's name in the text.
    String name() {
        return name;
    }

    /// Operand `k` of the first group.
    Value operand(int k) {
        return groups.getFirst().get(k);
    }

    /// A group of operands.
    List<Value> group(int k) {
        return groups.get(k);
    }

    private void attribute(String attribute) {
        cursor.expect(opened ? "," : "{");
        opened = true;
        if (!cursor.take(attribute)) {
            throw cursor.expected("the attribute '" + attribute + "' of '" + name + "'");
        }
        cursor.expect("=");
    }

    /// Called when the form has read all it wants.
    void end() {
        if (opened) {
            cursor.expect("}");
        }
    }

    long integer(String attribute) {
        attribute(attribute);
        return cursor.integer("an integer");
    }

    int small(String attribute) {
        attribute(attribute);
        return cursor.small("a small integer");
    }

    double real(String attribute) {
        attribute(attribute);
        return cursor.real("a number");
    }

    boolean flag(String attribute) {
        attribute(attribute);
        return cursor.flag();
    }

    Dim dim(String attribute) {
        attribute(attribute);
        return cursor.dim();
    }

    Shape shape(String attribute) {
        attribute(attribute);
        return cursor.shape();
    }

    ElementType element(String attribute) {
        attribute(attribute);
        return cursor.element();
    }

    Type.Tensor type(String attribute) {
        attribute(attribute);
        return cursor.tensor();
    }

    List<Integer> axes(String attribute) {
        attribute(attribute);
        return cursor.axes();
    }

    /// `[0]x[1]`: the axes of two operands.
    List<List<Integer>> pairs(String attribute) {
        attribute(attribute);
        List<Integer> first = cursor.axes();
        cursor.expect("x");
        return List.of(first, cursor.axes());
    }

    /// A region: `func …` in place, or `@name` of one before.
    Function function(String attribute) {
        attribute(attribute);
        return functions.get();
    }

    /// `f32[2] [1.0, 2.0]`.
    NdArray array(String attribute) {
        attribute(attribute);
        int place = cursor.place();
        Type.Tensor type = cursor.tensor();
        var reals = new ArrayList<Double>();
        var integers = new ArrayList<Long>();
        cursor.expect("[");
        while (!cursor.take("]")) {
            if (!reals.isEmpty() || !integers.isEmpty()) {
                cursor.expect(",");
            }
            if (type.isFloat()) {
                reals.add(cursor.real("a number"));
            } else {
                integers.add(cursor.integer("an integer"));
            }
        }
        int elements = reals.size() + integers.size();
        if (!type.shape().elements().is(elements) || !type.shape().isStatic() || type.shape().dims().stream().anyMatch(d -> d.value() < 0)) {
            throw cursor.wrongAt(place, elements + " elements for a constant of type " + type);
        }
        return type.isFloat()
                ? NdArray.of(type.element(), type.shape().extents(), reals.stream().mapToDouble(Double::doubleValue).toArray())
                : NdArray.ofIntegers(type.element(), type.shape().extents(), integers.stream().mapToLong(Long::longValue).toArray());
    }
}
