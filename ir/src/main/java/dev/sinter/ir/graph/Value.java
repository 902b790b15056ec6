package dev.sinter.ir.graph;

import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;

/// One node of a graph. The node *is* its identity; `op` says how it is computed. Made by [Graph#add] only.
///
/// @param op     how it is computed
/// @param type   what the op's type rule inferred
/// @param origin the place in the source of the first expression that asked for it
public record Value(Op op, Type type, Origin origin) {
    /// The type of a tensor. @throws IllegalStateException if the op has several results
    public Type.Tensor tensor() {
        if (type instanceof Type.Tensor tensor) {
            return tensor;
        }
        throw new IllegalStateException("the results of '" + op.name() + "' are read through 'part'");
    }

    /// The shape of a tensor.
    public Shape shape() {
        return tensor().shape();
    }

    /// The element type of a tensor.
    public ElementType element() {
        return tensor().element();
    }

    /// The number of dims of a tensor.
    public int rank() {
        return tensor().rank();
    }

    /// The dim of an axis; a negative axis counts from the end.
    public Dim dim(int axis) {
        return shape().dim(axis);
    }

    @Override
    public boolean equals(Object that) {
        return this == that;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return op.name() + ":" + type;
    }
}
