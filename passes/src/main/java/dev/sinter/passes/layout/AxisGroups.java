package dev.sinter.passes.layout;

import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Which axes a reshape splits and joins.
///
/// @param groups neighbouring axes of the operand, and the neighbouring axes of the result that have as many elements
record AxisGroups(List<Group> groups) {
    /// Axes that become others.
    record Group(List<Integer> from, List<Integer> to) { }

    /// The smallest groups.
    static AxisGroups of(Shape from, Shape to) {
        var groups = new ArrayList<Group>();
        int i = 0;
        int o = 0;
        while (i < from.rank() || o < to.rank()) {
            int first = i;
            int begin = o;
            Dim left = Dim.ONE;
            Dim right = Dim.ONE;
            do {                                               // the side that is behind takes an axis, until the products agree
                if (i < from.rank() && (i == first || o == to.rank() || o > begin && isBehind(left, right))) {
                    left = left.times(from.dim(i++));
                } else {
                    right = right.times(to.dim(o++));
                }
            } while (!left.equals(right) && (i < from.rank() || o < to.rank()));
            groups.add(new Group(IntStream.range(first, i).boxed().toList(), IntStream.range(begin, o).boxed().toList()));
        }
        return new AxisGroups(groups);
    }

    private static boolean isBehind(Dim a, Dim b) {
        return !a.equals(b) && (a.isConstant() && b.isConstant() ? a.value() < b.value() : b.minus(a).isKnownNonNegative());
    }

    /// The order of the result's axes if those of the operand are stored in `order`; null if axes that are joined do not lie together.
    List<Integer> reordered(List<Integer> order) {
        var result = new ArrayList<Integer>();
        int k = 0;
        while (k < order.size()) {
            int axis = order.get(k);
            Group group = groups.stream().filter(x -> x.from().contains(axis)).findFirst().orElseThrow();
            int n = group.from().size();
            if (k + n > order.size() || !order.subList(k, k + n).equals(group.from())) {
                return null;
            }
            result.addAll(group.to());
            k += n;
        }
        groups.stream().filter(x -> x.from().isEmpty()).forEach(x -> result.addAll(x.to()));     // new axes of one element
        return result;
    }
}
