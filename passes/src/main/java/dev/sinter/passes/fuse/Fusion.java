package dev.sinter.passes.fuse;

import dev.sinter.ir.graph.Constant;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Parameter;
import dev.sinter.ir.graph.Part;
import dev.sinter.ir.graph.Pointwise;
import dev.sinter.ir.graph.Reduce;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import dev.sinter.passes.schedule.Indices;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// The kernels of a function: groups of roots, in an order in which each finds what it reads.
///
/// @param groups    in order
/// @param reads     for each group, the values from elsewhere that it loads: roots of other groups, parameters, constants
/// @param decisions what was considered
public record Fusion(List<Group> groups, Map<Group, Set<Value>> reads, List<Decision> decisions) {
    /// Groups the values of a function.
    ///
    /// @param values  operands first
    /// @param results values that must be in memory at the end
    /// @param indices makes a table that knows the dims of the program
    public static Fusion of(List<Value> values, List<Value> results, Supplier<Indices> indices) {
        Set<Value> given = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<Value> forced = Collections.newSetFromMap(new IdentityHashMap<>());
        forced.addAll(results);
        for (Value v : values) {
            if (v.op() instanceof Parameter) {
                given.add(v);
            } else if (!(v.op() instanceof Pointwise || v.op() instanceof Reduce || v.op() instanceof Dot || v.op() instanceof Part)) {
                forced.addAll(v.op().operands());
            }
        }
        Set<Value> roots = Roots.of(values, given, forced, indices);
        var groups = new ArrayList<Group>();
        Map<Group, Set<Value>> reads = new IdentityHashMap<>();
        for (Value v : values) {
            if (!roots.contains(v) || v.op() instanceof Part) {
                continue;
            }
            Set<Value> needs = Collections.newSetFromMap(new IdentityHashMap<>());
            Group group;
            if (v.op() instanceof Reduce || v.op() instanceof Pointwise) {
                Reads.of(v, indices.get(), x -> roots.contains(x) || given.contains(x)).accesses().forEach(a -> needs.add(a.value()));
                group = nest(v);
            } else if (v.op() instanceof Dot dot) {
                for (Value operand : List.of(dot.a(), dot.b())) {
                    if (roots.contains(operand) || given.contains(operand) || operand.op() instanceof Constant) {
                        needs.add(operand);
                    } else {
                        Reads.of(operand, indices.get(), x -> roots.contains(x) || given.contains(x)).accesses().forEach(a -> needs.add(a.value()));
                    }
                }
                group = new Group.Product(List.of(v));
            } else {
                needs.addAll(v.op().operands());
                group = new Group.Single(v);
            }
            groups.add(group);
            reads.put(group, needs);
        }
        return new Fusion(groups, reads, List.of());
    }

    private static Group nest(Value v) {
        if (v.op() instanceof Reduce(_, var x, var axes)) {
            return new Group.Nest(v.shape().dims(), axes.stream().map(x::dim).toList(), List.of(v));
        }
        return new Group.Nest(v.shape().dims(), List.<Dim>of(), List.of(v));
    }
}
