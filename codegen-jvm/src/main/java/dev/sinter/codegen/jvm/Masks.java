package dev.sinter.codegen.jvm;

import static org.objectweb.asm.Opcodes.*;

import dev.sinter.ir.loop.Expr;
import dev.sinter.ir.loop.Fn;
import dev.sinter.ir.type.ElementType;
import java.util.List;
import java.util.Objects;
import java.util.function.IntConsumer;

/// Pushes the parts of masks: vectors of bools. A part selects lanes of a vector of the *carrier* type that its consumer asks for;
/// where that is not the type the mask comes from, it is converted, by way of its bits if the parts have other lanes.
///
/// A mask that comes from no vector, but from positions, scalars or memory, is *positional*: it is computed as the bits of a long, lane 0 lowest,
/// and is kept and passed as such. A long is never boxed, and what a part needs of it is one instruction, which the JIT shares.
final class Masks {
    /// The carrier of a mask that comes from no vector.
    static final ElementType DEFAULT_CARRIER = ElementType.F32;

    private final MethodBody method;
    private final Instructions code;

    Masks(MethodBody method) {
        this.method = method;
        this.code = method.code();
    }

    /// How a name for `mask` that is never assigned is best kept: as bits (`BOOL`), or for vectors of the type that costs no conversion.
    ElementType keptAs(Expr mask) {
        return isPositional(mask) ? ElementType.BOOL : carrierOf(mask);
    }

    /// Whether a mask comes from no vector.
    private boolean isPositional(Expr mask) {
        return switch (mask) {
            case Expr.Const _, Expr.Splat _, Expr.FirstLanes _, Expr.Load _ -> true;
            case Expr.Var name -> method.frame().slot(name).carrier() == ElementType.BOOL;
            case Expr.Apply(_, var arguments) -> arguments.stream().allMatch(a -> a.type() == ElementType.BOOL && isPositional(a));
            case Expr.Cast(_, var x) -> x.type() == ElementType.BOOL && isPositional(x);
            case Expr.Bitcast _, Expr.Ramp _, Expr.Halve _ -> false;
        };
    }

    /// The carrier that costs no conversion.
    ElementType carrierOf(Expr mask) {
        ElementType source = sourceOf(mask);
        return source == null ? DEFAULT_CARRIER : source;
    }

    /// The carrier of a mask that comes from a vector, else null.
    private ElementType sourceOf(Expr mask) {
        return switch (mask) {
            case Expr.Apply(var fn, var arguments) when fn.isComparison() && arguments.getFirst().type() != ElementType.BOOL ->
                    arguments.getFirst().type();
            case Expr.Apply(_, var arguments) -> arguments.stream().map(this::sourceOf).filter(Objects::nonNull).findFirst().orElse(null);
            case Expr.Cast(_, var x) -> x.type() == ElementType.BOOL ? sourceOf(x) : x.type();
            case Expr.Var name -> isPositional(name) ? null : method.frame().slot(name).carrier();
            case Expr.Const _, Expr.Bitcast _, Expr.Load _, Expr.Splat _, Expr.Ramp _, Expr.FirstLanes _, Expr.Halve _ -> null;
        };
    }

    /// Pushes the mask for part `part` of vectors of `carrier`.
    void push(Expr mask, ElementType carrier, int part) {
        Split split = method.vectors().split(carrier, mask.lanes());
        if (!(mask instanceof Expr.Const || mask instanceof Expr.Splat || mask instanceof Expr.FirstLanes) && isPositional(mask)) {
            split.species(code);
            pushBits(mask);
            if (part > 0) {
                code.push(part * split.partLanes());
                code.op(LUSHR);
            }
            fromBits();
            return;
        }
        switch (mask) {
            case Expr.Const(_, long bits, _) -> {
                split.species(code);
                code.push((int) bits);
                all();
            }
            case Expr.Splat(var x, _) -> {
                split.species(code);
                method.scalars().pushShared(x);
                all();
            }
            case Expr.Var name -> {
                Frame.Slot slot = method.frame().slot(name);
                converted(mask, slot.carrier(), split, part, p -> code.loadReference(slot.locals()[p]));
            }
            case Expr.FirstLanes(var count, _) -> {
                split.species(code);
                firstLanes(count, (long) part * split.partLanes(), split.partLanes());
                fromBits();
            }
            case Expr.Cast(_, var x) -> {
                if (x.type() == ElementType.BOOL) {
                    push(x, carrier, part);
                } else {
                    Expr zero = new Expr.Const(x.type(), 0, x.lanes());
                    converted(mask, x.type(), split, part, p -> method.vectors().compare(Fn.NE, x, zero, p));
                }
            }
            case Expr.Apply(var fn, var arguments) -> {
                Expr first = arguments.getFirst();
                if (fn.isComparison() && first.type() != ElementType.BOOL) {
                    converted(mask, first.type(), split, part, p -> method.vectors().compare(fn, first, arguments.get(1), p));
                } else {
                    logic(fn, arguments, carrier, part);
                }
            }
            case Expr.Load _, Expr.Bitcast _, Expr.Ramp _, Expr.Halve _ -> throw new IllegalStateException(mask + " is no mask, or a positional one");
        }
    }

    private void logic(Fn fn, List<Expr> arguments, ElementType carrier, int part) {
        switch (fn) {
            case AND -> binary("and", arguments, carrier, part);
            case OR -> binary("or", arguments, carrier, part);
            case XOR, NE -> binary("xor", arguments, carrier, part);
            case EQ -> binary("eq", arguments, carrier, part);
            case NOT -> {
                push(arguments.getFirst(), carrier, part);
                not();
            }
            case SELECT -> {
                push(arguments.get(0), carrier, part);
                code.op(DUP);
                push(arguments.get(1), carrier, part);
                combine("and");
                code.op(SWAP);
                not();
                push(arguments.get(2), carrier, part);
                combine("and");
                combine("or");
            }
            default -> throw new IllegalStateException(fn + " of bools");
        }
    }

    private void binary(String name, List<Expr> arguments, ElementType carrier, int part) {
        arguments.forEach(a -> push(a, carrier, part));
        combine(name);
    }

    private void combine(String name) {
        code.invokeVirtual(Split.MASK, name, "(" + Split.MASK_DESCRIPTOR + ")" + Split.MASK_DESCRIPTOR);
    }

    private void not() {
        code.invokeVirtual(Split.MASK, "not", "()" + Split.MASK_DESCRIPTOR);
    }

    /// Pushes part `part` of a mask for the vectors of `to`, whose parts for vectors of `carrier` are pushed by `parts`.
    private void converted(Expr mask, ElementType carrier, Split to, int part, IntConsumer parts) {
        Split from = method.vectors().split(carrier, mask.lanes());
        if (from.partLanes() == to.partLanes()) {
            parts.accept(part);
            if (from.type() != to.type()) {
                to.species(code);
                code.invokeVirtual(Split.MASK, "cast", "(" + Split.SPECIES_DESCRIPTOR + ")" + Split.MASK_DESCRIPTOR);
            }
        } else if (from.partLanes() > to.partLanes()) {
            int ratio = from.partLanes() / to.partLanes();
            to.species(code);
            method.frame().sharePart(mask, part / ratio, from.count(), parts);
            toBits();
            code.push(part % ratio * to.partLanes());
            code.op(LUSHR);
            fromBits();
        } else {
            int ratio = to.partLanes() / from.partLanes();
            to.species(code);
            joinedBits(part * ratio, ratio, from.partLanes(), parts);
            fromBits();
        }
    }

    /// Pushes the bits of `count` parts from `first` on, the first part's lowest.
    private void joinedBits(int first, int count, int partLanes, IntConsumer parts) {
        for (int p = 0; p < count; p++) {
            parts.accept(first + p);
            toBits();
            if (p > 0) {
                code.push(p * partLanes);
                code.op(LSHL);
                code.op(LOR);
            }
        }
    }

    /// Pushes all lanes of a mask as the bits of a long, lane 0 lowest; those beyond its lanes are 0.
    void pushBits(Expr mask) {
        if (isPositional(mask)) {
            method.frame().shareBits(mask, () -> positionalBits(mask));
            return;
        }
        ElementType carrier = carrierOf(mask);
        Split split = method.vectors().split(carrier, mask.lanes());
        joinedBits(0, split.count(), split.partLanes(), p -> push(mask, carrier, p));
    }

    private void positionalBits(Expr mask) {
        long all = -1L >>> Long.SIZE - mask.lanes();
        switch (mask) {
            case Expr.Const(_, long bits, _) -> code.push(bits == 0 ? 0L : all);
            case Expr.Splat(var x, _) -> {
                method.scalars().pushShared(x);
                code.op(I2L);
                code.op(LNEG);
                code.push(all);
                code.op(LAND);
            }
            case Expr.FirstLanes(var count, int lanes) -> firstLanes(count, 0, lanes);
            case Expr.Load load -> method.memory().pushBits(load);
            case Expr.Var name -> code.load(ElementType.I64, method.frame().slot(name).locals()[0]);
            case Expr.Cast(_, var x) -> pushBits(x);
            case Expr.Apply(var fn, var arguments) -> {
                arguments.forEach(this::pushBits);
                switch (fn) {
                    case AND -> code.op(LAND);
                    case OR -> code.op(LOR);
                    case XOR, NE -> code.op(LXOR);
                    case EQ -> {
                        code.op(LXOR);
                        code.push(all);
                        code.op(LXOR);
                    }
                    case NOT -> {
                        code.push(all);
                        code.op(LXOR);
                    }
                    case SELECT -> select();
                    default -> throw new IllegalStateException(fn + " of bools");
                }
            }
            case Expr.Bitcast _, Expr.Ramp _, Expr.Halve _ -> throw new IllegalStateException(mask + " is no positional mask");
        }
    }

    /// With the bits of a condition and of two masks on the stack, those of the first where the condition is set, else of the second.
    private void select() {
        int mark = code.mark();
        int otherwise = code.newLocal(ElementType.I64);
        code.store(ElementType.I64, otherwise);
        code.load(ElementType.I64, otherwise);            // (then ^ otherwise) & condition ^ otherwise
        code.op(LXOR);
        code.op(LAND);
        code.load(ElementType.I64, otherwise);
        code.op(LXOR);
        code.release(mark);
    }

    /// Pushes a mask's lanes combined to a bool by `AND`, `OR` or `XOR`: their order does not matter.
    void pushHalved(Fn fn, Expr mask) {
        pushBits(mask);
        switch (fn) {
            case AND -> {
                code.push(mask.lanes() == Long.SIZE ? -1L : (1L << mask.lanes()) - 1);
                code.op(LCMP);
                code.truthOf(no -> code.jump(IFNE, no));
            }
            case OR -> {
                code.push(0L);
                code.op(LCMP);
                code.op(ICONST_1);
                code.op(IAND);
            }
            case XOR -> {
                code.invokeStatic("java/lang/Long", "bitCount", "(J)I");
                code.op(ICONST_1);
                code.op(IAND);
            }
            default -> throw new IllegalStateException(fn + " of bools");
        }
    }

    /// Pushes the lowest `count - before` bits of `lanes`; none, or all of them, if that is out of range. Nothing overflows, whatever `count` is.
    private void firstLanes(Expr count, long before, int lanes) {
        int halves = lanes == Long.SIZE ? 2 : 1;               // a shift by 64 is one by 0, two by 32 are not
        for (int half = 0; half < halves; half++) {
            if (half == 0) {
                code.push(-1L);
            }
            method.scalars().pushShared(count);
            code.push(before);
            code.invokeStatic("java/lang/Math", "max", "(JJ)J");
            code.push(before);
            code.op(LSUB);
            code.push((long) lanes);
            code.invokeStatic("java/lang/Math", "min", "(JJ)J");
            code.op(L2I);
            if (halves > 1) {
                code.push(half);
                code.op(IADD);
                code.op(ICONST_1);
                code.op(ISHR);                                 // c / 2 and (c + 1) / 2
            }
            code.op(LSHL);
        }
        code.push(-1L);
        code.op(LXOR);
    }

    /// Turns species and bits on the stack into a mask.
    void fromBits() {
        code.invokeStatic(Split.MASK, "fromLong", "(" + Split.SPECIES_DESCRIPTOR + "J)" + Split.MASK_DESCRIPTOR);
    }

    private void toBits() {
        code.invokeVirtual(Split.MASK, "toLong", "()J");
    }

    private void all() {
        code.invokeInterface(Split.SPECIES, "maskAll", "(Z)" + Split.MASK_DESCRIPTOR);
    }
}
