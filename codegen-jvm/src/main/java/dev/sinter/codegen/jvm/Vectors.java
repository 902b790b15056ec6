package dev.sinter.codegen.jvm;

import static org.objectweb.asm.Opcodes.*;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.ElementType;
import java.util.ArrayList;
import java.util.List;

/// Pushes the parts of vector expressions; masks are in [Masks].
final class Vectors {
    private static final String OPERATORS = Split.API + "VectorOperators";

    private final MethodBody method;
    private final Instructions code;
    private boolean rounding;

    Vectors(MethodBody method) {
        this.method = method;
        this.code = method.code();
    }

    /// How the lanes of a vector that is not a mask lie in parts.
    Split split(Expr e) {
        return split(e.type(), e.lanes());
    }

    Split split(ElementType type, int lanes) {
        if (method.target().vectorBits() == 0) {
            throw new IllegalArgumentException("the scalar JVM backend has no vectors of " + lanes + " lanes");
        }
        if (lanes > Long.SIZE) {
            throw new IllegalArgumentException("the JVM backend has vectors of at most " + Long.SIZE + " lanes, not of " + lanes);
        }
        return Split.of(type, lanes, method.target().vectorBits());
    }

    /// Whether some vector within `e` has several parts, so that what they have in common must be computed once.
    boolean repeats(Expr e) {
        if (e == null || e.lanes() == 1) {
            return false;
        }
        boolean here = split(e.type() == ElementType.BOOL ? Masks.DEFAULT_CARRIER : e.type(), e.lanes()).count() > 1;
        return here || switch (e) {
            case Expr.Apply(_, var arguments) -> arguments.stream().anyMatch(this::repeats);
            case Expr.Cast(_, var x) -> repeats(x);
            case Expr.Bitcast(_, var x) -> repeats(x);
            case Expr.Load load -> repeats(load.mask());
            case Expr.Const _, Expr.Var _, Expr.Splat _, Expr.Ramp _, Expr.FirstLanes _, Expr.Halve _ -> false;
        };
    }

    /// Pushes part `part` of `e`, which is neither a scalar nor a mask, as a vector of its type whose class C2 knows.
    ///
    /// Where a process has vectors of several widths, C2 cannot learn the class of a vector from the methods of the Vector API that all vectors share. A profile of this place would tell
    /// it, but not for long: each mistaken guess in those methods counts again wherever they are inlined, and after a hundred in one compilation (some twenty loads) C2 believes no
    /// profile; then it keeps a virtual call beside each operation and boxes the vectors that meet behind it. So what a statement computes with is cast to its hidden class, which is
    /// nothing in the end, and functions are called as methods of `Vector`.
    void push(Expr e, int part) {
        operand(e, part);
        if (rounding || isRounded(e)) {
            if (e instanceof Expr.Apply) {
                code.cast(split(e).owner());
            }
        } else if (!(e instanceof Expr.Var name) || name.isMutable()) {
            method.target().support().knowVector(code, split(e));
        }
    }

    private static boolean isRounded(Expr e) {
        return e instanceof Expr.Apply(var fn, _) && (fn == Fn.FLOOR || fn == Fn.CEIL || fn == Fn.RINT || fn == Fn.TRUNC);
    }

    /// Pushes part `part` of `e` as what a method of `Vector` is called on.
    private void receiver(Expr e, int part) {
        if (rounding) {
            operand(e, part);
        } else {
            push(e, part);
        }
    }

    /// Pushes part `part` of `e` as an argument of a function: if `e` is a function's value itself, it is but a `Vector` for the verifier. The function finds out the class by itself.
    private void operand(Expr e, int part) {
        switch (e) {
            case Expr.Const c -> broadcast(c, split(e));
            case Expr.Var name -> code.loadReference(method.frame().slot(name).locals()[part]);
            case Expr.Apply(var fn, var arguments) -> apply(fn, arguments, part);
            case Expr.Cast(_, var x) -> cast(x, split(e), part);
            case Expr.Bitcast(var type, var x) -> {
                receiver(x, part);
                if (x.type() != type) {
                    code.invokeVirtual(Split.VECTOR, "reinterpretAs" + plural(type), "()" + split(e).descriptor());
                }
            }
            case Expr.Load load -> method.memory().pushPart(load, part);
            case Expr.Splat(var x, _) -> broadcast(x, split(e));
            case Expr.Ramp(var base, var stride, _) -> ramp(base, stride, split(e), part);
            case Expr.FirstLanes _, Expr.Halve _ -> throw new IllegalStateException(e + " is no vector of numbers");
        }
    }

    /// The Vector API's word for vectors of a type: `Floats`.
    static String plural(ElementType type) {
        return switch (type) {
            case F32 -> "Floats";
            case F64 -> "Doubles";
            case I32 -> "Ints";
            case I64 -> "Longs";
            case BOOL -> throw new IllegalStateException("the bits of a bool");
        };
    }

    private void broadcast(Expr scalar, Split split) {
        split.species(code);
        if (scalar instanceof Expr.Const c) {
            method.scalars().push(new Expr.Const(c.type(), c.bits(), 1));
        } else {
            method.scalars().pushShared(scalar);
        }
        broadcast(split);
    }

    /// Turns species and scalar on the stack into a vector.
    private void broadcast(Split split) {
        code.invokeStatic(split.owner(), "broadcast", "(" + Split.SPECIES_DESCRIPTOR + split.lane() + ")" + split.descriptor());
    }

    private void ramp(Expr base, long stride, Split split, int part) {
        long first = part * split.partLanes() * stride;
        split.species(code);
        method.scalars().pushShared(base);
        if (split.type() == ElementType.I32) {
            code.push((int) first);
            code.op(IADD);
        } else {
            code.push(first);
            code.op(LADD);
        }
        broadcast(split);
        method.target().support().pushRamp(code, split, stride);
        add();
        code.cast(split.owner());
    }

    private void apply(Fn fn, List<Expr> arguments, int part) {
        Split split = split(arguments.getLast());
        switch (fn) {
            case SELECT -> {
                receiver(arguments.get(2), part);
                operand(arguments.get(1), part);
                method.masks().push(arguments.get(0), split.type(), part);
                blend();
            }
            case FLOOR, CEIL, RINT, TRUNC -> {
                boolean within = rounding;
                rounding = true;                           // so many operations that casts would be too many bytes for a method
                round(fn, arguments.getFirst(), split, part);
                rounding = within;
            }
            case SHL, SHR, USHR -> shift(fn, arguments.get(0), arguments.get(1), split, part);
            case FMA -> {
                receiver(arguments.get(0), part);
                operator("FMA", "Ternary");
                operand(arguments.get(1), part);
                operand(arguments.get(2), part);
                lanewise("Ternary", 2);
            }
            case NEG, ABS, NOT, SQRT -> {
                receiver(arguments.getFirst(), part);
                operator(fn.name(), "Unary");
                lanewise("Unary", 0);
            }
            default -> {
                boolean swapped = isCommutative(fn) && isAccumulator(arguments.get(0)) && !isAccumulator(arguments.get(1));
                receiver(arguments.get(swapped ? 1 : 0), part);
                operand(arguments.get(swapped ? 0 : 1), part);
                combine(fn, split);
            }
        }
    }

    /// Whether the arguments of a function may change places; a NaN may then have another payload.
    private static boolean isCommutative(Fn fn) {
        return switch (fn) {
            case ADD, MUL, MIN, MAX, AND, OR, XOR -> true;
            default -> false;
        };
    }

    /// Whether a vector comes from the round of a loop before. C2 does not see the class of such a vector when it comes to a method of its, and where a
    /// process has vectors of several widths it cannot tell it from the method's profile either: better that the vector is an argument.
    static boolean isAccumulator(Expr e) {
        return e instanceof Expr.Var name && name.isMutable();
    }

    /// Combines the two vectors on top by a function of two arguments other than a comparison.
    private void combine(Fn fn, Split split) {
        switch (fn) {
            case ADD, MUL, MIN, MAX, AND, OR, XOR -> binary(fn.name(), "Associative");
            case SUB -> binary("SUB", "Binary");
            case SHL -> binary("LSHL", "Binary");
            case SHR -> binary("ASHR", "Binary");
            case USHR -> binary("LSHR", "Binary");
            case DIV, REM -> {
                if (split.type().isFloat()) {
                    binary("DIV", "Binary");
                } else {
                    laneByLane(fn, split);
                }
            }
            default -> throw new IllegalStateException(fn + " of " + split.type());
        }
    }

    /// Pushes an operator of the Vector API.
    private void operator(String name, String kind) {
        code.constantField(OPERATORS, name, "L" + OPERATORS + "$" + kind + ";");
    }

    /// Calls `lanewise` with the operator and `arguments` vectors on top of another. Each class of vectors implements it; methods such as `add` lead to it
    /// by a virtual call of their own, whose profile is that of the whole process.
    private void lanewise(String kind, int arguments) {
        call("lanewise", "L" + OPERATORS + "$" + kind + ";" + Split.VECTOR_DESCRIPTOR.repeat(arguments));
    }

    private void call(String name, String arguments) {
        code.invokeVirtual(Split.VECTOR, name, "(" + arguments + ")" + Split.VECTOR_DESCRIPTOR);
    }

    /// Combines the two vectors on top by an operator.
    private void binary(String operator, String kind) {
        operator(operator, kind);
        code.op(SWAP);
        lanewise("Binary", 1);
    }

    /// Adds the two vectors on top.
    private void add() {
        binary("ADD", "Associative");
    }

    /// With a mask on top of `b` on top of `a`: `b` where it is set, else `a`.
    void blend() {
        call("blend", Split.VECTOR_DESCRIPTOR + Split.MASK_DESCRIPTOR);
    }

    /// Pushes the mask of a comparison of part `part`, for vectors of the operands' type.
    void compare(Fn fn, Expr a, Expr b, int part) {
        Split split = split(a);
        receiver(a, part);
        code.constantField(OPERATORS, fn.name(), "L" + OPERATORS + "$Comparison;");
        operand(b, part);
        code.invokeVirtual(Split.VECTOR, "compare", "(L" + OPERATORS + "$Comparison;" + Split.VECTOR_DESCRIPTOR + ")" + Split.MASK_DESCRIPTOR);
    }

    /// A shift by one count for all lanes is an instruction of its own.
    private void shift(Fn fn, Expr x, Expr count, Split split, int part) {
        if (!(count instanceof Expr.Const || count instanceof Expr.Splat)) {
            receiver(x, part);
            operand(count, part);
            combine(fn, split);
            return;
        }
        String operator = fn == Fn.SHL ? "LSHL" : fn == Fn.SHR ? "ASHR" : "LSHR";
        push(x, part);
        code.constantField(OPERATORS, operator, "L" + OPERATORS + "$Binary;");
        switch (count) {
            case Expr.Splat(var scalar, _) -> method.scalars().pushShared(scalar);
            default -> method.scalars().push(count);
        }
        code.invokeVirtual(split.owner(), "lanewise", "(L" + OPERATORS + "$Binary;" + split.lane() + ")" + split.descriptor());
    }

    /// The Vector API cannot round: [Rounding] says it in other functions.
    private void round(Fn fn, Expr x, Split split, int part) {
        var operand = Expr.Var.fixed("x", split.type(), split.lanes());
        var locals = new int[split.count()];
        locals[part] = code.newLocal(1);
        method.frame().alias(operand, new Frame.Slot(split.type(), locals));
        push(x, part);
        code.storeReference(locals[part]);
        if (fn == Fn.RINT) {
            operand(Rounding.rint(operand), part);
            return;
        }
        var rounded = Expr.Var.fixed("r", split.type(), split.lanes());
        var roundedLocals = new int[split.count()];
        roundedLocals[part] = code.newLocal(1);
        method.frame().alias(rounded, new Frame.Slot(split.type(), roundedLocals));
        push(Rounding.rint(operand), part);
        code.storeReference(roundedLocals[part]);
        operand(Rounding.correct(fn, operand, rounded), part);
    }

    /// Integer division has no vector instruction: lane by lane, the two vectors being on top.
    private void laneByLane(Fn fn, Split split) {
        int b = code.newLocal(1);
        int a = code.newLocal(1);
        code.cast(split.owner());
        code.storeReference(b);
        code.cast(split.owner());
        code.storeReference(a);
        code.loadReference(a);
        for (int l = 0; l < split.partLanes(); l++) {
            code.push(l);
            lane(a, l, split);
            lane(b, l, split);
            method.scalars().apply(fn, split.type(), false);
            withLane(split);
        }
    }

    private void lane(int local, int lane, Split split) {
        code.loadReference(local);
        code.push(lane);
        lane(split);
    }

    private void lane(Split split) {
        code.invokeVirtual(split.owner(), "lane", "(I)" + split.lane());
    }

    /// With vector, lane number and scalar on the stack: the vector with that lane replaced.
    void withLane(Split split) {
        code.invokeVirtual(split.owner(), "withLane", "(I" + split.lane() + ")" + split.descriptor());
    }

    /// Pushes part `part`, split as `to`, of the vector `x` converted.
    private void cast(Expr x, Split to, int part) {
        if (x.type() == ElementType.BOOL) {
            to.species(code);
            code.push(0);
            widen(to.type());
            broadcast(to);
            to.species(code);
            code.push(1);
            widen(to.type());
            broadcast(to);
            method.masks().push(x, to.type(), part);
            blend();
            code.cast(to.owner());
            return;
        }
        Split from = split(x);
        if (from.type() == to.type()) {
            push(x, part);
        } else if (from.partLanes() >= to.partLanes()) {
            int ratio = from.partLanes() / to.partLanes();
            method.frame().sharePart(x, part / ratio, from.count(), p -> push(x, p));
            convert(from, to, part % ratio);
        } else {
            int ratio = to.partLanes() / from.partLanes();
            push(x, part * ratio);
            convert(from, to, 0);
            for (int p = 1; p < ratio; p++) {
                push(x, part * ratio + p);
                convert(from, to, -p);
                to.species(code);
                code.push(((1L << from.partLanes()) - 1) << p * from.partLanes());
                method.masks().fromBits();
                blend();
            }
            code.cast(to.owner());
        }
    }

    private void widen(ElementType type) {
        switch (type) {
            case F32 -> code.op(I2F);
            case F64 -> code.op(I2D);
            case I64 -> code.op(I2L);
            case I32, BOOL -> { }
        }
    }

    /// Converts the vector on top; `part` as `Vector.convertShape` takes it.
    private void convert(Split from, Split to, int part) {
        String name = (from.lane() + "2" + to.lane()).replace('J', 'L');
        code.constantField(OPERATORS, name, "L" + OPERATORS + "$Conversion;");
        to.species(code);
        code.push(part);
        code.invokeVirtual(from.owner(), "convertShape",
                "(L" + OPERATORS + "$Conversion;" + Split.SPECIES_DESCRIPTOR + "I)" + Split.VECTOR_DESCRIPTOR);
        code.cast(to.owner());
    }

    /// Pushes a vector combined to a scalar by halving.
    void pushHalved(Fn fn, Expr x) {
        method.frame().sharing(repeats(x), () -> {
            if (x.type() == ElementType.BOOL) {
                method.masks().pushHalved(fn, x);
            } else {
                halve(fn, x);
            }
        });
    }

    private void halve(Fn fn, Expr x) {
        Split split = split(x);
        var parts = new ArrayList<Integer>();
        for (int p = 0; p < split.count(); p++) {
            push(x, p);
            int local = code.newLocal(1);
            code.storeReference(local);
            parts.add(local);
        }
        while (parts.size() > 1) {
            int half = parts.size() / 2;
            for (int p = 0; p < half; p++) {
                code.loadReference(parts.get(p));
                code.loadReference(parts.get(p + half));
                combine(fn, split);
                method.target().support().knowVector(code, split);
                code.storeReference(parts.get(p));
            }
            parts.subList(half, parts.size()).clear();
        }
        int local = parts.getFirst();
        for (int half = split.partLanes() / 2; half > 1; half /= 2) {
            code.loadReference(local);
            code.loadReference(local);
            method.target().support().pushShuffle(code, split, Shuffle.rotation(split.partLanes(), half));
            rearrange();
            combine(fn, split);
            method.target().support().knowVector(code, split);
            code.storeReference(local);
        }
        lane(local, 0, split);
        if (split.partLanes() > 1) {
            lane(local, 1, split);
            method.scalars().apply(fn, split.type(), false);
        }
    }

    /// With a shuffle on top of a vector: the vector rearranged.
    void rearrange() {
        call("rearrange", "L" + Split.API + "VectorShuffle;");
    }
}
