package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Expression;
import dev.sinter.frontend.ast.Operator;
import dev.sinter.frontend.ast.Parts;
import dev.sinter.frontend.ast.Statement;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.source.Span;
import dev.sinter.ir.graph.Dot;
import dev.sinter.ir.graph.Iota;
import dev.sinter.ir.graph.Reduction;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/// `y[n, o] = sum(i) x[n, i] * w[i, o]`.
///
/// Each part of the right side becomes a tensor with one axis for each index that it depends on; operands are aligned by index. A sum of
/// products becomes contractions, pair by pair, so that no intermediate has more axes than it needs.
final class IndexNotation {
    /// A tensor, or a number known now, and the index of each axis.
    record Term(Datum datum, List<String> axes, Span span) { }

    private final Elaborator e;

    IndexNotation(Elaborator e) {
        this.e = e;
    }

    /// A definition.
    Datum define(Statement.Define d, Scope scope) {
        var names = d.indices().stream().map(i -> i.name().text()).toList();
        if (names.stream().distinct().count() < names.size()) {
            throw Failure.of(Code.S0202, "an index stands twice on the left side", d.span(), "each index names one axis of `" + d.name() + "`");
        }
        var indices = new Indices(e, scope);
        d.indices().forEach(i -> indices.introduce(i, false));
        Term term = evaluate(d.value(), indices);
        Value value = e.arrays.of(term.datum, null, term.span);
        var dims = new ArrayList<Dim>();
        for (Expression.Index i : d.indices()) {
            if (!indices.isKnown(i.name().text())) {
                throw Failure.of(Code.S0604, "the index `" + i.name() + "` is not used on the right side", i.name().span(), "its extent is not known")
                    .help("write the extent: `" + i.name() + ": 10`");
            }
            dims.add(indices.extent(i.name().text(), i.name().span()));
        }
        return new Datum.Array(spread(value, term.axes, names, new Shape(dims)));
    }

    /// A reduction that stands alone.
    Datum reduction(Expression.Reduction r, Scope scope) {
        Term term = evaluate(r, new Indices(e, scope));
        return term.datum;
    }

    private Term evaluate(Expression expression, Indices indices) {
        indices.introduceReductions(expression);
        indices.seal();
        indices.infer(expression);
        return term(expression, indices);
    }

    private Term term(Expression x, Indices indices) {
        if (x instanceof Expression.Reduction r) return reduce(r, indices);
        if (!Parts.mentions(x, indices.order())) {
            Datum d = e.expressions.evaluate(x, indices.scope());
            if (d instanceof Datum.Array(Value v) && v.rank() > 0 || d instanceof Datum.Sequence) {
                throw Failure.of(Code.S0505, "in index notation every axis has a subscript", x.span(), "found " + Show.kind(d) + " without subscripts");
            }
            return new Term(d, List.of(), x.span());
        }
        return switch (x) {
            case Expression.Reference(Span span, String name) -> {
                var type = new Type.Tensor(ElementType.I64, Shape.of(indices.extent(name, span)));
                yield new Term(new Datum.Array(e.graph.add(new Iota(type, 0))), List.of(name), span);
            }
            case Expression.Subscripted s -> new Access(e, this, indices, s).term();
            case Expression.Negative(Span span, Expression y) -> {
                Term t = term(y, indices);
                yield new Term(e.operators.negative(new Operators.Operand(t.datum, t.span)), t.axes, span);
            }
            case Expression.Not(Span span, Expression y) -> {
                Term t = term(y, indices);
                yield new Term(e.operators.not(new Operators.Operand(t.datum, t.span)), t.axes, span);
            }
            case Expression.Binary b -> binary(b, indices);
            case Expression.Conditional c -> conditional(c, indices);
            case Expression.Call c -> call(c.callee(), c.arguments(), c.span(), indices);
            case Expression.Pipe p -> {
                var arguments = new ArrayList<Expression.Argument>();
                arguments.add(new Expression.Argument(Optional.empty(), p.input()));
                if (p.stage() instanceof Expression.Call c) arguments.addAll(c.arguments());
                yield call(p.stage() instanceof Expression.Call c ? c.callee() : p.stage(), arguments, p.span(), indices);
            }
            default -> throw Failure.of(Code.S0603, "indices cannot be used in this form of expression", x.span(), "not element by element")
                .help("bind it to a name first and subscript that");
        };
    }

    private Term binary(Expression.Binary b, Indices indices) {
        Term left = term(b.left(), indices);
        Term right = term(b.right(), indices);
        var axes = union(List.of(left, right), indices);
        Datum result = e.operators.binary(b.operator() == Operator.MATMUL ? refuse(b) : b.operator(), operand(left, axes, indices), operand(right, axes, indices), b.span());
        return new Term(result, axes, b.span());
    }

    private static Operator refuse(Expression.Binary b) {
        throw Failure.of(Code.S0603, "`@` multiplies whole matrices", b.span(), "here elements are multiplied").help("write the sum: `sum(k) a[i, k] * b[k, j]`");
    }

    private Term conditional(Expression.Conditional c, Indices indices) {
        Term condition = term(c.condition(), indices);
        if (condition.datum instanceof Datum.Truth(boolean holds)) return term(holds ? c.whenTrue() : c.whenFalse(), indices);
        Term a = term(c.whenTrue(), indices);
        Term b = term(c.whenFalse(), indices);
        var axes = union(List.of(condition, a, b), indices);
        Value value = e.operators.select(operand(condition, axes, indices), operand(a, axes, indices), operand(b, axes, indices), c.span());
        return new Term(new Datum.Array(value), axes, c.span());
    }

    /// A function applied element by element: its array arguments are aligned, and its result must have their shape.
    private Term call(Expression callee, List<Expression.Argument> arguments, Span span, Indices indices) {
        var terms = arguments.stream().map(a -> term(a.value(), indices)).toList();
        var axes = union(terms, indices);
        var given = new ArrayList<Calls.Given>();
        for (int k = 0; k < terms.size(); k++) {
            given.add(new Calls.Given(arguments.get(k).name(), operand(terms.get(k), axes, indices).datum(), terms.get(k).span));
        }
        Datum result = e.calls.apply(e.expressions.evaluate(callee, indices.scope()), given, span, callee.span());
        Value v = e.arrays.of(result, null, span);
        Shape shape = shape(axes, indices, span);
        if (!v.shape().equals(shape)) {
            throw Failure.of(Code.S0603, "in index notation a function works element by element", span, "this changes the shape " + Show.shape(shape) + " to " + Show.shape(v.shape()))
                .help("apply it to whole arrays first and subscript the result");
        }
        return new Term(new Datum.Array(v), axes, span);
    }

    private Term reduce(Expression.Reduction r, Indices indices) {
        var over = r.indices().stream().map(i -> i.name().text()).toList();
        String kind = r.reducer().text();
        if (kind.equals("sum") || kind.equals("mean")) {
            Term sum = sum(r, over, indices);
            if (kind.equals("sum")) return sum;
            Value v = e.arrays.of(sum.datum, null, sum.span);
            Dim count = Dim.product(over.stream().map(n -> indices.extent(n, r.span())).toList());
            return new Term(new Datum.Array(e.graph.over(v, e.graph.extent(count, v.element()))), sum.axes, r.span());
        }
        Term body = term(r.body(), indices);
        Value v = e.arrays.of(body.datum, null, body.span);
        Reduction reduction = Reduction.valueOf(kind.toUpperCase(Locale.ROOT));
        if (!reduction.accepts(v.element())) {
            throw Failure.of(Code.S0403, "`" + kind + "` does not take " + v.element() + " elements", r.span(), "the elements are " + v.element());
        }
        requireAll(over, body.axes, r, indices);
        return reduceAxes(reduction, v, body.axes, over, r.span());
    }

    private static void requireAll(List<String> over, List<String> axes, Expression.Reduction r, Indices indices) {
        for (String name : over) {
            if (!axes.contains(name)) {
                throw Failure.of(Code.S0604, "the index `" + name + "` is not used in this reduction", r.span(), "nothing depends on `" + name + "`");
            }
        }
    }

    private Term reduceAxes(Reduction reduction, Value v, List<String> axes, List<String> over, Span span) {
        var positions = IntStream.range(0, axes.size()).filter(k -> over.contains(axes.get(k))).boxed().toList();
        var left = axes.stream().filter(a -> !over.contains(a)).toList();
        return new Term(new Datum.Array(e.graph.reduce(reduction, v, positions)), left, span);
    }

    private Term sum(Expression.Reduction r, List<String> over, Indices indices) {
        var factors = new ArrayList<Expression>();
        boolean negative = factors(r.body(), factors);
        var arrays = new ArrayList<Term>();
        var scalars = new ArrayList<Term>();
        for (Expression f : factors) {
            Term t = term(f, indices);
            (t.axes.isEmpty() ? scalars : arrays).add(t);
        }
        var used = arrays.stream().flatMap(t -> t.axes.stream()).toList();
        requireAll(over, used, r, indices);
        Term product = arrays.isEmpty() ? scalars.removeFirst() : arrays.getFirst();
        for (int k = 1; k < arrays.size(); k++) {
            var later = arrays.subList(k + 1, arrays.size()).stream().flatMap(t -> t.axes.stream()).toList();
            var now = over.stream().filter(n -> !later.contains(n)).toList();
            product = contract(product, arrays.get(k), now, indices, r.span());
        }
        Value total = e.arrays.of(product.datum, null, product.span);
        if (total.element() == ElementType.BOOL) {
            throw Failure.of(Code.S0403, "`sum` does not take truth values", r.span(), "the elements are bool").help("`real(…)` turns true into 1 and false into 0");
        }
        var left = over.stream().filter(product.axes::contains).toList();
        Term result = left.isEmpty() ? new Term(new Datum.Array(total), product.axes, r.span()) : reduceAxes(Reduction.SUM, total, product.axes, left, r.span());
        Datum scaled = result.datum;
        for (Term s : scalars) {
            scaled = e.operators.binary(Operator.MUL, new Operators.Operand(scaled, r.span()), new Operators.Operand(s.datum, s.span), r.span());
        }
        if (negative) scaled = e.operators.negative(new Operators.Operand(scaled, r.span()));
        return new Term(scaled, result.axes, r.span());
    }

    /// The factors of a product; true if its sign is changed.
    private static boolean factors(Expression x, List<Expression> factors) {
        switch (x) {
            case Expression.Binary(_, Operator op, Expression l, Expression r) when op == Operator.MUL -> {
                return factors(l, factors) ^ factors(r, factors);
            }
            case Expression.Negative(_, Expression y) -> {
                return !factors(y, factors);
            }
            default -> {
                factors.add(x);
                return false;
            }
        }
    }

    /// The product of two tensors, summed over those of `over` that they have.
    private Term contract(Term a, Term b, List<String> over, Indices indices, Span span) {
        Value x = e.arrays.of(a.datum, null, a.span);
        Value y = e.arrays.of(b.datum, null, b.span);
        if (x.element() != y.element()) e.operators.pair(new Operators.Operand(a.datum, a.span), new Operators.Operand(b.datum, b.span));
        if (x.element() == ElementType.BOOL) {
            throw Failure.of(Code.S0403, "`*` does not take truth values", span, "bool has no arithmetic").help("`real(…)` turns true into 1 and false into 0");
        }
        Term reducedA = reduceAxes(Reduction.SUM, x, a.axes, over.stream().filter(n -> a.axes.contains(n) && !b.axes.contains(n)).toList(), a.span);
        Term reducedB = reduceAxes(Reduction.SUM, y, b.axes, over.stream().filter(n -> b.axes.contains(n) && !a.axes.contains(n)).toList(), b.span);
        var contracted = over.stream().filter(n -> reducedA.axes.contains(n) && reducedB.axes.contains(n)).toList();
        if (contracted.isEmpty()) {
            var axes = union(List.of(reducedA, reducedB), indices);
            return new Term(e.operators.binary(Operator.MUL, operand(reducedA, axes, indices), operand(reducedB, axes, indices), span), axes, span);
        }
        var batch = reducedA.axes.stream().filter(n -> reducedB.axes.contains(n) && !contracted.contains(n)).toList();
        var axes = new ArrayList<>(batch);
        reducedA.axes.stream().filter(n -> !batch.contains(n) && !contracted.contains(n)).forEach(axes::add);
        reducedB.axes.stream().filter(n -> !batch.contains(n) && !contracted.contains(n)).forEach(axes::add);
        Value dot = e.graph.add(new Dot(e.arrays.of(reducedA.datum, null, a.span), e.arrays.of(reducedB.datum, null, b.span),
            positions(batch, reducedA.axes), positions(batch, reducedB.axes), positions(contracted, reducedA.axes), positions(contracted, reducedB.axes)));
        return new Term(new Datum.Array(dot), List.copyOf(axes), span);
    }

    private static List<Integer> positions(List<String> names, List<String> axes) {
        return names.stream().map(axes::indexOf).toList();
    }

    /// All indices of some terms, in the order of the definition.
    private static List<String> union(List<Term> terms, Indices indices) {
        return indices.order().stream().filter(n -> terms.stream().anyMatch(t -> t.axes.contains(n))).toList();
    }

    private Shape shape(List<String> axes, Indices indices, Span span) {
        return new Shape(axes.stream().map(n -> indices.extent(n, span)).toList());
    }

    /// A term with the given axes, as an operand; numbers known now stay what they are.
    private Operators.Operand operand(Term t, List<String> axes, Indices indices) {
        if (t.axes.isEmpty()) return new Operators.Operand(t.datum, t.span);
        Value v = e.arrays.of(t.datum, null, t.span);
        return new Operators.Operand(new Datum.Array(spread(v, t.axes, axes, shape(axes, indices, t.span))), t.span);
    }

    /// A tensor whose axes are `from`, transposed and repeated to the axes `to`.
    Value spread(Value v, List<String> from, List<String> to, Shape shape) {
        var present = to.stream().filter(from::contains).toList();
        Value ordered = e.graph.transpose(v, present.stream().map(from::indexOf).toList());
        return e.graph.broadcast(ordered, shape, present.stream().map(to::indexOf).toList());
    }

    /// A subscript that is computed: whole numbers with one axis for each index they depend on.
    Term computed(Expression x, Indices indices) {
        return term(x, indices);
    }
}
