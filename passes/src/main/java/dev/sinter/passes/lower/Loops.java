package dev.sinter.passes.lower;

import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Stmt;
import dev.sinter.ir.type.Dim;
import dev.sinter.passes.schedule.Axis;
import dev.sinter.passes.schedule.Indices;
import java.util.ArrayList;
import java.util.List;

/// Loops over the elements of a shape.
final class Loops {
    /// What stands in the innermost loop.
    interface Body {
        void emit(Block into, Indices indices, List<Expr> index);
    }

    /// A nest, and a table that knows its names.
    record Built(Block block, Indices indices) { }

    private Loops() { }

    /// A parallel nest whose innermost loop is elementwise.
    static Built nest(List<Dim> dims, Indices indices, Body body) {
        var axes = axes("i", dims, indices);
        var inside = new Block();
        body.emit(inside, indices, names(axes));
        return new Built(around(axes, inside, true, true, indices), indices);
    }

    /// New axes, declared in order.
    static List<Axis> axes(String hint, List<Dim> dims, Indices indices) {
        var axes = new ArrayList<Axis>();
        for (Dim d : dims) {
            Axis axis = Axis.of(hint + axes.size(), d);
            indices.range(axis.name(), d);
            axes.add(axis);
        }
        return axes;
    }

    static List<Expr> names(List<Axis> axes) {
        return axes.stream().map(a -> (Expr) a.name()).toList();
    }

    /// Loops around statements: the outer ones may be parallel, the innermost a vector.
    static Block around(List<Axis> axes, Block body, boolean parallel, boolean vector, Indices indices) {
        Block inside = body;
        for (int k = axes.size() - 1; k >= 0; k--) {
            boolean innermost = vector && k == axes.size() - 1;
            Stmt.Binding binding = innermost ? Stmt.Binding.VECTOR : parallel ? Stmt.Binding.PARALLEL : Stmt.Binding.SERIAL;
            var loop = new Block();
            Axis axis = axes.get(k);
            loop.add(new Stmt.For(axis.name(), Expr.index(0), indices.dim(axis.extent()), 1, binding, inside.statements()));
            inside = loop;
        }
        return inside;
    }
}
