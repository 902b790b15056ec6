package dev.sinter.ir.graph;

import dev.sinter.ir.type.Type;
import java.util.List;

/// ### parameter
/// A parameter of a function. Unlike other ops it compares by identity: two parameters of one type are two values.
public final class Parameter implements Op {
    private final String label;
    private final Type.Tensor type;

    /// A new parameter. `label` is for people.
    public Parameter(String label, Type.Tensor type) {
        this.label = label;
        this.type = type;
    }

    /// The name for people.
    public String label() {
        return label;
    }

    @Override
    public String name() {
        return "parameter";
    }

    @Override
    public List<Value> operands() {
        return List.of();
    }

    @Override
    public Parameter withOperands(List<Value> operands) {
        return this;
    }

    @Override
    public Type.Tensor infer() {
        return type;
    }
}
