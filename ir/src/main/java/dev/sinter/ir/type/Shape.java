package dev.sinter.ir.type;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Collectors;

/// The dims of a tensor, outermost first; memory is row-major. Rank 0 is a scalar.
public record Shape(List<Dim> dims) implements Iterable<Dim> {
    /// The shape of a scalar.
    public static final Shape SCALAR = new Shape(List.of());

    /// Copies `dims`.
    public Shape {
        dims = List.copyOf(dims);
    }

    /// A shape of known extents.
    public static Shape of(long... extents) {
        var dims = new ArrayList<Dim>();
        for (long e : extents) {
            dims.add(Dim.constant(e));
        }
        return new Shape(dims);
    }

    /// A shape of dims.
    public static Shape of(Dim... dims) {
        return new Shape(List.of(dims));
    }

    /// The number of dims.
    public int rank() {
        return dims.size();
    }

    /// The dim of an axis; a negative axis counts from the end.
    public Dim dim(int axis) {
        return dims.get(axis < 0 ? axis + rank() : axis);
    }

    /// The number of elements.
    public Dim elements() {
        return Dim.product(dims);
    }

    /// Whether every dim is a number.
    public boolean isStatic() {
        return dims.stream().allMatch(Dim::isConstant);
    }

    /// The extents. @throws IllegalStateException if a dim is not a number
    public long[] extents() {
        return dims.stream().mapToLong(Dim::value).toArray();
    }

    /// This shape with `dim` at `axis`.
    public Shape with(int axis, Dim dim) {
        var changed = new ArrayList<>(dims);
        changed.set(axis, dim);
        return new Shape(changed);
    }

    /// This shape with `dim` inserted before `axis`.
    public Shape insert(int axis, Dim dim) {
        var changed = new ArrayList<>(dims);
        changed.add(axis, dim);
        return new Shape(changed);
    }

    /// This shape without the axes listed.
    public Shape without(List<Integer> axes) {
        var kept = new ArrayList<Dim>();
        for (int i = 0; i < rank(); i++) {
            if (!axes.contains(i)) {
                kept.add(dims.get(i));
            }
        }
        return new Shape(kept);
    }

    /// This shape followed by `that`.
    public Shape concat(Shape that) {
        var all = new ArrayList<>(dims);
        all.addAll(that.dims);
        return new Shape(all);
    }

    @Override
    public Iterator<Dim> iterator() {
        return dims.iterator();
    }

    /// `[N,10]`.
    @Override
    public String toString() {
        return dims.stream().map(Dim::toString).collect(Collectors.joining(",", "[", "]"));
    }
}
