package dev.sinter.frontend.elaborate;

import dev.sinter.frontend.ast.Expression;
import dev.sinter.frontend.ast.Operator;
import dev.sinter.frontend.problem.Code;
import dev.sinter.frontend.problem.Near;
import dev.sinter.frontend.source.Span;
import dev.sinter.ir.graph.Origin;
import dev.sinter.ir.graph.TypeRuleException;
import dev.sinter.ir.graph.Value;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What each form of expression stands for.
final class Expressions {
    private static final int MAX_LIST = 100_000;

    private final Elaborator e;
    private boolean inDims;

    Expressions(Elaborator e) {
        this.e = e;
    }

    /// The meaning of an expression; a variable of the model is read.
    Datum evaluate(Expression expression, Scope scope) {
        Datum datum = place(expression, scope);
        return datum instanceof Datum.Place(Variable v) ? new Datum.Array(e.state.read(v, expression.span())) : datum;
    }

    /// The meaning of an expression; a variable of the model stays a place.
    Datum place(Expression expression, Scope scope) {
        e.step(expression.span());
        Origin before = e.enter(expression.span());
        try {
            Datum datum = form(expression, scope);
            if (datum instanceof Datum.Array(Value v) && v.type() instanceof Type.Tensor type) Types.countable(type, expression.span());
            return datum;
        } catch (TypeRuleException rule) {
            throw Failure.of(Code.S0512, "this operation does not take these operands", expression.span(), rule.getMessage());
        } finally {
            e.graph.at(before);
        }
    }

    /// The meaning of an expression inside the brackets of a type: `/` is the quotient of whole numbers.
    Dim dim(Expression expression, Scope scope) {
        boolean before = inDims;
        inDims = true;
        try {
            return e.arrays.extent(evaluate(expression, scope), expression.span());
        } finally {
            inDims = before;
        }
    }

    private Datum form(Expression expression, Scope scope) {
        return switch (expression) {
            case Expression.Whole(_, long value) -> Datum.Whole.of(value);
            case Expression.Decimal(_, double value) -> new Datum.Real(value);
            case Expression.Text(_, String value) -> new Datum.Text(value);
            case Expression.Truth(_, boolean value) -> new Datum.Truth(value);
            case Expression.Nothing _ -> new Datum.Nothing();
            case Expression.Reference r -> reference(r, scope);
            case Expression.Call c -> e.calls.call(c, scope);
            case Expression.Subscripted s -> e.subscripts.subscript(s, scope);
            case Expression.Field f -> field(f, scope);
            case Expression.Negative(_, Expression x) -> e.operators.negative(operand(x, scope));
            case Expression.Not(_, Expression x) -> e.operators.not(operand(x, scope));
            case Expression.Binary b -> binary(b, scope);
            case Expression.Reduction r -> e.indexNotation.reduction(r, scope);
            case Expression.Range(_, Expression from, Expression to) ->
                new Datum.Range(e.arrays.dim(evaluate(from, scope), from.span()), e.arrays.dim(evaluate(to, scope), to.span()));
            case Expression.Pipe p -> e.calls.pipe(p, scope);
            case Expression.Optimise o -> e.training.optimise(o, scope);
            case Expression.Conditional c -> e.loops.conditional(c, scope);
            case Expression.Lambda l -> new Datum.Closure("", l.parameters(), Optional.empty(), l.body(), scope, null);
            case Expression.Tuple t -> tuple(t, scope);
            case Expression.Spread(Span span, _) -> throw Failure.of(Code.S0402, "`...` stands inside a list", span, "not a value of its own");
            case Expression.Sequence s -> sequence(s, scope);
            case Expression.Comprehension c -> comprehension(c, scope);
            case Expression.Block b -> e.statements.block(b, scope.inner());
            case Expression.Broken _ -> throw Failure.silent();
        };
    }

    Operators.Operand operand(Expression expression, Scope scope) {
        return new Operators.Operand(evaluate(expression, scope), expression.span());
    }

    private Datum binary(Expression.Binary b, Scope scope) {
        if (b.operator() == Operator.AND || b.operator() == Operator.OR) {
            Datum left = evaluate(b.left(), scope);
            if (left instanceof Datum.Truth(boolean value) && value == (b.operator() == Operator.OR)) return left;
            return e.operators.binary(b.operator(), new Operators.Operand(left, b.left().span()), operand(b.right(), scope), b.span());
        }
        Operator operator = inDims && b.operator() == Operator.DIVIDE ? Operator.DIV : b.operator();
        return e.operators.binary(operator, operand(b.left(), scope), operand(b.right(), scope), b.span());
    }

    private Datum reference(Expression.Reference r, Scope scope) {
        if (r.name().equals("training")) return new Datum.Truth(e.trains);
        Datum found = scope.find(r.name());
        if (found == null) throw unknown(r.name(), r.span(), scope);
        if (found instanceof Datum.Broken) throw Failure.silent();
        return found;
    }

    static Failure unknown(String name, Span span, Scope scope) {
        var failure = Failure.of(Code.S0201, "there is no `" + name + "` here", span, "unknown name");
        var file = Files.libraryFileOf(name);
        if (file.isPresent()) return failure.help("`import " + file.get() + "` defines it");
        var near = Near.names(name, scope.visible());
        return near.isEmpty() ? failure : failure.help("did you mean " + alternatives(near) + "?");
    }

    static String alternatives(List<String> names) {
        return String.join(" or ", names.stream().map(n -> "`" + n + "`").toList());
    }

    private Datum field(Expression.Field f, Scope scope) {
        Datum base = evaluate(f.base(), scope);
        String name = f.name().text();
        if (Character.isDigit(name.charAt(0))) return part(f, base);
        switch (base) {
            case Datum.Part(Instance instance) -> {
                Datum member = instance.scope().own(name);
                if (member instanceof Datum.Broken) throw Failure.silent();
                if (member != null) return member;
                throw noMember("`" + instance.declaration().name() + "` has no member `" + name + "`", f, instance.scope().ownNames());
            }
            case Datum.Tuple(var names, List<Datum> fields) -> {
                for (int i = 0; i < fields.size(); i++) {
                    if (names.get(i).filter(name::equals).isPresent()) return fields.get(i);
                }
                throw noMember("this tuple has no field `" + name + "`", f, names.stream().flatMap(Optional::stream).toList());
            }
            case Datum.Broken() -> throw Failure.silent();
            default -> {
                var failure = Failure.of(Code.S0204, "there is no `." + name + "`", f.name().span(), Show.kind(base) + " has no members");
                if (name.equals("T")) throw failure.help("`transpose(x)`");
                boolean function = scope.find(name) instanceof Datum.Native || scope.find(name) instanceof Datum.Closure;
                throw function ? failure.help("`" + name + "` is a function: `" + name + "(x)`, or `x |> " + name + "`") : failure;
            }
        }
    }

    /// `pair.0`.
    private Datum part(Expression.Field f, Datum base) {
        if (!(base instanceof Datum.Tuple) && !(base instanceof Datum.Sequence)) throw e.mismatch("a tuple", base, f.base().span()).help("an array is subscripted: `x[0]`");
        List<Datum> parts = elements(base, f.base().span());
        long k = f.name().text().length() > 9 ? Long.MAX_VALUE : Long.parseLong(f.name().text());
        if (k < parts.size()) return parts.get((int) k);
        throw Failure.of(Code.S0204, "this tuple has no part " + f.name(), f.name().span(), "it has " + parts.size() + (parts.size() == 1 ? " part" : " parts"));
    }

    private static Failure noMember(String title, Expression.Field f, List<String> known) {
        var failure = Failure.of(Code.S0204, title, f.name().span(), "unknown member");
        var near = Near.names(f.name().text(), known);
        if (!near.isEmpty()) return failure.help("did you mean " + alternatives(near) + "?");
        return known.isEmpty() || known.size() > 12 ? failure : failure.help("it has " + String.join(", ", known.stream().map(n -> "`" + n + "`").toList()));
    }

    private Datum tuple(Expression.Tuple t, Scope scope) {
        var names = new ArrayList<Optional<String>>();
        var fields = new ArrayList<Datum>();
        for (Expression.Argument a : t.fields()) {
            names.add(a.name().map(n -> n.text()));
            fields.add(evaluate(a.value(), scope));
        }
        return new Datum.Tuple(List.copyOf(names), List.copyOf(fields));
    }

    private Datum sequence(Expression.Sequence s, Scope scope) {
        var elements = new ArrayList<Datum>();
        for (Expression x : s.elements()) {
            if (x instanceof Expression.Spread(_, Expression list)) elements.addAll(elements(evaluate(list, scope), list.span()));
            else elements.add(evaluate(x, scope));
        }
        return new Datum.Sequence(List.copyOf(elements));
    }

    private Datum comprehension(Expression.Comprehension c, Scope scope) {
        var elements = new ArrayList<Datum>();
        generate(c, 0, scope, elements);
        return new Datum.Sequence(List.copyOf(elements));
    }

    private void generate(Expression.Comprehension c, int depth, Scope scope, List<Datum> elements) {
        if (depth == c.generators().size()) {
            if (elements.size() >= MAX_LIST) throw Failure.of(Code.S0902, "this list has more than " + MAX_LIST + " elements", c.span(), "made at compile time");
            elements.add(evaluate(c.body(), scope));
            return;
        }
        var generator = c.generators().get(depth);
        for (Datum d : elements(evaluate(generator.from(), scope), generator.from().span())) {
            Scope inner = scope.inner();
            inner.define(generator.variable().text(), d);
            generate(c, depth + 1, inner, elements);
        }
    }

    /// The elements of a list, a tuple, a range of known ends, or an array of known extent, one after the other.
    List<Datum> elements(Datum datum, Span span) {
        return switch (datum) {
            case Datum.Sequence(List<Datum> elements) -> elements;
            case Datum.Tuple(_, List<Datum> fields) -> fields;
            case Datum.Range(Dim from, Dim to) -> {
                if (!from.isConstant() || !to.isConstant()) {
                    throw Failure.of(Code.S0408, "the ends of this range must be known at compile time", span, "from " + from + " to " + to);
                }
                if (to.value() - from.value() > MAX_LIST) {
                    throw Failure.of(Code.S0902, "this list has more than " + MAX_LIST + " elements", span, "made at compile time");
                }
                var all = new ArrayList<Datum>();
                for (long i = from.value(); i < to.value(); i++) all.add(Datum.Whole.of(i));
                yield all;
            }
            case Datum.Array(Value v) when v.rank() > 0 && v.dim(0).isConstant() -> {
                if (v.dim(0).value() > MAX_LIST) {
                    throw Failure.of(Code.S0902, "this list has more than " + MAX_LIST + " elements", span, "made at compile time");
                }
                var all = new ArrayList<Datum>();
                for (long i = 0; i < v.dim(0).value(); i++) all.add(new Datum.Array(e.subscripts.element(v, 0, Dim.constant(i))));
                yield all;
            }
            case Datum.Broken() -> throw Failure.silent();
            default -> throw e.mismatch("a list or a range", datum, span);
        };
    }
}
