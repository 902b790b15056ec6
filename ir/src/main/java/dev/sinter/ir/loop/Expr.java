package dev.sinter.ir.loop;

import dev.sinter.ir.type.Dim;
import dev.sinter.ir.type.ElementType;
import java.util.List;

/// An expression of the Loop IR: pure, strict, and typed by an element type and a number of lanes (1 is a scalar).
///
/// All operands of one expression have equally many lanes. A vector of `BOOL` is a mask. Expressions are trees; a value that is used twice
/// is named by [Stmt.Let]. They are never compared structurally (a shared tree would be walked exponentially often).
public sealed interface Expr {
    /// The type of each lane.
    ElementType type();

    /// The number of lanes, a power of two; 1 for a scalar.
    int lanes();

    /// A number. For integers and bools `bits` is the value, for floats `Double.doubleToRawLongBits` of it (an f32 constant is a
    /// double that is exactly an f32; NaN is the canonical one).
    record Const(ElementType type, long bits, int lanes) implements Expr {
        /// The value as a double; exact except for i64 beyond 2^53.
        public double asDouble() {
            return type.isFloat() ? Double.longBitsToDouble(bits) : bits;
        }
    }

    /// A local name: loop variable, [Stmt.Let], dim, or accumulator. Compares by identity.
    final class Var implements Expr {
        private final String name;
        private final ElementType type;
        private final int lanes;
        private final boolean mutable;

        private Var(String name, ElementType type, int lanes, boolean mutable) {
            this.name = name;
            this.type = type;
            this.lanes = lanes;
            this.mutable = mutable;
        }

        /// A name that is bound once.
        public static Var fixed(String name, ElementType type, int lanes) {
            return new Var(name, type, lanes, false);
        }

        /// A name that [Stmt.Assign] may change: an accumulator.
        public static Var mutable(String name, ElementType type, int lanes) {
            return new Var(name, type, lanes, true);
        }

        /// A scalar i64 that is bound once: a loop variable or a dim.
        public static Var index(String name) {
            return new Var(name, ElementType.I64, 1, false);
        }

        /// A hint for printing; not unique.
        public String name() {
            return name;
        }

        @Override
        public ElementType type() {
            return type;
        }

        @Override
        public int lanes() {
            return lanes;
        }

        /// Whether it may be assigned.
        public boolean isMutable() {
            return mutable;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /// A scalar function applied lane by lane.
    record Apply(Fn fn, List<Expr> arguments) implements Expr {
        /// Copies `arguments` and checks their number, types and lanes.
        public Apply {
            arguments = List.copyOf(arguments);
            if (arguments.size() != fn.arity()) {
                throw new IllegalArgumentException(fn + " takes " + fn.arity() + " arguments, not " + arguments.size());
            }
            int lanes = arguments.getFirst().lanes();
            ElementType type = arguments.getLast().type();
            for (int i = 0; i < arguments.size(); i++) {
                Expr a = arguments.get(i);
                boolean condition = fn == Fn.SELECT && i == 0;
                if (a.lanes() != lanes || a.type() != (condition ? ElementType.BOOL : type)) {
                    throw new IllegalArgumentException(fn + " of unequal operands: " + a.type() + "x" + a.lanes() + " and " + type + "x" + lanes);
                }
            }
        }

        @Override
        public ElementType type() {
            return fn.isComparison() ? ElementType.BOOL : arguments.get(fn == Fn.SELECT ? 1 : 0).type();
        }

        @Override
        public int lanes() {
            return arguments.getFirst().lanes();
        }
    }

    /// Conversion by value: rounding to nearest even to a float, saturating truncation to an integer (NaN gives 0; i64 to i32 keeps the low
    /// bits), `x != 0` to a bool, 0 or 1 from a bool.
    record Cast(ElementType type, Expr x) implements Expr {
        @Override
        public int lanes() {
            return x.lanes();
        }
    }

    /// The same bits read as another type of equal size: f32 and i32, f64 and i64.
    record Bitcast(ElementType type, Expr x) implements Expr {
        @Override
        public int lanes() {
            return x.lanes();
        }
    }

    /// Elements of a buffer: lane `l` is element `index + l / times * stride`. `index` is a scalar i64; `stride` is a constant, 1 for a
    /// contiguous vector. Where `mask` (null: all set) is unset nothing is read and the lane is 0.
    ///
    /// @param times how many neighbouring lanes have the same element: 1, or if the stride is 1 a power of two below the number of lanes
    /// @param ahead how many elements further on a line of memory will be wanted, which the processor may fetch now; 0 if nothing is known. It changes no result, and there need be no such element.
    record Load(Buffer buffer, Expr index, int lanes, int stride, int times, Expr mask, long ahead) implements Expr {
        /// A load that says nothing of later ones.
        public Load(Buffer buffer, Expr index, int lanes, int stride, int times, Expr mask) {
            this(buffer, index, lanes, stride, times, mask, 0);
        }

        /// A load of a different element in each lane.
        public Load(Buffer buffer, Expr index, int lanes, int stride, Expr mask) {
            this(buffer, index, lanes, stride, 1, mask);
        }

        /// The same load, with the processor told what is needed `elements` further on.
        public Load ahead(long elements) {
            return new Load(buffer, index, lanes, stride, times, mask, elements);
        }

        @Override
        public ElementType type() {
            return buffer.type();
        }
    }

    /// A scalar in every lane.
    record Splat(Expr x, int lanes) implements Expr {
        @Override
        public ElementType type() {
            return x.type();
        }
    }

    /// Lane `l` is `base + l * stride`; `base` is a scalar integer.
    record Ramp(Expr base, long stride, int lanes) implements Expr {
        @Override
        public ElementType type() {
            return base.type();
        }
    }

    /// The mask whose lane `l` is `l < count`; `count` is a scalar i64.
    record FirstLanes(Expr count, int lanes) implements Expr {
        @Override
        public ElementType type() {
            return ElementType.BOOL;
        }
    }

    /// A vector combined to a scalar by halving: lane `l` with lane `l + lanes/2`, then quarter by quarter, down to one.
    record Halve(Fn fn, Expr x) implements Expr {
        @Override
        public ElementType type() {
            return x.type();
        }

        @Override
        public int lanes() {
            return 1;
        }
    }

    /// A scalar constant of `type` nearest to `value`.
    static Const constant(ElementType type, double value) {
        double rounded = type.round(value);
        return new Const(type, type.isFloat() ? Double.doubleToRawLongBits(rounded) : (long) rounded, 1);
    }

    /// A scalar integer or bool constant.
    static Const integer(ElementType type, long value) {
        return new Const(type, value, 1);
    }

    /// A scalar i64 constant.
    static Const index(long value) {
        return new Const(ElementType.I64, value, 1);
    }

    /// A function applied.
    static Expr apply(Fn fn, Expr... arguments) {
        return new Apply(fn, List.of(arguments));
    }

    /// One element of a buffer.
    static Expr load(Buffer buffer, Expr index) {
        return new Load(buffer, index, 1, 1, null);
    }

    /// `a + b` of scalar i64s, simplified where a constant allows.
    static Expr plus(Expr a, Expr b) {
        if (a instanceof Const(_, long x, _)) {
            if (b instanceof Const(_, long y, _)) {
                return index(x + y);
            }
            return x == 0 ? b : apply(Fn.ADD, b, a);
        }
        return b instanceof Const(_, long y, _) && y == 0 ? a : apply(Fn.ADD, a, b);
    }

    /// `a * b` of scalar i64s, simplified where a constant allows.
    static Expr times(Expr a, Expr b) {
        if (a instanceof Const(_, long x, _)) {
            if (b instanceof Const(_, long y, _)) {
                return index(x * y);
            }
            return x == 0 ? a : x == 1 ? b : apply(Fn.MUL, b, a);
        }
        return b instanceof Const(_, long y, _) && (y == 0 || y == 1) ? (y == 0 ? b : a) : apply(Fn.MUL, a, b);
    }

    /// A dim as a scalar i64, its names looked up by `names` (a program's dim variables).
    static Expr of(Dim dim, java.util.function.Function<String, Expr> names) {
        return dim.interpret(new Dim.Algebra<Expr>() {
            @Override
            public Expr constant(long value) {
                return index(value);
            }

            @Override
            public Expr name(String name) {
                return names.apply(name);
            }

            @Override
            public Expr plus(Expr a, Expr b) {
                return Expr.plus(a, b);
            }

            @Override
            public Expr times(Expr a, Expr b) {
                return Expr.times(a, b);
            }

            @Override
            public Expr apply(String operation, Expr a, Expr b) {
                return switch (operation) {
                    case "floordiv" -> floorDiv(a, b);
                    case "mod" -> Expr.apply(Fn.SUB, a, times(floorDiv(a, b), b));
                    case "max" -> Expr.apply(Fn.MAX, a, b);
                    default -> throw new IllegalArgumentException(operation);
                };
            }
        });
    }

    /// The quotient of scalar i64s rounded towards negative infinity, for a positive divisor.
    private static Expr floorDiv(Expr a, Expr b) {
        Expr negative = apply(Fn.LT, a, index(0));
        Expr shifted = apply(Fn.SUB, a, apply(Fn.SUB, b, index(1)));
        return apply(Fn.DIV, apply(Fn.SELECT, negative, shifted, a), b);
    }
}
