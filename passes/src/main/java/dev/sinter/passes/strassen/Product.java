package dev.sinter.passes.strassen;

import dev.sinter.ir.graph.Combine;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// A contraction that is a product of two matrices, which have even extents. The rows may be several axes, of which one is cut in halves.
///
/// @param dot    the contraction
/// @param row    the axis of its left operand that is cut in halves
/// @param step   the contracted axis of its left operand
/// @param column the axis of its right operand that is no contracted one
record Product(Dot dot, int row, int step, int column) {
    private static final Dim TWO = Dim.constant(2);

    /// The product that a contraction is, or null.
    static Product of(Dot d) {
        if (!d.batchA().isEmpty() || d.contractA().size() != 1 || d.freeB().size() != 1) {
            return null;
        }
        int row = d.freeA().stream().filter(k -> isEven(d.a().dim(k))).findFirst().orElse(-1);
        int step = d.contractA().getFirst();
        int column = d.freeB().getFirst();
        return row >= 0 && isEven(d.a().dim(step)) && isEven(d.b().dim(column)) ? new Product(d, row, step, column) : null;
    }

    private static boolean isEven(Dim d) {
        return d.isConstant() && d.value() % 2 == 0 && d.value() > 0;
    }

    /// The rows; extents that are not known count as 1.
    double rows() {
        return dot.freeA().stream().mapToDouble(k -> dot.a().dim(k).known().orElse(1)).reduce(1, (x, y) -> x * y);
    }

    /// The terms of a sum.
    double depth() {
        return dot.a().dim(step).value();
    }

    /// The columns.
    double columns() {
        return dot.b().dim(column).value();
    }

    /// The same values by products of quarters:
    ///
    /// ```text
    /// left     = combine(quarters of a)           [7, rows / 2, depth / 2]
    /// right    = combine(quarters of b)           [7, depth / 2, columns / 2]
    /// products = dot(left, right)                 [7, rows / 2, columns / 2]
    /// result   = combine(products)                [4, rows / 2, columns / 2], put together
    /// ```
    ///
    /// Axes stay in the order in which the operands have them.
    Value byQuarters(Bilinear way, Graph g) {
        ElementType type = dot.a().element();
        int stepB = dot.contractB().getFirst();
        Value left = g.add(new Combine(quarters(dot.a(), row, step, g), 0, way.left(type)));
        Value right = g.add(new Combine(quarters(dot.b(), stepB, column, g), 0, way.right(type)));
        Value products = g.add(new Dot(left, right, List.of(0), List.of(0), List.of(step + 1), List.of(stepB + 1)));
        Value results = g.add(new Combine(products, 0, way.results(type)));
        int rows = dot.freeA().size();
        var apart = new ArrayList<>(List.of(TWO, TWO));
        apart.addAll(results.shape().dims().subList(1, rows + 2));
        var side = new ArrayList<>(IntStream.range(2, rows + 3).boxed().toList());
        side.add(rows, 1);
        side.add(dot.freeA().indexOf(row), 0);
        var dims = new ArrayList<>(dot.freeA().stream().map(dot.a()::dim).toList());
        dims.add(dot.b().dim(column));
        return g.reshape(g.transpose(g.reshape(results, new Shape(apart)), side), new Shape(dims));
    }

    /// The quarters of a matrix, those of the first half of axis `first` before the others.
    private static Value quarters(Value x, int first, int second, Graph g) {
        var apart = new ArrayList<Dim>();
        var kept = new ArrayList<Integer>();
        int[] half = new int[2];
        for (int k = 0; k < x.rank(); k++) {
            boolean isCut = k == first || k == second;
            if (isCut) {
                half[k == first ? 0 : 1] = apart.size();
                apart.add(TWO);
            }
            kept.add(apart.size());
            apart.add(isCut ? Dim.constant(x.dim(k).value() / 2) : x.dim(k));
        }
        var dims = new ArrayList<>(kept.stream().map(apart::get).toList());
        dims.addFirst(Dim.constant(4));
        kept.addAll(0, List.of(half[0], half[1]));
        return g.reshape(g.transpose(g.reshape(x, new Shape(apart)), kept), new Shape(dims));
    }
}
