package dev.sinter.ir.type;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/// An extent: a polynomial with integer coefficients over atoms, kept in canonical form, so that two dims that are equal
/// by the laws of commutative rings are `equals`. Atoms are names (`N`), `floordiv(a,b)`, `mod(a,b)` and `max(a,b)`.
///
/// Dims are immutable. A name stands for a non-negative integer that is bound at the call.
public final class Dim {
    /// The dim 0.
    public static final Dim ZERO = constant(0);
    /// The dim 1.
    public static final Dim ONE = constant(1);

    /// What a monomial multiplies: a name, or an operation that no polynomial expresses.
    private sealed interface Atom {
        record Name(String name) implements Atom {
            @Override
            public String toString() {
                return name;
            }
        }

        record Apply(String operation, Dim a, Dim b) implements Atom {
            @Override
            public String toString() {
                return operation + "(" + a + "," + b + ")";
            }
        }
    }

    /// A product of atoms, sorted by their text; the empty product is 1.
    private record Monomial(List<Atom> atoms) implements Comparable<Monomial> {
        static final Monomial UNIT = new Monomial(List.of());

        Monomial times(Monomial that) {
            var all = new ArrayList<>(atoms);
            all.addAll(that.atoms);
            all.sort(Comparator.comparing(Atom::toString));
            return new Monomial(List.copyOf(all));
        }

        @Override
        public int compareTo(Monomial that) {
            int byDegree = Integer.compare(that.atoms.size(), atoms.size());
            return byDegree != 0 ? byDegree : toString().compareTo(that.toString());
        }

        @Override
        public String toString() {
            var parts = new ArrayList<String>();
            atoms.forEach(a -> parts.add(a.toString()));
            return String.join("*", parts);
        }
    }

    private final TreeMap<Monomial, Long> terms;
    private final String text;

    private Dim(TreeMap<Monomial, Long> terms) {
        terms.values().removeIf(c -> c == 0);
        this.terms = terms;
        this.text = render(terms);
    }

    /// The dim with this value.
    public static Dim constant(long value) {
        var terms = new TreeMap<Monomial, Long>();
        terms.put(Monomial.UNIT, value);
        return new Dim(terms);
    }

    /// The dim with this name, a Java identifier.
    public static Dim named(String name) {
        if (name.isEmpty() || !name.chars().allMatch(Character::isJavaIdentifierPart) || Character.isDigit(name.charAt(0))) {
            throw new IllegalArgumentException("'" + name + "' cannot name a dim");
        }
        return ofAtom(new Atom.Name(name));
    }

    private static Dim ofAtom(Atom atom) {
        var terms = new TreeMap<Monomial, Long>();
        terms.put(new Monomial(List.of(atom)), 1L);
        return new Dim(terms);
    }

    /// The sum. @throws ArithmeticException if a coefficient leaves 64 bits
    public Dim plus(Dim that) {
        var sum = new TreeMap<>(terms);
        that.terms.forEach((m, c) -> sum.merge(m, c, Math::addExact));
        return new Dim(sum);
    }

    /// The sum with a constant.
    public Dim plus(long that) {
        return plus(constant(that));
    }

    /// The difference.
    public Dim minus(Dim that) {
        return plus(that.times(-1));
    }

    /// The product.
    public Dim times(Dim that) {
        var product = new TreeMap<Monomial, Long>();
        terms.forEach((m, c) -> that.terms.forEach((n, d) ->
                product.merge(m.times(n), Math.multiplyExact(c, d), Math::addExact)));
        return new Dim(product);
    }

    /// The product with a constant.
    public Dim times(long that) {
        return times(constant(that));
    }

    /// The quotient, rounded towards negative infinity. Exact polynomial quotients by a constant or by a single
    /// monomial are carried out; anything else stays a `floordiv`.
    ///
    /// @throws ArithmeticException if `that` is the constant 0
    public Dim floorDiv(Dim that) {
        if (that.equals(ZERO)) {
            throw new ArithmeticException("a dim divided by zero");
        }
        if (isConstant() && that.isConstant()) {
            return constant(Math.floorDiv(value(), that.value()));
        }
        if (that.equals(ONE)) {
            return this;
        }
        Dim exact = exactQuotient(that);
        if (exact != null) {
            return exact;
        }
        if (that.isConstant() && that.value() > 0) {          // split off what divides: (4*N + 3) floordiv 2 = 2*N + 1
            long d = that.value();
            var whole = new TreeMap<Monomial, Long>();
            var rest = new TreeMap<Monomial, Long>();
            terms.forEach((m, c) -> {
                whole.put(m, Math.floorDiv(c, d));
                rest.put(m, Math.floorMod(c, d));
            });
            Dim remainder = new Dim(rest);
            Dim quotient = new Dim(whole);
            if (remainder.isConstant()) {
                return quotient;                               // 0 <= constant < d
            }
            if (!quotient.equals(ZERO)) {
                return quotient.plus(ofAtom(new Atom.Apply("floordiv", remainder, that)));
            }
        }
        return ofAtom(new Atom.Apply("floordiv", this, that));
    }

    /// The quotient with a constant, rounded towards negative infinity.
    public Dim floorDiv(long that) {
        return floorDiv(constant(that));
    }

    /// `this / that` if it is a polynomial with no remainder, else null.
    private Dim exactQuotient(Dim that) {
        if (equals(that)) {
            return ONE;
        }
        if (that.terms.size() != 1) {
            return null;
        }
        var divisor = that.terms.firstEntry();
        var quotient = new TreeMap<Monomial, Long>();
        for (var term : terms.entrySet()) {
            var atoms = new ArrayList<>(term.getKey().atoms());
            for (Atom a : divisor.getKey().atoms()) {
                if (!atoms.remove(a)) {
                    return null;
                }
            }
            if (term.getValue() % divisor.getValue() != 0) {
                return null;
            }
            quotient.put(new Monomial(List.copyOf(atoms)), term.getValue() / divisor.getValue());
        }
        return new Dim(quotient);
    }

    /// The remainder of [#floorDiv(Dim)], non-negative for a positive divisor.
    public Dim mod(Dim that) {
        if (isConstant() && that.isConstant()) {
            return constant(Math.floorMod(value(), that.value()));
        }
        if (exactQuotient(that) != null) {
            return ZERO;
        }
        return ofAtom(new Atom.Apply("mod", this, that));
    }

    /// The larger of the two.
    public Dim max(Dim that) {
        if (equals(that)) {
            return this;
        }
        Dim difference = minus(that);
        if (difference.isConstant()) {
            return difference.value() > 0 ? this : that;
        }
        return text.compareTo(that.text) < 0
                ? ofAtom(new Atom.Apply("max", this, that)) : ofAtom(new Atom.Apply("max", that, this));
    }

    /// The product of `dims`; 1 for none.
    public static Dim product(Iterable<Dim> dims) {
        Dim product = ONE;
        for (Dim d : dims) {
            product = product.times(d);
        }
        return product;
    }

    /// Whether this is a number.
    public boolean isConstant() {
        return terms.isEmpty() || terms.size() == 1 && terms.firstKey().equals(Monomial.UNIT);
    }

    /// Whether this is the number `value`.
    public boolean is(long value) {
        return isConstant() && value() == value;
    }

    /// The number that this is. @throws IllegalStateException if it is not one
    public long value() {
        if (!isConstant()) {
            throw new IllegalStateException("the dim " + this + " has no value before the call");
        }
        return terms.isEmpty() ? 0 : terms.firstEntry().getValue();
    }

    /// The number that this is, or empty.
    public OptionalLong known() {
        return isConstant() ? OptionalLong.of(value()) : OptionalLong.empty();
    }

    /// Whether this is non-negative whatever its names stand for, as far as the signs of the coefficients tell.
    public boolean isKnownNonNegative() {
        return terms.values().stream().allMatch(c -> c >= 0) && terms.keySet().stream().flatMap(m -> m.atoms().stream()).allMatch(a -> switch (a) {
            case Atom.Name _ -> true;
            case Atom.Apply(String op, Dim x, Dim y) -> op.equals("max") ? x.isKnownNonNegative() || y.isKnownNonNegative()
                    : x.isKnownNonNegative() && y.isKnownNonNegative();
        });
    }

    /// Whether no binding of the names, which are never negative, makes this negative, as far as can be seen from the signs of its terms.
    public boolean isNonNegative() {
        return terms.entrySet().stream().allMatch(term -> term.getValue() >= 0 && term.getKey().atoms().stream().allMatch(atom -> switch (atom) {
            case Atom.Name _ -> true;
            case Atom.Apply(String operation, Dim a, Dim b) -> operation.equals("max")
                    ? a.isNonNegative() || b.isNonNegative() : a.isNonNegative() && b.isNonNegative();
        }));
    }

    /// Whether this is one bare name.
    public boolean isName() {
        return terms.size() == 1 && terms.firstEntry().getValue() == 1
                && terms.firstKey().atoms().size() == 1 && terms.firstKey().atoms().getFirst() instanceof Atom.Name;
    }

    /// The names in this dim, in order of appearance.
    public Set<String> names() {
        var names = new LinkedHashSet<String>();
        for (Monomial m : terms.keySet()) {
            for (Atom a : m.atoms()) {
                switch (a) {
                    case Atom.Name(String n) -> names.add(n);
                    case Atom.Apply(_, Dim x, Dim y) -> {
                        names.addAll(x.names());
                        names.addAll(y.names());
                    }
                }
            }
        }
        return names;
    }

    /// The value with every name bound by `environment`.
    ///
    /// @throws IllegalArgumentException if a name is unbound
    /// @throws ArithmeticException on overflow or division by zero
    public long evaluate(Map<String, Long> environment) {
        return substitute(name -> {
            Long bound = environment.get(name);
            if (bound == null) {
                throw new IllegalArgumentException("the dim " + name + " has no value");
            }
            return constant(bound);
        }).value();
    }

    /// This dim with every name replaced.
    public Dim substitute(Function<String, Dim> binding) {
        return interpret(new Algebra<>() {
            @Override
            public Dim constant(long value) {
                return Dim.constant(value);
            }

            @Override
            public Dim name(String name) {
                return binding.apply(name);
            }

            @Override
            public Dim plus(Dim a, Dim b) {
                return a.plus(b);
            }

            @Override
            public Dim times(Dim a, Dim b) {
                return a.times(b);
            }

            @Override
            public Dim apply(String operation, Dim a, Dim b) {
                return Dim.apply(operation, a, b);
            }
        });
    }

    /// The meaning of dims in some domain; see [#interpret].
    public interface Algebra<T> {
        /// A number.
        T constant(long value);

        /// A name.
        T name(String name);

        /// A sum.
        T plus(T a, T b);

        /// A product.
        T times(T a, T b);

        /// `floordiv`, `mod` or `max`.
        T apply(String operation, T a, T b);
    }

    /// Translates this dim, term by term, to another domain: expressions of the Loop IR, say.
    public <T> T interpret(Algebra<T> algebra) {
        T sum = null;
        for (var term : terms.entrySet()) {
            T product = null;
            for (Atom atom : term.getKey().atoms()) {
                T factor = switch (atom) {
                    case Atom.Name(String name) -> algebra.name(name);
                    case Atom.Apply(String op, Dim a, Dim b) -> algebra.apply(op, a.interpret(algebra), b.interpret(algebra));
                };
                product = product == null ? factor : algebra.times(product, factor);
            }
            long c = term.getValue();
            T value = product == null ? algebra.constant(c)
                    : c == 1 ? product : algebra.times(product, algebra.constant(c));
            sum = sum == null ? value : algebra.plus(sum, value);
        }
        return sum == null ? algebra.constant(0) : sum;
    }

    private static Dim apply(String operation, Dim a, Dim b) {
        return switch (operation) {
            case "floordiv" -> a.floorDiv(b);
            case "mod" -> a.mod(b);
            case "max" -> a.max(b);
            default -> throw new IllegalArgumentException("no dim operation is called '" + operation + "'");
        };
    }

    /// Reads what [#toString] prints. @throws IllegalArgumentException with the position of what is wrong
    public static Dim parse(String text) {
        var parser = new Parser(text);
        Dim dim = parser.sum();
        parser.expectEnd();
        return dim;
    }

    /// The canonical text, `2*N*T+floordiv(H,2)-1`; also the syntax of formulas in an artifact's manifest.
    @Override
    public String toString() {
        return text;
    }

    private static String render(TreeMap<Monomial, Long> terms) {
        if (terms.isEmpty()) {
            return "0";
        }
        var out = new StringBuilder();
        terms.forEach((m, c) -> {
            if (c < 0) {
                out.append('-');
            } else if (!out.isEmpty()) {
                out.append('+');
            }
            String magnitude = Long.toString(c).replace("-", "");
            boolean unit = m.atoms().isEmpty();
            if (unit || !magnitude.equals("1")) {
                out.append(magnitude).append(unit ? "" : "*");
            }
            out.append(m);
        });
        return out.toString();
    }

    @Override
    public boolean equals(Object that) {
        return that instanceof Dim dim && text.equals(dim.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /// Recursive descent over `sum := [-] product {(+|-) product}`, `product := factor {* factor}`.
    private static final class Parser {
        private final String text;
        private int at;
        private int depth;

        Parser(String text) {
            this.text = text.replace(" ", "");
        }

        Dim sum() {
            if (++depth > 200) {
                throw wrong("too deeply nested");
            }
            boolean negative = take('-');
            Dim sum = negative ? product().times(-1) : product();
            while (true) {
                if (take('+')) {
                    sum = sum.plus(product());
                } else if (take('-')) {
                    sum = sum.minus(product());
                } else {
                    depth--;
                    return sum;
                }
            }
        }

        private Dim product() {
            Dim product = factor();
            while (take('*')) {
                product = product.times(factor());
            }
            return product;
        }

        private Dim factor() {
            if (take('(')) {
                Dim inner = sum();
                expect(')');
                return inner;
            }
            int start = at;
            while (at < text.length() && Character.isJavaIdentifierPart(text.charAt(at))) {
                at++;
            }
            String word = text.substring(start, at);
            if (word.isEmpty()) {
                throw wrong("a number or a name is missing");
            }
            if (Character.isDigit(word.charAt(0))) {
                try {
                    return constant(Long.parseLong(word));
                } catch (NumberFormatException e) {
                    throw wrong("'" + word + "' is not a number");
                }
            }
            if (!take('(')) {
                return named(word);
            }
            Dim a = sum();
            expect(',');
            Dim b = sum();
            expect(')');
            return apply(word, a, b);
        }

        private boolean take(char c) {
            if (at < text.length() && text.charAt(at) == c) {
                at++;
                return true;
            }
            return false;
        }

        private void expect(char c) {
            if (!take(c)) {
                throw wrong("'" + c + "' is missing");
            }
        }

        void expectEnd() {
            if (at != text.length()) {
                throw wrong("unexpected '" + text.charAt(at) + "'");
            }
        }

        private IllegalArgumentException wrong(String what) {
            return new IllegalArgumentException("invalid dim '" + text + "' at position " + at + ": " + what);
        }
    }
}
