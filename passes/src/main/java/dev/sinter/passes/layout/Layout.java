package dev.sinter.passes.layout;

import dev.sinter.ir.graph.Binary;
import dev.sinter.ir.graph.Bitcast;
import dev.sinter.ir.graph.Broadcast;
import dev.sinter.ir.graph.Cast;
import dev.sinter.ir.graph.Concat;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Fold;
import dev.sinter.ir.graph.Function;
import dev.sinter.ir.graph.Graph;
import dev.sinter.ir.graph.Module;
import dev.sinter.ir.graph.Op;
import dev.sinter.ir.graph.Pad;
import dev.sinter.ir.graph.Reduce;
import dev.sinter.ir.graph.Reshape;
import dev.sinter.ir.graph.Reverse;
import dev.sinter.ir.graph.Select;
import dev.sinter.ir.graph.Slice;
import dev.sinter.ir.graph.Transpose;
import dev.sinter.ir.graph.Unary;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.graph.Window;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Shape;
import dev.sinter.passes.rewrite.Rewrite;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Chooses for each value the order in which its axes are stored. Operands first, every op takes the order that costs least:
///
/// * a contraction makes its result in the order batch, rows, columns, and reads operands in any order;
/// * elementwise ops take the order that all their operands have; where one of them is stored as declared, all are, unless that one is the gradient of what was flattened;
/// * ops along an axis (pad, slice, window, fold, reverse, concatenation, reduction, a reshape of single axes) find it wherever it lies;
/// * all else, and what the function gives back, has the declared order.
///
/// So a transpose moves from where it is written to where it is needed, which often is nowhere. Where a contraction sums over the windows of an image and its channels,
/// the channels are laid innermost, and come last in the sum: the terms of an element then lie in stretches, and neighbouring channels in vectors ([Contracted]).
public final class Layout {
    private final Map<Function, Function> done = new HashMap<>();
    /// State that the functions which read it write: what a contraction makes of it cannot be made ahead of calls.
    private final Set<Value> changing = Collections.newSetFromMap(new IdentityHashMap<>());

    private Layout() { }

    /// The module with axes laid out.
    public static Module run(Module m) {
        var pass = new Layout();
        for (Module.Entry e : m.entries()) {
            for (int k = 0; k < e.inputs().size(); k++) {
                if (e.inputs().get(k) instanceof Module.Binding.OfState state && e.outputs().contains(state)) {
                    pass.changing.add(e.function().parameters().get(k));
                }
            }
        }
        return Rewrite.module(m, pass::laidOut);
    }

    /// The function with axes laid out; the same if nothing changes.
    public static Function run(Function f) {
        return new Layout().laidOut(f);
    }

    private Function laidOut(Function f) {
        Function known = done.get(f);
        if (known == null) {
            known = new Walk(f).run();
            done.put(f, known);
        }
        return known;
    }

    /// One function.
    private final class Walk {
        private final Function f;
        private final Graph g = new Graph();
        private final Map<Value, Stored> stored = new HashMap<>();
        private boolean changed;

        Walk(Function f) {
            this.f = f;
        }

        Function run() {
            f.parameters().forEach(p -> stored.put(p, Stored.declared(g.add(p.op()))));
            for (Value v : f.values()) {
                if (!stored.containsKey(v)) {
                    g.at(v.origin());
                    Stored s = stored(v.op());
                    changed |= !s.isDeclared() && !(v.op() instanceof Transpose);
                    stored.put(v, s);
                }
            }
            var results = f.results().stream().map(r -> stored.get(r).declared(g)).toList();
            return changed ? new Function(f.name(), f.parameters().stream().map(p -> stored.get(p).value()).toList(), results) : f;
        }

        private Stored of(Value operand) {
            return stored.get(operand);
        }

        private Stored stored(Op op) {
            return switch (op) {
                case Transpose t -> Contracted.isNarrow(of(t.x()).value()) ? asDeclared(t)
                        : new Stored(of(t.x()).value(), of(t.x()).order().stream().map(Stored.inverse(t.order())::get).toList());
                case Dot d -> {
                    Stored s = Contracted.stored(d, of(d.a()), of(d.b()), changing.contains(d.b()), g);
                    changed |= !(s.value().op() instanceof Dot laid && laid.equals(d.withOperands(laid.operands())));
                    yield s;
                }
                case Unary _, Binary _, Select _, Cast _ -> elementwise(op);
                case Bitcast b when b.infer().rank() == b.x().rank() -> elementwise(op);
                case Broadcast b -> broadcast(b);
                case Reduce r -> reduce(r);
                case Pad p -> along(p.x(), x -> new Pad(x.value(), of(p.value()).declared(g), x.place(p.axis()), p.low(), p.high(), p.interior()));
                case Slice s -> along(s.x(), x -> new Slice(x.value(), x.place(s.axis()), s.start(), s.size(), s.stride()));
                case Reverse r -> along(r.x(), x -> new Reverse(x.value(), x.place(r.axis())));
                case Window w -> {
                    Stored x = of(w.x());
                    yield new Stored(g.add(new Window(x.value(), x.place(w.axis()), w.size(), w.stride(), w.dilation())), with(x.order(), x.order().size()));
                }
                case Fold fold -> fold(fold);
                case Concat c -> concat(c);
                case Reshape r -> reshape(r);
                default -> asDeclared(op);
            };
        }

        /// The op of operands as they are declared.
        private Stored asDeclared(Op op) {
            Op laid = op.withOperands(op.operands().stream().map(o -> of(o).declared(g)).toList());
            var regions = op.regions();
            if (!regions.isEmpty()) {
                var laidOut = regions.stream().map(Layout.this::laidOut).toList();
                if (!laidOut.equals(regions)) {
                    changed = true;
                    laid = laid.withRegions(laidOut);
                }
            }
            return Stored.declared(g.add(laid));
        }

        private static List<Integer> with(List<Integer> order, int last) {
            var all = new ArrayList<>(order);
            all.add(last);
            return all;
        }

        private interface Along {
            Op of(Stored x);
        }

        /// An op that keeps the axes of its operand.
        private Stored along(Value operand, Along op) {
            return new Stored(g.add(op.of(of(operand))), of(operand).order());
        }

        /// The order in which values of one shape meet.
        private List<Integer> common(List<Value> operands) {
            var solid = operands.stream().map(this::of).filter(s -> !s.isFree()).map(Stored::order).distinct().toList();
            if (solid.isEmpty()) {
                return operands.stream().map(this::of).filter(s -> !s.isDeclared()).findFirst().orElse(of(operands.getFirst())).order();
            }
            if (solid.size() == 2 && operands.stream().map(this::of).filter(x -> !x.isFree() && x.isDeclared()).allMatch(x -> isUnflattened(x.value()))) {
                return solid.stream().filter(o -> !o.equals(Stored.inOrder(o.size()))).findFirst().orElseThrow();
            }
            return solid.size() == 1 ? solid.getFirst()
                    : solid.stream().filter(o -> o.equals(Stored.inOrder(o.size()))).findFirst().orElse(solid.getFirst());
        }

        /// Whether a value is the rows of a product seen as images: the gradient of what was flattened. They are fewer than what follows them, images that were pooled.
        private static boolean isUnflattened(Value v) {
            return v.op() instanceof Reshape r && r.x().op() instanceof Dot && r.to().rank() > r.x().rank();
        }

        private Stored elementwise(Op op) {
            var order = common(op.operands());
            return new Stored(g.add(op.withOperands(op.operands().stream().map(o -> of(o).in(order, g)).toList())), order);
        }

        private Stored concat(Concat c) {
            var order = common(c.parts());
            return new Stored(g.add(new Concat(c.parts().stream().map(o -> of(o).in(order, g)).toList(), order.indexOf(c.axis()))), order);
        }

        /// The axes of what is repeated stay in their order, and take the places that they have together.
        private Stored broadcast(Broadcast b) {
            Stored x = of(b.x());
            var order = new ArrayList<>(Stored.inOrder(b.to().rank()));
            for (int k = 0; k < b.axes().size(); k++) {
                order.set(b.axes().get(k), b.axes().get(x.order().get(k)));
            }
            return new Stored(g.add(new Broadcast(x.value(), new Shape(order.stream().map(b.to()::dim).toList()), b.axes())), order);
        }

        private Stored fold(Fold fold) {
            Stored x = of(fold.x());
            int place = fold.x().rank() - 1;
            var order = new ArrayList<>(x.order());
            order.remove((Object) place);
            return new Stored(g.add(new Fold(x.in(with(order, place), g), order.indexOf(fold.axis()), fold.to(), fold.stride(), fold.dilation())), order);
        }

        /// Short axes that are reduced at the end go before a long one that is kept, along which there are vectors.
        private Stored reduce(Reduce r) {
            Stored x = of(r.x());
            var kept = x.order().stream().filter(k -> !r.axes().contains(k)).toList();
            var axes = x.order().stream().filter(r.axes()::contains).toList();
            Stored seen = x;
            if (!x.isDeclared() && !kept.isEmpty() && Contracted.isWide(r.x().dim(kept.getLast()))
                    && axes.equals(x.order().subList(kept.size(), x.order().size())) && axes.stream().noneMatch(k -> Contracted.isWide(r.x().dim(k)))) {
                var order = new ArrayList<>(kept.subList(0, kept.size() - 1));
                order.addAll(axes);
                order.add(kept.getLast());
                seen = new Stored(x.in(order, g), order);
            }
            var result = kept.stream().sorted().toList();
            return new Stored(g.add(new Reduce(r.kind(), seen.value(), seen.places(axes).stream().sorted().toList())), kept.stream().map(result::indexOf).toList());
        }

        /// Axes are split and joined where those that are joined lie together; otherwise as declared.
        private Stored reshape(Reshape r) {
            Stored x = of(r.x());
            if (x.isDeclared()) {
                return asDeclared(r);
            }
            var order = AxisGroups.of(r.x().shape(), r.to()).reordered(x.order());
            return order == null ? asDeclared(r) : new Stored(g.reshape(x.value(), new Shape(order.stream().<Dim>map(r.to()::dim).toList())), order);
        }
    }
}
