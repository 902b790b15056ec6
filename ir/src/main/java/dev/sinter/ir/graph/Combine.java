package dev.sinter.ir.graph;

import static dev.sinter.ir.graph.TypeRuleException.require;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/// ### combine
/// Linear combinations along an axis, by numbers known now: `result[…, i, …] = sum of by[i, r] * x[…, r, …]` over the `r` for which `by[i, r]` is not 0.
/// Unlike a [Dot] it looks at nothing that it does not need (0 · ∞ is no term), and how its terms are grouped is its own choice ([#elements]): what two
/// results share is computed once. It is written out, so matrices are small.
///
/// - (C1) `axis` is an axis of `x`, whose elements are floats.
/// - (C2) `by` is a matrix with as many columns as that axis has elements.
/// - (C3) `by` has 1 to 8 rows and columns.
///
/// ```example
/// combine %a {axis = 0, by = f32[2,3] [1, 0, -1, 0, 2, 0]}
/// %a = f32[3] [5, 6, 7]
/// result = f32[2] [-2, 12]
/// ```
public record Combine(Value x, int axis, NdArray by) implements Op, Evaluated, Pointwise, Differentiable {
    /// The rows and columns that are written out.
    public static final int MOST = 8;
    /// Terms of a sum after which it gets a name.
    private static final int NAMED = 4;

    @Override
    public String name() {
        return "combine";
    }

    @Override
    public List<Value> operands() {
        return List.of(x);
    }

    @Override
    public Combine withOperands(List<Value> operands) {
        return new Combine(operands.getFirst(), axis, by);
    }

    /// The extent of the axis before.
    public int columns() {
        return (int) by.extent(1);
    }

    /// The extent of the axis afterwards.
    public int rows() {
        return (int) by.extent(0);
    }

    private double factor(int row, int column) {
        return by.get(row * columns() + column);
    }

    @Override
    public Type.Tensor infer() {
        require(axis >= 0 && axis < x.rank() && x.element().isFloat(), name(), "(C1) axis " + axis + " of " + x.type());
        require(by.rank() == 2 && by.element().isFloat() && x.dim(axis).is(by.extent(1)), name(), "(C2) " + by.type() + " for the extent " + x.dim(axis));
        require(by.size() > 0 && rows() <= MOST && columns() <= MOST, name(), "(C3) " + by.type());
        return x.tensor().withShape(x.shape().with(axis, Dim.constant(rows())));
    }

    @Override
    public NdArray evaluate(List<NdArray> operands, ToLongFunction<Dim> dims) {
        NdArray in = operands.getFirst();
        NdArray result = NdArray.zeros(in.element(), in.extentsWith(axis, rows()));
        for (int k = 0; k < result.size(); k++) {
            long[] index = result.index(k);
            int row = (int) index[axis];
            var terms = new ArrayList<Double>();
            for (int r = 0; r < columns(); r++) {
                index[axis] = r;
                terms.add(in.get(in.position(index)));
            }
            result.set(k, element(new Reals(), row, terms));
        }
        return result;
    }

    /// All elements along the axis, of all elements of `x` along it. Two rows that differ in nothing but signs are a sum and a difference of the same two parts.
    ///
    /// @param point names the parts
    public List<Expr> elements(Point point, List<Expr> terms) {
        return IntStream.range(0, rows()).mapToObj(i -> element(new Scalars(point, x.element()), i, terms)).toList();
    }

    private <T> T element(Numbers<T> numbers, int row, List<T> terms) {
        int partner = partner(row);
        if (partner < 0) {
            return sum(numbers, row, _ -> true, terms);
        }
        int first = Math.min(row, partner);
        T common = numbers.named("common", sum(numbers, first, r -> factor(row, r) == factor(partner, r), terms));
        T opposite = numbers.named("opposite", sum(numbers, first, r -> factor(row, r) != factor(partner, r), terms));
        return row == first ? numbers.plus(common, opposite) : numbers.minus(common, opposite);
    }

    /// The first other row with the same numbers but for some signs, not all; -1 if there is none.
    private int partner(int row) {
        return IntStream.range(0, rows())
                .filter(j -> j != row && IntStream.range(0, columns()).allMatch(r -> Math.abs(factor(j, r)) == Math.abs(factor(row, r))))
                .filter(j -> IntStream.range(0, columns()).anyMatch(r -> factor(j, r) != 0 && factor(j, r) == factor(row, r)))
                .filter(j -> IntStream.range(0, columns()).anyMatch(r -> factor(j, r) != factor(row, r)))
                .findFirst().orElse(-1);
    }

    /// The sum of a row's terms in some columns. Terms that need no multiplication come first, so that every other one is one fused step.
    private <T> T sum(Numbers<T> numbers, int row, IntPredicate columns, List<T> terms) {
        var order = IntStream.range(0, columns()).filter(columns).filter(r -> factor(row, r) != 0).boxed()
                .sorted(Comparator.comparingInt(r -> factor(row, r) == 1 ? 0 : 1)).toList();
        T sum = null;
        int count = 0;
        for (int r : order) {
            double f = factor(row, r);
            T term = terms.get(r);
            if (sum == null) {
                sum = f == 1 ? term : numbers.times(term, f);
            } else {
                sum = f == 1 ? numbers.plus(sum, term) : f == -1 ? numbers.minus(sum, term) : numbers.plusTimes(sum, term, f);
            }
            if (++count % NAMED == 0) {
                sum = numbers.named("sum", sum);           // no statement may become too long for a JVM method
            }
        }
        return sum == null ? numbers.zero() : sum;
    }

    /// What is combined: numbers, for the reference meaning, or expressions.
    private interface Numbers<T> {
        T zero();

        T times(T x, double factor);

        T plus(T a, T b);

        T minus(T a, T b);

        T plusTimes(T sum, T x, double factor);

        T named(String hint, T x);
    }

    private record Reals() implements Numbers<Double> {
        @Override
        public Double zero() {
            return 0.0;
        }

        @Override
        public Double times(Double x, double factor) {
            return x * factor;
        }

        @Override
        public Double plus(Double a, Double b) {
            return a + b;
        }

        @Override
        public Double minus(Double a, Double b) {
            return a - b;
        }

        @Override
        public Double plusTimes(Double sum, Double x, double factor) {
            return Math.fma(x, factor, sum);
        }

        @Override
        public Double named(String hint, Double x) {
            return x;
        }
    }

    private record Scalars(Point point, ElementType type) implements Numbers<Expr> {
        @Override
        public Expr zero() {
            return Expr.constant(type, 0);
        }

        @Override
        public Expr times(Expr x, double factor) {
            return Expr.apply(Fn.MUL, x, Expr.constant(type, factor));
        }

        @Override
        public Expr plus(Expr a, Expr b) {
            return Expr.apply(Fn.ADD, a, b);
        }

        @Override
        public Expr minus(Expr a, Expr b) {
            return Expr.apply(Fn.SUB, a, b);
        }

        @Override
        public Expr plusTimes(Expr sum, Expr x, double factor) {
            return Expr.apply(Fn.FMA, x, Expr.constant(type, factor), sum);
        }

        @Override
        public Expr named(String hint, Expr x) {
            return point.let(hint, x);
        }
    }

    @Override
    public Expr at(Point point, List<Expr> index) {
        Expr i = index.get(axis);
        var terms = new ArrayList<Expr>();
        for (int r = 0; r < columns(); r++) {
            var from = new ArrayList<>(index);
            from.set(axis, Expr.index(r));
            terms.add(point.read(x, from));
        }
        if (i instanceof Expr.Const(_, long row, _)) {
            return element(new Scalars(point, x.element()), (int) row, terms);
        }
        var scalars = new Scalars(point, x.element());
        Expr chosen = point.let("row", element(scalars, rows() - 1, terms));
        for (int row = rows() - 2; row >= 0; row--) {
            chosen = point.let("row", Expr.apply(Fn.SELECT, Expr.apply(Fn.EQ, i, Expr.index(row)), point.let("row", element(scalars, row, terms)), chosen));
        }
        return chosen;
    }

    @Override
    public Value jvp(Value self, List<Value> tangents, Graph g) {
        return g.add(withOperands(tangents));
    }

    @Override
    public List<Value> vjp(Value self, Value cotangent, Graph g) {
        return List.of(g.add(new Combine(cotangent, axis, by.rearranged(new long[] {columns(), rows()}, index -> new long[] {index[1], index[0]}))));
    }
}
