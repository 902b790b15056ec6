package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Expression;
import dev.sinter.frontend.ast.Operator;
import dev.sinter.frontend.ast.Parts;
import dev.sinter.frontend.ast.Subscript;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.source.Span;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The indices of one definition in index notation, and their extents.
///
/// An index that stands alone in a subscript has the extent of that axis. In `x[i * s + u]` with the extent of `u` known, `i` has as many
/// values as keep the subscript within the axis.
final class Indices {
    /// `Σ coefficient · index + constant`.
    record Affine(Map<String, Long> coefficients, Dim constant) { }

    private record Constraint(Affine affine, Dim axis, Span span) { }

    private record Found(Dim extent, Span span) { }

    private final Elaborator e;
    private final Scope scope;
    private final Map<String, Found> extents = new LinkedHashMap<>();
    private final List<String> order = new ArrayList<>();
    private final List<String> reduced = new ArrayList<>();
    private final List<Constraint> constraints = new ArrayList<>();
    private final Map<Expression, Value> bases = new IdentityHashMap<>();
    private final Set<String> written = new HashSet<>();

    Indices(Elaborator e, Scope scope) {
        this.e = e;
        this.scope = scope;
    }

    Scope scope() {
        return scope;
    }

    /// All indices, those of the left side first.
    List<String> order() {
        return order;
    }

    Set<String> names() {
        return Set.copyOf(order);
    }

    boolean isReduced(String name) {
        return reduced.contains(name);
    }

    /// Introduces an index, with its extent where one is written.
    void introduce(Expression.Index index, boolean isReduced) {
        String name = index.name().text();
        if (!order.contains(name)) order.add(name);
        if (isReduced) reduced.add(name);
        index.extent().ifPresent(x -> record(name, e.arrays.extent(e.expressions.evaluate(x, scope), x.span()), index.name().span()));
    }

    /// Introduces the indices of all reductions in an expression.
    void introduceReductions(Expression expression) {
        if (expression instanceof Expression.Reduction r) r.indices().forEach(i -> introduce(i, true));
        Parts.of(expression).forEach(this::introduceReductions);
    }

    /// Finds the extents from the arrays that are subscripted.
    void infer(Expression expression) {
        collect(expression);
        boolean progress = true;
        while (progress) {
            progress = false;
            for (var it = constraints.iterator(); it.hasNext(); ) {
                Constraint c = it.next();
                var unknown = c.affine.coefficients.keySet().stream().filter(n -> !extents.containsKey(n)).toList();
                if (unknown.size() > 1) continue;
                it.remove();
                if (unknown.size() == 1) {
                    solve(c, unknown.getFirst());
                    progress = true;
                }
            }
        }
    }

    private void collect(Expression expression) {
        if (expression instanceof Expression.Subscripted s && Parts.subscripts(s).stream().anyMatch(x -> Parts.mentions(x, order))) access(s);
        Parts.of(expression).forEach(this::collect);
    }

    private void access(Expression.Subscripted s) {
        Value base = base(s);
        if (s.subscripts().size() != base.rank()) {
            throw Failure.of(Code.S0505, "in index notation every axis has a subscript", s.span(),
                s.subscripts().size() + (s.subscripts().size() == 1 ? " subscript for " : " subscripts for ") + Show.type(base)).with(s.base().span(), Show.type(base));
        }
        for (int axis = 0; axis < base.rank(); axis++) {
            if (!(s.subscripts().get(axis) instanceof Subscript.At(Expression at)) || !Parts.mentions(at, order)) continue;
            Affine affine = affine(at);
            if (affine == null) continue;
            if (affine.coefficients.size() == 1 && affine.coefficients.values().iterator().next() == 1 && affine.constant.is(0)) {
                String name = affine.coefficients.keySet().iterator().next();
                if (!isWritten(name)) record(name, base.dim(axis), at.span());
            } else {
                constraints.add(new Constraint(affine, base.dim(axis), at.span()));
            }
        }
    }

    /// Whether the extent of an index was written by hand.
    boolean isWritten(String name) {
        return written.contains(name);
    }

    /// Marks the extents known so far as written by hand: they may be smaller than the axes.
    void seal() {
        written.addAll(extents.keySet());
    }

    private void record(String name, Dim extent, Span span) {
        Found known = extents.putIfAbsent(name, new Found(extent, span));
        if (known != null && !known.extent.equals(extent)) {
            throw Failure.of(Code.S0602, "the index `" + name + "` has two extents, " + known.extent + " and " + extent, span, "here it runs over " + extent)
                .with(known.span, "here over " + known.extent);
        }
    }

    private void solve(Constraint c, String name) {
        long a = c.affine.coefficients.get(name);
        Dim room = c.axis.minus(Dim.ONE).minus(c.affine.constant);
        for (var term : c.affine.coefficients.entrySet()) {
            if (!term.getKey().equals(name)) room = room.minus(extents.get(term.getKey()).extent.minus(Dim.ONE).times(Math.max(0, term.getValue())));
        }
        if (a < 0) {
            throw Failure.of(Code.S0601, "the extent of the index `" + name + "` does not follow from this subscript", c.span, "the index runs backwards")
                .help("write the extent on the left: `" + name + ": 10`");
        }
        Dim extent = room.floorDiv(a).plus(1);
        if (extent.isConstant() && extent.value() < 0) {
            throw Failure.of(Code.S0511, "no value of the index `" + name + "` keeps this subscript within the axis", c.span, "the axis has the extent " + c.axis);
        }
        record(name, extent, c.span);
    }

    /// The extent of an index. @throws Failure if nothing gives it one
    Dim extent(String name, Span span) {
        Found found = extents.get(name);
        if (found != null) return found.extent;
        throw Failure.of(Code.S0601, "the extent of the index `" + name + "` is not known", span, "no array has it as a subscript of its own")
            .help("write it out: `" + name + ": 10`");
    }

    boolean isKnown(String name) {
        return extents.containsKey(name);
    }

    /// The array that is subscripted, elaborated once.
    Value base(Expression.Subscripted s) {
        if (Parts.mentions(s.base(), order)) {
            throw Failure.of(Code.S0603, "what is subscripted here depends on an index", s.base().span(), "an index stands in subscripts only")
                .help("subscript the arrays inside: `f(x[i])` for `f(x)[i]`");
        }
        return bases.computeIfAbsent(s.base(), b -> e.arrays.of(e.expressions.evaluate(b, scope), null, b.span()));
    }

    /// A subscript as a sum of multiples of indices, or null.
    Affine affine(Expression x) {
        if (!Parts.mentions(x, order)) {
            Datum d = e.expressions.evaluate(x, scope);
            return d instanceof Datum.Whole(Dim dim) ? new Affine(Map.of(), dim)
                : d instanceof Datum.Real ? new Affine(Map.of(), e.arrays.dim(d, x.span())) : null;
        }
        return switch (x) {
            case Expression.Reference(_, String name) -> new Affine(new LinkedHashMap<>(Map.of(name, 1L)), Dim.ZERO);
            case Expression.Negative(_, Expression y) -> times(affine(y), -1);
            case Expression.Binary(_, Operator op, Expression l, Expression r) -> {
                if (op == Operator.MUL) {
                    boolean left = Parts.mentions(l, order);
                    if (left && Parts.mentions(r, order)) yield null;
                    Affine factor = affine(left ? r : l);
                    yield factor == null || !factor.constant.isConstant() ? null : times(affine(left ? l : r), factor.constant.value());
                }
                if (op != Operator.ADD && op != Operator.SUB) yield null;
                Affine a = affine(l);
                Affine b = affine(r);
                yield a == null || b == null ? null : plus(a, op == Operator.SUB ? times(b, -1) : b);
            }
            default -> null;
        };
    }

    private static Affine times(Affine a, long by) {
        if (a == null) return null;
        var scaled = new LinkedHashMap<String, Long>();
        a.coefficients.forEach((n, c) -> scaled.put(n, c * by));
        return new Affine(scaled, a.constant.times(by));
    }

    private static Affine plus(Affine a, Affine b) {
        var sum = new LinkedHashMap<>(a.coefficients);
        b.coefficients.forEach((n, c) -> sum.merge(n, c, Long::sum));
        sum.values().removeIf(c -> c == 0);
        return new Affine(sum, a.constant.plus(b.constant));
    }
}
