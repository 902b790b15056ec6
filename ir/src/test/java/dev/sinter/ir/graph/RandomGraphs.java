package dev.sinter.ir.graph;

import dev.sinter.ir.array.NdArray;
import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import dev.sinter.ir.type.Shape;
import dev.sinter.ir.type.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/// Random well-typed functions with arguments, for differential tests. A seed gives the same function always.
///
/// In an *exact* function floats are small integers (now and then NaN or an infinity) and only ops that keep them so are used: then the order of additions
/// does not matter, nothing is rounded, and every executor must agree with the reference interpreter to the bit. A function that is not exact uses every op;
/// executors that promise equal bits must agree with each other.
///
/// Extents are 0, 1, small primes, and polynomials in the dim `N`, which is to be at least 1.
public final class RandomGraphs {
    private static final Dim N = Dim.named("N");
    private static final int MOST_ELEMENTS = 400;
    private static final long N_ASSUMED = 3;

    private final Random random;
    private final boolean exact;

    private RandomGraphs(long seed, boolean exact) {
        this.random = new Random(seed * 0x9E3779B97F4A7C15L);
        this.exact = exact;
    }

    /// A function whose results do not depend on rounding.
    ///
    /// @param ops about how many ops it has
    public static Function exact(long seed, int ops) {
        return new RandomGraphs(seed, true).function(ops);
    }

    /// A function of any ops.
    ///
    /// @param ops about how many ops it has
    public static Function any(long seed, int ops) {
        return new RandomGraphs(seed, false).function(ops);
    }

    /// Arguments for a function that this class made.
    ///
    /// @param n the value of the dim `N`, at least 1
    public static List<NdArray> arguments(Function function, long seed, long n) {
        var random = new Random(seed);
        var arguments = new ArrayList<NdArray>();
        for (Value p : function.parameters()) {
            NdArray a = NdArray.zeros(p.element(), Evaluated.extents(p.shape(), d -> d.evaluate(Map.of("N", n))));
            for (int i = 0; i < a.size(); i++) {
                int special = random.nextInt(60);
                double value = random.nextInt(-8, 9);
                a.set(i, special == 0 ? Double.NaN : special == 1 ? Double.POSITIVE_INFINITY : value);
            }
            arguments.add(a);
        }
        return arguments;
    }

    private Function function(int ops) {
        var body = new Body(2);
        body.parameter("x", new Type.Tensor(ElementType.F32, Shape.of(N)));
        for (int k = random.nextInt(1, 4); k > 0; k--) {
            body.parameter("p" + k, randomType());
        }
        body.grow(ops);
        return body.function("random", results(body));
    }

    /// Every value that no other uses, so that nothing is dead.
    private static List<Value> results(Body body) {
        var unused = new ArrayList<>(body.pool);
        body.pool.forEach(v -> unused.removeAll(v.op().operands()));
        return unused.isEmpty() ? List.of(body.pool.getLast()) : unused;
    }

    private Type.Tensor randomType() {
        var dims = new ArrayList<Dim>();
        for (int rank = random.nextInt(4); rank > 0; rank--) {
            dims.add(randomDim());
        }
        return new Type.Tensor(randomElement(), new Shape(dims));
    }

    private ElementType randomElement() {
        return oneOf(List.of(ElementType.F32, ElementType.F32, ElementType.F32, ElementType.F64, ElementType.F64, ElementType.I32, ElementType.I64, ElementType.BOOL));
    }

    private Dim randomDim() {
        return switch (random.nextInt(12)) {
            case 0 -> Dim.ZERO;
            case 1, 2 -> Dim.ONE;
            case 3, 4 -> N;
            case 5 -> N.plus(1);
            case 6 -> N.times(2);
            case 7 -> Dim.constant(7);
            case 8 -> Dim.constant(5);
            default -> Dim.constant(random.nextInt(2, 4));
        };
    }

    private <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /// Makes one more value from the pool, or null if the pool has nothing to make it from.
    private interface Maker {
        Value make();
    }

    /// One function under construction.
    private final class Body {
        private final Graph g = new Graph();
        private final List<Value> parameters = new ArrayList<>();
        private final List<Value> pool = new ArrayList<>();
        private final int depth;

        /// @param depth how deep regions may be nested
        Body(int depth) {
            this.depth = depth;
        }

        Value parameter(String label, Type.Tensor type) {
            Value p = g.parameter(label, type);
            parameters.add(p);
            pool.add(p);
            return p;
        }

        Function function(String name, List<Value> results) {
            return new Function(name, parameters, results);
        }

        void grow(int ops) {
            List<Maker> makers = List.of(this::unary, this::unary, this::binary, this::binary, this::binary, this::select, this::cast, this::bitcast, this::stop, this::broadcast,
                    this::reshape, this::transpose, this::slice, this::pad, this::reverse, this::concat, this::window, this::sameWindow, this::fold, this::dynamicSlice,
                    this::dynamicUpdate, this::gather, this::scatterAdd, this::takeAlong, this::putAlong, this::dot, this::dot, this::reduce, this::reduce, this::argReduce,
                    this::cumulative, this::sort, this::randomBits, this::leaf, this::scan, this::loop, this::cond, this::call);
            int made = 0;
            for (int attempt = 0; made < ops && attempt < 40 * ops; attempt++) {
                Value v = oneOf(makers).make();
                if (v != null && !pool.contains(v) && elements(v) <= MOST_ELEMENTS) {
                    pool.add(v);
                    made++;
                }
            }
        }

        private long elements(Value v) {
            return v.shape().elements().evaluate(Map.of("N", N_ASSUMED));
        }

        private Value pick(Predicate<Value> fits) {
            var fitting = pool.stream().filter(fits).toList();
            return fitting.isEmpty() ? null : oneOf(fitting);
        }

        private Value pickNumbers() {
            return pick(v -> v.element() != ElementType.BOOL);
        }

        private Value pickAxes() {
            return pick(v -> v.rank() > 0);
        }

        private Value pickLike(Value like) {
            return pick(v -> v.type().equals(like.type()));
        }

        private int axis(Value v) {
            return random.nextInt(v.rank());
        }

        /// Keeps the floats of exact functions small.
        private Value tame(Value v) {
            if (!exact || v == null || !v.element().isFloat()) {
                return v;
            }
            return g.binary(BinaryFn.MAX, g.binary(BinaryFn.MIN, v, g.scalar(v.element(), 8)), g.scalar(v.element(), -8));
        }

        private boolean keepsExact(UnaryFn fn) {
            return List.of(UnaryFn.NEG, UnaryFn.ABS, UnaryFn.SIGN, UnaryFn.NOT, UnaryFn.FLOOR, UnaryFn.CEIL, UnaryFn.ROUND, UnaryFn.TRUNC).contains(fn);
        }

        private Value unary() {
            Value x = oneOf(pool);
            var fns = java.util.Arrays.stream(UnaryFn.values()).filter(fn -> !exact || !x.element().isFloat() || keepsExact(fn)).filter(fn -> switch (fn.domain) {
                case FLOAT -> x.element().isFloat();
                case NUMBER -> x.element() != ElementType.BOOL;
                case BITS -> !x.element().isFloat();
            }).toList();
            return g.unary(oneOf(fns), x);
        }

        private Value binary() {
            Value a = oneOf(pool);
            var fns = java.util.Arrays.stream(BinaryFn.values()).filter(fn -> switch (fn.domain) {
                case FLOAT -> a.element().isFloat() && !exact;
                case INTEGER -> a.element().isInteger();
                case NUMBER -> a.element() != ElementType.BOOL && !(exact && a.element().isFloat() && fn == BinaryFn.DIV);
                case BITS -> !a.element().isFloat();
                case ANY -> true;
            }).toList();
            return tame(g.add(new Binary(oneOf(fns), a, pickLike(a))));
        }

        private Value select() {
            Value a = oneOf(pool);
            Value condition = pick(v -> v.type().equals(a.tensor().withElement(ElementType.BOOL)));
            return condition == null ? null : g.add(new Select(condition, a, pickLike(a)));
        }

        private Value cast() {
            return tame(g.cast(randomElement(), oneOf(pool)));
        }

        private Value bitcast() {
            Value x = pick(v -> v.element().isInteger());
            if (x == null || exact) {
                return null;
            }
            return g.add(new Bitcast(x.element() == ElementType.I32 ? ElementType.F32 : ElementType.F64, x));
        }

        private Value stop() {
            return g.add(new StopGradient(oneOf(pool)));
        }

        private Value broadcast() {
            Value x = oneOf(pool);
            int at = random.nextInt(x.rank() + 1);
            var axes = IntStream.range(0, x.rank()).map(k -> k < at ? k : k + 1).boxed().toList();
            Shape to = x.shape().insert(at, randomDim());
            for (int k = 0; k < x.rank(); k++) {
                if (x.dim(k).is(1) && random.nextBoolean()) {
                    to = to.with(axes.get(k), randomDim());
                }
            }
            return g.broadcast(x, to, axes);
        }

        private Value reshape() {
            Value x = oneOf(pool);
            var dims = new ArrayList<>(x.shape().dims());
            int at = dims.isEmpty() ? 0 : random.nextInt(dims.size());
            switch (random.nextInt(3)) {
                case 0 -> dims.add(at, Dim.ONE);
                case 1 -> {
                    if (dims.size() >= 2) {
                        Dim second = dims.remove(Math.min(at + 1, dims.size() - 1));
                        dims.set(Math.min(at, dims.size() - 1), dims.get(Math.min(at, dims.size() - 1)).times(second));
                    }
                }
                default -> {
                    if (!dims.isEmpty() && dims.get(at).mod(Dim.constant(2)).is(0)) {
                        dims.set(at, dims.get(at).floorDiv(2));
                        dims.add(at + random.nextInt(2), Dim.constant(2));
                    }
                }
            }
            Shape to = new Shape(dims);
            return to.elements().equals(x.shape().elements()) ? g.reshape(x, to) : null;
        }

        private Value transpose() {
            Value x = oneOf(pool);
            var order = new ArrayList<>(IntStream.range(0, x.rank()).boxed().toList());
            Collections.shuffle(order, random);
            return g.transpose(x, order);
        }

        private Value slice() {
            Value x = pickAxes();
            if (x == null) {
                return null;
            }
            int axis = axis(x);
            Dim n = x.dim(axis);
            if (!n.isConstant()) {
                return g.add(new Slice(x, axis, Dim.ZERO, random.nextBoolean() ? n : N, 1));
            }
            int start = random.nextInt((int) n.value() + 1);
            int stride = random.nextInt(1, 4);
            int most = (int) (n.value() - start + stride - 1) / stride;
            return g.add(new Slice(x, axis, Dim.constant(start), Dim.constant(random.nextInt(most + 1)), stride));
        }

        private Value pad() {
            Value x = pickAxes();
            if (x == null) {
                return null;
            }
            int axis = axis(x);
            boolean cut = x.dim(axis).isConstant() && x.dim(axis).value() >= 2;
            Value value = pick(v -> v.rank() == 0 && v.element() == x.element());
            return g.add(new Pad(x, value != null ? value : g.scalar(x.element(), 1), axis, Dim.constant(random.nextInt(cut ? -1 : 0, 3)), Dim.constant(random.nextInt(cut ? -1 : 0, 2)),
                    cut ? random.nextInt(3) : 0));
        }

        private Value reverse() {
            Value x = pickAxes();
            if (x == null) {
                return null;
            }
            int axis = axis(x);
            boolean small = x.element().isFloat() && x.dim(axis).isConstant() && x.dim(axis).value() > 0 && x.dim(axis).value() <= Combine.MOST;
            return g.add(small && pool.size() % 2 == 0 ? combine(x, axis) : new Reverse(x, axis));
        }

        /// Sums and differences along a short axis.
        private Combine combine(Value x, int axis) {
            int columns = (int) x.dim(axis).value();
            int rows = 1 + pool.size() % 4;
            return new Combine(x, axis, NdArray.of(x.element(), new long[] {rows, columns}, IntStream.range(0, rows * columns).mapToDouble(k -> (7 * k + pool.size()) % 3 - 1).toArray()));
        }

        private Value concat() {
            Value x = pickAxes();
            if (x == null) {
                return null;
            }
            int axis = axis(x);
            var parts = new ArrayList<>(List.of(x));
            for (int k = random.nextInt(3); k > 0; k--) {
                parts.add(pick(v -> v.element() == x.element() && v.rank() == x.rank() && v.shape().with(axis, x.dim(axis)).equals(x.shape())));
            }
            Collections.shuffle(parts, random);
            return g.add(new Concat(parts, axis));
        }

        private Value window() {
            Value x = pick(v -> v.shape().dims().stream().anyMatch(d -> d.isConstant() && d.value() > 0));
            if (x == null) {
                return null;
            }
            int axis = axis(x);
            Dim n = x.dim(axis);
            int size = random.nextInt(1, 4);
            int dilation = random.nextInt(1, 3);
            return n.isConstant() && n.value() > dilation * (size - 1) ? g.add(new Window(x, axis, size, random.nextInt(1, 4), dilation)) : null;
        }

        /// A window that keeps the extent, known or not.
        private Value sameWindow() {
            Value x = pick(v -> v.rank() > 0 && v.rank() < 4 && v.shape().dims().stream().noneMatch(d -> d.is(0)));
            if (x == null) {
                return null;
            }
            int axis = axis(x);
            Value padded = g.add(new Pad(x, g.scalar(x.element(), 0), axis, Dim.ONE, Dim.ONE, 0));
            return g.add(new Window(padded, axis, 3, 1, 1));
        }

        private Value fold() {
            Value x = pick(v -> v.element().isFloat() && v.rank() >= 2 && v.dim(-1).isConstant() && v.dim(-1).value() > 0);
            if (x == null) {
                return null;
            }
            int axis = random.nextInt(x.rank() - 1);
            long stride = random.nextInt(1, 4);
            long dilation = random.nextInt(1, 3);
            Dim to = x.dim(axis).minus(Dim.ONE).times(stride).plus(dilation * (x.dim(-1).value() - 1) + 1 + random.nextInt((int) stride));
            return to.isConstant() && to.value() < 0 || x.dim(axis).is(0) ? null : tame(g.add(new Fold(x, axis, to, stride, dilation)));
        }

        private Value scalarInteger() {
            Value v = pick(s -> s.rank() == 0 && s.element().isInteger());
            return v != null && random.nextBoolean() ? v : g.scalar(random.nextBoolean() ? ElementType.I32 : ElementType.I64, random.nextInt(-2, 5));
        }

        private Value dynamicSlice() {
            Value x = pickAxes();
            if (x == null) {
                return null;
            }
            int axis = axis(x);
            Dim n = x.dim(axis);
            return g.add(new DynamicSlice(x, scalarInteger(), axis, n.isConstant() ? Dim.constant(random.nextInt((int) n.value() + 1)) : N));
        }

        private Value dynamicUpdate() {
            Value x = pickAxes();
            if (x == null) {
                return null;
            }
            int axis = axis(x);
            Dim n = x.dim(axis);
            Dim size = n.isConstant() ? Dim.constant(random.nextInt((int) n.value() + 1)) : N;
            Type.Tensor part = x.tensor().withShape(x.shape().with(axis, size));
            Value update = pick(v -> v.type().equals(part));
            return g.add(new DynamicUpdate(x, update != null ? update : g.fill(part, 1), scalarInteger(), axis));
        }

        /// Integers of a shape, many of them positions of an axis, some beyond it.
        private Value indices(Shape shape) {
            Value known = pick(v -> v.element().isInteger() && v.shape().equals(shape));
            if (known != null && random.nextBoolean()) {
                return known;
            }
            ElementType element = random.nextBoolean() ? ElementType.I32 : ElementType.I64;
            if (!shape.isStatic() || random.nextInt(3) == 0) {
                return shape.rank() == 0 ? g.scalar(element, random.nextInt(4)) : g.add(new Iota(new Type.Tensor(element, shape), random.nextInt(shape.rank())));
            }
            NdArray data = NdArray.zeros(element, shape.extents());
            IntStream.range(0, data.size()).forEach(i -> data.setLong(i, random.nextInt(-1, 8)));
            return g.constant(data);
        }

        private Value pickGatherable() {
            return pick(v -> v.element() != ElementType.BOOL && v.rank() > 0 && v.shape().dims().stream().noneMatch(d -> d.is(0)));
        }

        private Shape smallShape() {
            var dims = new ArrayList<Dim>();
            for (int rank = random.nextInt(3); rank > 0; rank--) {
                dims.add(randomDim());
            }
            return new Shape(dims);
        }

        private Value gather() {
            Value x = pickGatherable();
            return x == null ? null : g.add(new Gather(x, indices(smallShape()), axis(x)));
        }

        private Value scatterAdd() {
            Value base = pickGatherable();
            if (base == null) {
                return null;
            }
            int axis = axis(base);
            Value indices = indices(smallShape());
            Type.Tensor part = base.tensor().withShape(Gather.shape(base, indices, axis));
            Value updates = pick(v -> v.type().equals(part));
            return tame(g.add(new ScatterAdd(base, indices, updates != null ? updates : g.fill(part, 2), axis)));
        }

        private Value takeAlong() {
            Value x = pickGatherable();
            if (x == null) {
                return null;
            }
            int axis = axis(x);
            return g.add(new TakeAlong(x, indices(x.shape().with(axis, randomDim())), axis));
        }

        private Value putAlong() {
            Value base = pickGatherable();
            if (base == null) {
                return null;
            }
            int axis = axis(base);
            Value indices = indices(base.shape().with(axis, randomDim()));
            Type.Tensor part = base.tensor().withShape(indices.shape());
            Value updates = pick(v -> v.type().equals(part));
            return tame(g.add(new PutAlong(base, indices, updates != null ? updates : g.fill(part, 2), axis)));
        }

        private Value dot() {
            Value a = pickNumbers();
            if (a == null) {
                return null;
            }
            Value b = pick(v -> v.element() == a.element());
            var batchA = new ArrayList<Integer>();
            var batchB = new ArrayList<Integer>();
            var contractA = new ArrayList<Integer>();
            var contractB = new ArrayList<Integer>();
            for (int i = 0; i < a.rank(); i++) {
                for (int j = 0; j < b.rank(); j++) {
                    boolean free = !batchA.contains(i) && !contractA.contains(i) && !batchB.contains(j) && !contractB.contains(j);
                    if (free && a.dim(i).equals(b.dim(j)) && random.nextInt(4) > 0) {
                        boolean batch = random.nextInt(3) == 0;
                        (batch ? batchA : contractA).add(i);
                        (batch ? batchB : contractB).add(j);
                    }
                }
            }
            return a.rank() + b.rank() - 2 * contractA.size() - batchA.size() > 4 ? null : tame(g.add(new Dot(a, b, batchA, batchB, contractA, contractB)));
        }

        /// The signs of floats in exact functions, whose products stay exact.
        private Value factors(Value x) {
            return exact && x.element().isFloat() ? g.unary(UnaryFn.SIGN, x) : x;
        }

        private Reduction kind(Value x) {
            return oneOf(java.util.Arrays.stream(Reduction.values()).filter(kind -> kind.accepts(x.element())).toList());
        }

        private Value reduce() {
            Value x = oneOf(pool);
            Reduction kind = kind(x);
            var axes = IntStream.range(0, x.rank()).filter(_ -> random.nextBoolean()).boxed().toList();
            return tame(g.reduce(kind, kind == Reduction.PROD ? factors(x) : x, axes));
        }

        private Value argReduce() {
            Value x = pickGatherable();
            return x == null ? null : g.add(new ArgReduce(random.nextBoolean(), x, axis(x)));
        }

        private Value cumulative() {
            Value x = pickAxes();
            if (x == null) {
                return null;
            }
            Reduction kind = kind(x);
            return tame(g.add(new Cumulative(kind, kind == Reduction.PROD ? factors(x) : x, axis(x), random.nextBoolean())));
        }

        private Value sort() {
            Value x = pick(v -> v.element() != ElementType.BOOL && v.rank() > 0);
            return x == null ? null : g.add(new Sort(x, axis(x), random.nextBoolean()));
        }

        private Value randomBits() {
            return g.add(new RandomBits(g.cast(ElementType.I64, scalarInteger()), smallShape()));
        }

        private Value leaf() {
            Type.Tensor type = randomType();
            return switch (random.nextInt(3)) {
                case 0 -> g.fill(type, random.nextInt(-2, 3));
                case 1 -> type.rank() == 0 || type.element() == ElementType.BOOL ? null : tame(g.add(new Iota(type, random.nextInt(type.rank()))));
                default -> g.add(new Extent(randomDim()));
            };
        }

        /// A region's body over parameters of these types, with results of those types.
        private Function region(String name, List<Type.Tensor> parameters, List<Type.Tensor> results) {
            var body = new Body(depth - 1);
            for (int k = 0; k < parameters.size(); k++) {
                body.parameter("a" + k, parameters.get(k));
            }
            body.grow(random.nextInt(1, 5));
            var chosen = new ArrayList<Value>();
            for (Type.Tensor type : results) {
                Value v = body.pool.reversed().stream().filter(p -> p.type().equals(type)).findFirst().orElse(null);
                chosen.add(v != null ? v : body.g.fill(type, 1));
            }
            return body.function(name, chosen);
        }

        private Value anyPart(Value tuple) {
            return oneOf(g.parts(tuple));
        }

        private Value scan() {
            if (depth == 0) {
                return null;
            }
            Value sequence = pickAxes();
            Value initial = oneOf(pool);
            Value constant = oneOf(pool);
            if (sequence == null) {
                return null;
            }
            Type.Tensor element = sequence.tensor().withShape(sequence.shape().without(List.of(0)));
            Type.Tensor output = random.nextBoolean() ? element : initial.tensor();
            Function body = region("step", List.of(constant.tensor(), initial.tensor(), element), List.of(initial.tensor(), output));
            return anyPart(g.add(new Scan(body, sequence.dim(0), random.nextBoolean(), List.of(constant), List.of(initial), List.of(sequence))));
        }

        /// A loop that counts to a small number while it changes another value.
        private Value loop() {
            if (depth == 0) {
                return null;
            }
            Value carried = oneOf(pool);
            Type.Tensor count = new Type.Tensor(ElementType.I32, Shape.SCALAR);
            var condition = new Body(0);
            Value i = condition.parameter("i", count);
            condition.parameter("x", carried.tensor());
            Function holds = condition.function("holds", List.of(condition.g.binary(BinaryFn.LT, i, condition.g.scalar(ElementType.I32, random.nextInt(4)))));
            Function change = region("change", List.of(count, carried.tensor()), List.of(count, carried.tensor()));
            var body = new Graph();
            Value j = body.parameter("i", count);
            Value x = body.parameter("x", carried.tensor());
            Value changed = body.inline(change, List.of(j, x)).getLast();
            Function next = new Function("next", List.of(j, x), List.of(body.plus(j, body.scalar(ElementType.I32, 1)), changed));
            return anyPart(g.add(new While(holds, next, List.of(), List.of(g.scalar(ElementType.I32, 0), carried))));
        }

        private Value cond() {
            Value condition = pick(v -> v.element() == ElementType.BOOL && v.rank() == 0);
            if (depth == 0) {
                return null;
            }
            Value a = oneOf(pool);
            Value b = oneOf(pool);
            var types = List.of(a.tensor(), b.tensor());
            Value chosen = condition != null ? condition : g.binary(BinaryFn.LT, g.add(new Extent(N)), g.scalar(ElementType.I64, random.nextInt(5)));
            return anyPart(g.add(new Cond(chosen, region("yes", types, types), region("no", types, types), List.of(a, b))));
        }

        private Value call() {
            if (depth == 0) {
                return null;
            }
            Value a = oneOf(pool);
            Value b = oneOf(pool);
            return anyPart(g.add(new Call(region("callee", List.of(a.tensor(), b.tensor()), List.of(b.tensor(), a.tensor())), List.of(a, b))));
        }
    }
}
