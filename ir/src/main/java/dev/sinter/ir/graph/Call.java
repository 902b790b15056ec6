package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.type.Type;
import java.util.List;

/// ### call
/// The results of a function.
///
/// - (C1) the function has a parameter for each argument, of its type.
///
/// ```example
/// call %a {function = func double(%x: f32[2]) { %0 = add %x, %x return %0 }}
/// %a = f32[2] [1, 2]
/// result = f32[2] [2, 4]
/// ```
public record Call(Function function, List<Value> arguments) implements Op {
    /// Copies the list.
    public Call {
        arguments = List.copyOf(arguments);
    }

    @Override
    public String name() {
        return "call";
    }

    @Override
    public List<Value> operands() {
        return arguments;
    }

    @Override
    public Call withOperands(List<Value> operands) {
        return new Call(function, operands);
    }

    @Override
    public List<Function> regions() {
        return List.of(function);
    }

    @Override
    public Call withRegions(List<Function> regions) {
        return new Call(regions.getFirst(), arguments);
    }

    @Override
    public Type.Tuple infer() {
        requireParameters(name(), function, arguments);
        return new Type.Tuple(function.results().stream().map(Value::tensor).toList());
    }

    /// (C1) of every op with regions.
    static void requireParameters(String op, Function function, List<Value> arguments) {
        var expected = function.parameters().stream().map(Value::type).toList();
        var found = arguments.stream().map(Value::type).toList();
        require(expected.equals(found), op, "(C1) " + function + " takes " + expected + ", given " + found);
    }
}
