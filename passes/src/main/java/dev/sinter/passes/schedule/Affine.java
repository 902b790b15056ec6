package dev.sinter.passes.schedule;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.type.Dim;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/// An index in normal form: `constant + sum of coefficient * atom`, where coefficients are dims (they do not change during a call) and atoms are names,
/// quotients and remainders. Equal indices have equal normal forms wherever the laws of linear arithmetic say so.
public final class Affine {
    /// What a coefficient multiplies.
    public sealed interface Atom { }

    /// A scalar i64 that is bound once: a loop variable, or a name whose value is not affine.
    public record Name(Expr.Var name) implements Atom { }

    /// `x / by`, truncated.
    public record Quotient(Affine x, Dim by) implements Atom { }

    /// `x rem by`, with the sign of `x`.
    public record Remainder(Affine x, Dim by) implements Atom { }

    /// The index 0.
    public static final Affine ZERO = new Affine(Map.of(), Dim.ZERO);

    private final Map<Atom, Dim> terms;
    private final Dim constant;

    private Affine(Map<Atom, Dim> terms, Dim constant) {
        this.terms = terms;
        this.constant = constant;
    }

    /// A dim.
    static Affine of(Dim dim) {
        return new Affine(Map.of(), dim);
    }

    /// One atom.
    static Affine of(Atom atom) {
        return new Affine(Map.of(atom, Dim.ONE), Dim.ZERO);
    }

    /// The atoms and their coefficients, none of which is 0.
    public Map<Atom, Dim> terms() {
        return terms;
    }

    /// What is added to the terms.
    public Dim constant() {
        return constant;
    }

    /// Whether there are no terms.
    public boolean isConstant() {
        return terms.isEmpty();
    }

    /// Whether there are neither quotients nor remainders.
    public boolean isLinear() {
        return terms.keySet().stream().allMatch(Name.class::isInstance);
    }

    /// The coefficient of a name; 0 if it does not occur as a term by itself.
    public Dim coefficient(Expr.Var name) {
        return terms.getOrDefault(new Name(name), Dim.ZERO);
    }

    /// The names that occur, be it within a quotient.
    public Stream<Expr.Var> names() {
        return terms.keySet().stream().flatMap(a -> switch (a) {
            case Name(var n) -> Stream.of(n);
            case Quotient(var x, _) -> x.names();
            case Remainder(var x, _) -> x.names();
        });
    }

    /// Whether a name occurs, be it within a quotient.
    public boolean mentions(Expr.Var name) {
        return names().anyMatch(n -> n == name);
    }

    /// Whether the only occurrence of a name is as a term by itself (so that [#coefficient] says all).
    public boolean isLinearIn(Expr.Var name) {
        return terms.keySet().stream().noneMatch(a -> switch (a) {
            case Name _ -> false;
            case Quotient(var x, _) -> x.mentions(name);
            case Remainder(var x, _) -> x.mentions(name);
        });
    }

    /// This without the term of a name.
    public Affine without(Expr.Var name) {
        var rest = new LinkedHashMap<>(terms);
        rest.remove(new Name(name));
        return new Affine(rest, constant);
    }

    /// Some of the terms, without the constant.
    Affine of(java.util.function.Predicate<Atom> some) {
        var chosen = new LinkedHashMap<>(terms);
        chosen.keySet().removeIf(some.negate());
        return new Affine(chosen, Dim.ZERO);
    }

    /// The sum.
    public Affine plus(Affine that) {
        if (that.terms.isEmpty() && that.constant.is(0)) {
            return this;
        }
        var sum = new LinkedHashMap<>(terms);
        that.terms.forEach((a, c) -> sum.merge(a, c, Dim::plus));
        sum.values().removeIf(c -> c.is(0));
        return joined(sum, constant.plus(that.constant));
    }

    /// The product with a dim.
    public Affine times(Dim factor) {
        if (factor.is(0)) {
            return ZERO;
        }
        if (factor.is(1)) {
            return this;
        }
        var product = new LinkedHashMap<Atom, Dim>();
        terms.forEach((a, c) -> product.put(a, c.times(factor)));
        return joined(product, constant.times(factor));
    }

    /// Joins `c * (x rem d) + c * d * (x / d)` to `c * x`, which is how an index that was split and put together again becomes plain.
    private static Affine joined(Map<Atom, Dim> terms, Dim constant) {
        for (var term : terms.entrySet()) {
            if (term.getKey() instanceof Remainder(var x, var by)
                    && term.getValue().times(by).equals(terms.get(new Quotient(x, by)))) {
                var rest = new LinkedHashMap<>(terms);
                rest.remove(term.getKey());
                rest.remove(new Quotient(x, by));
                return new Affine(rest, constant).plus(x.times(term.getValue()));
            }
        }
        return new Affine(terms, constant);
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof Affine a && constant.equals(a.constant) && terms.equals(a.terms);
    }

    @Override
    public int hashCode() {
        return 31 * terms.hashCode() + constant.hashCode();
    }

    /// `4*N*i+j/5+2`.
    @Override
    public String toString() {
        var out = new StringBuilder();
        terms.forEach((a, c) -> out.append(c.is(1) ? "" : "(" + c + ")*").append(switch (a) {
            case Name(var n) -> n.name();
            case Quotient(var x, var by) -> "(" + x + ")/(" + by + ")";
            case Remainder(var x, var by) -> "(" + x + ")%(" + by + ")";
        }).append('+'));
        return out.append(constant).toString();
    }
}
