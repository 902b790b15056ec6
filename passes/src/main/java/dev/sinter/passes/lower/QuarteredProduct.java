package dev.sinter.passes.lower;

import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.loop.Block;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import dev.sinter.passes.fuse.Group;
import dev.sinter.passes.fuse.Quarters;
import dev.sinter.passes.schedule.Axis;
import dev.sinter.passes.schedule.Contraction;
import dev.sinter.passes.schedule.Element;
import dev.sinter.passes.schedule.Indices;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// A product by quarters with its epilogue as one contraction of many parts: for a row of the upper half and a column of the first part of a gate, all sums of all products that any gate at this
/// place needs, in either half of the rows.
///
/// Where the halves of the columns are whole numbers of gates, a part is as wide as a gate; where they are not (three gates), half as wide.
final class QuarteredProduct {
    private final Group.Product group;
    private final Quarters quarters;
    private final Value product;
    private final Table table;
    private final Function<Value, Place> places;
    private final Axis row;
    private final Axis column;
    private final long rows;
    private final long columns;
    private final long width;

    private QuarteredProduct(Group.Product group, Quarters quarters, Table table, Function<Value, Place> places) {
        this.group = group;
        this.quarters = quarters;
        this.product = quarters.result();
        this.table = table;
        this.places = places;
        this.rows = product.dim(0).value() / 2;
        this.columns = product.dim(1).value() / 2;
        this.width = group.parts() % 2 == 0 ? 2 * columns / group.parts() : columns / group.parts();
        this.row = Axis.of("i", Dim.constant(rows));
        this.column = Axis.of("j", Dim.constant(width));
    }

    /// The contraction.
    ///
    /// @param places  where values are that the kernels read from memory
    /// @param targets where each root is to be stored
    static Contraction contraction(Group.Product group, Quarters quarters, Table table, Function<Value, Place> places, Function<Value, List<Place>> targets) {
        return new QuarteredProduct(group, quarters, table, places).contraction(targets);
    }

    private Contraction contraction(Function<Value, List<Place>> targets) {
        Indices indices = table.indices();
        Dot dot = quarters.dot();
        var contracted = Axis.of("k", dot.a().dim(dot.contractA().getFirst()));
        List.of(row, column, contracted).forEach(axis -> indices.range(axis.name(), axis.extent()));
        var epilogue = new Block();
        var elements = new Elements(places, indices, epilogue);
        var parts = new ArrayList<Contraction.Part>();
        var sums = new ArrayList<List<Expr>>();                    // of each part of a half of the columns, one for each product
        for (int n = 0; n < columns / width; n++) {
            sums.add(new ArrayList<>());
        }
        for (int m = 0; m < quarters.combine().columns(); m++) {
            Expr number = Expr.index(m);
            Element a = ProductKernel.element(dot.a(), index(dot.a(), dot.batchA(), number, dot.freeA(), row.name(), dot.contractA(), contracted.name()), places, indices);
            for (int n = 0; n < columns / width; n++) {
                Expr there = Expr.plus(column.name(), Expr.index(n * width));
                var sum = Expr.Var.fixed("sum", product.element(), 1);
                parts.add(new Contraction.Part(a, ProductKernel.element(dot.b(), index(dot.b(), dot.batchB(), number, dot.freeB(), there, dot.contractB(), contracted.name()), places, indices), sum));
                sums.get(n).add(sum);
            }
        }
        for (int n = 0; n < columns / width; n++) {
            List<Expr> results = quarters.combine().elements(elements, sums.get(n));
            for (int q = 0; q < results.size(); q++) {
                List<Expr> index = at(q / 2, q % 2 * columns + n * width);
                Expr result = elements.let("quarter", results.get(q));
                elements.remember(product, index, result);
                targets.apply(product).forEach(p -> elements.store(p, index, result));
            }
        }
        var stores = new ArrayList<Runnable>();
        for (int half = 0; half < 2; half++) {
            for (Value root : group.roots().subList(1, group.roots().size())) {
                boolean ofPart = group.parts() > 1 && !root.shape().equals(product.shape());
                for (long first = 0; first < (ofPart ? 2 * columns / group.parts() : 2 * columns); first += width) {
                    List<Expr> index = group.parts() > 1 ? at(half, first) : ProductKernel.ordered(group.roots().get(1), product, at(half, first), places, table);
                    Expr result = elements.compute(root, index);
                    stores.add(() -> targets.apply(root).forEach(p -> elements.store(p, index, result)));
                }
            }
        }
        stores.forEach(Runnable::run);
        return new Contraction(product.element(), List.of(), List.of(row), List.of(column), List.of(contracted), parts, epilogue.statements(), Optional.empty(), List.of(), indices, table.fixed());
    }

    /// An index of the product.
    private List<Expr> at(int half, long first) {
        return List.of(Expr.plus(row.name(), Expr.index(half * rows)), Expr.plus(column.name(), Expr.index(first)));
    }

    private static List<Expr> index(Value operand, List<Integer> batch, Expr number, List<Integer> free, Expr place, List<Integer> contracted, Expr step) {
        return ProductKernel.index(operand.rank(), List.of(batch, free, contracted), List.of(List.of(number), List.of(place), List.of(step)));
    }
}
